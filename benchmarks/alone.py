"""The processor time of single requests in one thread, beside a plain Django view: ``python -m benchmarks.alone [--database URL]``.

No server, no load: what is left is what a request does. Rounds of the floor and of the product take turns, so ratios hold
on a machine that others share; microseconds do not.
"""

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count, cycle
from typing import Any, Final, NamedTuple

from benchmarks.flyers import FLYERS
from benchmarks.movies import MOVIES
from benchmarks.processes import ROOT, Bench, running_bench
from benchmarks.signed_in import CALLER_PATH

CALLS, ROUNDS = 200, 15
_PAGES = 2_000


class Request(NamedTuple):
    """A method, a target, whose token goes with it (None: nobody's), and the status that is right."""

    method: str
    target: str
    person: int | None
    status: str


def _works(people: list[dict[str, Any]]) -> dict[str, Iterator[Request]]:
    """Return by name requests without end; of the first person's toggled ones only the others are favorites."""
    number = count(1)
    kept = FLYERS.favorite % people[0]["favorites"][0]
    toggled = [FLYERS.favorite % each for each in range(1, 200) if each not in people[0]["favorites"]]
    added = (
        Request(method, target, 0, status)
        for target in cycle(toggled)
        for method, status in (("POST", "201"), ("DELETE", "204"))
    )
    lists = "/api/v1/users/me/favorites/?limit=20"
    return {
        "hit": cycle([Request("GET", FLYERS.page, None, "200")]),
        "hit, 2,000 pages in turn": (
            Request("GET", FLYERS.pages % (each % _PAGES), None, "200") for each in count()
        ),
        "signed-in hit, 3 people in turn": (
            Request("GET", FLYERS.page, who, "200") for who in cycle(range(3))
        ),
        "miss, 10 flyers": (Request("GET", FLYERS.misses % next(number), None, "200") for _ in count()),
        "miss, 20 flyers": (
            Request("GET", f"{FLYERS.misses}&limit=20" % next(number), None, "200") for _ in count()
        ),
        "hit, movies": cycle([Request("GET", MOVIES.page, None, "200")]),
        "signed-in hit, movies": (Request("GET", MOVIES.page, who, "200") for who in cycle(range(3))),
        "miss, 20 movies": (Request("GET", MOVIES.misses % next(number), None, "200") for _ in count()),
        "auth/me/ (W8)": cycle([Request("GET", CALLER_PATH, 0, "200")]),
        "favorite added or removed": added,
        "favorite added again": cycle([Request("POST", kept, 0, "200")]),
        "favorite removed that is none": cycle([Request("DELETE", FLYERS.favorite % 1_999, 0, "404")]),
        "list of 10 favorites": cycle([Request("GET", lists, 0, "200")]),
        "20 of 1,000 favorites": cycle([Request("GET", lists, 1, "200")]),
        "20 of 5,000 favorites": cycle([Request("GET", lists, 2, "200")]),
    }


class Child:
    """A process with an application in it, which is called when asked to."""

    def __init__(self, bench: Bench, target: str, people: list[dict[str, Any]]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.alone", "--serve", target],
            cwd=ROOT,
            env=bench.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(bench.folder / "alone.log").open("a"),
            text=True,
        )
        self._ask(people)

    def cpu_us(self, work: str, calls: int) -> float:
        """Return the processor time of one of so many requests."""
        return float(self._ask([work, calls]))

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, question: Any) -> Any:
        print(json.dumps(question), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise SystemExit("a request was not answered as it should be")
        return json.loads(line)


def _serve(target: str) -> None:
    """Answer the questions of ``Child`` until the end of the input."""
    people = json.loads(sys.stdin.readline())
    module, _, name = target.partition(":")
    application = getattr(__import__(module, fromlist=[name]), name)
    works = {"plain": cycle([Request("GET", "/", None, "200")]), **_works(people)}
    print("0", flush=True)
    for line in sys.stdin:
        work, calls = json.loads(line)
        start = time.process_time()
        for request in (next(works[work]) for _ in range(calls)):
            _call(application, request, people)
        print((time.process_time() - start) / calls * 1e6, flush=True)


def _call(application: Callable[..., Any], request: Request, people: list[dict[str, Any]]) -> None:
    path, _, query = request.target.partition("?")
    environ = {
        **_ENVIRON,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "wsgi.input": io.BytesIO(),
    }
    if request.person is not None:
        environ["HTTP_AUTHORIZATION"] = f"Bearer {people[request.person]['token']}"
    said: list[str] = []
    answer = application(environ, lambda status, *_: said.append(status))
    b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    if not said[0].startswith(request.status):
        sys.exit(f"{request} was answered {said[0]}")


_ENVIRON: Final = {
    "HTTP_HOST": "localhost:8000",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "8000",
    "SCRIPT_NAME": "",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
}


def main(database_url: str) -> None:
    """Print a row for each kind of request: its time, and how many times that of the floor."""
    with running_bench(database_url) as bench:
        people = [bench.people(1, favorites)[0] for favorites in (10, 1_000, 5_000)]
        plain = Child(bench, "benchmarks.floors:plain", people)
        product = Child(bench, "config.wsgi:application", people)
        print("| one request in one thread | CPU µs | x plain (min-max) |\n|---|---|---|")
        for work in _works(people):
            plain.cpu_us("plain", CALLS)
            # Everything that is to be found is cached then.
            product.cpu_us(work, 3 * _PAGES if "pages" in work or "hit" in work else CALLS)
            pairs = [(plain.cpu_us("plain", CALLS), product.cpu_us(work, CALLS)) for _ in range(ROUNDS)]
            ratios = [each / floor for floor, each in pairs]
            cost = statistics.median(each for _, each in pairs)
            spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
            print(f"| {work} | {cost:.0f} | {spread} |", flush=True)
        print(f"\nA plain view took {statistics.median(floor for floor, _ in pairs):.0f} µs.")
        plain.stop()
        product.stop()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", default=os.environ.get("BENCH_DATABASE_URL", ""), metavar="URL")
    options.add_argument("--serve", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    _serve(chosen.serve) if chosen.serve else main(chosen.database)
