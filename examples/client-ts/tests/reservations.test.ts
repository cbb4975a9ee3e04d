/**
 * Two people and an administrator at one place, by the typed client alone.
 *
 *   ORIGIN=http://localhost:8000 ADMINISTRATOR=alice@example.com PASSWORD=… npm test
 */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ApiError, FlyersClient } from "../client.js";
import { NotEditableError, Reservations, SlotTakenError, type Day } from "../reservations.js";

const { ORIGIN = "", ADMINISTRATOR = "", PASSWORD = "" } = process.env;
const DAY_MS = 86_400_000;

/** Somebody whose network can be made to break after the service has done what was asked. */
class Person {
  isAnswerLost = false;
  keys: (string | null)[] = []; // the Idempotency-Key of each request
  client = new FlyersClient(ORIGIN, async (address, options) => {
    this.keys.push(new Headers(options?.headers).get("Idempotency-Key"));
    const response = await fetch(address, options);
    if (!this.isAnswerLost) return response;
    this.isAnswerLost = false;
    await response.arrayBuffer();
    throw new TypeError("the network broke");
  });
  reservations = new Reservations(this.client);
}

let people = 0;

async function person(first_name: string): Promise<Person> {
  const found = new Person();
  const body = { email: `booking-${process.pid}-${(people += 1)}@flyers.test`, password: PASSWORD, first_name };
  await found.client.call("post", "/api/v1/auth/register/", { body });
  await found.client.signIn(body.email, PASSWORD);
  return found;
}

const administrator = new Person();
let days: Day[]; // that are wholly free, each used by one test

/** The place as the tests want it, whatever others have made of it: open from 9 to 21, primetime every day from 18 on. */
before(async () => {
  const { client } = administrator;
  await client.signIn(ADMINISTRATOR, PASSWORD);
  for (const { id } of (await client.call("get", "/api/v1/reservations/admin/primetime/")).results)
    await client.call("delete", "/api/v1/reservations/admin/primetime/{primetime_id}/", { path: { primetime_id: id } });
  for (let weekday = 0; weekday < 7; weekday += 1)
    await client.call("post", "/api/v1/reservations/admin/primetime/", { body: { weekday, start_time: "18:00", end_time: "21:00" } });
  const hours = { business_start_time: "09:00", business_end_time: "21:00", slot_duration_minutes: 60 };
  await client.call("put", "/api/v1/reservations/admin/settings/", { body: hours });

  const after = (number: number) => new Date(Date.now() + number * DAY_MS).toISOString().slice(0, 10);
  const found = await administrator.reservations.calendar(after(2), after(60));
  days = found.filter(({ available_slots, reserved_slots }) => !reserved_slots.length && available_slots.every(({ available }) => available));
});

const freeDay = () => days.shift()!.date;

test("what one has booked nobody else can book, and the error says what is taken", async () => {
  const [bob, carol] = [await person("Bob"), await person("Carol")];
  const date = freeDay();

  const booked = await bob.reservations.book({ date, start_time: "10:00", end_time: "11:30", notes: "Four of us" });

  assert.deepEqual([booked.status, booked.start_time, booked.user.name], ["CONFIRMED", "10:00:00", "Bob"]);
  await assert.rejects(carol.reservations.book({ date, start_time: "11:00", end_time: "13:00" }), (failure) => {
    assert.ok(failure instanceof SlotTakenError);
    assert.deepEqual(failure.taken, [{ date, start_time: "11:00:00", end_time: "11:30:00" }]);
    return true;
  });
  const [seen] = await carol.reservations.calendar(date, date);
  assert.deepEqual(seen?.reserved_slots, [{ id: booked.id, start_time: "10:00:00", end_time: "11:30:00", name: "Bob", is_own: false }]);
  assert.deepEqual(seen?.available_slots.filter(({ available }) => !available).map(({ start_time }) => start_time), ["10:00:00", "11:00:00"]);
});

test("a booking whose answer is lost is sent again, and books once", async () => {
  const bob = await person("Bob");
  const date = freeDay();
  bob.keys = [];
  bob.isAnswerLost = true;

  const booked = await bob.reservations.book({ date, start_time: "10:00", end_time: "11:00" });

  assert.equal(bob.keys.length, 2);
  assert.ok(bob.keys[0]);
  assert.equal(bob.keys[0], bob.keys[1]);
  assert.deepEqual((await bob.reservations.dashboard()).upcoming_reservations, [booked]);
});

test("what is moved leaves its old time to others, and what is cancelled can't be moved", async () => {
  const [bob, carol] = [await person("Bob"), await person("Carol")];
  const date = freeDay();
  const { id } = await bob.reservations.book({ date, start_time: "10:00", end_time: "11:00" });

  const moved = await bob.reservations.move(id, { start_time: "10:30", end_time: "11:30" });

  assert.deepEqual([moved.start_time, moved.end_time], ["10:30:00", "11:30:00"]);
  await carol.reservations.book({ date, start_time: "09:30", end_time: "10:30" });
  await assert.rejects(bob.reservations.move(id, { start_time: "10:00" }), SlotTakenError);
  await bob.reservations.cancel(id);
  await assert.rejects(bob.reservations.move(id, { notes: "Wait!" }), NotEditableError);
  await assert.rejects(bob.reservations.book({ date, start_time: "21:00", end_time: "22:00" }), (failure) => {
    assert.ok(failure instanceof ApiError && !(failure instanceof SlotTakenError));
    assert.deepEqual([failure.status, Object.keys(failure.error.details ?? {})], [400, ["end_time"]]);
    return true;
  });
});

test("primetime waits for an administrator, who decides once", async () => {
  const bob = await person("Bob");
  const date = freeDay();
  const wished = ["18:00", "19:00", "20:00"].map((start_time) => ({ date, start_time, end_time: start_time.replace("00", "30") }));
  const [first, second, third] = await Promise.all(wished.map((wish) => bob.reservations.book(wish)));
  assert.deepEqual([first?.status, second?.status, third?.status], ["PENDING", "PENDING", "PENDING"]);

  assert.equal((await administrator.reservations.approve(first!.id)).status, "CONFIRMED");
  const rejected = await administrator.reservations.reject(second!.id, "The league plays.");
  const decided = await administrator.reservations.decideMany({ action: "approve", ids: [first!.id, third!.id] });

  assert.deepEqual([rejected.status, rejected.rejection_reason], ["REJECTED", "The league plays."]);
  assert.deepEqual(decided.map(({ outcome }) => outcome), ["not_pending", "approved"]);
  await assert.rejects(administrator.reservations.reject(first!.id, "After all."), NotEditableError);
  await assert.rejects(bob.reservations.approve(third!.id), (failure) => failure instanceof ApiError && failure.error.code === "PERMISSION_DENIED");
});

test("two people swap, and what has been answered is closed", async () => {
  const [bob, carol] = [await person("Bob"), await person("Carol")];
  const date = freeDay();
  const morning = await bob.reservations.book({ date, start_time: "09:00", end_time: "10:00" });
  const noon = await carol.reservations.book({ date, start_time: "12:00", end_time: "13:00" });
  const late = await carol.reservations.book({ date, start_time: "16:00", end_time: "17:00" });
  const offered = await bob.reservations.offer(morning.id, noon.id, "Would mornings suit you?");
  const other = await bob.reservations.offer(morning.id, late.id);
  await bob.reservations.withdraw(other.id);

  const { received } = await carol.reservations.swaps({ open: true });
  const accepted = await carol.reservations.answer(offered.id, "accept", "Gladly.");

  assert.deepEqual(received.map(({ id, message }) => [id, message]), [[offered.id, "Would mornings suit you?"]]);
  assert.deepEqual([accepted.status, accepted.response_message], ["ACCEPTED", "Gladly."]);
  const upcoming = async ({ reservations }: Person) => (await reservations.dashboard()).upcoming_reservations.map(({ id }) => id);
  assert.deepEqual([await upcoming(bob), await upcoming(carol)], [[noon.id], [morning.id, late.id]]);
  await assert.rejects(bob.reservations.withdraw(offered.id), NotEditableError);
  await assert.rejects(carol.reservations.answer(other.id, "reject"), NotEditableError);
});
