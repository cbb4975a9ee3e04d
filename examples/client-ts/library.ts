/**
 * A person's library on a device: read and changed at once, offline too, and brought into line with the service by `sync()`.
 * Copy it beside `client.ts`; docs/sync.md tells what it says to the service.
 */
import { ApiError, type FlyersClient } from "./client.js";
import type { components } from "./schema.js";

type Schemas = components["schemas"];
export type Op = Schemas["OpRowRequest"];
/** A row as the service tells it; `op` is `set` for what is there, `removed` for what was. */
export type Row = Schemas["Change"];
export type Shelf = Exclude<Row["shelf"], "share">;
/** Where the state is kept: `localStorage`, or a file, or a map. A write is seen as a whole or not at all. */
export type Store = Pick<Storage, "getItem" | "setItem">;

/** All that the device knows, as it is stored. */
type State = {
  rows: Record<string, Row>; // as the service last told, and as it has answered our ops since
  cursor: string | null; // how far that is; null: begin anew
  version: number; // the X-Library-Version at which the last sync ended
  queue: Op[]; // what was done here and is not answered yet, oldest first
  lastAt: number; // when the last op was meant, in ms
};
const NOTHING: State = { rows: {}, cursor: null, version: 0, queue: [], lastAt: 0 };
const MAX_OPS = 100; // a call
const UNDO_MS = 10 * 60_000;

const time = (row: { at: string }) => Date.parse(row.at);
const sinceOf = (row: Row) => row.created_at.replace("Z", ""); // to the microsecond, which `Date` does not know
const keyOf = ({ shelf, kind, id }: { shelf: string; kind: string; id: number | null }) => `${shelf}/${kind}/${id ?? ""}`;

export class LocalLibrary {
  #state: State;
  #view: Map<string, Row> | null = null; // of the state; made when it is looked at
  #syncing: Promise<void> | null = null;

  /**
   * `name` is that of the state in the store: one for each person. `onRejected` is told of each op that the service did
   * not take (`not_found`, `refused` as `reason` says, `conflict`); it is no longer seen then.
   */
  constructor(
    readonly client: FlyersClient, readonly store: Store, readonly name: string,
    readonly onRejected: (op: Op, result: Schemas["OpResult"]) => void = () => {},
    readonly options: { clock?: () => number; pageSize?: number; opsPerCall?: number } = {},
  ) {
    this.#state = { ...NOTHING, ...JSON.parse(store.getItem(name) ?? "{}") };
  }

  /** Put an item on a shelf; `value` is that of a rating, 1 to 5. */
  add(shelf: Shelf, kind: string, id: number, value?: number): void {
    this.#enqueue({ op: "add", shelf, kind, id, ...(value === undefined ? {} : { value }) });
  }

  remove(shelf: Shelf, kind: string, id: number): void {
    this.#enqueue({ op: "remove", shelf, kind, id });
  }

  has(shelf: Shelf, kind: string, id: number): boolean {
    return this.get(shelf, kind, id) !== undefined;
  }

  get(shelf: Shelf, kind: string, id: number): Row | undefined {
    const row = this.#seen().get(keyOf({ shelf, kind, id }));
    return row?.op === "set" ? row : undefined;
  }

  /** Everything that is there, newest first; links to shared lists stand on the shelf `share`. */
  entries(shelf?: Row["shelf"]): Row[] {
    const rows = [...this.#seen().values()].filter((row) => row.op === "set" && (!shelf || row.shelf === shelf));
    return rows.sort((a, b) => (sinceOf(a) < sinceOf(b) ? 1 : sinceOf(a) > sinceOf(b) ? -1 : 0));
  }

  /** How many ops wait for an answer. */
  get waiting(): number {
    return this.#state.queue.length;
  }

  /** Whether an answer of any route tells of changes that this device has not read. */
  isBehind(response: Response): boolean {
    return Number(response.headers.get("X-Library-Version")) > this.#state.version;
  }

  /**
   * Send what was done here, then read what has changed. Whoever calls it meanwhile shares the run. Throws what failed
   * (`ApiError`, or what `fetch` throws without a network); the next call goes on from there.
   */
  sync(): Promise<void> {
    this.#syncing ??= this.#run().finally(() => (this.#syncing = null));
    return this.#syncing;
  }

  async #run(): Promise<void> {
    const asked = new Set<string>(); // an op that is `unknown` waits for the next sync
    let part: Op[];
    const next = () => this.#state.queue.filter((op) => !asked.has(op.op_id)).slice(0, this.options.opsPerCall ?? MAX_OPS);
    do {
      // First all ops: then the changes hold whatever an answered op did, and what others did after it.
      while ((part = next()).length) for (const op of await this.#send(part)) asked.add(op.op_id);
      while (await this.#readPage());
    } while (next().length);
    this.#forgetRemovals();
  }

  /** Send ops and take them from the queue as they are answered; return those that were. */
  async #send(ops: Op[]): Promise<Op[]> {
    let results: Schemas["OpResult"][];
    try {
      ({ results } = await this.client.call("post", "/api/v1/users/me/library/ops/", { body: { ops } }));
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.status !== 400) throw failure;
      // One of them can't be read, and must not hold up the others for good.
      if (ops.length > 1) return this.#send(ops.slice(0, ops.length / 2));
      results = ops.map(({ op_id }) => ({ op_id, result: "refused", reason: failure.message }));
    }
    const answers = new Map(results.map((result) => [result.op_id, result]));
    const rows = { ...this.#state.rows };
    for (const op of ops) {
      // Until the changes tell it, the row is what the op made it.
      if (["applied", "already"].includes(answers.get(op.op_id)?.result ?? "")) rows[keyOf(op)] = rowAfter(op, rows[keyOf(op)]);
    }
    const queue = this.#state.queue.filter((op) => (answers.get(op.op_id)?.result ?? "unknown") === "unknown");
    const rejected = ops.filter((op) => ["not_found", "refused", "conflict"].includes(answers.get(op.op_id)?.result ?? ""));
    // Perhaps the clock was ahead and is right again: what was refused holds back the moments of later ops no more.
    const isRefused = results.some(({ result }) => result === "refused");
    const lastAt = isRefused ? Math.max(0, ...queue.map(time)) : this.#state.lastAt;
    this.#keep({ ...this.#state, rows, queue, lastAt });
    for (const op of rejected) this.onRejected(op, answers.get(op.op_id)!);
    return ops;
  }

  /** Read a page of changes, and store it together with its cursor; return whether there are more. */
  async #readPage(): Promise<boolean> {
    const since = this.#state.cursor;
    let headers = new Headers();
    let page: Schemas["Changes"];
    try {
      page = await this.client.call("get", "/api/v1/users/me/library/changes/", {
        query: { limit: this.options.pageSize ?? 1000, ...(since === null ? {} : { since }) },
        onHeaders: (given) => (headers = given),
      });
    } catch (failure) {
      const isOfNoUse = failure instanceof ApiError && (failure.error.code === "CURSOR_EXPIRED" || failure.error.details?.since);
      if (since === null || !isOfNoUse) throw failure;
      this.#keep({ ...this.#state, cursor: null }); // the rows are seen until the first page of the new copy is here
      return true;
    }
    const rows = since === null ? {} : { ...this.#state.rows };
    for (const change of page.changes) rows[keyOf(change)] = change;
    const version = page.has_more ? this.#state.version : Number(headers.get("X-Library-Version"));
    this.#keep({ ...this.#state, rows, version, cursor: page.cursor });
    return page.has_more;
  }

  /** Forget removals that nothing is compared with any more: neither an op in the queue nor one that undoes them. */
  #forgetRemovals(): void {
    if (this.#state.queue.length) return;
    const isNeeded = (row: Row) => row.op === "set" || time(row) > this.#now() - UNDO_MS;
    this.#keep({ ...this.#state, rows: Object.fromEntries(Object.entries(this.#state.rows).filter(([, row]) => isNeeded(row))) });
  }

  /** What a person sees: the rows, with their own ops on top that are not older. */
  #seen(): Map<string, Row> {
    if (this.#view) return this.#view;
    this.#view = new Map(Object.entries(this.#state.rows));
    for (const op of this.#state.queue) {
      const row = this.#view.get(keyOf(op));
      if (!row || time(op) >= time(row)) this.#view.set(keyOf(op), rowAfter(op, row));
    }
    return this.#view;
  }

  #enqueue(meant: Omit<Op, "op_id" | "at">): void {
    // Later than all that was done here before and than what it changes, whatever the clock says.
    const row = this.#seen().get(keyOf(meant));
    const lastAt = Math.max(this.#now(), this.#state.lastAt + 1, row ? time(row) + 1 : 0);
    const op = { ...meant, op_id: crypto.randomUUID(), at: new Date(lastAt).toISOString() };
    this.#keep({ ...this.#state, queue: [...this.#state.queue, op], lastAt });
  }

  #now(): number {
    return (this.options.clock ?? Date.now)();
  }

  #keep(state: State): void {
    this.store.setItem(this.name, JSON.stringify(state)); // if that throws, nothing has changed
    this.#state = state;
    this.#view = null;
  }
}

/** What an op makes of a row, as the service does it. */
function rowAfter(op: Op, row: Row | undefined): Row {
  const { shelf, kind, id, value = null, at } = op;
  const isOldPlace = row && (row.op === "set" || time(op) <= time(row) + UNDO_MS);
  const created_at = isOldPlace ? row.created_at : at;
  return { op: op.op === "add" ? "set" : "removed", shelf: shelf as Shelf, kind, id, value, slug: null, created_at, at };
}
