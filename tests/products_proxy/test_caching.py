"""Caching of products: one call for all that is asked, and how it shows in headers, limits, metrics and log lines."""

import re

import pytest

from products_proxy.catalog import PRODUCTS as CATALOG
from tests import payloads_fakestore as payloads
from tests.counts import Counts
from tests.payloads_fakestore import MISSING
from tests.products_proxy.store import CATEGORIES, PRODUCTS, STORE

ROUTES = [
    PRODUCTS,
    f"{PRODUCTS}?category=jewelery&sort=-price",
    f"{PRODUCTS}?search=thing&page=2&limit=1",
    f"{PRODUCTS}by-categories/?categoryIds=jewelery",
    f"{PRODUCTS}2/",
    CATEGORIES,
    f"{CATEGORIES}jewelery/",
]


@pytest.mark.parametrize("address", ROUTES)
def test_every_read_is_cached_then_served_stale_while_the_store_is_down(anyone, store, clock, address):
    store.has_many(3)

    first = anyone.get(address)
    store.fails(504)
    clock.shift(30)
    hit = anyone.get(address)
    clock.shift(40)
    stale = anyone.get(address)
    CATALOG.settle()

    answers = (first, hit, stale)
    assert [(each["X-Cache"], each["Age"]) for each in answers] == [
        ("MISS", "0"),
        ("HIT", "30"),
        ("STALE", "70"),
    ]
    if "results" in first.json():
        assert [each.json()["meta"]["stale"] for each in answers] == [False, False, True]
        assert {each.json()["meta"]["as_of"] for each in answers} == {"2026-05-01T12:00:00Z"}
        assert {str(each.json()["results"]) for each in answers} == {str(first.json()["results"])}


@pytest.mark.parametrize("address", ROUTES)
def test_every_read_has_an_etag_and_says_how_long_it_may_be_kept(anyone, store, clock, address):
    store.has_many(3)
    first = anyone.get(address)

    unchanged = anyone.get(address, headers={"If-None-Match": first["ETag"]})
    head = anyone.head(address)

    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
    assert (unchanged.status_code, unchanged.content, unchanged["X-Cache"]) == (304, b"", "HIT")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", first["ETag"])


def test_one_call_answers_whatever_is_asked(anyone, store):
    store.has_many(3)

    outcomes = [anyone.get(address)["X-Cache"] for address in ROUTES]

    assert outcomes == ["MISS", *["HIT"] * (len(ROUTES) - 1)]
    assert store.asked() == ["GET /products"]


def test_the_etag_of_an_answer_changes_with_the_products_alone(anyone, store, clock):
    store.has_many(3)
    first = anyone.get(f"{PRODUCTS}2/")["ETag"]
    clock.shift(70)
    anyone.get(f"{PRODUCTS}2/")
    CATALOG.settle()
    same = anyone.get(f"{PRODUCTS}2/")
    store.has(payloads.product(2, price=5))
    clock.shift(70)
    anyone.get(f"{PRODUCTS}2/")
    CATALOG.settle()

    other = anyone.get(f"{PRODUCTS}2/")

    assert (same["ETag"], same["X-Cache"]) == (first, "HIT")
    assert other["ETag"] != first
    assert other.json()["price"]["amount"] == "5"


def test_the_store_is_asked_whether_its_list_has_changed(anyone, wire, clock):
    wire.get(f"{STORE}/products", json=[payloads.product(7)], headers={"ETag": 'W/"v1"'})
    wire.get(f"{STORE}/products", status=304, headers={"ETag": 'W/"v1"'})
    first = anyone.get(PRODUCTS)
    clock.shift(70)
    anyone.get(PRODUCTS)
    CATALOG.settle()

    renewed = anyone.get(PRODUCTS)

    assert [call.request.headers.get("If-None-Match") for call in wire.calls] == [None, 'W/"v1"']
    assert (renewed["X-Cache"], renewed["Age"]) == ("HIT", "0")
    assert renewed.json()["results"] == first.json()["results"]


def test_each_new_question_counts_as_a_read_and_what_was_asked_before_costs_nothing(
    anyone, settings, store, clock
):
    settings.THROTTLE_ANON = (3, 60)
    store.has_many(3)
    questions = [f"{PRODUCTS}?search={word}" for word in ("a", "b", "c", "d")]

    first = [anyone.get(address).status_code for address in questions]
    again = [anyone.get(address).status_code for address in questions[:3] * 3]
    refused = anyone.get(questions[3])
    items = [anyone.get(f"{PRODUCTS}{number}/").status_code for number in (1, 2, 3)]

    assert first == [200, 200, 200, 429]
    assert set(again) == {200}
    assert refused.json()["error"]["code"] == "THROTTLED"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert items == [200] * 3


def test_what_happens_is_counted_and_logged_under_the_name_of_the_catalog(anyone, store, clock, caplog):
    store.has(payloads.product(1), payloads.product(2, title=MISSING))
    caplog.set_level("INFO")
    counted = Counts()

    anyone.get(PRODUCTS)
    store.fails(504)
    clock.shift(70)
    anyone.get(PRODUCTS)
    CATALOG.settle()

    for event, times in {"fill": 1, "left_out": 1, "stale": 1, "refresh_failed": 1}.items():
        assert counted("flyers_bff_cache_total", upstream="products", event=event) == times, event
        assert counted("flyers_bff_cache_total", upstream="flyers", event=event) == 0, event
    assert counted("flyers_bff_upstream_seconds_count", upstream="products", outcome="ok") == 1
    assert counted("flyers_bff_upstream_seconds_count", upstream="products", outcome="unavailable") == 1
    logged = [record.msg for record in caplog.records if record.name.startswith("proxy.")]
    assert sorted(line["event"] for line in logged) == ["items left out", "refresh failed", "stale answer"]
    assert {line["upstream"] for line in logged} == {"products"}


def test_what_a_person_searched_for_is_not_logged(anyone, store, clock, caplog):
    store.has_many(1)
    caplog.set_level("INFO")
    for _ in range(2):
        anyone.get(PRODUCTS, {"search": "embarrassing"})
        clock.shift(70)
        store.fails(504)
    CATALOG.settle()

    assert len(caplog.records) > 2
    assert "embarrassing" not in " ".join(str(vars(record)) for record in caplog.records)


def test_metrics_and_health_have_a_row_of_the_catalog(anyone, db, store):
    store.has_many(1)
    anyone.get(PRODUCTS)

    shown, health = anyone.get("/metrics").content.decode(), anyone.get("/health/ready").json()

    assert re.search(r'flyers_bff_cache_total\{event="fill",upstream="products"\} [1-9]', shown)
    assert 'flyers_bff_upstream_slots{upstream="products"} 4.0' in shown
    row = health["upstreams"]["products"]
    assert (row["status"], row["breaker"], row["in_use"], row["limit"]) == ("ok", "closed", 0, 4)


def test_what_is_warmed_is_what_people_ask_for_first(anyone, store):
    store.has_many(30)

    warmed = [(name, fetch().outcome) for name, fetch in CATALOG.warm(2)]

    assert warmed == [("categories", "MISS"), ("page 1", "HIT"), ("page 2", "HIT")]
    for address in (PRODUCTS, f"{PRODUCTS}?page=2", CATEGORIES):
        assert anyone.get(address)["X-Cache"] == "HIT"
    assert store.asked() == ["GET /products"]
