"""What the stand-in for FakeStore answers to reads, its sample and its pictures."""

import socket
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
import requests

from mock_upstream.server import start_store
from mock_upstream.store.sample import SAMPLE, picture
from tests.mock_upstream.caller import Customer

FIELDS = ["id", "title", "price", "description", "category", "image", "rating"]
CATEGORIES = [
    *("children's toys", "gardener's corner", "household", "kitchen"),
    *("lighting", "outdoors", "sound & radio", "stationery"),
]


def words_of(svg: str) -> str:
    drawing = ET.fromstring(svg)  # noqa: S314 - it is our own drawing
    return " ".join(text.text or "" for text in drawing.iter("{http://www.w3.org/2000/svg}text"))


# --- Reads ------------------------------------------------------------------------------------------


def test_a_product_has_the_fields_of_fakestores(store, customer):
    answer = customer.get("/2")

    product = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert list(product) == FIELDS
    assert [type(product[name]) for name in FIELDS] == [int, str, float, str, str, str, dict]
    assert product["rating"].keys() == {"rate", "count"}
    assert product["image"].startswith(f"{store.url}/img/2-")


def test_everything_comes_at_once_by_id_in_a_bare_array(customer):
    products = customer.get().json()

    assert [product["id"] for product in products] == list(range(1, 129))
    assert products[1] == customer.get("/2").json()


@pytest.mark.parametrize(("limit", "given"), [("5", 5), ("1", 1), ("128", 128), ("500", 128)])
def test_a_limit_gives_the_first(customer, limit, given):
    assert customer.ids(limit=limit) == list(range(1, given + 1))


@pytest.mark.parametrize("limit", ["0", "", "many", "1e9999", "²", "9" * 5000, "00"])
def test_what_is_no_limit_gives_everything(customer, limit):
    assert len(customer.ids(limit=limit)) == 128


@pytest.mark.parametrize("sort", ["asc", "", "price", "DESC", "title,desc"])
def test_sorts_by_id_upwards_whatever_is_asked_for(customer, sort):
    assert customer.ids(sort=sort, limit=3) == [1, 2, 3]


def test_only_desc_turns_the_order_and_before_the_limit(customer):
    assert customer.ids(sort="desc", limit=3) == [128, 127, 126]


def test_categories_are_bare_names_in_the_order_of_the_alphabet(customer):
    assert customer.get("/categories").json() == CATEGORIES


@pytest.mark.parametrize("name", CATEGORIES)
def test_a_category_is_asked_for_by_its_encoded_name(customer, name):
    products = customer.get(f"/category/{quote(name, safe='')}").json()

    assert len(products) >= 15
    assert {product["category"] for product in products} == {name}
    last_first = customer.ids(f"/category/{quote(name)}", sort="desc", limit=2)
    assert last_first == [product["id"] for product in reversed(products[-2:])]


def test_an_unknown_category_is_empty(customer):
    answer = customer.get("/category/jewelery")

    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize("number", ["130", "0", "-2", "9" * 30, "-1"])
def test_a_missing_product_is_a_200_with_null_or_without_a_body(customer, number):
    answer = customer.get(f"/{number}")

    is_even = int(number) % 2 == 0
    assert answer.status_code == 200
    assert answer.text.strip() == ("null" if is_even else "")
    assert answer.headers["Content-Length"] == ("5" if is_even else "0")


def test_leading_zeros_are_none(customer):
    assert customer.get("/007").json()["id"] == 7


@pytest.mark.parametrize("word", ["seven", "7a", "undefined", "%27", "1.5"])
def test_an_id_that_is_no_number_is_never_answered(store, customer, word):
    with pytest.raises(requests.ConnectionError):
        customer.get(f"/{word}")

    [logged] = store.request_log.as_json()["requests"]
    assert (logged["status"], logged["ms"] >= 300) == (None, True)


def test_who_waits_for_an_answer_in_vain_holds_up_nobody():
    with start_store() as service:
        host, port = service.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as waiting:
            waiting.sendall(b"GET /products/seven HTTP/1.1\r\nHost: x\r\n\r\n")
            assert requests.get(f"{service.url}/products/7", timeout=5).json()["id"] == 7
            waiting.settimeout(0.1)
            with pytest.raises(TimeoutError):
                waiting.recv(1)


@pytest.mark.parametrize(
    "path", ["/carts", "/carts/1", "/carts/user/1", "/users", "/users/1", "/auth/login", "/", "/product/1"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_of_carts_and_users_there_is_nothing(customer, method, path):
    answer = customer.request(path, method)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_there_is_no_key_and_a_wrong_one_is_none(store):
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        assert requests.get(f"{store.url}/products/2", headers=headers, timeout=5).status_code == 200


def test_etags_are_weak_and_nothing_says_how_long_an_answer_is_good(customer):
    for path in ("", "/2", "/130", "/131", "/categories"):
        answer = customer.get(path)
        assert answer.headers["ETag"].startswith('W/"')
        assert not answer.headers.keys() & {"Cache-Control", "Expires", "Retry-After", "Last-Modified"}
        known = customer.request(f"/products{path}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (known.status_code, known.content) == (304, b"")


def test_head_is_get_without_the_body(customer):
    got, head = customer.get("/2"), customer.request("/products/2", "HEAD")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


# --- The sample -------------------------------------------------------------------------------------


def test_there_is_plenty_and_no_two_products_have_one_title():
    assert len(SAMPLE) == 128
    assert len({product["title"] for product in SAMPLE.values()}) == 128
    assert all(product["id"] == number for number, product in SAMPLE.items())


def test_prices_are_whole_or_have_a_fraction_as_javascript_writes_them(customer):
    prices = [product["price"] for product in customer.get().json()]

    assert {type(price) for price in prices} == {int, float, str}
    assert not any(isinstance(price, float) and price.is_integer() for price in prices)


def test_rates_are_between_one_and_five_but_for_one_that_nobody_gave(customer):
    products = customer.get().json()

    least, *others = sorted(product["rating"]["rate"] for product in products if product.get("rating"))
    assert least == 0
    assert 1 <= others[0] <= others[-1] <= 5


ODD = {
    6: {"rating": None},
    9: {"rating": {"rate": 0, "count": 0}},
    12: {"price": "18.50"},
    15: {"price": 0},
    27: {"description": ""},
    30: {"description": "First line.\r\n\r\nSecond line <b>in bold</b> & 5 < 6."},
    36: {"price": 0.5},
    39: {"rating": {"rate": 5, "count": 2_147_483_648}},
    72: {"title": "Nube Whisk, Eleven Wires "},
}


@pytest.mark.parametrize(("number", "oddity"), ODD.items(), ids=ODD)
def test_some_products_are_odd(customer, number, oddity):
    product = customer.get(f"/{number}").json()

    assert {name: product[name] for name in oddity} == oddity


def test_some_products_lack_what_the_others_have(customer):
    assert list(customer.get("/3").json()) == FIELDS[:-1]
    assert list(customer.get("/24").json()) == ["id", "title", "price", "rating"]


# --- Pictures ---------------------------------------------------------------------------------------


def test_image_names_have_both_forms(customer):
    images = {product["id"]: product["image"] for product in customer.get().json() if "image" in product}

    assert all(images[number].endswith("_t.png") for number in images if number % 2)
    assert all(images[number].endswith("_.jpg") for number in images if number % 2 == 0)


def test_every_picture_says_the_whole_title():
    pictures = [(picture(product), product) for product in SAMPLE.values() if "image" in product]

    for svg, product in pictures:
        assert " ".join(product["title"].split()) in words_of(svg)
        assert product["category"].upper() in words_of(svg)
    assert len({svg for svg, _ in pictures}) == len(pictures)


def test_a_picture_is_shown_to_anybody_and_while_the_store_is_down(store, customer):
    image = customer.get("/2").json()["image"]
    store.knobs.turn({"mode": "down"})
    store.request_log.clear()

    answer = requests.get(image, timeout=5)

    assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["ETag"].startswith('"')
    assert SAMPLE[2]["title"] in words_of(answer.text)
    assert store.request_log.as_json()["total"] == 0


@pytest.mark.parametrize(
    "name", ["2-x_t.png", "999-x_t.png", "24-x.jpg", "x.jpg", "", SAMPLE[1]["image"][5:] + "x"]
)
def test_a_picture_that_no_product_has_is_not_found(customer, name):
    assert customer.request(f"/img/{name}").status_code == 404


def test_bodies_name_no_address_but_the_services_own():
    with start_store(public_url="http://store.test:9002/") as service:
        customer = Customer(service.url)
        body = customer.get().text
        customer.session.close()

    assert body.count("http") == body.count("http://store.test:9002/img/") == 127
