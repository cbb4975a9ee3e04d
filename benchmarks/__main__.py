"""The command `make bench`, or ``python -m benchmarks [--quick] [--only hot ...] [--database postgres://...]``.

On SQLite, and the rows that depend on the database on a PostgreSQL as well, if ``--database`` or ``BENCH_DATABASE_URL``
names an empty one. ``CACHE_URL`` names a Redis for the herd.
"""

import argparse
import os
import shutil
import sys
import time
from functools import partial

from benchmarks import hits, misses, report, signed_in, snapshots
from benchmarks.catalogs import CATALOGS
from benchmarks.load import results_folder
from benchmarks.measurements import Pace, Row, Scenario
from benchmarks.processes import running_bench

# By the names in a catalog's ``rows``.
_OF_A_CATALOG = {
    "hot": hits.hot_page,
    "pages": hits.many_pages,
    "herd": misses.herd,
    "misses": misses.distinct_misses,
    "writes": signed_in.writes,
    "hanging": misses.while_hanging,
    "lists": signed_in.lists,
    "snapshot": snapshots.snapshot,
}
# By the names that ``--only`` takes: of each kind of row one catalog after the other, in the same minutes of the machine.
SCENARIOS: dict[str, Scenario] = {
    f"{name}{catalog.label.replace(' ', '-')}": partial(measure, catalog)
    for name, measure in _OF_A_CATALOG.items()
    for catalog in CATALOGS
    if name in catalog.rows
} | {"caller": signed_in.known_caller}


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
