"""Bodies of writes: what is not named is refused, and what can't be of a product is named."""

from decimal import Decimal

import pytest

from tests import payloads_fakestore as payloads
from tests.products_proxy.store import PRODUCTS

ONE = f"{PRODUCTS}7/"
GOOD = {
    "title": "Kettle",
    "price": "109.95",
    "description": "One litre.",
    "image": "https://img.example/1.jpg",
    "categories": ["jewelery"],
}
WRITES = [("post", PRODUCTS), ("put", ONE), ("patch", ONE)]
each_write = pytest.mark.parametrize(("method", "address"), WRITES, ids=[method for method, _ in WRITES])


@pytest.fixture(autouse=True)
def shelf(store):
    store.has(payloads.product(7), payloads.product(8, category="men's clothing"))
    return store


def sent(store):
    return [each.body for each in store.received if each.method != "GET"]


def named(response):
    """Return which fields a 400 names."""
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR"), response.content
    return list(error["details"])


@each_write
@pytest.mark.parametrize(
    "field", ["id", "kind", "rating", "category", "is_favorited", "__proto__", "userId", "password", "x" * 50]
)
def test_a_field_that_nobody_writes_is_named(as_carol, store, method, address, field):
    assert named(getattr(as_carol, method)(address, GOOD | {field: 1})) == [field]
    assert sent(store) == []


@pytest.mark.parametrize("method", ["post", "put"])
@pytest.mark.parametrize("field", ["title", "price"])
def test_a_product_has_a_title_and_a_price(as_carol, method, field):
    body = {name: value for name, value in GOOD.items() if name != field}

    assert named(getattr(as_carol, method)(PRODUCTS if method == "post" else ONE, body)) == [field]


@each_write
@pytest.mark.parametrize("body", ["[]", '"x"', "7", "null"])
def test_a_body_is_an_object(as_carol, store, method, address, body):
    response = getattr(as_carol, method)(address, body, content_type="application/json")

    assert named(response) == ["non_field_errors"]
    assert sent(store) == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        *(("109.95", "109.95"), ("695", "695"), ("0", "0"), ("22.30", "22.3"), ("0.0001", "0.0001")),
        *(('"109.95"', "109.95"), ('"22.30"', "22.30"), ('"695"', "695"), ('"0"', "0"), ('"0.10"', "0.10")),
        *(("999999999", "999999999"), ('"999999999.9999"', "999999999.9999"), ("999999999.9999", "999999999.9999")),
        *(("1e2", "100.0"), ("1.5e1", "15.0")),
    ],
)  # fmt: skip
def test_a_price_is_a_number_or_a_text_and_is_sent_with_its_digits(as_carol, store, text, amount):
    body = f'{{"title": "Kettle", "price": {text}}}'

    answer = as_carol.post(PRODUCTS, body, content_type="application/json")

    assert (answer.status_code, answer.json()["price"]["amount"]) == (201, amount)
    (written,) = sent(store)
    assert (str(written["price"]), Decimal(written["price"])) == (amount, Decimal(amount))


@each_write
@pytest.mark.parametrize(
    "text",
    [
        *("-1", "-0.01", "-0.0", "1000000000", "1e9", "1e16", "1e-7", "0.00001", "1.23456", "true", "false", "null"),
        *('""', '" "', '"free"', '"-1"', '"1e2"', '"NaN"', '"Infinity"', '"1,5"', '"$5"', '"1_000"', '" 5"'),
        *('"1.23456"', '"1000000000"', '"\\u0661"', '"5\\n"', "[5]", '{"amount": "5"}', "1" * 4000, '"%s"' % ("1" * 4000)),
        "1e308",
    ],
)  # fmt: skip
def test_a_price_that_can_not_be_is_named(as_carol, store, method, address, text):
    body = f'{{"title": "Kettle", "price": {text}}}'

    assert named(getattr(as_carol, method)(address, body, content_type="application/json")) == ["price"]
    assert sent(store) == []


@each_write
@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e400", "1" * 400 + ".5", "1" * 5000])
def test_a_price_that_is_no_number_of_json_is_refused(as_carol, store, method, address, text):
    body = f'{{"title": "Kettle", "price": {text}}}'

    response = getattr(as_carol, method)(address, body, content_type="application/json")

    assert (response.status_code, response.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert sent(store) == []


@each_write
@pytest.mark.parametrize(
    "title",
    ["", " ", "\t\n", "\u200b", "\u202e\u2066", "\u200d", "\u200c \u200d", "\u0301", None, 7, True, ["Kettle"], "x" * 301],
    ids=ascii,
)  # fmt: skip
def test_a_title_that_nobody_can_read_is_named(as_carol, store, method, address, title):
    assert named(getattr(as_carol, method)(address, GOOD | {"title": title})) == ["title"]
    assert sent(store) == []


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("  Kettle\n ", "Kettle"),
        ("Ket\ttle", "Ket tle"),
        ("Kettle\u202e", "Kettle"),
        ("Wasserkocher „Käthe“ 🫖", "Wasserkocher „Käthe“ 🫖"),
        ("👩\u200d🍳", "👩\u200d🍳"),
        ("x" * 300, "x" * 300),
    ],
)
def test_a_title_is_written_on_one_line_without_what_can_not_be_seen(as_carol, store, title, written):
    answer = as_carol.post(PRODUCTS, GOOD | {"title": title})

    assert (answer.status_code, answer.json()["title"]) == (201, written)
    assert sent(store)[0]["title"] == written


@each_write
@pytest.mark.parametrize("description", [None, 7, ["x"], "x" * 5001], ids=lambda value: str(value)[:9])
def test_a_description_that_is_no_text_or_too_long_is_named(as_carol, method, address, description):
    assert named(getattr(as_carol, method)(address, GOOD | {"description": description})) == ["description"]


@each_write
@pytest.mark.parametrize(
    "image",
    [
        *("", "x", "javascript:alert(1)", "data:image/png;base64,AAAA", "/img/1.jpg", "//img.example/1.jpg"),
        *("ftp://img.example/1.jpg", "https://eve@img.example/1.jpg", "https://eve:pw@img.example/1.jpg"),
        *("https://", "https:///1.jpg", "https://img example/1.jpg", "https://img.example/a b.jpg", " https://img.example/"),
        *('https://img.example/"><script>', "https://ïmg.example/1.jpg", "https://img.example/%zz", "https://img.example/a#b#c", "https://img.example/" + "x" * 2000),
        *(7, True, ["https://img.example/1.jpg"], {"url": "https://img.example/1.jpg"}),
    ],
    ids=lambda value: ascii(value)[:40],
)  # fmt: skip
def test_an_address_that_no_browser_should_be_sent_to_is_named(as_carol, store, method, address, image):
    assert named(getattr(as_carol, method)(address, GOOD | {"image": image})) == ["image"]
    assert sent(store) == []


@each_write
@pytest.mark.parametrize(
    ("categories", "names"),
    [
        (["zebras"], ["missing"]),
        (["men's clothing"], ["categories.0"]),
        ([""], ["categories.0"]),
        ([None], ["categories.0"]),
        ([7], ["categories.0"]),
        ([["jewelery"]], ["categories.0"]),
        (["jewelery", "mens-clothing"], ["categories"]),
        (["jewelery"] * 5_000, ["categories"]),
        ("jewelery", ["categories"]),
        (None, ["categories"]),
        ({"0": "jewelery"}, ["categories"]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_category_that_is_not_there_or_is_none_is_named(
    as_carol, store, method, address, categories, names
):
    assert named(getattr(as_carol, method)(address, GOOD | {"categories": categories})) == names
    assert sent(store) == []


def test_a_category_is_named_where_it_is_missing(as_carol):
    response = as_carol.post(PRODUCTS, GOOD | {"categories": ["zebras"]})

    assert response.json()["error"]["details"] == {"missing": ["zebras"]}
    assert response.json()["error"]["message"] == "There is no such category."


@each_write
def test_every_wrong_field_is_named_at_once(as_carol, store, method, address):
    body = {"title": "", "price": -1, "image": "x", "description": 7, "categories": 3, "colour": "red"}

    assert set(named(getattr(as_carol, method)(address, body))) == set(body)
    assert sent(store) == []
