"""A list that is not whole: products that can't be shown, and more of them than are read."""

import pytest

from products_proxy.catalog import PRODUCTS as CATALOG
from tests import payloads_fakestore as payloads
from tests.counts import Counts
from tests.favorites.keeping import keep
from tests.payloads_fakestore import MISSING
from tests.products_proxy.store import CATEGORIES, PRODUCTS

FAVORITES = "/api/v1/users/me/favorites/"


@pytest.mark.parametrize(
    "changes",
    [{"title": MISSING}, {"title": "\u202e"}, {"price": "free"}, {"price": -1}, {"price": None}, {"id": "7"}],
)
def test_a_product_that_can_not_be_sold_is_left_out_and_the_page_says_so(anyone, store, changes):
    store.has(payloads.product(1), payloads.product(3))
    store.products[2] = payloads.product(2, **changes)
    counted = Counts()

    body = anyone.get(PRODUCTS).json()

    assert [product["id"] for product in body["results"]] == [1, 3]
    assert (body["count"], body["meta"]["partial"]) == (2, True)
    assert counted("flyers_bff_cache_total", upstream="products", event="left_out") == 1


def test_products_that_can_all_not_be_sold_are_a_failure(anyone, store):
    store.has(payloads.product(1, price="free"), payloads.product(2, title=""))

    response = anyone.get(PRODUCTS)

    assert (response.status_code, response.json()["error"]["code"]) == (502, "UPSTREAM_BAD_RESPONSE")


def test_a_list_that_is_whole_says_nothing_of_it(anyone, store):
    store.has_many(3)

    assert "partial" not in anyone.get(PRODUCTS).json()["meta"]
    assert "partial" not in anyone.get(CATEGORIES).json()["meta"]


@pytest.fixture
def cut(settings, store):
    """More products than are read: of 12, the first 10; of the others one has a category of its own."""
    settings.STORE_SNAPSHOT_MAX_ITEMS = 10
    store.has_many(12)
    store.products[12]["category"] = "garden"
    return store


def test_of_too_many_products_the_first_are_read_and_every_list_says_so(anyone, cut):
    answers = [
        anyone.get(address).json()
        for address in (PRODUCTS, f"{PRODUCTS}?search=thing&page=2", f"{PRODUCTS}?max_price=1", CATEGORIES)
    ]

    assert [answer["count"] for answer in answers] == [10, 10, 0, 1]
    assert all(answer["meta"]["partial"] is True for answer in answers)


def test_a_product_that_was_not_read_is_looked_up_singly_and_cached(anyone, cut):
    answers = [anyone.get(f"{PRODUCTS}{number}/") for number in (11, 11, 10, 99, 99)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 404]
    assert [answer["X-Cache"] for answer in answers[:3]] == ["MISS", "HIT", "HIT"]
    assert answers[0].json()["title"] == "Thing 11"
    assert cut.asked() == ["GET /products", "GET /products/11", "GET /products/99"]


def test_a_product_that_was_left_out_is_no_404(anyone, store):
    store.has(payloads.product(1), payloads.product(2, price="free"))

    response = anyone.get(f"{PRODUCTS}2/")

    assert (response.status_code, response.json()["error"]["code"]) == (502, "UPSTREAM_BAD_RESPONSE")
    assert response.json()["error"]["message"].startswith("The store ")


def test_favorites_past_what_is_read_are_live_while_the_store_has_them(as_alice, alice, cut):
    keep(alice, 10, 11, 99, kind="product", title="Kept")

    rows = as_alice.get(FAVORITES, {"kind": "product"}).json()["results"]

    assert [(row["id"], row["availability"]) for row in rows] == [(99, "gone"), (11, "live"), (10, "live")]


def test_in_an_outage_what_was_not_read_is_unknown_and_never_gone(as_alice, alice, cut):
    as_alice.get(PRODUCTS)
    keep(alice, 10, 11, 99, kind="product", title="Kept")
    cut.fails(504)

    body = as_alice.get(FAVORITES, {"kind": "product"}).json()
    detail = as_alice.get(f"{PRODUCTS}11/")

    assert [row["availability"] for row in body["results"]] == ["unknown", "unknown", "live"]
    assert body["meta"]["stale"] is True
    assert detail.status_code == 503


def test_what_was_left_out_comes_back_with_the_next_list(anyone, store, clock):
    store.has(payloads.product(1), payloads.product(2, price="free"))
    anyone.get(PRODUCTS)
    store.has(payloads.product(2))
    clock.shift(70)
    anyone.get(PRODUCTS)
    CATALOG.settle()

    body = anyone.get(PRODUCTS).json()

    assert (body["count"], "partial" in body["meta"]) == (2, False)


def test_of_many_that_were_not_read_each_look_finds_ten_more_and_loses_none(as_alice, settings, store):
    settings.STORE_SNAPSHOT_MAX_ITEMS = 3
    store.has_many(28)
    cart = as_alice.post("/api/v1/carts/", {"lines": [{"product_id": 1, "quantity": 1}]}).json()["id"]
    lines = [{"product_id": number, "quantity": 1} for number in range(1, 29)]

    answers = [as_alice.put(f"/api/v1/carts/{cart}/", {"lines": lines}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert {line["availability"] for line in answers[-1].json()["lines"]} == {"live"}


def test_the_price_of_what_was_not_read_is_new_after_a_write_too(as_carol, cut):
    cart = as_carol.post("/api/v1/carts/", {"lines": [{"product_id": 11, "quantity": 1}]}).json()["id"]

    as_carol.patch(f"{PRODUCTS}11/", {"price": "3.50"})

    (line,) = as_carol.get(f"/api/v1/carts/{cart}/").json()["lines"]
    assert (line["price_now"], line["is_price_changed"]) == ("3.50", True)


def test_a_category_that_products_may_have_which_were_not_read_is_never_denied(anyone, as_carol, cut):
    body = {"title": "Rake", "price": 5, "categories": ["garden"]}

    refused = [anyone.get(f"{CATEGORIES}garden/"), as_carol.post(PRODUCTS, body)]
    listed = anyone.get(f"{PRODUCTS}by-categories/?categoryIds=garden")

    assert [answer.status_code for answer in refused] == [503, 503]
    assert all(answer.json()["error"]["message"] == "The store is not available." for answer in refused)
    assert (listed.status_code, listed.json()["count"], listed.json()["meta"]["partial"]) == (200, 0, True)
    assert not [each for each in cut.asked() if each.startswith("POST")]
