"""benchmarks: `make bench`, or ``python -m benchmarks [--quick] [--only W1 ...]``.

SQLite by default; ``DATABASE_URL`` names another database (an empty one), ``CACHE_URL`` a Redis for the shared herd.
"""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable

from benchmarks import report, scenarios
from benchmarks.load import results_folder
from benchmarks.processes import bench
from benchmarks.scenarios import Pace, Row


def main() -> int:
    """Measure, print, save; return 1 if an answer was bad."""
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--quick", action="store_true", help="under two minutes, and less certain")
    options.add_argument(
        "--only", nargs="*", default=[], help="some of: hot herd misses writes hanging memory"
    )
    chosen = options.parse_args()
    if not shutil.which("wrk"):
        sys.exit("The benchmark needs wrk: install it (on Debian and Ubuntu: apt-get install wrk).")

    pace = Pace(seconds=2, rounds=3) if chosen.quick else Pace(seconds=6, rounds=5)
    started = time.monotonic()
    rows: list[Row] = []
    with bench(os.environ.get("DATABASE_URL", "")) as it:
        scenes: dict[str, Callable[[], list[Row]]] = {
            "hot": lambda: scenarios.hot_reads(it, pace),
            "herd": lambda: scenarios.herd(it, pace, os.environ.get("CACHE_URL", "")),
            "misses": lambda: scenarios.misses(it, pace),
            "writes": lambda: scenarios.writes(it, pace),
            "hanging": lambda: scenarios.while_hanging(it, pace),
            "memory": lambda: scenarios.memory(it, 500 if chosen.quick else 2_000),
        }
        for name, scene in scenes.items():
            if not chosen.only or name in chosen.only:
                print(f"measuring {name} ...", file=sys.stderr, flush=True)
                rows += scene()
    print(report.table(rows))
    print(f"\n{time.monotonic() - started:.0f} s")
    report.save(rows, results_folder())
    return 1 if any(row.bad for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
