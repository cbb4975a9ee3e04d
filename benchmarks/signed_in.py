"""Rows of people who are signed in: writes (W5), lists of favorites (W7), and what it takes to know a caller (W8)."""

import json
from contextlib import ExitStack

from benchmarks.catalog import Catalog, Person
from benchmarks.load import POSTING, taking_turns, toggling_favorites
from benchmarks.measurements import (
    Check,
    Pace,
    Row,
    Work,
    bad_of,
    facts_of,
    in_turn,
    p99s,
    rates,
    ratios,
    warm,
)
from benchmarks.processes import Bench

W5_GOALS = {"": 0.4, " PG": 0.3}
FAVORITES_PATH = "/api/v1/users/me/favorites/?limit=20"
CALLER_PATH = "/api/v1/auth/me/"


def writes(catalog: Catalog, bench: Bench, pace: Pace) -> list[Row]:
    """W5: favorite POST, POST, DELETE, DELETE, against a view that does nothing, on each database."""
    items = range(1, 21)
    with ExitStack() as stack:
        floor, floor_address = stack.enter_context(bench.floor("plain"))
        works = [Work(floor, floor_address, 16, POSTING)]
        cold = 0
        for database in bench.databases:
            people = bench.people(50, 0, catalog.kind, database)
            server, address = stack.enter_context(bench.server(DATABASE_URL=database.url))
            cold += warm(bench, address, [(catalog.item % item, None) for item in items])
            script = toggling_favorites(catalog.favorite, [each["token"] for each in people], len(items))
            works.append(Work(server, address, 16, script))
        calls = bench.calls
        plain, *written = in_turn(pace, works)
        missed = bench.calls - calls + cold

    rows = []
    for database, runs in zip(bench.databases, written, strict=True):
        name, bad = f"W5{catalog.label}{database.label}", bad_of(plain, runs) + missed
        work, goal = "favorite POST, POST, DELETE, DELETE", W5_GOALS[database.label]
        speed, facts = ratios(rates(runs), rates(plain)), facts_of(runs, plain)
        rows.append(Row(name, work, speed, goal, bad=bad, facts=facts))
        rows.append(Row(f"{name} p99", "the same, p99", p99s(runs), 25, at_most=True, unit="ms", bad=bad))
    return rows


def lists(catalog: Catalog, bench: Bench, pace: Pace) -> list[Row]:
    """W7: the first page of one's own favorites, every item cached, for people with few and with many."""
    rows = []
    with bench.server() as (server, address):
        for number in (10, 1_000, 5_000):
            people = bench.people(10, number, catalog.kind)
            cold = warm(bench, address, [(FAVORITES_PATH, each["token"]) for each in people])
            page = address + FAVORITES_PATH
            script = taking_turns([each["token"] for each in people])
            check = Check(page, _has_own_favorites, [(each["token"], each) for each in people])
            calls = bench.calls
            (runs,) = in_turn(pace, [Work(server, page, 16, script, check)])
            missed = bench.calls - calls + cold
            work = f"20 of one's own {number:,} favorites, all cached, CPU"
            cost, bad = [run.cpu_us / 1000 for run in runs], bad_of(runs) + missed
            name = f"W7{catalog.label} {number:,}"
            rows.append(Row(name, work, cost, 1.2, at_most=True, unit="ms", bad=bad, facts=facts_of(runs)))
    return rows


def _has_own_favorites(body: bytes, person: Person) -> bool:
    page, ids = json.loads(body), person["favorites"]
    shown = page["results"]
    return (
        page["count"] == len(ids)
        and len(shown) == min(20, len(ids))
        and all(each["availability"] == "live" and each["flyer"]["is_favorited"] for each in shown)
        and {each["flyer"]["id"] for each in shown}.issubset(ids)
    )


def known_caller(bench: Bench, pace: Pace) -> list[Row]:
    """W8: a route that does nothing but know its caller, against a view that does nothing."""
    people = bench.people(50, 10)
    with bench.floor("plain") as (floor, floor_address), bench.server() as (server, address):
        page = address + CALLER_PATH
        script = taking_turns([each["token"] for each in people])
        check = Check(page, _is_person, [(each["token"], each) for each in people])
        works = [Work(floor, floor_address, 32), Work(server, page, 32, script, check)]
        plain, runs = in_turn(pace, works)
    cost = ratios([run.cpu_us for run in runs], [run.cpu_us for run in plain])
    bad, facts = bad_of(plain, runs), facts_of(runs, plain)
    return [Row("W8", "GET auth/me/, CPU / plain's", cost, 1.6, at_most=True, bad=bad, facts=facts)]


def _is_person(body: bytes, person: Person) -> bool:
    return bool(json.loads(body)["email"] == person["email"])
