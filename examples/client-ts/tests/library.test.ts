/**
 * What a person sees of their library, and that all their devices agree in the end.
 *
 *   ORIGIN=http://localhost:8000 UPSTREAM=http://localhost:9000 [RUNS=60] [SEED=1] npm test
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ApiError } from "../client.js";
import { LocalLibrary } from "../library.js";
import { Cut, device, devices, exported, ITEMS, linked, MANY, sorted, told, type Call, type Device, type Many } from "./devices.js";

const MINUTE = 60_000;
const { ORIGIN = "", UPSTREAM = "", RUNS = "60", SEED = "1" } = process.env;

/** Let it fail where the network does, and nowhere else; return whether it was done. */
async function tried(work: Promise<unknown>): Promise<boolean> {
  return work.then(() => true, (failure: unknown) => {
    if (failure instanceof Cut || (failure instanceof ApiError && failure.status === 404)) return false;
    throw failure;
  });
}

const item = fc.nat(ITEMS.length - 1);
const value = fc.option(fc.integer({ min: 1, max: 5 }), { freq: 2 });
const calls = fc.array(fc.constantFrom<Call>("good", "not sent", "answer lost"), { maxLength: 5 });
const step = fc.record({
  who: fc.nat(2),
  calls,
  what: fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("set" as const), item, value }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("call" as const), item, value }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant("sync" as const), meanwhile: fc.option(fc.record({ item, value })) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("sync, and others too" as const), item, value }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("call for many" as const), how: fc.constantFrom(...Object.keys(MANY) as Many[]) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("start anew" as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("lose the cursor" as const), to: fc.constantFrom("a later version", "another person", "nonsense") }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("turn the clock" as const), by: fc.constantFrom(-60, -1, 0, 2, 60), stands: fc.boolean() }) },
  ),
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Let a device do a step; note in `called` which items a route other than the queue was asked to change. */
async function play(all: Device[], { who, calls, what }: Step, called: Set<number>): Promise<void> {
  const it = all[who % all.length]!;
  it.calls = [...calls];
  if (what.do === "set") it.set(ITEMS[what.item]!, what.value);
  if (what.do === "call") await tried(it.call(ITEMS[what.item]!, what.value)).finally(() => called.add(what.item));
  if (what.do === "start anew") it.start();
  if (what.do === "sync") {
    const { meanwhile } = what;
    if (meanwhile) it.meanwhile = () => it.set(ITEMS[meanwhile.item]!, meanwhile.value);
    const isDone = await tried(it.library.sync());
    if (isDone) assert.equal(it.library.waiting, 0);
  }
  if (what.do === "call for many") {
    await tried(it.callForMany(what.how));
    for (const number of MANY[what.how]) called.add(number);
  }
  if (what.do === "sync, and others too") {
    called.add(what.item);
    await Promise.all([...all.map(({ library }) => tried(library.sync())), tried(all[0]!.call(ITEMS[what.item]!, what.value))]);
  }
  if (what.do === "lose the cursor" && it.state.cursor) {
    const [person, version, beginning] = it.state.cursor.split(".").map(Number);
    const cursor = { "a later version": `${person}.${version + 1000}.${beginning}`, "another person": `${person + 1}.${version}.${beginning}`, nonsense: "?" }[what.to];
    it.stored.set("library", JSON.stringify({ ...it.state, cursor }));
    it.start();
  }
  if (what.do === "turn the clock") {
    const at = Date.now() + what.by * MINUTE;
    it.clock = what.stands ? () => at : () => Date.now() + what.by * MINUTE;
  }
  it.calls = [];
  it.meanwhile = undefined;
}

test("whatever devices do and wherever the network breaks, in the end all know what the service says", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 3 }), fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), async (count, steps) => {
      const all = await devices(count);
      const called = new Set<number>();
      for (const one of steps) await play(all, one, called);

      for (const { library } of all) await library.sync();
      for (const { library } of all) await library.sync();

      const expected = await exported(all[0]!);
      const link = await linked(all[0]!);
      const listed = (await all[0]!.client.call("get", "/api/v1/users/me/favorites/")).results;
      const isOrderTold = new Set(listed.map(({ created_at }) => created_at)).size === listed.length;
      for (const { library } of all) {
        assert.deepEqual(sorted(library.entries().filter(({ shelf }) => shelf !== "share").map(told)), expected);
        assert.deepEqual(library.entries("share").map(({ slug }) => slug), link);
        if (isOrderTold) assert.deepEqual(library.entries("favorites").map(({ id }) => id), listed.map((row) => ("flyer_id" in row ? row.flyer_id : row.id)));
      }
      assert.deepEqual(all.map(({ library }) => library.waiting), all.map(() => 0));
      // Where nobody used another route, the last op counts.
      const rejected = new Set(all.flatMap((one) => one.rejected.map(({ op }) => op.op_id)));
      const ops = all.flatMap((one) => one.ops).filter(({ op_id }) => !rejected.has(op_id));
      for (const [number, [shelf, kind, id]] of ITEMS.entries()) {
        if (called.has(number)) continue;
        const ours = ops.filter((op) => op.shelf === shelf && op.kind === kind && op.id === id);
        const last = ours.sort((a, b) => (a.at + a.op_id < b.at + b.op_id ? -1 : 1)).at(-1);
        const row = all[0]!.library.get(shelf, kind, id);
        assert.deepEqual([row !== undefined, row?.value ?? null], [last?.op === "add", last?.op === "add" ? last.value ?? null : null]);
      }
      for (const { rejected } of all)
        for (const { op, result } of rejected) assert.equal(result, op.id === 999_999 && result !== "refused" ? "not_found" : "refused");
    }),
    // Looking for a shorter failure takes long; it ends in time to be printed.
    { seed: Number(SEED), numRuns: Number(RUNS), interruptAfterTimeLimit: Number(RUNS) * 1000, markInterruptAsFailure: true },
  );
});

test("what was sent is seen although the changes could not be read", async () => {
  const one = await device();
  one.set(ITEMS[0]!, 1);
  one.calls = ["good", "not sent"];

  await assert.rejects(one.library.sync(), Cut);

  assert.deepEqual([one.library.waiting, one.library.has(...ITEMS[0]!)], [0, true]);
});

test("what the service cannot judge now is seen, waits, and is sent again", async () => {
  const one = await device();
  const turn = (changes: object) => fetch(`${UPSTREAM}/_control`, { method: "PATCH", body: JSON.stringify(changes) });

  await turn({ mode: "down" });
  let id = 100; // the first of which there is no copy that could be believed
  while ((await fetch(`${ORIGIN}/api/v1/flyers/${id}/`)).ok) id += 1;
  one.library.add("favorites", "flyer", id);
  await one.library.sync().finally(() => turn({ mode: "ok" }));

  assert.deepEqual([one.library.waiting, one.library.has("favorites", "flyer", id)], [1, true]);
  while (one.library.waiting) await one.library.sync();
  assert.equal((await exported(one)).length, 1);
  assert.deepEqual(one.rejected, []);
});

test("an op that cannot be read is refused, and holds up no other", async () => {
  const one = await device();
  for (const id of [1.5, 365, 364, -1, 363, 1e300]) one.library.add("favorites", "flyer", id);

  await one.library.sync();

  assert.deepEqual(one.library.entries().map(({ id }) => id).sort(), [363, 364, 365]);
  assert.deepEqual(one.rejected.map(({ op, result }) => [op.id, result]), [[1.5, "refused"], [-1, "refused"], [1e300, "refused"]]);
});

test("calls of sync that overlap share a run, and what is done meanwhile is in it", async () => {
  const one = await device();
  const before = one.count;
  one.meanwhile = () => one.set(ITEMS[0]!, 1);

  await Promise.all([one.library.sync(), one.library.sync(), one.library.sync()]);

  assert.equal(one.count - before, 3); // changes, ops, changes
  assert.equal(one.library.waiting, 0);
});

test("moments increase while the clock stands or goes back, and an hour ahead harms only while it lasts", async () => {
  const one = await device();
  const now = Date.now();
  for (const [number, time] of [now, now, now - 60 * MINUTE].entries()) {
    one.clock = () => time;
    one.set(ITEMS[number]!, 1);
  }
  await one.library.sync();
  assert.deepEqual(one.ops.map(({ at }) => Date.parse(at)), [now, now + 1, now + 2]);

  one.clock = () => now + 60 * MINUTE;
  one.set(ITEMS[3]!, 1);
  await one.library.sync();
  one.clock = () => Date.now();
  one.set(ITEMS[3]!, 2);
  await one.library.sync();

  assert.deepEqual(one.rejected.map(({ result }) => result), ["refused"]);
  assert.equal(one.library.get(...ITEMS[3]!)?.value, 2);
});

test("an op that waits is not seen any more once something later is known", async () => {
  const [one, other] = await devices(2) as [Device, Device];
  await other.call(ITEMS[0]!, 1);
  one.clock = () => Date.now() - 60 * MINUTE;
  one.meanwhile = () => one.set(ITEMS[0]!, null);
  one.calls = ["good", "not sent"]; // the changes, and not the op

  await assert.rejects(one.library.sync(), Cut);

  assert.deepEqual([one.library.waiting, one.library.has(...ITEMS[0]!)], [1, true]);
});

test("what is removed and added again is seen in its old place, as the service does it", async () => {
  const one = await device();
  one.set(ITEMS[0]!, 1);
  await one.library.sync();
  const { created_at } = one.library.get(...ITEMS[0]!)!;

  for (const isSynced of [false, true]) {
    one.set(ITEMS[0]!, null);
    if (isSynced) await one.library.sync();
    one.set(ITEMS[0]!, 1);
    assert.equal(one.library.get(...ITEMS[0]!)!.created_at, created_at);
    await one.library.sync();
    assert.equal(one.library.get(...ITEMS[0]!)!.created_at, created_at);
  }
});

test("an answer of any route tells whether there is something to read", async () => {
  const [one, other] = await devices(2) as [Device, Device];
  await one.library.sync();
  await other.call(ITEMS[0]!, 1);

  let headers = new Headers();
  await one.client.call("get", "/api/v1/auth/me/", { onHeaders: (given) => (headers = given) });

  assert.equal(one.library.isBehind(new Response(null, { headers })), true);
  await one.library.sync();
  assert.equal(one.library.isBehind(new Response(null, { headers })), false);
});

test("a store that is full changes nothing", async () => {
  const one = await device();
  const full = { getItem: () => null, setItem: () => { throw new RangeError("full"); } };
  const library = new LocalLibrary(one.client, full, "library");

  assert.throws(() => library.add("favorites", "flyer", 365), RangeError);

  assert.deepEqual(library.entries(), []);
});
