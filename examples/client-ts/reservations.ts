/** Time that people book: what the calendar of the place offers, and what they do with it. Copy it beside `client.ts`; docs/reservations.md has the rules. */
import { ApiError, type FlyersClient } from "./client.js";
import type { components } from "./schema.js";

type Schemas = components["schemas"];
export type Reservation = Schemas["Reservation"];
export type Trade = Schemas["Trade"];
export type Day = Schemas["CalendarDay"];
export type Wish = Schemas["NewReservationRequest"];
export type Change = Schemas["ReservationChangeRequest"];
/** A date and two times of day, as the clock of the place shows them. */
export type Taken = Pick<Reservation, "date" | "start_time" | "end_time">;

/** Somebody else holds some of that time; `taken` says which of it, in order. */
export class SlotTakenError extends ApiError {
  get taken(): Taken[] {
    return (this.error.details?.taken ?? []).map((text) => {
      const [, date = "", start_time = "", end_time = ""] = /^(\S+) (\S+) to (\S+)$/.exec(text) ?? [];
      return { date, start_time, end_time };
    });
  }
}

/** It has begun, or was decided, cancelled or answered: what was asked for will never be possible again. */
export class NotEditableError extends ApiError {}

/** Each write throws `SlotTakenError`, `NotEditableError`, or another `ApiError`. */
export class Reservations {
  constructor(readonly client: FlyersClient) {}

  /** The days from one to another, both included; at most 62. */
  async calendar(start_date: string, end_date: string): Promise<Day[]> {
    return (await this.client.call("get", "/api/v1/reservations/calendar/", { query: { start_date, end_date } })).calendar;
  }

  /** What the person has before them: reservations, open swaps, and what changed last. */
  dashboard(): Promise<Schemas["Dashboard"]> {
    return this.client.call("get", "/api/v1/reservations/dashboard/");
  }

  /** Book time: `CONFIRMED`, or `PENDING` if any of it is primetime. */
  book(body: Wish): Promise<Reservation> {
    return once((idempotencyKey) => this.client.call("post", "/api/v1/reservations/", { body, idempotencyKey }));
  }

  /** Change what is given. Another time is judged as a new one, and ends offers to swap it. */
  move(reservation_id: number, body: Change): Promise<Reservation> {
    return once((idempotencyKey) => this.client.call("put", "/api/v1/reservations/{reservation_id}/", { path: { reservation_id }, body, idempotencyKey }));
  }

  cancel(reservation_id: number): Promise<undefined> {
    return once((idempotencyKey) => this.client.call("delete", "/api/v1/reservations/{reservation_id}/", { path: { reservation_id }, idempotencyKey }));
  }

  /** A page of the swaps that the person has offered, and of those that they were offered; only open ones, or only others. */
  swaps(query: { open?: boolean; page?: number; limit?: number } = {}): Promise<Schemas["Trades"]> {
    return this.client.call("get", "/api/v1/reservations/trades/", { query });
  }

  /** Offer a reservation of one's own for somebody else's. */
  offer(requester_reservation_id: number, target_reservation_id: number, message = ""): Promise<Trade> {
    const body = { requester_reservation_id, target_reservation_id, message };
    return once((idempotencyKey) => this.client.call("post", "/api/v1/reservations/trades/", { body, idempotencyKey }));
  }

  /** Answer an offer; accepted, the two reservations change their owners. */
  answer(trade_id: number, action: Schemas["AnswerEnum"], response_message = ""): Promise<Trade> {
    const body = { action, response_message };
    return once((idempotencyKey) => this.client.call("post", "/api/v1/reservations/trades/{trade_id}/", { path: { trade_id }, body, idempotencyKey }));
  }

  /** Take an offer of one's own back. */
  withdraw(trade_id: number): Promise<undefined> {
    return once((idempotencyKey) => this.client.call("delete", "/api/v1/reservations/trades/{trade_id}/", { path: { trade_id }, idempotencyKey }));
  }

  /** For administrators: approve what is pending. */
  approve(reservation_id: number): Promise<Reservation> {
    return this.#decide(reservation_id, { action: "approve" });
  }

  /** For administrators: reject what is pending, and say why. */
  reject(reservation_id: number, rejection_reason: string): Promise<Reservation> {
    return this.#decide(reservation_id, { action: "reject", rejection_reason });
  }

  /** For administrators: decide about up to 50; each result says what became of one. */
  async decideMany(body: Schemas["DecisionOfManyRequest"]): Promise<Schemas["DecidedReservation"][]> {
    return (await once((idempotencyKey) => this.client.call("post", "/api/v1/reservations/approve/", { body, idempotencyKey }))).results;
  }

  #decide(reservation_id: number, body: Schemas["DecisionRequest"]): Promise<Reservation> {
    return once((idempotencyKey) => this.client.call("post", "/api/v1/reservations/{reservation_id}/approve/", { path: { reservation_id }, body, idempotencyKey }));
  }
}

/** Do a write once: if the network breaks it is sent a second time with the same key, and so not done twice. */
async function once<T>(write: (idempotencyKey: string) => Promise<T>): Promise<T> {
  const key = crypto.randomUUID();
  try {
    return await write(key).catch((failure: unknown) => {
      if (failure instanceof ApiError) throw failure;
      return write(key);
    });
  } catch (failure) {
    if (!(failure instanceof ApiError)) throw failure;
    if (failure.error.code === "SLOT_TAKEN") throw new SlotTakenError(failure.status, failure.error);
    if (failure.error.code === "NOT_EDITABLE") throw new NotEditableError(failure.status, failure.error);
    throw failure;
  }
}
