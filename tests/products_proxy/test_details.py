"""One product, from what the list of all has; and ids of which the store says nothing."""

import pytest

from products_proxy.catalog import PRODUCTS as CATALOG
from tests import payloads_fakestore as payloads
from tests.products_proxy.store import PRODUCTS
from tests.products_proxy.test_lists import SHOWN


def test_a_product_is_shown_as_in_the_list(anyone, store):
    store.has(payloads.product(7), payloads.product(8))

    response = anyone.get(f"{PRODUCTS}7/")

    assert (response.status_code, response.json()) == (200, SHOWN)
    assert list(response.json()) == list(SHOWN)
    assert store.asked() == ["GET /products"]


@pytest.mark.parametrize("product_id", [99, 2**63 - 1])
def test_a_product_that_the_store_lacks_is_a_404_that_names_it(anyone, store, product_id):
    store.has(payloads.product(7))

    answers = [anyone.get(f"{PRODUCTS}{product_id}/") for _ in range(2)]

    for answer in answers:
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (404, "NOT_FOUND")
        assert (error["message"], error["details"]) == (
            "There is no such product.",
            {"id": [str(product_id)]},
        )
    assert store.asked() == ["GET /products"]


@pytest.mark.parametrize("nothing", ["null", ""])
def test_nothing_with_a_status_of_success_is_not_found_and_opens_no_breaker(anyone, settings, store, nothing):
    settings.STORE_SNAPSHOT_MAX_ITEMS = 1
    store.has_many(2)
    store.nothing = nothing
    numbers = range(101, 121)

    answers = [anyone.get(f"{PRODUCTS}{number}/").status_code for number in numbers]
    again = anyone.get(f"{PRODUCTS}101/").status_code

    assert {*answers, again} == {404}
    assert store.asked() == ["GET /products", *(f"GET /products/{number}" for number in numbers)]
    assert CATALOG.transport.health().state == "closed"


def test_a_product_that_goes_is_gone_when_the_list_is_renewed(anyone, store, clock):
    store.has_many(2)
    there = anyone.get(f"{PRODUCTS}2/").status_code
    del store.products[2]
    clock.shift(70)

    stale = anyone.get(f"{PRODUCTS}2/")
    CATALOG.settle()
    gone = anyone.get(f"{PRODUCTS}2/")

    assert (there, stale.status_code, stale["X-Cache"], gone.status_code) == (200, 200, "STALE", 404)


def test_a_product_that_is_newer_than_the_list_is_looked_for_in_a_new_one(anyone, store, clock):
    store.has_many(2)
    anyone.get(PRODUCTS)
    store.has(payloads.product(3))
    clock.shift(70)

    response = anyone.get(f"{PRODUCTS}3/")

    assert (response.status_code, response["X-Cache"]) == (200, "MISS")
    assert store.asked() == ["GET /products"] * 2
