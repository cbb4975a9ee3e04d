"""Invalid parameters and ids: the answer names them, and the store is never asked."""

import pytest
from django.http import QueryDict

from products_proxy.queries import ProductsQuery
from tests.products_proxy.store import PRODUCTS

# A call that no test expects fails the test.
pytestmark = pytest.mark.usefixtures("upstream")

BY_CATEGORIES = f"{PRODUCTS}by-categories/"
READS = [
    PRODUCTS,
    f"{BY_CATEGORIES}?categoryIds=a",
    f"{PRODUCTS}7/",
    "/api/v1/categories/",
    "/api/v1/categories/a/",
]
BAD_NUMBERS = ["", " ", "x", "nan", "1e3", "٣", "9" * 400, "\0", "+1", "0", "-1", "1.5"]
BAD_PRICES = [
    "",
    "x",
    "-1",
    "1e3",
    "NaN",
    "Infinity",
    "1,5",
    "$5",
    "1.23456",
    "1234567890",
    ".5",
    "5.",
    "٣",
    " 5 5",
    "5\n6",
]
BAD_SLUGS = ["", "A", "men's clothing", "a b", "é", "a" * 101, "a/b", "\0"]


def named(response):
    """Return which parameters a 400 names."""
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR"), response.content
    return list(error["details"])


@pytest.mark.parametrize("value", BAD_NUMBERS)
@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("address", [PRODUCTS, f"{BY_CATEGORIES}?categoryIds=a"])
def test_a_bad_whole_number_is_named(anyone, address, name, value):
    path, _, query = address.partition("?")
    params = {"categoryIds": "a"} if query else {}

    assert named(anyone.get(path, params | {name: value})) == [name]


@pytest.mark.parametrize("value", BAD_PRICES)
@pytest.mark.parametrize("name", ["min_price", "max_price"])
def test_a_bad_price_is_named(anyone, name, value):
    assert named(anyone.get(PRODUCTS, {name: value})) == [name]


@pytest.mark.parametrize("value", BAD_SLUGS)
@pytest.mark.parametrize(
    ("path", "name"), [(PRODUCTS, "category"), (PRODUCTS, "categories"), (BY_CATEGORIES, "categoryIds")]
)
def test_what_is_no_slug_is_named(anyone, path, name, value):
    assert named(anyone.get(path, {name: value})) == [name]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("category=a&categories=b", ["category"]),
        ("min_price=5&max_price=4.99", ["min_price"]),
        ("categories=a,,b", ["categories"]),
        ("categories=" + ",".join(f"c{number}" for number in range(21)), ["categories"]),
        ("search=", ["search"]),
        ("search=%20%09", ["search"]),
        ("search=" + "x" * 201, ["search"]),
        ("search=" + "+".join(f"w{number}" for number in range(11)), ["search"]),
        ("search=%00", ["search"]),
        ("search=%ff", ["search"]),
        ("sort=", ["sort"]),
        ("sort=name", ["sort"]),
        ("sort=PRICE", ["sort"]),
        ("sort=--price", ["sort"]),
        ("sort=price,title", ["sort"]),
        ("page=1&page=1", ["page"]),
        ("category=a&category=a", ["category"]),
        ("sort=id&sort=price", ["sort"]),
        ("min_price=1&min_price=2", ["min_price"]),
        ("minPrice=5", ["minPrice"]),
        ("categoryIds=a", ["categoryIds"]),
        ("userId=1", ["userId"]),
        ("q=x&color=red&page=0", ["q", "color", "page"]),
        ("x" * 400 + "=1", ["x" * 50]),
    ],
)  # fmt: skip
def test_a_bad_parameter_of_the_list_is_named(anyone, query, names):
    assert sorted(named(anyone.get(f"{PRODUCTS}?{query}"))) == sorted(names)


@pytest.mark.parametrize(
    ("query", "name"),
    [("", "categoryIds"), ("categoryIds=a&search=x", "search"), ("categoryIds=a&sort=id", "sort"), ("categoryIds=a&category=a", "category")],
)  # fmt: skip
def test_products_by_categories_take_categories_and_a_page_alone(anyone, query, name):
    assert named(anyone.get(f"{BY_CATEGORIES}?{query}")) == [name]


@pytest.mark.parametrize("address", [f"{PRODUCTS}7/", "/api/v1/categories/", "/api/v1/categories/a/"])
@pytest.mark.parametrize("name", ["page", "limit", "language", "userId"])
def test_the_other_reads_take_no_parameter(anyone, address, name):
    assert named(anyone.get(address, {name: "1"})) == [name]


@pytest.mark.parametrize(
    "product_id",
    ["0", "-1", str(2**63), "9" * 400, "٣", "1e3", "x", "%00", "07", "1.0", "+1", "%20", "categories"],
)
def test_a_path_that_is_no_id_is_404(anyone, product_id):
    for address in (f"{PRODUCTS}{product_id}/", f"{PRODUCTS}{product_id}/rating/"):
        response = anyone.get(address)

        assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("slug", ["a'b", "a%20b", "%00", "a.b", "%E7%9A%BF", "a/b"])
def test_a_path_that_is_no_slug_is_404(anyone, slug):
    response = anyone.get(f"/api/v1/categories/{slug}/")

    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", [address for address in READS if "categor" in address])
def test_categories_are_read_only_whoever_writes(anyone, as_alice, as_carol, address, method):
    for caller in (anyone, as_alice, as_carol):
        response = getattr(caller, method)(address)

        error = response.json()["error"]
        assert (response.status_code, error["code"]) == (405, "METHOD_NOT_ALLOWED")
        assert error["request_id"] == response["X-Request-ID"]
        assert set(response["Allow"].split(", ")) <= {"GET", "HEAD", "OPTIONS"}


def test_equal_prices_are_one_question():
    read = [
        ProductsQuery.read(QueryDict(f"min_price={low}&max_price={high}"))
        for low, high in (("5", "100"), ("5.0", "100.00"), ("05", "0100"))
    ]

    assert {repr(sorted(each.items())) for each in read} == {repr(sorted(read[0].items()))}
