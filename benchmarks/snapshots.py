"""Rows of a catalog whose service is fetched whole: what is cut from a snapshot, and what its refresh costs others."""

import threading
import time

from benchmarks.catalog import Catalog
from benchmarks.flyers import FLYERS
from benchmarks.load import distinct
from benchmarks.measurements import Check, Pace, Row, Work, bad_of, facts_of, in_turn, p99s, ratios, warm
from benchmarks.processes import Bench, Program, fetch

# How often somebody asks for what is stale, so that it is fetched again and again.
_ASKED_EVERY_SECONDS = 0.05


def snapshot(catalog: Catalog, bench: Bench, pace: Pace) -> list[Row]:
    """Pages asked before beside those of a catalog with pages of its own; new filters; other reads during refreshes."""
    return [
        *_pages_asked_before(catalog, bench, pace),
        _new_filters(catalog, bench, pace),
        _refreshes(catalog, bench, pace),
    ]


def _pages_asked_before(catalog: Catalog, bench: Bench, pace: Pace) -> list[Row]:
    """Measure hits, and what one process takes more when it has the snapshot."""
    with bench.server(WORKERS="1") as (server, address):
        cold = warm(bench, address, [(FLYERS.page, None)])
        without = server.memory_mb
        cold += warm(bench, address, [(catalog.page, None)])
        used = server.memory_mb - without
        calls = bench.calls
        other, cut = in_turn(pace, [Work(server, address + each.page, 32) for each in (FLYERS, catalog)])
        missed = bench.calls - calls + cold
    cost = ratios([run.cpu_us for run in cut], [run.cpu_us for run in other])
    bad = bad_of(other, cut) + missed
    name = f"snapshot{catalog.label}"
    return [
        Row(
            f"{name} hit",
            "a page asked before, CPU / a hit's",
            cost,
            1.5,
            at_most=True,
            bad=bad,
            facts=facts_of(cut, other),
        ),
        Row(
            f"{name} memory",
            "what a process takes for 5,000 items",
            [used],
            100,
            at_most=True,
            unit="MB",
            bad=cold,
        ),
    ]


def _new_filters(catalog: Catalog, bench: Bench, pace: Pace) -> Row:
    """Measure pages that nobody has asked for: all items are looked through, and sorted."""
    with bench.server() as (server, address):
        cold = warm(bench, address, [(catalog.page, None)])
        calls = bench.calls
        scripts = [distinct(catalog.misses, turn) for turn in range(1, pace.rounds + 1)]
        runs = [Work(server, address, 8, script).measure(pace.seconds) for script in scripts]
        missed = bench.calls - calls + cold
    cost, bad = [run.cpu_us / 1000 for run in runs], bad_of(runs) + missed
    work = "a new filter of 5,000 items, CPU"
    return Row(
        f"snapshot{catalog.label} filter",
        work,
        cost,
        10,
        at_most=True,
        unit="ms",
        bad=bad,
        facts=facts_of(runs),
    )


def _refreshes(catalog: Catalog, bench: Bench, pace: Pace) -> Row:
    """Measure hits of another catalog while one process fetches the snapshot again and again, and while it does not."""
    fresh_seconds = f"{catalog.upstream}_FRESH_SECONDS"
    with (
        bench.server(WORKERS="1") as (quiet, quiet_address),
        bench.server(WORKERS="1", **{fresh_seconds: "1"}) as (busy, busy_address),
    ):
        for address in (quiet_address, busy_address):
            warm(bench, address, [(FLYERS.page, None)])
            fetch(address + catalog.page)
        over = threading.Event()
        asking = threading.Thread(target=_ask, args=(busy_address + catalog.page, over))
        asking.start()
        calls, start = bench.calls, time.monotonic()
        try:
            beside, during = in_turn(pace, [_hits(quiet, quiet_address), _hits(busy, busy_address)])
        finally:
            over.set()
            asking.join()
        refreshes, seconds = bench.calls - calls, time.monotonic() - start
    facts = facts_of(during, beside) | {"refreshes_per_second": round(refreshes / seconds, 2)}
    bad = bad_of(beside, during) + (refreshes < pace.rounds)  # without refreshes there is nothing to measure
    work = "hot reads of flyers while 5,000 items are fetched again and again, p99 / quiet"
    values = ratios(p99s(during), p99s(beside))
    return Row(f"snapshot{catalog.label} refresh", work, values, 2, at_most=True, bad=bad, facts=facts)


def _hits(server: Program, address: str) -> Work:
    page = address + FLYERS.page
    _, body = fetch(page)
    return Work(server, page, 8, check=Check(page, lambda found, _: len(found) == len(body), [(None, None)]))


def _ask(page: str, over: threading.Event) -> None:
    while not over.wait(_ASKED_EVERY_SECONDS):
        fetch(page)
