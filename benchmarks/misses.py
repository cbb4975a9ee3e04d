"""Rows of reads that upstream has to answer: W3, W4, and hits beside misses that hang (W6)."""

import itertools
import random
import statistics
import threading
import time

from benchmarks.catalog import Catalog
from benchmarks.catalogs import with_calls
from benchmarks.load import at_once, distinct, wrk
from benchmarks.measurements import Pace, Row, Work, bad_of, facts_of, rates, ratios, warm
from benchmarks.processes import Bench, fetch

_OVER_SECONDS = 3  # until what hung is over

# Numbers of pages that nobody requested before, in a Redis that outlives the run either.
_numbers = itertools.count(random.randrange(1_000_000, 1_000_000_000))


def herd(catalog: Catalog, bench: Bench, pace: Pace) -> list[Row]:
    """W3: 200 times the same missing page in one moment, upstream taking 200 ms; with a Redis, too, if there is one."""
    rows = [_herd(catalog, bench, pace, "", "", max_calls=2, goal=1.15)]
    if bench.cache_url:
        rows.append(_herd(catalog, bench, pace, " Redis", bench.cache_url, max_calls=1, goal=1.2))
    return rows


def _herd(
    catalog: Catalog, bench: Bench, pace: Pace, label: str, cache_url: str, *, max_calls: int, goal: float
) -> Row:
    values, bad, calls, p50 = [], 0, [], []
    with bench.server(CACHE_URL=cache_url) as (_, address):
        at_once([f"{address}/health/live"] * 200)
        bench.latency(200)
        for _ in range(pace.rounds + 2):
            before = bench.calls
            answers = at_once([address + catalog.misses % next(_numbers)] * 200)
            seconds = sorted(took for _, took in answers)
            values.append(seconds[197] / 0.2)
            p50.append(seconds[100] * 1000)
            calls.append(bench.calls - before)
            bad += sum(status != 200 for status, _ in answers) + (calls[-1] > max_calls)
        bench.latency(0)
    facts = {
        "upstream_calls": calls,
        "p50_ms": round(statistics.median(p50), 1),
        "p99_ms": round(statistics.median(values) * 200, 1),
    }
    work = "200 equal misses, p99 / upstream's time"
    return Row(f"W3{catalog.label}{label}", work, values, goal, at_most=True, bad=bad, facts=facts)


def distinct_misses(catalog: Catalog, bench: Bench, pace: Pace) -> list[Row]:
    """W4: distinct misses on 64 connections, upstream taking 50 ms."""
    with bench.server(THREADS="128", **with_calls(64, catalog)) as (server, address):
        bench.latency(50)
        scripts = [distinct(catalog.misses, turn) for turn in range(pace.rounds + 1)]
        warming, *works = [Work(server, address, 64, script) for script in scripts]
        warming.measure(pace.seconds)
        before = bench.calls
        runs = [work.measure(pace.seconds) for work in works]
        calls = bench.calls - before
        bench.latency(0)
    requests = sum(run.load.requests for run in runs)
    facts = facts_of(runs) | {"upstream_calls_per_request": round(calls / requests, 3)}
    bad = bad_of(runs) + max(0, requests - calls)  # one without a call was no miss
    name, cost = f"W4{catalog.label}", [run.cpu_us / 1000 for run in runs]
    return [
        Row(
            name,
            "distinct misses, of 64 / latency",
            ratios(rates(runs), [64 / 0.05] * len(runs)),
            0.75,
            bad=bad,
            facts=facts,
        ),
        Row(f"{name} CPU", "the same, CPU a miss", cost, 1.3, at_most=True, unit="ms", bad=bad),
    ]


def while_hanging(catalog: Catalog, bench: Bench, pace: Pace) -> list[Row]:
    """W6: hot reads while 64 misses hang, each another page or all the same, and while 400 wait for one."""
    with bench.server() as (_, address):
        cold = warm(bench, address, [(catalog.page, None)])
        rows = [
            _while_hanging(catalog, bench, pace, address, "", pages=64),
            _while_hanging(catalog, bench, pace, address, " one key", pages=1),
            _beside_a_crowd(catalog, bench, pace, address),
        ]
    return [row._replace(bad=row.bad + cold) for row in rows]


def _while_hanging(
    catalog: Catalog, bench: Bench, pace: Pace, address: str, label: str, *, pages: int
) -> Row:
    """Measure hot reads alone and while 64 misses of so many pages hang."""
    quiet: list[float] = []
    busy: list[float] = []
    slowest: list[float] = []
    bad = 0
    for _ in range(pace.rounds):
        load = wrk(address + catalog.page, connections=8, seconds=pace.seconds)
        quiet.append(load.p99_ms)
        bad += load.bad
        bench.latency(30_000)
        stop = threading.Event()
        hanging = threading.Thread(target=_hang, args=(address + catalog.misses, pages, stop, slowest))
        hanging.start()
        time.sleep(0.5)
        load = wrk(address + catalog.page, connections=8, seconds=pace.seconds)
        busy.append(load.p99_ms)
        bad += load.bad
        stop.set()
        hanging.join()
        bench.latency(0)
        time.sleep(_OVER_SECONDS)
    facts = {
        "quiet_p99_ms": round(statistics.median(quiet), 2),
        "p99_ms": round(statistics.median(busy), 2),
        "slowest_miss_s": round(max(slowest), 2),
    }
    what = "one page" if pages == 1 else f"{pages} pages"
    work = f"hot reads while 64 misses of {what} hang, p99 / quiet"
    return Row(f"W6{catalog.label}{label}", work, ratios(busy, quiet), 2, at_most=True, bad=bad, facts=facts)


def _beside_a_crowd(catalog: Catalog, bench: Bench, pace: Pace, address: str) -> Row:
    """Measure the slowest hit and health check while 400 requests wait for one page that hangs."""
    values: list[float] = []
    statuses: list[int] = []
    for _ in range(pace.rounds):
        bench.latency(30_000)
        crowd = threading.Thread(target=at_once, args=([address + catalog.misses % next(_numbers)] * 400,))
        crowd.start()
        slowest = 0.0
        while crowd.is_alive():
            for other in (address + catalog.page, f"{address}/health/live"):
                start = time.perf_counter()
                statuses.append(fetch(other)[0])
                slowest = max(slowest, time.perf_counter() - start)
        values.append(slowest)
        bench.latency(0)
        time.sleep(_OVER_SECONDS)
    bad = sum(status != 200 for status in statuses)
    work = "slowest hit and health check while 400 ask for one page that hangs"
    return Row(f"W6{catalog.label} crowd", work, values, 0.5, at_most=True, unit="s", bad=bad)


def _hang(misses: str, pages: int, stop: threading.Event, slowest: list[float]) -> None:
    """Let 64 misses of so many pages wait again and again, and record how long the slowest waited."""
    while not stop.is_set():
        numbers = [next(_numbers) for _ in range(pages)]
        answers = at_once([misses % number for number in numbers * (64 // pages)])
        slowest.append(max(seconds for _, seconds in answers))
