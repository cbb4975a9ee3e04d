/** One call to the API: its answer as data, or an ApiError that says what went wrong. Knows no session. */
import { API } from "./config.js";

const ROOT = `${API}/api/v1/`;

/** A failure: `code` and `details` (field → messages) as the API names them, `requestId` to look it up in its log. */
export class ApiError extends Error {
  constructor({ status = 0, code, message, details = {}, requestId = null, retryAfter = null }) {
    super(message);
    Object.assign(this, { status, code, details, requestId, retryAfter });
  }
}

/** Return an absolute address of the API. A `next` link is taken to the API too, whatever host it names: the
 *  access token must never go anywhere else. */
export function addressOf(path, query = {}) {
  const url = new URL(path, ROOT);
  const address = new URL(url.pathname + url.search, API);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") address.searchParams.set(name, value);
  }
  return address;
}

/** Ask the API once. Return `{data, headers}`; throw ApiError, or AbortError when `signal` fires. */
export async function call(method, path, { query, body, token, key, signal, cache } = {}) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key; // a write that arrives twice with it is carried out once
  let response;
  try {
    response = await fetch(addressOf(path, query), {
      method,
      headers,
      signal,
      cache, // ETag and 304 are the browser's business: it revalidates and hands us the body of its cached copy
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: path.startsWith("auth/") ? "include" : "omit", // only auth needs the refresh cookie
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({ code: "NETWORK", message: "The service could not be reached. Are you online?" });
  }
  const data = await response.json().catch(() => null); // 204 has no body
  if (response.ok) return { data, headers: response.headers };
  throw new ApiError({
    code: "UNKNOWN",
    message: "Something went wrong.",
    ...data?.error,
    status: response.status,
    requestId: response.headers.get("X-Request-ID"),
    retryAfter: Number(response.headers.get("Retry-After")) || null,
  });
}
