/** Devices of one person, each with a clock of its own, on a network that breaks, and what the service says of that person. */
import assert from "node:assert/strict";
import { ApiError, FlyersClient } from "../client.js";
import { LocalLibrary, type Op, type Row, type Shelf } from "../library.js";

const { ORIGIN = "" } = process.env;
const PASSWORD = "a-fine-long-passphrase";

/** What there is to put somewhere: shelf, kind and id. */
export const ITEMS: [Shelf, string, number][] = [
  ["favorites", "flyer", 365], ["favorites", "flyer", 364], ["watchlist", "flyer", 365],
  ["ratings", "flyer", 366], ["ratings", "flyer", 365], ["follows", "creator", 40],
  ["favorites", "flyer", 999_999], // there is none
];

/** Routes for several entries, and which items each changes. */
export const MANY = { keep: [0, 1], drop: [0, 1], import: [0, 3, 5], share: [], revoke: [] };
export type Many = keyof typeof MANY;

/** The network broke. */
export class Cut extends Error {}
/** What becomes of a call; an answer is lost after the service has done what was asked. */
export type Call = "good" | "not sent" | "answer lost";

/** A device that keeps its state when the app is started again. */
export class Device {
  calls: Call[] = []; // the next ones; then the network is good
  count = 0; // of calls
  meanwhile: (() => void) | undefined; // done during the next call
  clock = () => Date.now();
  ops: Op[] = []; // all that it ever queued
  rejected: { op: Op; result: string }[] = [];
  stored = new Map<string, string>();
  client = new FlyersClient(ORIGIN, (...given) => this.#fetch(...given));
  library!: LocalLibrary;

  constructor() {
    this.start();
  }

  start(): void {
    const getItem = (name: string) => this.stored.get(name) ?? null;
    const setItem = (name: string, text: string) => void this.stored.set(name, text);
    const options = { clock: () => this.clock(), pageSize: 1, opsPerCall: 2 };
    this.library = new LocalLibrary(this.client, { getItem, setItem }, "library", (op, { result }) => this.rejected.push({ op, result }), options);
  }

  get state() {
    return JSON.parse(this.stored.get("library") ?? "{}");
  }

  /** Put an item there, with a value on the shelf of ratings, or away without. */
  set([shelf, kind, id]: typeof ITEMS[number], value: number | null): void {
    if (value === null) this.library.remove(shelf, kind, id);
    else this.library.add(shelf, kind, id, ...(shelf === "ratings" ? [value] : []));
    this.ops.push(this.state.queue.at(-1));
    const row = this.library.get(shelf, kind, id);
    assert.equal(row?.value ?? null, shelf === "ratings" ? value : null, "what one does is seen at once");
    assert.equal(row !== undefined, value !== null);
  }

  /** The same by the routes that an app uses online. */
  async call([shelf, , id]: typeof ITEMS[number], value: number | null): Promise<unknown> {
    const method = value === null ? "delete" : "put";
    const flyer = { path: { flyer_id: id } };
    if (shelf === "favorites") return this.client.call(method, "/api/v1/flyers/{flyer_id}/favorite/", flyer);
    if (shelf === "watchlist") return this.client.call(method, "/api/v1/flyers/{flyer_id}/watchlist/", flyer);
    if (shelf === "ratings" && value) return this.client.call("put", "/api/v1/flyers/{flyer_id}/rating/", { ...flyer, body: { rating: value } });
    if (shelf === "ratings") return this.client.call("delete", "/api/v1/flyers/{flyer_id}/rating/", flyer);
    if (value) return this.client.call("post", "/api/v1/follows/", { body: { followed_id: id } });
    return this.client.call("delete", "/api/v1/follows/{followed_id}/", { path: { followed_id: id } });
  }

  /** The routes for several entries at once, and for the link to the favorites. */
  async callForMany(how: Many): Promise<unknown> {
    const body = { flyer_ids: [364, 365] };
    if (how === "keep") return this.client.call("put", "/api/v1/users/me/favorites/", { body });
    if (how === "drop") return this.client.call("post", "/api/v1/users/me/favorites/remove/", { body });
    if (how === "share") return this.client.call("post", "/api/v1/favorites/share/", { body: { list_name: "For the weekend", kind: "flyer" } });
    if (how === "revoke") return this.client.call("delete", "/api/v1/favorites/share/");
    const rating = { shelf: "ratings", kind: "flyer", id: 366, rating: 5 };
    return this.client.call("post", "/api/v1/users/me/library/", { body: { favorites: [{ flyer_id: 365 }], follows: [{ followed_id: 40 }], entries: [rating] } });
  }

  async #fetch(...given: Parameters<typeof fetch>): Promise<Response> {
    this.count += 1;
    const outcome = this.calls.shift();
    this.meanwhile?.();
    this.meanwhile = undefined;
    if (outcome === "not sent") throw new Cut();
    const response = await fetch(...given);
    if (outcome !== "answer lost") return response;
    await response.arrayBuffer();
    throw new Cut();
  }
}

let people = 0;

/** Devices of somebody new, all signed in. */
export async function devices(count: number): Promise<Device[]> {
  const person = { email: `library-${process.pid}-${(people += 1)}@flyers.test`, password: PASSWORD };
  const all = Array.from({ length: count }, () => new Device());
  await all[0]!.client.call("post", "/api/v1/auth/register/", { body: person });
  await Promise.all(all.map(({ client }) => client.signIn(person.email, person.password)));
  return all;
}

export async function device(): Promise<Device> {
  return (await devices(1))[0]!;
}

export const told = ({ shelf, kind, id, value, created_at }: Row) => ({ shelf, kind, id, value, created_at });
export const sorted = (rows: ReturnType<typeof told>[]) => rows.map((row) => JSON.stringify(row)).sort();

/** What the service's export says. */
export async function exported({ client }: Device): Promise<string[]> {
  const { favorites, follows, entries = [] } = await client.call("get", "/api/v1/users/me/library/");
  return sorted([
    ...favorites.map(({ flyer_id: id, created_at }) => ({ shelf: "favorites" as const, kind: "flyer", id, value: null, created_at })),
    ...follows.map(({ followed_id: id, created_at }) => ({ shelf: "follows" as const, kind: "creator", id, value: null, created_at })),
    ...entries.map(({ shelf, kind, id, rating, created_at }) => ({ shelf: shelf as Shelf, kind, id, value: rating, created_at })),
  ]);
}

/** The link to the favorites, if they are shared. */
export async function linked({ client }: Device): Promise<string[]> {
  return client.call("get", "/api/v1/favorites/share/").then(({ slug }) => [slug], (failure: unknown) => {
    assert.ok(failure instanceof ApiError && failure.status === 404, String(failure));
    return [];
  });
}
