"""The rows of the flyers catalog: what is measured, and the goals."""

import json
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.load import POSTING, at_once, distinct, signed_in, toggling_favorites, wrk
from benchmarks.measurements import Measured, Pace, Row, Scenario, checked, compare, measure
from benchmarks.processes import Bench, Program, fetch

PAGE = "/api/v1/flyers/discover/?limit=20"


@contextmanager
def _floor(bench: Bench, name: str) -> Iterator[tuple[Program, str]]:
    with bench.server(f"benchmarks.floors:{name}", FLOOR_BODY=str(bench.folder / "body")) as running:
        yield running


def hot_reads(bench: Bench, pace: Pace) -> list[Row]:
    """W1 and W2: a page that is fresh, for anyone and for people with marks."""
    people = bench.people(50, 100)
    with bench.server() as (program, address):
        page = address + PAGE
        _, body = fetch(page)
        (bench.folder / "body").write_bytes(body)
        with _floor(bench, "bare") as (floor, floor_address):

            def bare() -> Measured:
                return measure(floor, floor_address, connections=32, seconds=pace.seconds)

            calls = bench.calls
            with checked(page, _is_same_page, [(None, body)]) as wrong:
                ratios, bad, facts = compare(
                    pace, bare, lambda: measure(program, page, connections=32, seconds=pace.seconds)
                )
            facts |= {"bytes": len(body), "upstream_calls": bench.calls - calls}
            w1 = Row("W1", "anonymous hot page", ratios, 0.8, bad=bad + wrong(), facts=facts)

            script = signed_in([each["token"] for each in people])
            with checked(page, _has_own_marks, [(each["token"], each) for each in people]) as wrong:
                ratios, bad, facts = compare(
                    pace,
                    bare,
                    lambda: measure(program, page, connections=32, seconds=pace.seconds, script=script),
                )
            w2 = Row("W2", "signed-in hot page, 50 people", ratios, 0.28, bad=bad + wrong(), facts=facts)
    return [w1, w2]


def _is_same_page(body: bytes, expected: bytes) -> bool:
    return bool(_without_meta(body) == _without_meta(expected))


def _without_meta(body: bytes) -> Any:
    return {name: value for name, value in json.loads(body).items() if name != "meta"}


def _has_own_marks(body: bytes, person: dict[str, Any]) -> bool:
    flyers, creators = set(person["flyers"]), set(person["creators"])
    return all(
        flyer["is_favorited"] == (flyer["id"] in flyers)
        and flyer["creator"]["is_following"] == (flyer["creator"]["id"] in creators)
        for flyer in json.loads(body)["results"]
    )


def herd(bench: Bench, pace: Pace) -> list[Row]:
    """W3: 200 times the same missing page in one moment, upstream taking 200 ms."""
    rows = []
    for name, settings, max_calls in (("W3", {}, 2), ("W3 Redis", {"CACHE_URL": bench.cache_url}, 1)):
        if name != "W3" and not bench.cache_url:
            continue
        values, bad, calls, p50 = [], 0, [], []
        with bench.server(**settings) as (_, address):
            at_once([f"{address}/health/live"] * 200)
            bench.latency(200)
            for turn in range(pace.rounds + 2):
                before = bench.calls
                query = f"herd-{name[-1]}-{turn}-{time.time_ns()}"
                answers = at_once([f"{address}/api/v1/flyers/search/?query={query}"] * 200)
                seconds = sorted(took for _, took in answers)
                values.append(seconds[197] / 0.2)
                p50.append(seconds[100] * 1000)
                calls.append(bench.calls - before)
                bad += sum(status != 200 for status, _ in answers) + (calls[-1] > max_calls)
            bench.latency(0)
        facts = {"upstream_calls": calls, "p50_ms": round(statistics.median(p50), 1)}
        rows.append(
            Row(
                name,
                "200 equal misses, p99 / upstream's time",
                values,
                1.2,
                at_most=True,
                bad=bad,
                facts=facts,
            )
        )
    return rows


def misses(bench: Bench, pace: Pace) -> list[Row]:
    """W4: distinct misses on 64 connections, upstream taking 50 ms."""
    settings = {"THREADS": "128", "FLYERS_MAX_CONCURRENCY": "64"}
    with bench.server(**settings) as (program, address):
        bench.latency(50)
        script = distinct("/api/v1/flyers/search/?query=w%d")
        wrk(address, connections=64, seconds=2, script=distinct("/api/v1/flyers/search/?query=warm%d"))
        before = bench.calls
        runs = [
            measure(
                program,
                address,
                connections=64,
                seconds=pace.seconds,
                script=script.replace("query=w", f"query=w{turn}x"),
            )
            for turn in range(pace.rounds)
        ]
        bench.latency(0)
        requests = sum(run.load.requests for run in runs)
        facts = {
            "per_second": round(statistics.median(run.load.rate for run in runs), 1),
            "cpu_us": round(statistics.median(run.cpu_us for run in runs), 1),
            "p50_ms": round(statistics.median(run.load.p50_ms for run in runs), 1),
            "p99_ms": round(statistics.median(run.load.p99_ms for run in runs), 1),
            "upstream_calls_per_request": round((bench.calls - before) / requests, 3),
        }
    values = [run.load.rate / (64 / 0.05) for run in runs]
    bad = sum(run.load.bad for run in runs)
    return [Row("W4", "distinct misses, of 64 / latency", values, 0.85, bad=bad, facts=facts)]


def writes(bench: Bench, pace: Pace) -> list[Row]:
    """W5: favorite POST, POST, DELETE, DELETE, against a view that does nothing."""
    people = bench.people(50, 0)
    with bench.server() as (program, address), _floor(bench, "plain") as (floor, floor_address):
        for _ in range(10):  # so that both workers know the flyers
            for flyer in range(1, 21):
                fetch(f"{address}/api/v1/flyers/{flyer}/")
        script = toggling_favorites([each["token"] for each in people], flyers=20)
        ratios, bad, facts = compare(
            pace,
            lambda: measure(floor, floor_address, connections=16, seconds=pace.seconds, script=POSTING),
            lambda: measure(program, address, connections=16, seconds=pace.seconds, script=script),
        )
    return [Row("W5", "favorite POST, POST, DELETE, DELETE", ratios, 0.35, bad=bad, facts=facts)]


def while_hanging(bench: Bench, pace: Pace) -> list[Row]:
    """W6: hot reads while 64 misses hang, each another page or all the same."""
    with bench.server() as (_, address):
        page = address + PAGE
        for _ in range(3):
            at_once([page] * 64)  # one after the other they could all go to one worker
        return [
            _while_hanging(bench, pace, page, "W6", f"{address}/api/v1/flyers/search/?query=hang-%s-{{n}}"),
            _while_hanging(bench, pace, page, "W6 one key", f"{address}/api/v1/flyers/search/?query=one-%s"),
            _beside_a_crowd(bench, pace, address, page),
        ]


def _while_hanging(bench: Bench, pace: Pace, page: str, name: str, misses: str) -> Row:
    """Measure hot reads alone and while misses hang; ``{n}`` in their address is the caller's number."""
    quiet: list[float] = []
    busy: list[float] = []
    slowest: list[float] = []
    bad = 0
    for turn in range(pace.rounds):
        load = wrk(page, connections=8, seconds=pace.seconds)
        quiet.append(load.p99_ms)
        bad += load.bad
        bench.latency(30_000)
        stop = threading.Event()
        hanging = threading.Thread(target=_hang, args=(misses, turn, stop, slowest))
        hanging.start()
        time.sleep(0.5)
        load = wrk(page, connections=8, seconds=pace.seconds)
        busy.append(load.p99_ms)
        bad += load.bad
        stop.set()
        hanging.join()
        bench.latency(0)
        time.sleep(3)  # until what hung is over
    values = [b / a for a, b in zip(quiet, busy, strict=True)]
    facts = {
        "quiet_p99_ms": round(statistics.median(quiet), 2),
        "p99_ms": round(statistics.median(busy), 2),
        "slowest_miss_s": round(max(slowest), 2),
    }
    what = "one page" if "{n}" not in misses else "64 pages"
    work = f"hot reads while 64 misses of {what} hang, p99 / quiet"
    return Row(name, work, values, 2, at_most=True, bad=bad, facts=facts)


def _beside_a_crowd(bench: Bench, pace: Pace, address: str, page: str) -> Row:
    """Measure the slowest hit and health check while 400 requests wait for one page that hangs."""
    values: list[float] = []
    statuses: list[int] = []
    for turn in range(pace.rounds):
        bench.latency(30_000)
        crowd = threading.Thread(
            target=at_once, args=([f"{address}/api/v1/flyers/search/?query=crowd-{turn}"] * 400,)
        )
        crowd.start()
        slowest = 0.0
        while crowd.is_alive():
            for other in (page, f"{address}/health/live"):
                start = time.perf_counter()
                statuses.append(fetch(other)[0])
                slowest = max(slowest, time.perf_counter() - start)
        values.append(slowest)
        bench.latency(0)
        time.sleep(3)  # until what hung is over
    bad = sum(status != 200 for status in statuses)
    work = "slowest hit and health check while 400 ask for one page that hangs"
    return Row("W6 crowd", work, values, 0.5, at_most=True, unit="s", bad=bad)


def _hang(misses: str, turn: int, stop: threading.Event, slowest: list[float]) -> None:
    """Let 64 misses wait again and again, and record how long the slowest waited."""
    round_ = 0
    while not stop.is_set():
        round_ += 1
        address = misses % f"{turn}-{round_}"
        slowest.append(max(seconds for _, seconds in at_once([address.format(n=n) for n in range(64)])))


def memory(bench: Bench, pace: Pace) -> list[Row]:
    """Measure the memory of two workers that cache many pages each."""
    with bench.server(WORKERS="2") as (program, address):
        start = program.memory_mb
        for _ in range(4):  # requests go to either worker
            for first in range(0, pace.pages, 50):
                at_once([f"{address}{PAGE}&categories=c{first + number}" for number in range(50)])
        used = program.memory_mb
    facts = {"at_start_mb": round(start), "pages": pace.pages}
    goal = 350.0
    return [
        Row("memory", f"2 workers, {pace.pages} pages", [used], goal, at_most=True, unit="MB", facts=facts)
    ]


SCENARIOS: dict[str, Scenario] = {
    "hot": hot_reads,
    "herd": herd,
    "misses": misses,
    "writes": writes,
    "hanging": while_hanging,
    "memory": memory,
}
