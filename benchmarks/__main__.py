"""The command `make bench`, or ``python -m benchmarks [--quick] [--only hot ...] [--database postgres://...]``.

On SQLite, and the rows that depend on the database on a PostgreSQL as well, if ``--database`` or ``BENCH_DATABASE_URL``
names an empty one. ``CACHE_URL`` names a Redis for the herd.
"""

import argparse
import os
import shutil
import sys
import time

from benchmarks import flyers, report
from benchmarks.load import results_folder
from benchmarks.measurements import Pace, Row, Scenario
from benchmarks.processes import running_bench

# By the name that ``--only`` takes. Each catalog has a module with its rows; a later one adds its scenarios here.
SCENARIOS: dict[str, Scenario] = {**flyers.SCENARIOS}


def main() -> int:
    """Measure, print, save; return 1 if an answer was bad."""
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--quick", action="store_true", help="about four minutes, and less certain")
    options.add_argument("--only", nargs="*", default=[], choices=SCENARIOS)
    options.add_argument("--database", default=os.environ.get("BENCH_DATABASE_URL", ""), metavar="URL")
    chosen = options.parse_args()
    if not shutil.which("wrk"):
        sys.exit("The benchmark needs wrk: install it (on Debian and Ubuntu: apt-get install wrk).")

    pace = Pace(seconds=2, rounds=3) if chosen.quick else Pace(seconds=6, rounds=5)
    started = time.monotonic()
    rows: list[Row] = []
    stores = {"postgresql_url": chosen.database, "cache_url": os.environ.get("CACHE_URL", "")}
    with running_bench(**stores) as bench:
        for name, scenario in SCENARIOS.items():
            if not chosen.only or name in chosen.only:
                print(f"measuring {name} ...", file=sys.stderr, flush=True)
                rows += scenario(bench, pace)
    print(report.table(rows))
    print(f"\n{time.monotonic() - started:.0f} s")
    report.save(rows, results_folder())
    return 1 if any(row.bad for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
