"""The benchmark measures what it says: its pages exist, and a bad answer voids its row."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses

from benchmarks.__main__ import SCENARIOS
from benchmarks.catalogs import CATALOGS
from benchmarks.measurements import Row
from benchmarks.report import table
from benchmarks.stub import body_for

ADDRESSES = [
    address
    for catalog in CATALOGS
    for address in (catalog.page, catalog.pages % 7, catalog.misses % 7, catalog.item % 7)
]


def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
    target = urlsplit(request.url)
    return 200, {"Content-Type": "application/json"}, body_for(f"{target.path}?{target.query}")


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_the_benchmark_asks_for_is_answered_and_cached(anyone, upstream, address):
    upstream.add_callback(responses.GET, re.compile(".*"), answer)

    first, again = anyone.get(address), anyone.get(address)

    assert (first.status_code, first["X-Cache"]) == (200, "MISS")
    assert (again.status_code, again["X-Cache"]) == (200, "HIT")


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda catalog: catalog.upstream)
def test_a_page_of_the_benchmark_has_twenty_items(anyone, upstream, catalog):
    upstream.add_callback(responses.GET, re.compile(".*"), answer)

    pages = [anyone.get(address).json()["results"] for address in (catalog.page, catalog.pages % 7)]

    assert [len(page) for page in pages] == [20, 20]


def test_the_rows_of_one_catalog_stand_beside_those_of_another():
    assert list(SCENARIOS)[:2] == ["hot", "hot-movies"]
    assert "misses-movies" in SCENARIOS


@pytest.mark.parametrize(
    ("values", "bad", "verdict"),
    [([1.0, 2.0, 9.0], 0, "reached"), ([1.0, 2.1, 2.2], 0, "missed"), ([1.0, 1.0, 1.0], 1, "void: 1 bad")],
)
def test_a_row_is_judged_by_its_median_and_void_with_a_bad_answer(values, bad, verdict):
    row = Row("W6", "hot reads", values, 2, at_most=True, bad=bad)

    assert f"| ≤ 2.00 x | {verdict} |" in table([row])
