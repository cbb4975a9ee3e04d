"""The growth of a hot read's cost, a curve for each cause: ``python -m benchmarks.growth``.

Causes: favorites of the caller, people in the tables, pages in the cache, connections at once.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.flyers import PAGE
from benchmarks.load import many_pages, results_folder, signed_in, wrk
from benchmarks.measurements import measure
from benchmarks.processes import Bench, fetch, running_bench

SECONDS = 4.0


class Point(NamedTuple):
    """One measurement: at ``x`` of the cause, processor µs a request, requests a second, and p99 in ms."""

    x: int
    cpu_us: float
    per_second: float
    p99_ms: float
    bad: int


def _point(x: int, program: Any, address: str, *, connections: int = 32, script: str = "") -> Point:
    wrk(address, connections=connections, seconds=1, script=script)
    seen = measure(program, address, connections=connections, seconds=SECONDS, script=script)
    return Point(x, round(seen.cpu_us, 1), round(seen.load.rate), round(seen.load.p99_ms, 2), seen.load.bad)


def favorites(bench: Bench) -> list[Point]:
    """Measure signed-in hits of people with 100, 1,000 and 5,000 favorites."""
    points = []
    for number in (100, 1_000, 5_000):
        script = signed_in([each["token"] for each in bench.people(20, number)])
        with bench.server() as (program, address):
            fetch(address + PAGE)
            points.append(_point(number, program, address + PAGE, script=script))
    return points


def people(bench: Bench) -> list[Point]:
    """Measure signed-in hits in tables of 10 thousand and of a million favorites of other people (SQLite)."""
    tokens = [each["token"] for each in bench.people(20, 100)]
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
        with bench.server() as (program, address):
            fetch(address + PAGE)
            points.append(_point(number, program, address + PAGE, script=signed_in(tokens)))
    database.close()
    return points


def pages(bench: Bench) -> list[Point]:
    """Measure anonymous hits spread over 100 and over 10,000 cached pages."""
    points = []
    for number in (100, 10_000):
        script = many_pages(f"{PAGE}&categories=c%d", number)
        with bench.server() as (program, address):
            for _ in range(2):  # until both workers have cached them all
                wrk(address, connections=32, seconds=max(2.0, number / 500), script=script)
            points.append(_point(number, program, address, script=script))
    return points


def connections(bench: Bench) -> list[Point]:
    """Measure anonymous hits from 1, 8, 32 and 128 connections."""
    with bench.server() as (program, address):
        fetch(address + PAGE)
        return [_point(number, program, address + PAGE, connections=number) for number in (1, 8, 32, 128)]


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
    with running_bench(os.environ.get("DATABASE_URL", "")) as bench:
        curves: dict[str, Sequence[Point]] = {
            "favorites of the person": favorites(bench),
            "favorites of other people": people(bench),
            "pages in the cache": pages(bench),
            "connections at once": connections(bench),
        }
    for name, points in curves.items():
        print(f"\n| {name} | CPU µs | per second | p99 ms |\n|---|---|---|---|")
        for point in points:
            print(f"| {point.x:,} | {point.cpu_us} | {point.per_second:,} | {point.p99_ms} |")
    folder = results_folder()
    (folder / "growth.json").write_text(json.dumps(curves, indent=2) + "\n")
    (folder / "growth.svg").write_text(picture(curves))
    return 1 if any(point.bad for points in curves.values() for point in points) else 0


if __name__ == "__main__":
    sys.exit(main())
