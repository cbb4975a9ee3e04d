"""The list of products: what is shown of each, its filters, its orders and its pages."""

import pytest

from tests import payloads_fakestore as payloads
from tests.payloads_fakestore import MISSING
from tests.products_proxy.store import PRODUCTS

SHOWN = {
    "kind": "product",
    "id": 7,
    "title": "White Gold Plated Princess",
    "description": "Classic Created Wedding Engagement Solitaire Diamond Promise Ring.",
    "price": {"amount": "9.99", "currency": "USD"},
    "categories": [{"slug": "jewelery", "name": "jewelery"}],
    "images": [{"url": "https://fakestoreapi.com/img/71YAIFU48IL._AC_UL640_QL65_ML3_.jpg", "order": 0}],
    "rating": {"rate": 3.0, "count": 400},
    "is_favorited": None,
}


@pytest.fixture
def shelf(store):
    """Six products, of which no two orders are alike."""
    store.has(
        payloads.product(
            3, title="banana Bowl", price=109.95, category="kitchen", rating={"rate": 4.5, "count": 2}
        ),
        payloads.product(1, title="Apple Knife", price=22.3, category="kitchen", rating=MISSING),
        payloads.product(
            6, title="cherry Chair", price=695, category="garden", rating={"rate": 1, "count": 9}
        ),
        payloads.product(
            2, title="Date Desk", price=22.3, category="men's clothing", rating={"rate": 4.5, "count": 1}
        ),
        payloads.product(5, title="apple Cutter", price="5.50", category=MISSING, rating=None),
        payloads.product(4, title="Elder Ember", price=0, category="garden", description="An apple, or two."),
    )
    return store


def ids(response):
    assert response.status_code == 200, response.content
    return [product["id"] for product in response.json()["results"]]


# --- What is shown ---------------------------------------------------------------------------------


def test_a_product_is_shown_in_our_own_shape_and_nothing_else_of_it(anyone, store):
    store.has(payloads.product(7, cost_of_purchase=3.2, __v=0))

    response = anyone.get(PRODUCTS)

    body = response.json()
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert list(body) == ["count", "next", "previous", "results", "meta"]
    assert (body["count"], body["next"], body["previous"]) == (1, None, None)
    assert body["results"] == [SHOWN]
    assert list(body["results"][0]) == list(SHOWN)
    assert list(body["meta"]) == ["as_of", "stale"]


def test_what_a_product_lacks_is_null_or_empty(anyone, store):
    store.has({"id": 7, "title": "Kettle", "price": 5})

    (product,) = anyone.get(PRODUCTS).json()["results"]

    assert (product["description"], product["categories"], product["images"]) == ("", [], [])
    assert product["rating"] is None


@pytest.mark.parametrize(
    ("price", "amount"),
    [(695, "695"), (109.95, "109.95"), (22.3, "22.3"), ("64.10", "64.10"), (0, "0"), (0.1, "0.1")],
)
def test_a_price_keeps_its_digits(anyone, store, price, amount):
    store.has(payloads.product(7, price=price))

    assert anyone.get(f"{PRODUCTS}7/").json()["price"] == {"amount": amount, "currency": "USD"}


def test_the_currency_is_a_setting(anyone, store, settings):
    settings.STORE_CURRENCY = "EUR"
    store.has(payloads.product(7))

    assert anyone.get(PRODUCTS).json()["results"][0]["price"]["currency"] == "EUR"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "/img/7.jpg", "https://eve@img.example/7.jpg"])
def test_an_address_that_no_browser_should_be_sent_to_is_no_picture(anyone, store, address):
    store.has(payloads.product(7, image=address))

    assert anyone.get(f"{PRODUCTS}7/").json()["images"] == []


def test_a_store_without_products_is_an_empty_list(anyone, store):
    body = anyone.get(PRODUCTS).json()

    assert (body["count"], body["results"]) == (0, [])


def test_every_route_answers_without_its_last_slash_and_under_the_alias(anyone, shelf):
    for path in ("products/", "products/3/", "products/by-categories/", "categories/", "categories/garden/"):
        query = "?categoryIds=garden" if "by-" in path else ""
        addresses = [f"/api/v1/{path}", f"/api/v1/{path}".rstrip("/"), f"/api/{path}"]

        answers = [anyone.get(address + query) for address in addresses]

        assert [answer.status_code for answer in answers] == [200] * 3, path
        assert len({answer.json().get("count") for answer in answers}) == 1
    assert shelf.asked() == ["GET /products"]


# --- Filters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("category=garden", [4, 6]),
        ("category=mens-clothing", [2]),
        ("category=nothing-like-it", []),
        ("categories=garden", [4, 6]),
        ("categories=garden,mens-clothing", [2, 4, 6]),
        ("categories=garden&categories=mens-clothing", [2, 4, 6]),
        ("categories=nothing-like-it,garden", [4, 6]),
        ("min_price=22.3", [1, 2, 3, 6]),
        ("min_price=22.31", [3, 6]),
        ("max_price=22.30", [1, 2, 4, 5]),
        ("max_price=0", [4]),
        ("min_price=5.5&max_price=5.5", [5]),
        ("min_price=109.95&max_price=695.0000", [3, 6]),
        ("search=apple", [1, 4, 5]),
        ("search=APPLE%20knife", [1]),
        ("search=knife+apple", [1]),
        ("search=%20%20apple%09", [1, 4, 5]),
        ("search=clothing", [2]),
        ("search=men%27s", [2]),
        ("search=pears", []),
        ("search=%25", []),
        ("search=apple&category=kitchen&max_price=50", [1]),
    ],
)
def test_filters_say_which_products_are_listed(anyone, shelf, query, found):
    response = anyone.get(f"{PRODUCTS}?{query}")

    assert ids(response) == found
    assert response.json()["count"] == len(found)


def test_letters_of_other_cases_and_languages_are_found(anyone, store):
    store.has(payloads.product(1, title="STRASSE"), payloads.product(2, title="Ётта", description="Ξενία"))

    assert ids(anyone.get(PRODUCTS, {"search": "straße"})) == [1]
    assert ids(anyone.get(PRODUCTS, {"search": "ётТА ξΕΝία"})) == [2]


# --- Orders ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("id", [1, 2, 3, 4, 5, 6]),
        ("-id", [6, 5, 4, 3, 2, 1]),
        ("price", [4, 5, 1, 2, 3, 6]),
        ("-price", [6, 3, 1, 2, 5, 4]),
        ("title", [5, 1, 3, 6, 2, 4]),
        ("-title", [4, 2, 6, 3, 1, 5]),
        ("rating", [6, 4, 2, 3, 1, 5]),
        ("-rating", [2, 3, 4, 6, 1, 5]),
    ],
)
def test_products_are_ordered_and_equal_ones_by_their_ids(anyone, shelf, order, found):
    assert ids(anyone.get(PRODUCTS, {"sort": order})) == found


def test_prices_are_ordered_as_numbers_and_not_as_texts(anyone, store):
    store.has(*(payloads.product(id_, price=price) for id_, price in enumerate([100, 9, "20.00", 20], 1)))

    assert ids(anyone.get(PRODUCTS, {"sort": "price"})) == [2, 3, 4, 1]


# --- Pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 7, 10, 50, 100])
def test_pages_of_any_size_show_every_product_once(anyone, store, limit):
    store.has_many(23)

    seen, address = [], f"{PRODUCTS}?limit={limit}"
    while address:
        body = anyone.get(address).json()
        seen += [product["id"] for product in body["results"]]
        assert (body["count"], len(body["results"]) <= limit) == (23, True)
        address = (body["next"] or "").removeprefix("https://flyers.test")

    assert seen == [*range(1, 24)]
    assert store.asked() == ["GET /products"]


def test_a_page_has_ten_products_unless_told_otherwise_and_never_more_than_a_hundred(anyone, store):
    store.has_many(150)

    lengths = [len(ids(anyone.get(PRODUCTS, {"limit": limit} if limit else {}))) for limit in (0, 100, 101)]

    assert lengths == [10, 100, 100]


def test_links_keep_the_filters_as_they_were_given(anyone, store):
    store.has_many(30, category="men's clothing")
    query = "category=mens-clothing&search=thing+thing&sort=-id&min_price=1&max_price=20.50&limit=7"

    body = anyone.get(f"{PRODUCTS}?{query}&page=2").json()

    assert body["next"] == f"https://flyers.test{PRODUCTS}?{query}&page=3"
    assert body["previous"] == f"https://flyers.test{PRODUCTS}?{query}&page=1"
    assert [product["id"] for product in body["results"]] == [*range(23, 16, -1)]


@pytest.mark.parametrize("page", [4, 5, 1_000, 2**31 - 1])
def test_a_page_past_the_end_is_empty_and_leads_back(anyone, store, page):
    store.has_many(23)

    body = anyone.get(PRODUCTS, {"page": page}).json()

    assert (body["count"], body["results"], body["next"]) == (23, [], None)
    assert body["previous"] == f"https://flyers.test{PRODUCTS}?page=3"


def test_a_product_that_comes_twice_is_one(anyone, store, wire):
    store.products = {1: payloads.product(7), 2: payloads.product(7, title="Again"), 3: payloads.product(8)}

    assert ids(anyone.get(PRODUCTS)) == [7, 8]


# --- Any of several categories ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "slugs", ["garden,mens-clothing", "mens-clothing,garden", "garden,garden,mens-clothing"]
)
def test_products_of_any_of_these_categories_are_listed(anyone, shelf, slugs):
    response = anyone.get(f"{PRODUCTS}by-categories/", {"categoryIds": slugs, "limit": 2})

    assert ids(response) == [2, 4]
    assert response.json()["count"] == 3
    assert response.json()["next"].startswith(f"https://flyers.test{PRODUCTS}by-categories/?categoryIds=")


def test_categories_that_are_not_there_are_named_one_by_one(anyone, shelf):
    response = anyone.get(f"{PRODUCTS}by-categories/?categoryIds=zebras,garden,apes")

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert error["details"] == {"missing": ["apes", "zebras"]}
