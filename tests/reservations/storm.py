"""The storm: many people book, move, cancel and swap the same few days at once, through two servers on one database.

``make storm``, or ``python -m tests.reservations.storm [--people 60] [--attempts 200] [--stores sqlite postgres] [--seed 1]
[--calm 3] [--kill]``: it prints a line of figures for each store, and every violation of "nobody holds a slot twice" that it found.
PostgreSQL is that of TEST_DATABASE_URL, or one on this machine; the storm has a database of its own there. With ``--kill`` one of
the servers is killed in the middle of it, and another one takes its place.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg

from tests.operations.programs import Answer, Server

RESERVATIONS = "/api/v1/reservations/"
TRADES = f"{RESERVATIONS}trades/"
ADMINISTRATORS = 2
DAYS = 4
LOCAL_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
OPEN, CLOSE, GRID = 9 * 60, 21 * 60, 5  # the hours of the place, in minutes of the day
MAX_UPCOMING = 20

# What each kind of attempt may be answered; whatever else comes is a violation.
TAKEN, CLOSED, MOVED = (409, "SLOT_TAKEN"), (409, "NOT_EDITABLE"), (409, "CONFLICT")
REFUSED, GONE = (400, "VALIDATION_ERROR"), (404, "NOT_FOUND")
EXPECTED = {
    "book": {(201, ""), TAKEN, REFUSED, MOVED},
    "move": {(200, ""), TAKEN, CLOSED, GONE, MOVED},
    "note": {(200, ""), CLOSED, GONE, MOVED},
    "cancel": {(204, ""), CLOSED, GONE, MOVED},
    "offer": {(201, ""), CLOSED, GONE, REFUSED, MOVED},
    "accept": {(200, ""), CLOSED, MOVED},
    "decline": {(200, ""), CLOSED, MOVED},
    "take back": {(204, ""), CLOSED, MOVED},
    "approve": {(200, ""), CLOSED, MOVED},
    "reject": {(200, ""), CLOSED, MOVED},
    "decide many": {(200, ""), MOVED},
    "look": {(200, "")},
}

# Nobody's password is needed: their tokens are made here, and live longer than the storm.
_PREPARE = """
import json
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
from accounts import tokens
from accounts.models import User
from accounts.sessions import open_session
from reservations.models import Primetime
call_command("migrate", verbosity=0)
Primetime.objects.bulk_create([Primetime(weekday=day, start_time="17:00", end_time="19:00") for day in range(7)])
until, people = timezone.now() + timedelta(hours=4), []
for number in range({people} + {administrators}):
    is_staff = number >= {people}
    user = User.objects.create(email=f"p{{number}}@flyers.test", first_name=f"P{{number}}", is_staff=is_staff)
    session = open_session(user=user).session
    people.append((user.pk, tokens.sign(session, "access", until=until, token_id=tokens.new_id())))
print(json.dumps(people))
"""
_READ = """
import json
from reservations.models import Claim, Reservation, Trade
print(json.dumps({
    "reservations": [
        (row.pk, row.user_id, row.status, int(row.starts_at.timestamp()), int(row.ends_at.timestamp()))
        for row in Reservation.objects.order_by("pk")
    ],
    "claims": list(Claim.objects.values_list("slot", "reservation_id")),
    "trades": list(Trade.objects.order_by("pk").values_list(
        "pk", "status", "requester_id", "target_id", "requester_reservation_id", "target_reservation_id"
    )),
}))
"""


class Row(NamedTuple):
    """A reservation in the table; its ends are seconds since 1970."""

    id: int
    user: int
    status: str
    start: int
    end: int

    @property
    def holds(self) -> bool:
        return self.status in {"PENDING", "CONFIRMED"}


class TradeRow(NamedTuple):
    """A trade in the table."""

    id: int
    status: str
    requester: int
    target: int
    own: int
    other: int


class Tables(NamedTuple):
    """What is stored once the storm is over."""

    reservations: dict[int, Row]
    claims: list[tuple[int, int]]
    trades: dict[int, TradeRow]

    @classmethod
    def of(cls, server: Server) -> "Tables":
        found = json.loads(_run(server, _READ))
        return cls(
            {row[0]: Row(*row) for row in found["reservations"]},
            [(slot, id_) for slot, id_ in found["claims"]],
            {row[0]: TradeRow(*row) for row in found["trades"]},
        )


class Attempt(NamedTuple):
    """What somebody tried, and what they were answered: nothing, if the server died with it."""

    kind: str
    person: int
    about: int | None
    body: dict[str, Any] | None
    key: str | None
    status: int
    code: str
    said: Any

    @property
    def outcome(self) -> tuple[int, str]:
        return self.status, self.code


def _run(server: Server, code: str) -> str:
    return server.manage("shell", "--no-imports", "-c", code).splitlines()[-1]


def _wall(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}:00"


class Storm:
    """What all of them know of each other, and all that they tried."""

    def __init__(
        self,
        servers: Sequence[Server],
        cast: Sequence[tuple[int, str]],
        *,
        attempts: int,
        seed: int,
        calm: float,
    ) -> None:
        """``cast`` has the ids and tokens of all people, and then of the administrators; ``calm`` is how
        many times as long as the last answer took somebody thinks before the next attempt, on the average: so the storm is as
        fierce on a slow machine, where people soon would be told to come again, as on a fast one."""
        self.servers, self.attempts, self.seed, self.calm = list(servers), attempts, seed, calm
        self.is_over = threading.Event()
        self.people = [Person(self, *each) for each in cast[:-ADMINISTRATORS]]
        self.administrators = [Administrator(self, *each) for each in cast[-ADMINISTRATORS:]]
        # Never today or tomorrow: nothing begins in the course of it.
        today = datetime.now(UTC).date()
        self.days = [(today + timedelta(days=3 + number)).isoformat() for number in range(DAYS)]
        self.tried: list[Attempt] = []
        # By id what was last heard of those that hold their time, and of open trades: often no longer true, as in life.
        self.held: dict[int, dict[str, Any]] = {}
        self.trades: dict[int, tuple[int, int]] = {}
        self.seconds = 0.0

    def rage(self, *also: Callable[[], None]) -> None:
        """Let everybody do all of their attempts at the same time, and something else meanwhile."""
        start = time.monotonic()
        with ThreadPoolExecutor(len(self.people) + len(self.administrators) + len(also)) as threads:
            works = [threads.submit(person.live) for person in self.people]
            aside = [threads.submit(each.live) for each in self.administrators]
            aside += [threads.submit(each) for each in also]
            try:
                for work in works:
                    work.result()
            finally:
                self.is_over.set()
            for work in aside:
                work.result()
        self.seconds = time.monotonic() - start

    def learn(self, said: dict[str, Any]) -> None:
        """Remember a reservation as it was answered."""
        if said["status"] in {"PENDING", "CONFIRMED"}:
            self.held[said["id"]] = said
        else:
            self.held.pop(said["id"], None)


class Person:
    """Somebody who does one thing after the other, at random, through either server."""

    def __init__(self, storm: Storm, pk: int, token: str) -> None:
        self.storm, self.pk, self.token = storm, pk, token
        self.random = random.Random(f"{storm.seed}-{pk}")
        self.turn, self.seconds = 0, 0.0

    def live(self) -> None:
        """Do all attempts."""
        for _ in range(self.storm.attempts):
            time.sleep(self.random.expovariate(1) * self.storm.calm * self.seconds)
            self.go_on()

    def go_on(self) -> None:
        """Do something that can be tried as things seem to be."""
        self.turn += 1
        own = [each for each in list(self.storm.held.values()) if each["user"]["id"] == self.pk]
        if not own or self.random.random() < 0.3:
            self.book()
            return
        do = self.random.choices(
            [
                self.move,
                self.cross,
                self.note,
                self.cancel,
                self.offer,
                self.answer,
                self.take_back,
                self.look,
            ],
            weights=[14, 20, 3, 16, 20, 20, 4, 3],
        )[0]
        do(self.random.choice(own))

    def book(self) -> None:
        answer = self.call("book", RESERVATIONS, "POST", self._time() | {"notes": f"{self.pk}"})
        if answer is not None and answer.status == 201:
            self.storm.learn(answer.json())

    def move(self, own: dict[str, Any]) -> None:
        self._change("move", own, self._time())

    def cross(self, own: dict[str, Any]) -> None:
        """Move to somebody else's time, who perhaps moves to this one's just now."""
        other = self.random.choice(list(self.storm.held.values()) or [own])
        self._change("move", own, {name: other[name] for name in ("date", "start_time", "end_time")})

    def note(self, own: dict[str, Any]) -> None:
        self._change("note", own, {"notes": f"{self.pk} {self.turn}"})

    def _change(self, kind: str, own: dict[str, Any], body: dict[str, Any]) -> None:
        answer = self.call(kind, f"{RESERVATIONS}{own['id']}/", "PUT", body, about=own["id"])
        if answer is not None and answer.status == 200:
            self.storm.learn(answer.json())

    def cancel(self, own: dict[str, Any]) -> None:
        answer = self.call("cancel", f"{RESERVATIONS}{own['id']}/", "DELETE", about=own["id"])
        if answer is not None and answer.status in {204, 404, 409}:
            self.storm.held.pop(own["id"], None)

    def offer(self, own: dict[str, Any]) -> None:
        others = [each for each in list(self.storm.held.values()) if each["user"]["id"] != self.pk]
        if not others:
            return
        other = self.random.choice(others)
        body = {"requester_reservation_id": own["id"], "target_reservation_id": other["id"]}
        answer = self.call("offer", TRADES, "POST", body)
        if answer is not None and answer.status == 201:
            said = answer.json()
            self.storm.trades[said["id"]] = (self.pk, said["target_reservation"]["user"]["id"])

    def answer(self, own: dict[str, Any]) -> None:
        """Accept or decline an offer; look for some at first where none is known."""
        received = [id_ for id_, sides in list(self.storm.trades.items()) if sides[1] == self.pk]
        if not received:
            self.offer(own)
            return
        id_, is_accepted = self.random.choice(received), self.random.random() < 0.8
        body = {"action": "accept" if is_accepted else "reject"}
        answer = self.call("accept" if is_accepted else "decline", f"{TRADES}{id_}/", "POST", body, about=id_)
        self.storm.trades.pop(id_, None)
        if answer is not None and answer.status == 200 and is_accepted:
            for side in ("requester_reservation", "target_reservation"):
                traded = answer.json()[side]
                if known := self.storm.held.get(traded["id"]):
                    known["user"] = traded["user"]

    def take_back(self, own: dict[str, Any]) -> None:
        sent = [id_ for id_, sides in list(self.storm.trades.items()) if sides[0] == self.pk]
        if sent:
            id_ = self.random.choice(sent)
            self.call("take back", f"{TRADES}{id_}/", "DELETE", about=id_)

    def look(self, own: dict[str, Any]) -> None:
        """Look at the calendar, in which nothing ever overlaps."""
        days = self.storm.days
        self.call("look", f"{RESERVATIONS}calendar/?start_date={days[0]}&end_date={days[-1]}", "GET")

    def _time(self) -> dict[str, Any]:
        minutes = self.random.choice([30, 45, 60, 60, 90, 120])
        start = self.random.randrange(OPEN, CLOSE - minutes + 1, GRID)
        return {
            "date": self.random.choice(self.storm.days),
            "start_time": _wall(start),
            "end_time": _wall(start + minutes),
        }

    def call(
        self,
        kind: str,
        path: str,
        method: str,
        body: dict[str, Any] | None = None,
        *,
        about: int | None = None,
    ) -> Answer | None:
        """Send it to either server, and record what comes of it; a third of the writes twice, with one key."""
        key = f"{self.pk}-{self.turn}" if method != "GET" else None
        headers = {"Idempotency_Key": key} if key else {}
        servers = self.random.sample(self.storm.servers, 2)
        send = [partial(each.request, path, method, body, token=self.token, **headers) for each in servers]
        try:
            answer = send[0]()
        except OSError:
            self.storm.tried.append(Attempt(kind, self.pk, about, body, key, 0, "", None))
            return None
        self.seconds = answer.seconds
        self._record(kind, about, body, key, answer)
        if key and answer.status < 300 and self.random.random() < 0.3:
            self._repeat(kind, answer, send[1])
        return answer

    def _repeat(self, kind: str, answer: Answer, send: Callable[[], Answer]) -> None:
        """Send it again, which has to be answered as before."""
        try:
            again = send()
        except OSError:
            return
        if (again.status, again.body) != (answer.status, answer.body):
            said = {"first": answer.body.decode(), "again": again.body.decode()}
            self.storm.tried.append(Attempt(kind, self.pk, None, None, None, again.status, "REPEATED", said))

    def _record(
        self, kind: str, about: int | None, body: dict[str, Any] | None, key: str | None, answer: Answer
    ) -> None:
        said = answer.json() if answer.body else None
        code = said["error"]["code"] if answer.status >= 400 else ""
        self.storm.tried.append(Attempt(kind, self.pk, about, body, key, answer.status, code, said))


class Administrator(Person):
    """Somebody who decides about whatever is pending, until all others are done."""

    def live(self) -> None:
        while not self.storm.is_over.wait(0.02):
            self.turn += 1
            pending = [each["id"] for each in list(self.storm.held.values()) if each["status"] == "PENDING"]
            if pending:
                self.decide(pending)

    def decide(self, pending: list[int]) -> None:
        action = self.random.choice(["approve", "reject"])
        body = {"action": action} | ({"rejection_reason": "Why not"} if action == "reject" else {})
        if self.random.random() < 0.2:
            ids = self.random.sample(pending, min(len(pending), 6))
            answer = self.call("decide many", f"{RESERVATIONS}approve/", "POST", body | {"ids": ids})
            said = answer.json()["results"] if answer is not None and answer.status == 200 else []
            for each in said:
                self.storm.learn(each["reservation"])
            return
        id_ = self.random.choice(pending)
        answer = self.call(action, f"{RESERVATIONS}{id_}/approve/", "POST", body, about=id_)
        if answer is not None and answer.status == 200:
            self.storm.learn(answer.json())
        elif id_ in self.storm.held:
            self.storm.held[id_]["status"] = "CONFIRMED"  # whatever it is: not pending


# --- The judgement --------------------------------------------------------------------------------------


def judge(storm: Storm, tables: Tables) -> list[str]:
    """Return every violation: of the tables, of the answers, and between the two."""
    return [*_of_tables(tables), *_of_answers(storm), *_of_both(storm, tables)]


def _of_tables(tables: Tables) -> Iterator[str]:
    holding = sorted((row for row in tables.reservations.values() if row.holds), key=lambda row: row.start)
    for one, other in pairwise(holding):
        if other.start < one.end:
            yield f"{one} and {other} overlap"
    expected = Counter(
        (slot, row.id) for row in holding for slot in range(row.start // 300, -(-row.end // 300))
    )
    stored = Counter(tables.claims)
    if stored != expected:
        yield f"claims: {sorted(stored - expected)} too many, {sorted(expected - stored)} missing"
    for user, number in Counter(row.user for row in holding).items():
        if number > MAX_UPCOMING:
            yield f"person {user} holds {number}"
    for trade in tables.trades.values():
        sides = tables.reservations[trade.own], tables.reservations[trade.other]
        is_as_offered = (sides[0].user, sides[1].user) == (trade.requester, trade.target)
        if trade.status == "PENDING" and not (
            is_as_offered and all(side.status == "CONFIRMED" for side in sides)
        ):
            yield f"{trade} is open, about {sides}"


def _of_answers(storm: Storm) -> Iterator[str]:
    for attempt in storm.tried:
        if attempt.status and attempt.outcome not in EXPECTED[attempt.kind]:
            yield f"not expected: {attempt}"
        elif attempt.outcome == REFUSED:
            # Too many upcoming or on offer, or by now one's own.
            if attempt.said["error"]["details"].keys() - {"non_field_errors", "target_reservation_id"}:
                yield f"refused: {attempt}"
        elif attempt.outcome == TAKEN:
            taken = attempt.said["error"]["details"].get("taken", [])
            if not taken or not all(_overlaps(attempt.body or {}, each) for each in taken):
                yield f"it names what was not asked for, or nothing: {attempt}"
        elif attempt.kind == "look" and attempt.status == 200:
            for day in attempt.said["calendar"]:
                slots = sorted((slot["start_time"], slot["end_time"]) for slot in day["reserved_slots"])
                if any(other[0] < one[1] for one, other in pairwise(slots)):
                    yield f"in a calendar overlap {slots}"


def _overlaps(body: dict[str, Any], taken: str) -> bool:
    """Say whether it names a part of what was asked for."""
    day, start, _, end = taken.split()
    is_within = body["start_time"] <= start < end <= body["end_time"]
    return bool(day == body["date"] and is_within)


def _of_both(storm: Storm, tables: Tables) -> Iterator[str]:
    done = [attempt for attempt in storm.tried if attempt.status in range(200, 300)]
    booked = {attempt.said["id"]: attempt.person for attempt in done if attempt.kind == "book"}
    offered = {attempt.said["id"] for attempt in done if attempt.kind == "offer"}
    if booked.keys() != tables.reservations.keys():
        yield f"booked, or in the table, but not both: {sorted(booked.keys() ^ tables.reservations.keys())}"
    if offered != tables.trades.keys():
        yield f"offered, or in the table, but not both: {sorted(offered ^ tables.trades.keys())}"
    # Who swaps gives one and gets one.
    counts = Counter(booked.values()), Counter(row.user for row in tables.reservations.values())
    if counts[0] != counts[1]:
        yield f"people have not as many as they booked: {counts[0] - counts[1]}, {counts[1] - counts[0]}"
    rejected = Counter(_rejected(done))
    if rejected and max(rejected.values()) > 1:
        yield f"rejected twice: {rejected.most_common(3)}"
    traded = {
        id_ for row in tables.trades.values() if row.status == "ACCEPTED" for id_ in (row.own, row.other)
    }
    for attempt in storm.tried:
        if attempt.about is not None and not _is_true(attempt, attempt.about, tables, traded):
            yield f"it is not so: {attempt}"


# What these end in, for good.
_ENDS = {"cancel": "CANCELLED", "reject": "REJECTED"}
_TRADE_ENDS = {"accept": "ACCEPTED", "decline": "REJECTED", "take back": "CANCELLED"}


def _is_true(attempt: Attempt, about: int, tables: Tables, traded: set[int]) -> bool:
    """Say whether the tables bear out what somebody was told of a reservation or a trade."""
    kind, is_done = attempt.kind, attempt.status in range(200, 300)
    if attempt.outcome == GONE:
        return about in traded  # It was theirs, and is somebody else's.
    if kind in _TRADE_ENDS:
        status = tables.trades[about].status
        return status == _TRADE_ENDS[kind] if is_done else attempt.outcome != CLOSED or status != "PENDING"
    status = tables.reservations[about].status
    if is_done:
        return status == _ENDS.get(kind, status)
    if attempt.outcome == CLOSED and kind in {"move", "note", "cancel"}:
        return status in _ENDS.values()
    return True


def _rejected(done: Sequence[Attempt]) -> Iterator[int]:
    for attempt in done:
        if attempt.kind == "reject" and attempt.about is not None:
            yield attempt.about
        elif attempt.kind == "decide many":
            yield from (each["id"] for each in attempt.said["results"] if each["outcome"] == "rejected")


def judge_log(server: Server) -> list[str]:
    """Return what a server has logged that no storm may leave, shortened: every error, but letters that nobody sends."""
    found = []
    for line in server.lines():
        reasons = [each["exc_value"] for each in line.get("exception", [])]
        said = " ".join(map(str, [line.get("event"), line.get("reason", ""), *reasons]))
        if "deadlock" in said or (line.get("level") in {"error", "critical"} and "a letter" not in said):
            found.append(f"in the log: {said[:500]}")
    return found


# --- The servers and their stores -------------------------------------------------------------------------


@contextmanager
def database_of_its_own(url: str) -> Iterator[str]:
    """Create an empty database on the PostgreSQL of ``url``; drop it at the end."""
    name = f"storm_{os.getpid()}_{random.randrange(10**6)}"
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def deadlocks(url: str) -> int:
    """Return how many deadlocks PostgreSQL has ended in this database, whoever began again after them."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def two_servers(
    folder: Path, database: str, *, people: int
) -> Iterator[tuple[list[Server], list[tuple[int, str]]]]:
    """Start two servers on one database, each with room for all of them at once; give them, and who there is."""
    settings = {
        "DATABASE_URL": database,
        "WORKERS": "1",
        # SQLite's writers wait in a line of a third of the threads; PostgreSQL has a connection for everybody.
        "THREADS": str(max(64, 3 * (people + ADMINISTRATORS) + 6)),
        "DATABASE_CONNECTIONS": str(min(40, people)),
    }
    # Nobody is behind: reservations need no other service.
    servers = [Server(folder, upstream="http://127.0.0.1:9", **settings) for _ in range(2)]
    cast = json.loads(_run(servers[0], _PREPARE.format(people=people, administrators=ADMINISTRATORS)))
    try:
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(Server.start, servers))
        yield servers, cast
    finally:
        for server in servers:
            server.kill()


def kill_in_the_middle(storm: Storm) -> None:
    """Kill a server once a third of it is over, and start another one in its place."""
    enough = len(storm.people) * storm.attempts // 3
    while len(storm.tried) < enough and not storm.is_over.wait(0.01):
        pass
    storm.servers[0].kill()
    storm.servers[0].start()


def ask_again(storm: Storm) -> None:
    """Send again, with its key, whatever a server died with: then everybody knows what became of it."""
    people = {person.pk: person for person in [*storm.people, *storm.administrators]}
    lost, storm.tried = (
        [attempt for attempt in storm.tried if not attempt.status],
        [attempt for attempt in storm.tried if attempt.status],
    )
    for attempt in lost:
        person, (method, path) = people[attempt.person], _address(attempt)
        headers = {"Idempotency_Key": attempt.key} if attempt.key else {}
        answer = storm.servers[0].request(path, method, attempt.body, token=person.token, **headers)
        person._record(attempt.kind, attempt.about, attempt.body, attempt.key, answer)


def _address(attempt: Attempt) -> tuple[str, str]:
    kind, about = attempt.kind, attempt.about
    if kind in {"book", "offer"}:
        return "POST", RESERVATIONS if kind == "book" else TRADES
    if kind in {"move", "note", "cancel"}:
        return "DELETE" if kind == "cancel" else "PUT", f"{RESERVATIONS}{about}/"
    if kind in {"accept", "decline", "take back"}:
        return "DELETE" if kind == "take back" else "POST", f"{TRADES}{about}/"
    if kind == "look":
        return "GET", f"{RESERVATIONS}calendar/?start_date={date.today()}&end_date={date.today()}"  # noqa: DTZ011
    return "POST", f"{RESERVATIONS}approve/" if kind == "decide many" else f"{RESERVATIONS}{about}/approve/"


class Report(NamedTuple):
    """What came of a storm."""

    figures: str
    violations: list[str]
    tried: list[Attempt]


def play(
    database: str, *, people: int, attempts: int, seed: int = 1, calm: float, is_killed: bool = False
) -> Report:
    """Play a storm on an empty database, and judge it; without one on an SQLite file of its own."""
    with tempfile.TemporaryDirectory(prefix="flyers-bff-storm-") as name:
        folder = Path(name)
        database = database or f"sqlite:///{folder}/storm.sqlite3"
        with two_servers(folder, database, people=people) as (servers, cast):
            storm = Storm(servers, cast, attempts=attempts, seed=seed, calm=calm)
            storm.rage(*([partial(kill_in_the_middle, storm)] if is_killed else []))
            lost = sum(not attempt.status for attempt in storm.tried)
            if is_killed:
                ask_again(storm)
            for server in servers:
                server.stop()
            tables = Tables.of(servers[0])
            logged = Counter(line for server in servers for line in judge_log(server))
            violations = [f"{number} times {line}" for line, number in logged.items()]
            violations += judge(storm, tables)
            if is_killed and not lost:
                violations.append("nobody was waiting for the server that was killed")
        number = deadlocks(database) if database.startswith("postgres") else 0
        if number:
            violations.append(f"{number} deadlocks")
    outcomes = Counter(attempt.outcome for attempt in storm.tried)
    shown = ", ".join(
        f"{number:,} {status}{f' {code}' if code else ''}"
        for (status, code), number in sorted(outcomes.items())
    )
    holding = sum(row.holds for row in tables.reservations.values())
    swaps = sum(trade.status == "ACCEPTED" for trade in tables.trades.values())
    figures = (
        f"{people} people x {attempts}, seed {seed}: {len(storm.tried):,} answers in {storm.seconds:.1f} s ({shown}); "
        f"{len(tables.reservations):,} booked, {holding} hold {len(tables.claims):,} claims, {swaps} swaps, "
        f"{lost} lost with a server, {number} deadlocks, {len(violations)} violations"
    )
    return Report(figures, violations, storm.tried)


def main() -> int:
    """Play it on each store, and print what came of it; return 1 if anything was violated."""
    options = argparse.ArgumentParser(prog="make storm", description=__doc__)
    options.add_argument("--people", type=int, default=60)
    options.add_argument("--attempts", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--calm", type=float, default=3)
    options.add_argument(
        "--stores", nargs="+", choices=["sqlite", "postgres"], default=["sqlite", "postgres"]
    )
    options.add_argument("--kill", action="store_true")
    chosen = options.parse_args()
    size = {"people": chosen.people, "attempts": chosen.attempts, "seed": chosen.seed, "calm": chosen.calm}
    is_violated = False
    for store in chosen.stores:
        with ExitStack() as stack:
            database = ""
            if store == "postgres":
                url = os.environ.get("TEST_DATABASE_URL") or LOCAL_POSTGRES
                try:
                    database = stack.enter_context(database_of_its_own(url))
                except psycopg.OperationalError as error:
                    print(f"postgres: left out, for there is none: {str(error).splitlines()[0]}")  # noqa: T201
                    continue
            report = play(database, is_killed=chosen.kill, **size)
        print(f"{store}: {report.figures}", flush=True)  # noqa: T201
        for violation in report.violations[:20]:
            print(f"  {violation}", file=sys.stderr)  # noqa: T201
        is_violated |= bool(report.violations)
    return 1 if is_violated else 0


if __name__ == "__main__":
    sys.exit(main())
