"""The growth of a hot read's cost, a curve for each cause: ``python -m benchmarks.growth``.

Causes: favorites of the caller, people in the tables, pages in the cache, connections at once. On SQLite.
"""

import json
import sqlite3
import sys
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.catalog import Person
from benchmarks.catalogs import with_calls
from benchmarks.flyers import FLYERS
from benchmarks.hits import MANY_PAGES
from benchmarks.load import results_folder, taking_turns, turning_pages
from benchmarks.measurements import WARM_SECONDS, Check, Work, warm
from benchmarks.processes import Bench, running_bench

SECONDS = 4.0


class Point(NamedTuple):
    """One measurement: at ``x`` of the cause, processor µs a request, requests a second, and p99 in ms.

    ``calls`` is the number of upstream calls a request: 0 where every one was a hit.
    """

    x: int
    cpu_us: float
    per_second: float
    p99_ms: float
    calls: float
    bad: int


def _point(bench: Bench, x: int, work: Work) -> Point:
    work.measure(WARM_SECONDS)
    before = bench.calls
    load, cpu_us, bad = work.measure(SECONDS)
    calls = round((bench.calls - before) / load.requests, 3)
    return Point(x, round(cpu_us, 1), round(load.rate), round(load.p99_ms, 2), calls, bad)


def _signed_in_point(bench: Bench, x: int, callers: list[Person]) -> Point:
    with bench.server() as (program, address):
        page = address + FLYERS.page
        cold = warm(bench, address, [(FLYERS.page, None)])
        check = Check(page, FLYERS.has_own_marks, [(each["token"], each) for each in callers])
        script = taking_turns([each["token"] for each in callers])
        point = _point(bench, x, Work(program, page, 32, script, check))
        return point._replace(bad=point.bad + cold)


def favorites(bench: Bench) -> list[Point]:
    """Measure signed-in hits of people with 100, 1,000 and 5,000 favorites."""
    return [_signed_in_point(bench, number, bench.people(20, number)) for number in (100, 1_000, 5_000)]


def people(bench: Bench) -> list[Point]:
    """Measure signed-in hits in tables of 10 thousand and of a million favorites of other people (SQLite)."""
    callers = bench.people(20, 100)
    database = sqlite3.connect(bench.folder / "bench.sqlite3", timeout=60)
    user_id = database.execute("SELECT max(id) FROM accounts_user").fetchone()[0]
    points, stored = [], 0
    for number in (10_000, 1_000_000):
        # Other people's rows: 100 flyers each. A person's rows are all that the index leads to.
        database.executescript(
            f"""
            INSERT INTO accounts_user (id, password, email, first_name, last_name, is_active, is_staff, created_at)
            WITH RECURSIVE n(i) AS (SELECT {stored // 100} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {number // 100})
            SELECT {user_id} + 1 + i, '!', 'crowd-' || i || '@example.com', '', '', 1, 0, '2026-01-01' FROM n;
            INSERT INTO favorites_entry (user_id, shelf, kind, item_id, created_at, changed_at, changed_by, title, version)
            WITH RECURSIVE n(i) AS (SELECT {stored} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {number})
            SELECT {user_id} + 1 + i / 100, 'favorites', 'flyer', 1 + i % 100, '2026-01-01', '2026-01-01', '', 'Stored',
                1 + i % 100 FROM n;
            """  # noqa: S608 - numbers of ours
        )
        stored = number
        points.append(_signed_in_point(bench, number, callers))
    database.close()
    return points


def pages(bench: Bench) -> list[Point]:
    """Measure anonymous requests spread over 100 and 2,000 cached pages, and over 10,000, of which not all can be cached."""
    points = []
    for number in (100, 2_000, 10_000):
        # Where most requests are misses, there is room for as many calls as there are connections.
        with bench.server(**with_calls(32, FLYERS)) as (program, address):
            requests = [(FLYERS.pages % page, None) for page in range(number)]
            cold = warm(bench, address, requests) if number <= MANY_PAGES else 0
            point = _point(bench, number, Work(program, address, 32, turning_pages(FLYERS.pages, number)))
            points.append(point._replace(bad=point.bad + cold))
    return points


def connections(bench: Bench) -> list[Point]:
    """Measure anonymous hits from 1, 8, 32 and 128 connections."""
    with bench.server() as (program, address):
        cold = warm(bench, address, [(FLYERS.page, None)])
        works = {number: Work(program, address + FLYERS.page, number) for number in (1, 8, 32, 128)}
        points = [_point(bench, number, work) for number, work in works.items()]
    return [point._replace(bad=point.bad + cold) for point in points]


def picture(curves: dict[str, Sequence[Point]]) -> str:
    """Draw processor time a request over each cause, as SVG."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 420" font-family="sans-serif" font-size="12">',
        '<rect width="760" height="420" fill="#fff"/>',
    ]
    highest = max(point.cpu_us for points in curves.values() for point in points)
    for place, (name, points) in enumerate(curves.items()):
        left, top = 40 + 380 * (place % 2), 40 + 200 * (place // 2)
        parts.append(f'<text x="{left}" y="{top - 16}" font-weight="600">CPU µs a request, by {name}</text>')
        parts.append(f'<path d="M{left} {top}v130h300" fill="none" stroke="#888"/>')
        step = 280 / max(1, len(points) - 1)
        points_drawn = [
            (left + 10 + step * n, top + 130 - 120 * point.cpu_us / highest) for n, point in enumerate(points)
        ]
        line = " ".join(f"{x:.0f},{y:.0f}" for x, y in points_drawn)
        parts.append(f'<polyline points="{line}" fill="none" stroke="#2f6fde" stroke-width="2"/>')
        for (x, y), point in zip(points_drawn, points, strict=True):
            parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="#2f6fde"/>')
            parts.append(f'<text x="{x:.0f}" y="{y - 8:.0f}" text-anchor="middle">{point.cpu_us:.0f}</text>')
            parts.append(f'<text x="{x:.0f}" y="{top + 146}" text-anchor="middle">{point.x:,}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> int:
    """Measure, print, save; return 1 if an answer was bad."""
    with running_bench() as bench:
        curves: dict[str, Sequence[Point]] = {
            "favorites of the person": favorites(bench),
            "favorites of other people": people(bench),
            "pages in the cache": pages(bench),
            "connections at once": connections(bench),
        }
    for name, points in curves.items():
        print(f"\n| {name} | CPU µs | per second | p99 ms | upstream calls |\n|---|---|---|---|---|")
        for point in points:
            print(f"| {point.x:,} | {point.cpu_us} | {point.per_second:,} | {point.p99_ms} | {point.calls} |")
    folder = results_folder()
    (folder / "growth.json").write_text(json.dumps(curves, indent=2) + "\n")
    (folder / "growth.svg").write_text(picture(curves))
    return 1 if any(point.bad for points in curves.values() for point in points) else 0


if __name__ == "__main__":
    sys.exit(main())
