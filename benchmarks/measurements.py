"""Measurements: rows of the report, loads with the processor time they cost, and checks of answers meanwhile."""

import random
import statistics
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from benchmarks.load import Load, wrk
from benchmarks.processes import Bench, Program, fetch


class Row(NamedTuple):
    """One figure: ``value`` is the median of ``values``; it should be at least (or at most) ``goal``.

    ``bad`` answers void the row. ``facts`` are further readings of the same runs.
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
    """Seconds of one load, rounds of A B A B, and pages of the memory row."""

    seconds: float
    rounds: int
    pages: int


class Measured(NamedTuple):
    """A load, and the processor time that the server took for each request."""

    load: Load
    cpu_us: float


def measure(
    program: Program, address: str, *, connections: int, seconds: float, script: str = ""
) -> Measured:
    """Load an address, and measure the program's processor time."""
    before = program.cpu_seconds
    load = wrk(address, connections=connections, seconds=seconds, script=script)
    return Measured(load, (program.cpu_seconds - before) / max(1, load.requests) * 1e6)


def compare(
    pace: Pace, floor: Callable[[], Measured], product: Callable[[], Measured]
) -> tuple[list[float], int, dict[str, Any]]:
    """Measure in turn; return the ratios, the bad answers and the medians."""
    floor(), product()  # warm both
    pairs = [(floor(), product()) for _ in range(pace.rounds)]
    ratios = [b.load.rate / a.load.rate for a, b in pairs]
    bad = sum(a.load.bad + b.load.bad for a, b in pairs)

    def median(read: Callable[[tuple[Measured, Measured]], float]) -> float:
        return round(statistics.median(map(read, pairs)), 2)

    facts = {
        "floor_per_second": median(lambda pair: pair[0].load.rate),
        "per_second": median(lambda pair: pair[1].load.rate),
        "floor_cpu_us": median(lambda pair: pair[0].cpu_us),
        "cpu_us": median(lambda pair: pair[1].cpu_us),
        "floor_p99_ms": median(lambda pair: pair[0].load.p99_ms),
        "p50_ms": median(lambda pair: pair[1].load.p50_ms),
        "p99_ms": median(lambda pair: pair[1].load.p99_ms),
    }
    return ratios, bad, facts


@contextmanager
def checked(
    page: str, is_right: Callable[[bytes, Any], bool], expected: list[tuple[str | None, Any]]
) -> Iterator[Callable[[], int]]:
    """Check whole answers while the load runs.

    ``expected`` has a token, or None, and what ``is_right`` compares the body with, of which one pair is chosen at random
    each time. The function given returns the number of wrong answers, at least 1 if none was checked.
    """
    over, wrong, looked = threading.Event(), [0], [0]

    def look() -> None:
        while not over.wait(0.05):
            token, truth = random.choice(expected)
            status, body = fetch(page, token)
            looked[0] += 1
            wrong[0] += status != 200 or not is_right(body, truth)

    checker = threading.Thread(target=look)
    checker.start()
    try:
        yield lambda: wrong[0] + (looked[0] == 0)
    finally:
        over.set()
        checker.join()


Scenario = Callable[[Bench, Pace], list[Row]]
