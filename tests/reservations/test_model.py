"""Any sequence of what four people and an administrator do, while time passes, is answered as a plain model predicts."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from reservations.models import Claim, PlaceSettings, Primetime, Reservation, Trade
from reservations.services.pruning import prune_reservations
from tests.conftest import signed_in
from tests.reservations.calls import CALENDAR, PRIMETIME, RESERVATIONS, SETTINGS, TRADES

NAMES = ("Alice", "Bob", "Carol", "Dan")
START = datetime(2026, 5, 1, 12, tzinfo=UTC)  # a Friday
FIVE = timedelta(minutes=5)
numbers = count()

people = st.sampled_from(NAMES)
anybody = st.sampled_from([*NAMES, "Root"])
picks = st.integers(0, 99)
notes = st.sampled_from(["", "Four of us", "A surprise"])
# Days from today on, and times of day in minutes: few, so that people want the same ones, and some that nobody can have.
days = st.sampled_from([0, 1, 1, 1, 1, 2, 2, 90, 91])
times = st.sampled_from([30 * half for half in range(18, 42)] * 3 + [5 * five for five in range(96, 252)])
lengths = st.sampled_from([60] * 6 + [30, 30, 90, 90, 240, 480, 5, 485, 0, -30])
opens = st.sampled_from([480, 540, 540, 540, 600, 1200])
closes = st.sampled_from([1080, 1260, 1260, 1260, 1380, 545])
# Who does something about a reservation: mostly whose it is.
by_whom = st.sampled_from(["owner"] * 6 + ["Root", "Dan"])
weekdays = st.integers(0, 6)


def wall(minutes):
    return f"{minutes // 60:02}:{minutes % 60:02}:00"


def body_of(given):
    """Return the body of a change."""
    fields = {"day": "date", "start": "start_time", "end": "end_time", "notes": "notes"}
    return {
        fields[name]: wall(value) if name in {"start", "end"} else str(value) for name, value in given.items()
    }


def is_time(minutes):
    return 0 <= minutes < 24 * 60


@dataclass(frozen=True)
class Booked:
    """A reservation, as it should be."""

    owner: str
    day: date
    start: int
    end: int
    status: str
    notes: str = ""
    reason: str = ""

    @property
    def starts_at(self):
        return datetime.combine(self.day, time(), UTC) + timedelta(minutes=self.start)

    @property
    def ends_at(self):
        return datetime.combine(self.day, time(), UTC) + timedelta(minutes=self.end)

    def shown(self, now):
        return "EXPIRED" if self.status == "PENDING" and self.starts_at <= now else self.status

    def is_editable(self, now):
        return self.status in {"PENDING", "CONFIRMED"} and self.starts_at > now

    def holds(self, now):
        """Whether it holds its time: what was pending when it began does not, what is confirmed does to its end."""
        return self.shown(now) in {"PENDING", "CONFIRMED"}


@dataclass(frozen=True)
class Offered:
    """A trade, as it should be."""

    requester: str
    target: str
    own: int
    other: int
    is_open: bool = True
    end: str = "CANCELLED"


class FourPeople(RuleBasedStateMachine):
    clock = None  # of the test

    def __init__(self):
        super().__init__()
        for table in (Trade, Reservation, Primetime, PlaceSettings):
            table.objects.all().delete()
        self.clock.move_to(START)
        self.now = START
        number = next(numbers)
        self.users = {
            name: User.objects.create(
                email=f"{name}{number}@example.com", first_name=name, is_staff=name == "Root"
            )
            for name in (*NAMES, "Root")
        }
        self.clients = {}
        self.booked, self.trades, self.primetimes = {}, {}, {}
        self.hours = (9 * 60, 21 * 60)

    def call(self, name, method, address, body=None):
        """Return the status and what was said: the code of an error, with its details."""
        if name not in self.clients:
            self.clients[name] = signed_in(self.users[name])
        answer = getattr(self.clients[name], method)(address, body, format="json")
        said = answer.json() if answer.content else None
        if answer.status_code < 400:
            return answer.status_code, said
        return answer.status_code, said["error"]

    @initialize(hours=st.lists(st.integers(9, 20), min_size=10, max_size=10, unique=True))
    def everybody_has_booked(self, hours):
        self.add_primetime(weekday=5, start=17 * 60, length=120, is_active=True)
        for number, hour in enumerate(hours):
            self.book(name=NAMES[number % 4], days=1, start=60 * hour, length=60, notes="")

    # --- What the rules of the place say ---

    def is_refused(self, day, start, end):
        begins = datetime.combine(day, time(), UTC) + timedelta(minutes=start)
        opens, closes = self.hours
        return (
            end <= start
            or begins <= self.now
            or day > self.now.date() + timedelta(days=90)
            or end - start > 480
            or start < opens
            or end > closes
        )

    def status_of(self, day, start, end):
        is_primetime = any(
            weekday == day.weekday() and first < end and start < last
            for weekday, first, last, is_active in self.primetimes.values()
            if is_active
        )
        return "PENDING" if is_primetime else "CONFIRMED"

    def taken(self, day, start, end, *, but=None):
        """Return what others hold of that time, as it is named."""
        five = [
            minute
            for minute in range(start, end, 5)
            if any(
                id_ != but and each.holds(self.now) and each.day == day and each.start <= minute < each.end
                for id_, each in self.booked.items()
            )
        ]
        spans = []
        for minute in five:
            if spans and spans[-1][1] == minute:
                spans[-1][1] = minute + 5
            else:
                spans.append([minute, minute + 5])
        return [f"{day} {wall(first)} to {wall(last)}" for first, last in spans]

    def end_trades(self, *ids, but=None):
        for number, trade in self.trades.items():
            if trade.is_open and number != but and {trade.own, trade.other} & set(ids):
                self.trades[number] = replace(trade, is_open=False)

    def is_open(self, trade):
        sides = self.booked[trade.own], self.booked[trade.other]
        return trade.is_open and all(side.starts_at > self.now for side in sides)

    def pick(self, pick, found):
        """Return one of these ids, or now and then one that there is not."""
        return sorted(found)[pick % len(found)] if found and pick < 97 else 10**9

    def upcoming(self, name):
        return sum(each.owner == name and each.is_editable(self.now) for each in self.booked.values())

    # --- People ---

    @rule(name=anybody, days=days, start=times, length=lengths, notes=notes)
    def book(self, name, days, start, length, notes):
        day, end = self.now.date() + timedelta(days=days), start + length
        if not (is_time(start) and is_time(end)):
            return
        body = {"date": str(day), "start_time": wall(start), "end_time": wall(end), "notes": notes}
        status, said = self.call(name, "post", RESERVATIONS, body)
        if self.is_refused(day, start, end) or self.upcoming(name) >= 20:
            assert status == 400
        elif taken := self.taken(day, start, end):
            assert (status, said["code"], said["details"]) == (409, "SLOT_TAKEN", {"taken": taken})
        else:
            assert (status, said["status"]) == (201, self.status_of(day, start, end))
            self.booked[said["id"]] = Booked(name, day, start, end, said["status"], notes)

    @rule(
        by=by_whom,
        pick=picks,
        days=st.none() | days,
        start=st.none() | times,
        length=st.none() | lengths,
        notes=st.none() | notes,
    )
    def change(self, by, pick, days, start, length, notes):
        id_ = self.pick(pick, self.booked)
        old = self.booked.get(id_)
        name = getattr(old, by, "Alice" if by == "owner" else by)
        known = old or Booked("", self.now.date(), 600, 660, "")
        given = {} if notes is None else {"notes": notes}
        if days is not None:
            given["day"] = self.now.date() + timedelta(days=days)
        if start is not None:
            given["start"] = start
        if length is not None:
            given["end"] = given.get("start", known.start) + length
        new = replace(known, **given)
        if not is_time(new.end):
            return
        status, said = self.call(name, "put", f"{RESERVATIONS}{id_}/", body_of(given))
        if old is None or name not in {old.owner, "Root"}:
            assert status == 404
        else:
            self.expect_changed(id_, old, new, status, said)

    def expect_changed(self, id_, old, new, status, said):
        when = (new.day, new.start, new.end)
        is_moved = when != (old.day, old.start, old.end)
        if is_moved and new.end <= new.start:
            assert status == 400
        elif not old.is_editable(self.now):
            assert (status, said["code"]) == (409, "NOT_EDITABLE")
        elif is_moved and self.is_refused(*when):
            assert status == 400
        elif is_moved and (taken := self.taken(*when, but=id_)):
            assert (status, said["code"], said["details"]) == (409, "SLOT_TAKEN", {"taken": taken})
        else:
            assert status == 200
            if is_moved:
                new = replace(new, status=self.status_of(*when))
                self.end_trades(id_)
            self.booked[id_] = new

    @rule(by=by_whom, pick=picks)
    def cancel(self, by, pick):
        id_ = self.pick(pick, self.booked)
        old = self.booked.get(id_)
        name = getattr(old, by, "Alice" if by == "owner" else by)
        status, said = self.call(name, "delete", f"{RESERVATIONS}{id_}/")
        if old is None or name not in {old.owner, "Root"}:
            assert status == 404
        elif old.status != "CANCELLED" and not old.is_editable(self.now):
            assert (status, said["code"]) == (409, "NOT_EDITABLE")
        else:
            assert status == 204
            self.booked[id_] = replace(old, status="CANCELLED")
            self.end_trades(id_)

    # --- The administrator ---

    def decided(self, id_, action):
        """Decide in the model; return whether there was something to decide."""
        old = self.booked.get(id_)
        if old is None or old.shown(self.now) != "PENDING":
            return False
        status, reason = ("CONFIRMED", "") if action == "approve" else ("REJECTED", "Why not")
        self.booked[id_] = replace(old, status=status, reason=reason)
        return True

    @rule(
        name=st.sampled_from(["Root", "Root", "Root", "Alice"]),
        pick=picks,
        action=st.sampled_from(["approve", "reject"]),
    )
    def decide(self, name, pick, action):
        # Mostly about something that can be decided.
        pending = {id_ for id_, each in self.booked.items() if each.shown(self.now) == "PENDING"}
        id_ = self.pick(pick, pending or self.booked)
        body = {"action": action} | ({"rejection_reason": "Why not"} if action == "reject" else {})
        status, said = self.call(name, "post", f"{RESERVATIONS}{id_}/approve/", body)
        if name != "Root":
            assert status == 403
        elif id_ not in self.booked:
            assert status == 404
        elif self.decided(id_, action):
            assert status == 200
        else:
            assert (status, said["code"]) == (409, "NOT_EDITABLE")

    @rule(several=st.lists(picks, min_size=1, max_size=4), action=st.sampled_from(["approve", "reject"]))
    def decide_many(self, several, action):
        ids = [self.pick(pick, self.booked) for pick in several]
        body = {"action": action, "ids": ids} | (
            {"rejection_reason": "Why not"} if action == "reject" else {}
        )
        status, said = self.call("Root", "post", f"{RESERVATIONS}approve/", body)
        expected = []
        for id_ in dict.fromkeys(ids):
            done = "approved" if action == "approve" else "rejected"
            is_known = id_ in self.booked
            expected.append(
                (id_, done if self.decided(id_, action) else "not_pending" if is_known else "not_found")
            )
        assert status == 200
        assert [(each["id"], each["outcome"]) for each in said["results"]] == expected

    @rule(opens=st.none() | opens, closes=st.none() | closes)
    def change_hours(self, opens, closes):
        body = {}
        if opens is not None:
            body["business_start_time"] = wall(opens)
        if closes is not None:
            body["business_end_time"] = wall(closes)
        new = (self.hours[0] if opens is None else opens, self.hours[1] if closes is None else closes)
        status, _ = self.call("Root", "put", SETTINGS, body)
        assert status == (200 if new[0] < new[1] else 400)
        if status == 200:
            self.hours = new

    def is_primetime_refused(self, new, *, but=None):
        weekday, start, end, is_active = new
        return end <= start or (
            is_active
            and any(
                each[0] == weekday and each[3] and each[1] < end and start < each[2]
                for id_, each in self.primetimes.items()
                if id_ != but
            )
        )

    @rule(weekday=weekdays, start=times, length=lengths, is_active=st.sampled_from([True, True, False]))
    def add_primetime(self, weekday, start, length, is_active):
        new = (weekday, start, start + length, is_active)
        if not is_time(start + length):
            return
        body = {
            "weekday": weekday,
            "start_time": wall(start),
            "end_time": wall(new[2]),
            "is_active": is_active,
        }
        status, said = self.call("Root", "post", PRIMETIME, body)
        assert status == (400 if self.is_primetime_refused(new) else 201)
        if status == 201:
            self.primetimes[said["id"]] = new

    @precondition(lambda self: self.primetimes)
    @rule(pick=picks, weekday=weekdays, is_active=st.booleans(), is_gone=st.booleans())
    def change_primetime(self, pick, weekday, is_active, is_gone):
        id_ = self.pick(pick, self.primetimes)
        address, old = f"{PRIMETIME}{id_}/", self.primetimes.get(id_)
        if old is None:
            assert self.call("Root", "delete", address)[0] == 404
        elif is_gone:
            assert self.call("Root", "delete", address)[0] == 204
            del self.primetimes[id_]
        else:
            new = (weekday, *old[1:3], is_active)
            status, _ = self.call("Root", "put", address, {"weekday": weekday, "is_active": is_active})
            assert status == (400 if self.is_primetime_refused(new, but=id_) else 200)
            if status == 200:
                self.primetimes[id_] = new

    # --- Swaps ---

    @rule(pick=picks, other=picks, name=people, is_own=st.sampled_from([True, True, True, True, False]))
    def offer(self, pick, other, name, is_own):
        mine = {id_ for id_, each in self.booked.items() if each.owner == name}
        own = self.pick(pick, mine if is_own else self.booked)
        theirs = {id_ for id_ in self.booked if id_ not in mine and self.booked[id_].is_editable(self.now)}
        other = self.pick(other, theirs if is_own and theirs else self.booked)
        body = {"requester_reservation_id": own, "target_reservation_id": other}
        status, said = self.call(name, "post", TRADES, body)
        sides = self.booked.get(own), self.booked.get(other)
        if sides[0] is None or sides[0].owner != name or sides[1] is None:
            assert status == 404
        elif sides[1].owner == name:
            assert status == 400
        elif not all(side.status == "CONFIRMED" and side.starts_at > self.now for side in sides):
            assert (status, said["code"]) == (409, "NOT_EDITABLE")
        elif any(t.is_open and (t.own, t.other) == (own, other) for t in self.trades.values()):
            assert (status, said["code"]) == (409, "CONFLICT")
        else:
            assert status == 201
            self.trades[said["id"]] = Offered(name, sides[1].owner, own, other)

    @precondition(lambda self: self.trades)
    @rule(
        pick=picks,
        by=st.sampled_from(["target", "target", "target", "requester", "Dan"]),
        is_accepted=st.booleans(),
    )
    def answer(self, pick, by, is_accepted):
        id_ = self.pick(pick, {i for i, t in self.trades.items() if self.is_open(t)} or self.trades)
        trade = self.trades.get(id_)
        name = getattr(trade, by, "Dan")
        body = {"action": "accept" if is_accepted else "reject"}
        status, said = self.call(name, "post", f"{TRADES}{id_}/", body)
        if trade is None or name not in {trade.requester, trade.target}:
            assert status == 404
        elif not self.is_open(trade):
            assert (status, said["code"]) == (409, "NOT_EDITABLE")
        elif name != trade.target:
            assert status == 403
        else:
            assert (status, said["status"]) == (200, "ACCEPTED" if is_accepted else "REJECTED")
            self.trades[id_] = replace(trade, is_open=False, end=said["status"])
            if is_accepted:
                self.booked[trade.own] = replace(self.booked[trade.own], owner=trade.target)
                self.booked[trade.other] = replace(self.booked[trade.other], owner=trade.requester)
                self.end_trades(trade.own, trade.other, but=id_)

    @precondition(lambda self: self.trades)
    @rule(pick=picks, by=st.sampled_from(["requester", "requester", "requester", "target", "Dan"]))
    def take_back(self, pick, by):
        id_ = self.pick(pick, self.trades)
        trade = self.trades.get(id_)
        name = getattr(trade, by, "Dan")
        status, said = self.call(name, "delete", f"{TRADES}{id_}/")
        if trade is None or name not in {trade.requester, trade.target}:
            assert status == 404
        elif name != trade.requester:
            assert status == 403
        elif trade.is_open or trade.end == "CANCELLED":
            assert status == 204
            self.trades[id_] = replace(trade, is_open=False)
        else:
            assert (status, said["code"]) == (409, "NOT_EDITABLE")

    # --- Time ---

    @rule(minutes=st.sampled_from([5, 5, 30, 60, 60, 120, 240, 12 * 60]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)
        self.clock.move_to(self.now)
        self.clients.clear()  # Their tokens have expired.

    @rule()
    def prune(self):
        prune_reservations()
        assert not Reservation.objects.filter(status="PENDING", starts_at__lte=self.now).exists()

    # --- Looking ---

    @rule(name=people)
    def look_at_the_list(self, name):
        _, said = self.call(name, "get", f"{RESERVATIONS}?limit=100")
        own = {id_: each for id_, each in self.booked.items() if each.owner == name}
        shown = [(row["id"], row["status"], row["notes"], row["start_time"]) for row in said["results"]]
        assert shown == [
            (id_, each.shown(self.now), each.notes, wall(each.start))
            for id_, each in sorted(own.items(), key=lambda row: (row[1].starts_at, row[0]), reverse=True)
        ]

    @rule(name=people)
    def look_at_trades(self, name):
        _, said = self.call(name, "get", f"{TRADES}?open=true&limit=100")
        for word in ("sent", "received"):
            side = "requester" if word == "sent" else "target"
            expected = {i for i, t in self.trades.items() if self.is_open(t) and getattr(t, side) == name}
            assert {trade["id"] for trade in said[word]} == expected

    @rule(name=anybody)
    def look_at_the_calendar(self, name):
        first = self.now.date()
        last = first + timedelta(days=3)
        _, said = self.call(name, "get", f"{CALENDAR}?start_date={first}&end_date={last}")
        for day in said["calendar"]:
            when = date.fromisoformat(day["date"])
            holding = sorted(
                (each.start, id_, each.owner == name)
                for id_, each in self.booked.items()
                if each.day == when and each.holds(self.now)
            )
            shown = [(slot["start_time"], slot["id"], slot["is_own"]) for slot in day["reserved_slots"]]
            assert shown == [(wall(start), id_, is_own) for start, id_, is_own in holding]
            slots = [(start, start + 60) for start in range(self.hours[0], self.hours[1] - 59, 60)]
            assert [
                (slot["start_time"], slot["type"], slot["available"]) for slot in day["available_slots"]
            ] == [
                (
                    wall(start),
                    "primetime" if self.status_of(when, start, end) == "PENDING" else "regular",
                    not self.is_refused(when, start, end) and not self.taken(when, start, end),
                )
                for start, end in slots
            ]

    # --- What always holds ---

    @invariant()
    def the_table_is_as_it_should_be(self):
        names = {user.pk: name for name, user in self.users.items()}
        rows = Reservation.objects.all()
        assert {
            row.pk: (names[row.user_id], row.starts_at, row.ends_at, row.status_at(self.now), row.notes)
            for row in rows
        } == {
            id_: (each.owner, each.starts_at, each.ends_at, each.shown(self.now), each.notes)
            for id_, each in self.booked.items()
        }
        assert {row.pk: row.rejection_reason for row in rows} == {
            id_: each.reason for id_, each in self.booked.items()
        }

    @invariant()
    def trades_are_as_they_should_be(self):
        stored = Trade.objects.select_related("requester_reservation", "target_reservation")
        assert {trade.pk: trade.status_at(self.now) for trade in stored} == {
            id_: "PENDING" if self.is_open(each) else each.end for id_, each in self.trades.items()
        }

    @invariant()
    def nobody_holds_a_slot_twice_and_each_what_they_should(self):
        """Claims of what is past, and of what was pending when it began, go when somebody needs their time, or by and by."""
        expected = {}
        for id_, each in self.booked.items():
            moment = each.starts_at
            while each.holds(self.now) and moment < each.ends_at:
                assert moment not in expected
                expected[moment] = id_
                moment += FIVE
        overdue = {id_ for id_, each in self.booked.items() if each.shown(self.now) == "EXPIRED"}
        stored = {
            datetime.fromtimestamp(300 * slot, UTC): id_
            for slot, id_ in Claim.objects.values_list("slot", "reservation_id")
            if id_ not in overdue
        }
        assert stored.keys() <= expected.keys()
        assert {at: id_ for at, id_ in expected.items() if at >= self.now} == {
            at: id_ for at, id_ in stored.items() if at >= self.now
        }


@pytest.mark.django_db
def test_whatever_four_people_and_an_administrator_do_the_service_says_what_a_model_says(clock):
    FourPeople.clock = clock

    run_state_machine_as_test(
        FourPeople,
        settings=settings(
            max_examples=8,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
