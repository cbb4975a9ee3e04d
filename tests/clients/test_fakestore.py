"""Tests of the reads of FakeStore: requests, and the types of its answers."""

import json
from decimal import Decimal

import pytest
from responses import matchers

from clients import errors
from clients.fakestore import FakeStoreClient, Product, StoreRating
from clients.transport import Transport
from tests import payloads_fakestore as payloads
from tests.clients.answers import NAME
from tests.payloads_fakestore import MISSING

STORE = "http://store.example"
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "flyers-bff",
}


@pytest.fixture
def store():
    transport = Transport(NAME, STORE)
    yield FakeStoreClient(transport)
    transport.close()


@pytest.fixture
def product_of(wire, store):
    """Return the product 7 that is made of a document with these changes."""

    def ask(**changes):
        wire.get(f"{STORE}/products/7", json=payloads.product(7, **changes))
        return store.get_product(7).value

    return ask


@pytest.mark.parametrize(
    ("ask", "path", "answer"),
    [
        (FakeStoreClient.list_products, "/products", []),
        (lambda store, **call: store.get_product(7, **call), "/products/7", payloads.product(7)),
    ],
    ids=["products", "a product"],
)
def test_each_read_is_one_request_without_parameters_and_without_a_key(wire, store, ask, path, answer):
    exactly = [
        matchers.header_matcher(HEADERS | {"X-Request-ID": "abc-1"}, strict_match=True),
        matchers.query_param_matcher({}),
    ]
    wire.get(f"{STORE}{path}", json=answer, match=exactly)

    ask(store, request_id="abc-1")

    assert len(wire.calls) == 1


def test_of_users_logins_and_carts_nothing_can_be_asked():
    offered = {name for name in dir(FakeStoreClient) if not name.startswith("_")}

    assert offered == {
        *("list_products", "get_product"),
        *("create_product", "replace_product", "delete_product"),
    }


def test_all_products_come_as_our_types_in_the_order_of_the_store(wire, store):
    wire.get(f"{STORE}/products", body=payloads.PRODUCTS, headers={"ETag": 'W/"2a"'})

    fetched = store.list_products()

    backpack, bracelet, monitor = fetched.value.results
    assert backpack == Product(
        id=1,
        title="Fjallraven - Foldsack No. 1 Backpack, Fits 15 Laptops",
        price=Decimal("109.95"),
        description="Your perfect pack for everyday use and walks in the forest.",
        category="men's clothing",
        image="https://fakestoreapi.com/img/81fPKd-2AYL._AC_SL1500_.jpg",
        rating=StoreRating(3.9, 120),
    )
    assert (bracelet.id, bracelet.price, bracelet.rating) == (5, Decimal(695), StoreRating(4.6, 400))
    assert bracelet.image == "https://fakestoreapi.com/img/71pWzhdJNwL._AC_UL640_QL65_ML3_t.png"
    assert (monitor.id, monitor.rating) == (14, None)
    assert monitor.title.endswith("Screen QLED")
    assert (fetched.value.count, fetched.value.left_out, fetched.etag) == (3, 0, 'W/"2a"')


def test_a_store_may_have_no_products(wire, store):
    wire.get(f"{STORE}/products", json=[])

    assert store.list_products().value.results == ()


def test_unknown_fields_end_here(product_of):
    product = product_of(__v=0, _id="507f1f77bcf86cd799439011", cost_of_purchase=3.2)

    assert not {"__v", "_id", "cost_of_purchase"} & set(dir(product))


PRICES = {
    "109.95": "109.95",
    "695": "695",
    "22.3": "22.3",
    "109.950": "109.950",
    "0.1": "0.1",
    "0": "0",
    "1e3": "1000",
    "1.5E1": "15",
    "999999999": "999999999",
    "999999999.9999": "999999999.9999",
    "0.0001": "0.0001",
    "3.9900000": "3.9900",
    "-0.0": "0.0",
    "0e-999999": "0.0000",
    '"109.95"': "109.95",
    '"64"': "64",
}


@pytest.mark.parametrize("text", PRICES)
def test_a_price_is_exact_and_has_the_digits_of_its_text(wire, store, text):
    document = json.dumps(payloads.product(7, price="PRICE")).replace('"PRICE"', text)
    wire.get(f"{STORE}/products/7", body=document)

    price = store.get_product(7).value.price

    assert isinstance(price, Decimal)
    assert str(price) == PRICES[text]


@pytest.mark.parametrize(
    "text",
    [
        *("-1", "-0.01", '"-5"', "1000000000", "1e9", "1e400", "1e-400", "0.00001", "0.30000000000000004"),
        *("null", "true", "[]", "{}", '""', '"free"', '"$5"', '"1,5"', '"1_000"', '" 5 "', '"NaN"', '"1e2"', '"\\u0661"'),
    ],
)  # fmt: skip
def test_a_price_that_can_not_be_is_no_price(wire, store, text):
    document = json.dumps(payloads.product(7, price="PRICE")).replace('"PRICE"', text)
    wire.get(f"{STORE}/products/7", body=document)

    with pytest.raises(errors.UpstreamMalformedError):
        store.get_product(7)


@pytest.mark.parametrize(
    "rating",
    [
        *(MISSING, None, 3.9, "3.9", [], {}, {"rate": 3.9}, {"count": 120}, {"rate": None, "count": 1}),
        *({"rate": -1, "count": 1}, {"rate": 5.01, "count": 1}, {"rate": 3, "count": -1}, {"rate": 3, "count": 1.5}),
        {"rate": "3.9", "count": 120},
    ],
)  # fmt: skip
def test_a_rating_that_is_none_costs_nothing_but_itself(product_of, rating):
    product = product_of(rating=rating)

    assert (product.id, product.rating) == (7, None)


@pytest.mark.parametrize("rate", [0, 3, 4.75, 5])
def test_a_rate_is_a_number_from_0_to_5(product_of, rate):
    assert product_of(rating={"rate": rate, "count": 0}).rating == StoreRating(rate, 0)


@pytest.mark.parametrize("nothing", [MISSING, None, "", " \n", "\x00\u202e", 7, {"id": 3, "name": "shoes"}])
def test_a_category_may_be_missing(product_of, nothing):
    assert product_of(category=nothing).category is None


@pytest.mark.parametrize("nothing", [MISSING, None, 7, []])
def test_a_description_may_be_missing(product_of, nothing):
    assert product_of(description=nothing).description == ""


@pytest.mark.parametrize(
    "image",
    [
        *(MISSING, None, "", 7, ["https://a.example/1.png"], "/img/1_.jpg", "//a.example/1.png"),
        *("javascript:alert(1)", "data:image/png;base64,AA==", "ftp://a.example/1.png"),
        *("https://u:p@a.example/1.png", "https://a.example/a b.png", 'https://a.example/"onload="'),
    ],
)
def test_an_image_that_no_browser_may_load_is_none(product_of, image):
    assert product_of(image=image).image is None


def test_texts_are_cleaned_and_cut(product_of):
    product = product_of(
        title="Ja\x00c\u202eket\n\ud800now" + "!" * 400,
        description="Warm\u2028and\x1b soft\u200b" + "d" * 6000,
        category="men\u2019s\t clo\u2066thing ",
    )

    assert product.title.startswith("Jacket now!!")
    assert product.description.startswith("Warm\nand soft")
    assert (len(product.title), len(product.description)) == (300, 5000)
    assert product.category == "men\u2019s  clothing"


UNFIT = {
    "no id": payloads.product(id=MISSING),
    "id 0": payloads.product(0),
    "a text for an id": payloads.product("7"),
    "an id beyond a BIGINT": payloads.product(2**63),
    "no title": payloads.product(8, title=MISSING),
    "a title that can't be seen": payloads.product(8, title="\x00 \u202e"),
    "no price": payloads.product(8, price=MISSING),
    "a negative price": payloads.product(8, price=-1),
    "null": None,
    "a number": 7,
}


@pytest.mark.parametrize("unfit", UNFIT.values(), ids=UNFIT)
def test_one_unfit_product_is_left_out_and_counted(wire, store, unfit):
    wire.get(f"{STORE}/products", json=[payloads.product(1), unfit, payloads.product(2)])

    page = store.list_products().value

    assert [product.id for product in page.results] == [1, 2]
    assert (page.count, page.left_out) == (2, 1)


def test_nothing_but_unfit_products_is_no_empty_store(wire, store):
    wire.get(f"{STORE}/products", json=list(UNFIT.values()))

    with pytest.raises(errors.UpstreamMalformedError, match="fit to show"):
        store.list_products()


def test_no_id_is_shown_twice(wire, store):
    wire.get(
        f"{STORE}/products", json=[payloads.product(2), payloads.product(1), payloads.product(2, title="B")]
    )

    page = store.list_products().value

    assert [(product.id, product.title[0]) for product in page.results] == [(2, "W"), (1, "W")]
    assert (page.count, page.left_out) == (2, 0)


def test_a_category_keeps_its_spelling_apostrophe_and_blank_and_comes_clean(product_of):
    assert product_of(category=" men's\x00 clothing").category == "men's clothing"
    assert product_of(category={"slug": "beauty"}).category is None


@pytest.mark.parametrize("answer", [payloads.product(8), [payloads.product(7)], [], {}, 7, {"message": "no"}])
def test_what_is_not_the_product_asked_for_is_malformed(wire, store, answer):
    wire.get(f"{STORE}/products/7", json=answer)

    with pytest.raises(errors.UpstreamMalformedError):
        store.get_product(7)
