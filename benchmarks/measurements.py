"""Measurements: rows of the report, loads with the processor time they cost, and checks of answers meanwhile."""

import http.client
import random
import statistics
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from benchmarks.load import Load, wrk
from benchmarks.processes import Bench, Program, fetch

WARM_SECONDS = 1.0
WARMING_CONNECTIONS, MAX_WARMING_PASSES = 8, 3


class Row(NamedTuple):
    """One figure: ``value`` is the median of ``values``; it should be at least (or at most) ``goal``.

    ``bad`` counts wrong answers, and upstream calls where there should be hits alone; any voids the row. ``facts`` are
    further readings of the same runs.
    """

    name: str
    work: str
    values: list[float]
    goal: float
    at_most: bool = False
    unit: str = "x"
    bad: int = 0
    facts: dict[str, Any] = {}

    @property
    def value(self) -> float:
        """Return the median."""
        return statistics.median(self.values)

    @property
    def is_reached(self) -> bool:
        """Return whether the goal is reached and no answer was bad."""
        return not self.bad and (self.value <= self.goal if self.at_most else self.value >= self.goal)


class Pace(NamedTuple):
    """Seconds of one load, and rounds of A B A B."""

    seconds: float
    rounds: int


Scenario = Callable[[Bench, Pace], list[Row]]


class Measured(NamedTuple):
    """A load, the processor time that the server took for each request, and the answers that were not as they should be."""

    load: Load
    cpu_us: float
    bad: int


class Check(NamedTuple):
    """Whole answers to look at while a load runs.

    ``expected`` has a token, or None, and what ``is_right`` compares the body with, of which one pair is chosen at random
    each time.
    """

    page: str
    is_right: Callable[[bytes, Any], bool]
    expected: list[tuple[str | None, Any]]

    @contextmanager
    def running(self) -> Iterator[Callable[[], int]]:
        """Look meanwhile. The function given returns, afterwards, the wrong answers, at least 1 if none was looked at."""
        over, answers = threading.Event(), list[bool]()

        def look() -> None:
            while not over.wait(0.05):
                token, truth = random.choice(self.expected)
                status, body = fetch(self.page, token)
                answers.append(status == 200 and self.is_right(body, truth))

        looking = ThreadPoolExecutor(1)
        future = looking.submit(look)
        try:
            yield lambda: answers.count(False) + (not answers) + (future.exception() is not None)
        finally:
            over.set()
            looking.shutdown()


class Work(NamedTuple):
    """What wrk asks of a program, over so many connections."""

    program: Program
    address: str
    connections: int
    script: str = ""
    check: Check | None = None

    def measure(self, seconds: float) -> Measured:
        """Load the address, and measure the program's processor time."""
        self.program.forget_log()
        before = self.program.cpu_seconds
        if self.check is None:
            load, wrong = self._load(seconds), 0
        else:
            with self.check.running() as count_wrong:
                load = self._load(seconds)
            wrong = count_wrong()
        cpu_us = (self.program.cpu_seconds - before) / max(1, load.requests) * 1e6
        return Measured(load, cpu_us, load.bad + wrong)

    def _load(self, seconds: float) -> Load:
        return wrk(self.address, connections=self.connections, seconds=seconds, script=self.script)


def in_turn(pace: Pace, works: Sequence[Work]) -> list[list[Measured]]:
    """Measure A B A B, after a short load of each that isn't counted; return what was seen of each."""
    for work in works:
        work.measure(WARM_SECONDS)
    rounds = [[work.measure(pace.seconds) for work in works] for _ in range(pace.rounds)]
    return [list(runs) for runs in zip(*rounds, strict=True)]


def rates(runs: Sequence[Measured]) -> list[float]:
    """Return the requests a second of each run."""
    return [run.load.rate for run in runs]


def p99s(runs: Sequence[Measured]) -> list[float]:
    """Return the p99 of each run in ms."""
    return [run.load.p99_ms for run in runs]


def bad_of(*works: Sequence[Measured]) -> int:
    """Return the bad answers in all runs of these."""
    return sum(run.bad for runs in works for run in runs)


def ratios(values: Sequence[float], floor: Sequence[float]) -> list[float]:
    """Return each value as a multiple of the floor's in the same round."""
    return [value / other for value, other in zip(values, floor, strict=True)]


def facts_of(runs: Sequence[Measured], floor: Sequence[Measured] = ()) -> dict[str, float]:
    """Return the medians of the runs, and of a floor's."""

    def median(values: Iterator[float]) -> float:
        return round(statistics.median(values), 2)

    facts = {
        "per_second": median(run.load.rate for run in runs),
        "cpu_us": median(run.cpu_us for run in runs),
        "p50_ms": median(run.load.p50_ms for run in runs),
        "p99_ms": median(run.load.p99_ms for run in runs),
    }
    if floor:
        facts |= {f"floor_{name}": value for name, value in facts_of(floor).items()}
    return facts


def warm(bench: Bench, address: str, requests: Sequence[tuple[str, str | None]]) -> int:
    """Have every worker cache the answers to these requests, each a target and a token or None.

    A connection belongs to one worker: each of several requests everything, in passes until one makes no upstream call.
    Returns the answers of the last pass that were no 200, and its upstream calls: in earlier ones the bulkhead may refuse.
    """
    # Of few requests many times as many connections, so that no worker is left without any.
    connections = WARMING_CONNECTIONS * (8 if len(requests) < 100 else 1)
    for done in range(MAX_WARMING_PASSES):
        before = bench.calls
        all_open = threading.Barrier(connections)  # else one worker may accept them all, one after the other
        with ThreadPoolExecutor(connections) as callers:
            firsts = [len(requests) * each // connections for each in range(connections)]
            orders = [[*requests[first:], *requests[:first]] for first in firsts]  # they share the misses
            bad = sum(callers.map(partial(_refused, address, all_open), orders))
        calls = bench.calls - before
        is_over = not (bad or calls)  # all are cached
        if is_over or (done and calls > len(requests)):  # or there is no room for all
            break
    return bad + calls


def _refused(address: str, all_open: threading.Barrier, requests: Sequence[tuple[str, str | None]]) -> int:
    """Send requests one after the other over one connection; return how many were not answered with 200."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.connect()
    all_open.wait(10)
    refused = 0
    for target, token in requests:
        connection.request("GET", target, headers={"Authorization": f"Bearer {token}"} if token else {})
        response = connection.getresponse()
        response.read()
        refused += response.status != 200
    connection.close()
    return refused
