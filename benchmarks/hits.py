"""Rows of fresh reads: W1 and W2, and what many cached pages cost in time and memory."""

import json
from contextlib import ExitStack
from typing import Any

from benchmarks.catalog import Catalog
from benchmarks.load import taking_turns, turning_pages
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
from benchmarks.processes import Bench, fetch

MANY_PAGES, FEW_PAGES = 2_000, 100
W2_GOALS = {"": 0.3, " PG": 0.15}


def hot_page(catalog: Catalog, bench: Bench, pace: Pace) -> list[Row]:
    """W1 and W2: a page that is fresh, for anyone and for people with marks, on each database."""
    with ExitStack() as stack:
        works: list[Work] = []
        cold = 0
        for database in bench.databases:
            people = bench.people(50, 100, catalog.kind, database)
            server, address = stack.enter_context(bench.server(DATABASE_URL=database.url))
            page = address + catalog.page
            _, body = fetch(page)
            cold += warm(bench, address, [(catalog.page, None)])
            if not works:
                floor, floor_address = stack.enter_context(bench.floor("bare", body))
                works = [
                    Work(floor, floor_address, 32),
                    Work(server, page, 32, check=Check(page, _is_same_page, [(None, body)])),
                ]
            script = taking_turns([each["token"] for each in people])
            check = Check(page, catalog.has_own_marks, [(each["token"], each) for each in people])
            works.append(Work(server, page, 32, script, check))
        calls = bench.calls
        bare, anonymous, *marked = in_turn(pace, works)
        missed = bench.calls - calls + cold + bad_of(bare)

    facts = facts_of(anonymous, bare) | {"bytes": len(body), "upstream_calls": missed}
    bad = bad_of(anonymous) + missed
    name = f"W1{catalog.label}"
    rows = [Row(name, "anonymous hot page", ratios(rates(anonymous), rates(bare)), 0.9, bad=bad, facts=facts)]
    for database, runs in zip(bench.databases, marked, strict=True):
        name, bad = f"W2{catalog.label}{database.label}", bad_of(runs) + missed
        speed = ratios(rates(runs), rates(bare))
        delay = ratios(p99s(runs), p99s(anonymous))
        work, goal = "signed-in hot page, 50 people", W2_GOALS[database.label]
        rows.append(Row(name, work, speed, goal, bad=bad, facts=facts_of(runs, bare)))
        work, slow = f"the same, p99 / W1{catalog.label}'s", {"p99_ms": facts_of(runs)["p99_ms"]}
        rows.append(Row(f"{name} p99", work, delay, 3, at_most=True, bad=bad, facts=slow))
    return rows


def _is_same_page(body: bytes, expected: bytes) -> bool:
    return bool(_without_meta(body) == _without_meta(expected))


def _without_meta(body: bytes) -> Any:
    return {name: value for name, value in json.loads(body).items() if name != "meta"}


def many_pages(catalog: Catalog, bench: Bench, pace: Pace) -> list[Row]:
    """W1 over 2,000 pages of 20 items beside 100, all of them hits, and the memory of the two workers that cache them."""
    with bench.server(WORKERS="2") as (server, address):
        start = server.memory_mb
        cold = warm(bench, address, [(catalog.pages % number, None) for number in range(MANY_PAGES)])
        used = server.memory_mb
        calls = bench.calls
        works = [
            Work(server, address, 32, turning_pages(catalog.pages, number))
            for number in (FEW_PAGES, MANY_PAGES)
        ]
        few, many = in_turn(pace, works)
        missed = bench.calls - calls + cold

    cost = ratios([run.cpu_us for run in many], [run.cpu_us for run in few])
    bad = bad_of(few, many) + missed
    facts = facts_of(many) | {"few_cpu_us": facts_of(few)["cpu_us"], "upstream_calls": missed}
    work = f"anonymous hits over {MANY_PAGES:,} pages, CPU / over {FEW_PAGES}"
    name = f"W1{catalog.label} {MANY_PAGES:,} pages"
    memory = Row(
        f"memory{catalog.label}",
        f"2 workers, {MANY_PAGES:,} pages",
        [used],
        300,
        at_most=True,
        unit="MB",
        bad=cold,
        facts={"at_start_mb": round(start)},
    )
    return [Row(name, work, cost, 1.5, at_most=True, bad=bad, facts=facts), memory]
