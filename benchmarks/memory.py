"""The memory of two workers under mixed traffic: ``python -m benchmarks.memory [--seconds 300] [--callers 32]``.

Everybody at once: pages of 100 flyers that nobody requested before, hot pages, single flyers, people with their marks
and writes, bodies near the 1 MB that is allowed, and tokens that are none. It needs no wrk.
"""

import argparse
import http.client
import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from benchmarks.load import results_folder
from benchmarks.processes import Bench, Program, fetch, running_bench

GOAL_MB = 600
MAX_SECONDS = 540  # then the first access tokens are over
MAX_CALLERS = 128
MEASURE_EVERY_SECONDS = 2.0
# 400 and 401 are the answers to bodies and tokens that are none, 404 to a favorite that was not there, 503 to those who
# want more upstream calls at once than there may be.
EXPECTED_STATUSES = {"200", "201", "204", "400", "401", "404", "503"}
LIBRARY_PATH = "/api/v1/users/me/library/"


class Call(NamedTuple):
    """One request of the mix."""

    target: str
    method: str = "GET"
    token: str | None = None
    body: bytes | None = None


class Sample(NamedTuple):
    """Memory of the supervisor and its workers together, so many seconds after the first request."""

    second: int
    pss_mb: float
    rss_mb: float


def large_bodies() -> list[bytes]:
    """Return JSON bodies just under 1 MB: a long text, a library too large to be taken, and very many small objects.

    Of these one has as many as are decoded at all, and one far more.
    """
    row = b'{"flyer_id": 1234567, "created_at": "2026-05-01T12:00:00Z", "title": "Jazz by the river"}'
    objects = [b'{"%030d": 0}' % number for number in range(24_000)]
    return [
        b'{"email": "somebody@example.com", "password": "' + b"x" * 990_000 + b'"}',
        b'{"favorites": [' + b",".join([row] * (990_000 // (len(row) + 1))) + b"]}",
        b'{"favorites": [' + b",".join(objects) + b"]}",
        b'{"favorites": [' + b",".join([b"[]"] * 330_000) + b"]}",
    ]


class Mix:
    """The traffic: calls by weight, each with numbers that were never used before where it should miss."""

    def __init__(self, people: list[dict[str, Any]], chance: random.Random) -> None:
        self._tokens = [each["token"] for each in people]
        self._chance = chance
        self._bodies = large_bodies()
        self._kinds: dict[Callable[[], Call], int] = {
            self.new_page: 40,
            self.hot_page: 20,
            self.hot_page_with_marks: 10,
            self.new_page_with_marks: 10,
            self.flyer: 6,
            self.favorite: 5,
            self.bad_token: 5,
            self.large_body: 4,
        }

    def next(self) -> Call:
        """Return the next call."""
        make = self._chance.choices(list(self._kinds), list(self._kinds.values()))[0]
        return make()

    def new_page(self) -> Call:
        return Call(f"/api/v1/flyers/search/?query=w{self._chance.getrandbits(48):x}&limit=100")

    def hot_page(self) -> Call:
        return Call(f"/api/v1/flyers/discover/?limit=20&page={self._chance.randint(1, 50)}")

    def hot_page_with_marks(self) -> Call:
        return self.hot_page()._replace(token=self._chance.choice(self._tokens))

    def new_page_with_marks(self) -> Call:
        return self.new_page()._replace(token=self._chance.choice(self._tokens))

    def flyer(self) -> Call:
        kind = self._chance.choice(["flyers", "creators"])
        return Call(f"/api/v1/{kind}/{self._chance.randint(1, 1_000_000)}/")

    def favorite(self) -> Call:
        target = f"/api/v1/flyers/{self._chance.randint(1, 2_000)}/favorite/"
        return Call(target, self._chance.choice(["POST", "DELETE"]), self._chance.choice(self._tokens))

    def bad_token(self) -> Call:
        return self.hot_page()._replace(token="x" * self._chance.randint(10, 4_000))

    def large_body(self) -> Call:
        body = self._chance.choice(self._bodies)
        return Call(LIBRARY_PATH, "POST", self._chance.choice(self._tokens), body)


class Traffic:
    """Callers that send one request after the other, each over a connection of its own, until it is over."""

    def __init__(self, address: str, people: list[dict[str, Any]], callers: int) -> None:
        self._host = urlsplit(address).netloc
        self._over = threading.Event()
        self.statuses: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._call, args=(Mix(people, random.Random(number)),), daemon=True)
            for number in range(callers)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(15)

    def _call(self, mix: Mix) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=10)
        while not self._over.is_set():
            call = mix.next()
            headers = {"Authorization": f"Bearer {call.token}"} if call.token else {}
            if call.body is not None:
                headers["Content-Type"] = "application/json"
            try:
                connection.request(call.method, call.target, call.body, headers)
                response = connection.getresponse()
                response.read()
                outcome = str(response.status)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                outcome = type(error).__name__
            with self._lock:
                self.statuses[outcome] += 1
        connection.close()


def measured(
    program: Program, address: str, people: list[dict[str, Any]], options: Any
) -> tuple[list[Sample], int]:
    """Run the traffic and take a sample every two seconds; return the samples and the number of bad answers."""
    samples: list[Sample] = []
    start = time.monotonic()
    with Traffic(address, people, options.callers) as traffic:
        while (second := time.monotonic() - start) < options.seconds:
            time.sleep(MEASURE_EVERY_SECONDS)
            program.forget_log()
            samples.append(Sample(round(second), round(program.memory_mb), round(program.resident_mb)))
            if len(samples) % max(1, int(options.seconds / MEASURE_EVERY_SECONDS / 10)) == 0:
                print(f"{samples[-1]} {dict(traffic.statuses)}", file=sys.stderr, flush=True)
    print(f"{sum(traffic.statuses.values()):,} answers: {dict(sorted(traffic.statuses.items()))}")
    for line in fetch(f"{address}/metrics")[1].decode().splitlines():
        if line.startswith(("flyers_bff_cache_bytes", "flyers_bff_cache_entries")):
            print(line)
    bad = sum(traffic.statuses[each] for each in traffic.statuses.keys() - EXPECTED_STATUSES)
    if bad:
        print(f"void: {bad} answers that should not be")
    return samples, bad


def run(bench: Bench, options: Any) -> bool:
    """Measure, print, save; return whether the goal was reached and no answer was bad."""
    people = bench.people(200, 100)
    limits = {"WORKERS": "2", "THREADS": str(options.threads), "THROTTLE_AUTH": "1000000/s"}
    with bench.server(**limits) as (program, address):
        start = program.memory_mb
        samples, bad = measured(program, address, people, options)
        time.sleep(MEASURE_EVERY_SECONDS)
        quiet = program.memory_mb
    peak = max(samples, key=lambda sample: sample.pss_mb)
    print(
        f"PSS of the supervisor and two workers: {start:.0f} MB at the start, at most {peak.pss_mb:.0f} MB "
        f"(RSS {peak.rss_mb:.0f} MB) after {peak.second} s, {quiet:.0f} MB when it was over; goal {GOAL_MB} MB"
    )
    (results_folder() / "memory.json").write_text(json.dumps([each._asdict() for each in samples]) + "\n")
    return peak.pss_mb <= GOAL_MB and not bad


def main() -> int:
    """Run as the command line says; return 1 if the goal was missed."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    options.add_argument("--seconds", type=float, default=300)
    options.add_argument("--callers", type=int, default=32)
    options.add_argument("--threads", type=int, default=64)
    chosen = options.parse_args()
    if not (0 < chosen.seconds <= MAX_SECONDS and 0 < chosen.callers <= MAX_CALLERS):
        options.error(f"at most {MAX_SECONDS} seconds and {MAX_CALLERS} callers")
    with running_bench(os.environ.get("DATABASE_URL", "")) as bench:
        return 0 if run(bench, chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
