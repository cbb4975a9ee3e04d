/** A typed client of the API in one file: copy it, and `schema.d.ts` beside it, into your app. */
import type { components, paths } from "./schema.js";

type Method = "get" | "put" | "post" | "patch" | "delete";
type Path<M extends Method> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths];
type Json<T> = T extends { content: { "application/json": infer J } } ? J : undefined;
type Answer<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 204)]> : never;
type Options<O> = (O extends { parameters: { path: infer P } } ? { path: P } : unknown) &
  (O extends { parameters: { query: infer Q } } ? { query: Q } : O extends { parameters: { query?: infer Q } } ? { query?: Q } : unknown) &
  (O extends { requestBody: { content: { "application/json": infer B } } } ? { body: B } : O extends { requestBody?: { content: { "application/json": infer B } } } ? { body?: B } : unknown) &
  (O extends { parameters: { header?: infer H } } ? [NonNullable<H>] extends [never] ? unknown : { idempotencyKey?: string } : unknown) &
  { onHeaders?: OnHeaders };
type OnHeaders = (headers: Headers) => void; // called once, with those of the answer, before the call returns
type Given = { path?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown; idempotencyKey?: string; onHeaders?: OnHeaders };

/** A failure as the API names it: `error.code`, `error.details` (field → messages), `error.request_id`. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly error: components["schemas"]["Error"]["error"]) {
    super(`${status} ${error.code}: ${error.message}`);
  }
}

export class FlyersClient {
  #access: string | null = null; // in memory only; the refresh token is in a cookie that no script sees
  #refreshing: Promise<void> | null = null;

  /** `fetcher` is the browser's fetch; elsewhere, one that stores cookies. */
  constructor(readonly origin: string, readonly fetcher: typeof fetch = (...given) => fetch(...given)) {}

  /** Send a request once, and once more with a new token if the old one is over; throw `ApiError`. */
  async call<M extends Method, P extends Path<M>>(
    method: M, path: P, ...[options]: {} extends Options<paths[P][M]> ? [Options<paths[P][M]>?] : [Options<paths[P][M]>]
  ): Promise<Answer<paths[P][M]>> {
    const oldToken = this.#access;
    try {
      return await this.#send(method, path, options as Given) as Answer<paths[P][M]>;
    } catch (failure) {
      if (!oldToken || !(failure instanceof ApiError) || failure.error.code !== "INVALID_TOKEN") throw failure;
      if (this.#access === oldToken) await this.refresh(); // else somebody has already
      return await this.#send(method, path, options as Given) as Answer<paths[P][M]>;
    }
  }

  async signIn(email: string, password: string): Promise<components["schemas"]["User"]> {
    const { tokens, user } = await this.call("post", "/api/v1/auth/login/", { body: { email, password } });
    this.#access = tokens.access;
    return user;
  }

  async signOut(): Promise<void> {
    await this.call("post", "/api/v1/auth/logout/");
    this.#access = null;
  }

  /** Take up the session of the cookie. However many calls fail at once, one refresh serves them all. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#rotate().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #rotate(mayRetry = true): Promise<void> {
    try {
      this.#access = (await this.#send("post", "/api/v1/auth/refresh/") as components["schemas"]["Access"]).access;
    } catch (failure) {
      // Another tab has just refreshed: the browser has its cookie by now.
      if (mayRetry && failure instanceof ApiError && failure.error.code === "TOKEN_SUPERSEDED") return this.#rotate(false);
      this.#access = null;
      throw failure;
    }
  }

  async #send(method: Method, path: string, { path: names = {}, query = {}, body, idempotencyKey, onHeaders }: Given = {}): Promise<unknown> {
    const url = new URL(path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(names[name]))), this.origin);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value)); // lists: 1,2
    const response = await this.fetcher(url, {
      method: method.toUpperCase(),
      credentials: path.startsWith("/api/v1/auth/") ? "include" : "omit", // the cookie is for these alone
      headers: {
        ...(this.#access ? { Authorization: `Bearer ${this.#access}` } : {}),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new ApiError(response.status, (await response.json()).error);
    const answer = response.status === 204 ? undefined : await response.json();
    onHeaders?.(response.headers);
    return answer;
  }
}
