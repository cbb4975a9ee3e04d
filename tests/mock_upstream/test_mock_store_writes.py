"""Writes to the stand-in for FakeStore: what is echoed, and what remains."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from mock_upstream.server import start_store

SENT = {
    "title": "Lámpara",
    "price": 109.95,
    "description": "New.",
    "image": "https://pictures.example/1.png",
    "category": "lighting",
}


def test_a_new_product_is_echoed_with_the_next_id(customer):
    answer = customer.write("POST", **SENT)

    assert (answer.status_code, answer.json()) == (201, {"id": 129, **SENT})
    assert customer.get("/129").json() == {"id": 129, **SENT}
    assert customer.ids(sort="desc", limit=1) == [129]


def test_every_fourth_new_product_is_answered_by_its_id_alone(customer):
    answers = [customer.write("POST", **SENT).json() for _ in range(4)]

    assert answers[:3] == [{"id": number, **SENT} for number in (129, 130, 131)]
    assert answers[3] == {"id": 132}
    assert customer.get("/132").json() == {"id": 132, **SENT}


@pytest.mark.parametrize(("created", "fields"), [("id", {}), ("echo", SENT)])
def test_a_knob_chooses_how_a_new_product_is_answered(store, customer, created, fields):
    store.knobs.turn({"created": created})

    answers = [customer.write("POST", **SENT).json() for _ in range(4)]

    assert answers == [{"id": number, **fields} for number in range(129, 133)]


@pytest.mark.parametrize(("price", "echoed"), [("12.00", "12"), ("55.990", "55.99"), ('"9.90"', '"9.90"')])
def test_numbers_are_echoed_as_javascript_writes_them(customer, price, echoed):
    json = {"Content-Type": "application/json; charset=utf-8"}

    answer = customer.request("/products/7", "PUT", data=f'{{"price": {price}}}', headers=json)

    assert answer.text == f'{{"id":7,"price":{echoed}}}\n'


def test_a_put_replaces_all_that_can_be_written_and_is_seen_by_the_next_get(customer):
    before = customer.get("/2")

    answer = customer.write("PUT", "/2", **SENT)

    assert (answer.status_code, answer.json()) == (200, {"id": 2, **SENT})
    after = customer.get("/2")
    assert after.json() == {"id": 2, **SENT, "rating": before.json()["rating"]}
    assert after.headers["ETag"] != before.headers["ETag"]
    assert customer.get().json()[1] == after.json()


def test_a_changed_price_is_seen_everywhere(customer):
    product = customer.get("/2").json()

    customer.write("PUT", "/2", **{**product, "price": 1.25})

    assert customer.get("/2").json() == {**product, "price": 1.25}
    assert requests.get(product["image"], timeout=5).status_code == 200


def test_a_patch_merges_nothing(customer):
    rating = customer.get("/2").json()["rating"]

    answer = customer.write("PATCH", "/2", price=5)

    assert (answer.status_code, answer.json()) == (200, {"id": 2, "price": 5})
    assert customer.get("/2").json() == {"id": 2, "price": 5, "rating": rating}


def test_only_five_fields_can_be_written(customer):
    echo = customer.write("PUT", "/3", title="A", id=7, rating={"rate": 5, "count": 1}, stock=3).json()

    assert echo == {"id": 3, "title": "A"}
    assert customer.get("/3").json() == {"id": 3, "title": "A"}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_write_to_what_is_not_there_is_echoed_and_makes_nothing(customer, method):
    answer = customer.write(method, "/500", **SENT)

    assert (answer.status_code, answer.json()) == (200, {"id": 500, **SENT})
    assert customer.get("/500").text.strip() == "null"


def test_a_deleted_product_is_answered_as_it_was_and_then_missing(customer):
    product = customer.get("/2").json()

    first, again = customer.write("DELETE", "/2"), customer.write("DELETE", "/2")

    assert (first.status_code, first.json()) == (200, product)
    assert (again.status_code, again.json()) == (200, None)
    assert customer.get("/2").json() is None
    assert 2 not in customer.ids()
    assert requests.get(product["image"], timeout=5).status_code == 404


def test_no_id_is_ever_given_twice(customer):
    first = customer.write("POST", **SENT).json()["id"]
    customer.write("DELETE", f"/{first}")

    assert customer.write("POST", **SENT).json()["id"] == first + 1


def test_many_who_create_at_once_get_an_id_each(store, customer):
    def create(_):
        return requests.post(f"{store.url}/products", json=SENT, timeout=5).json()["id"]

    with ThreadPoolExecutor(8) as writers:
        numbers = list(writers.map(create, range(40)))

    assert sorted(numbers) == list(range(129, 169))
    assert customer.ids() == list(range(1, 169))


def test_a_category_is_there_as_long_as_a_product_is_in_it(customer):
    number = customer.write("POST", **{**SENT, "category": "zips"}).json()["id"]

    assert customer.get("/categories").json()[-1] == "zips"
    assert customer.ids("/category/zips") == [number]
    customer.write("DELETE", f"/{number}")
    assert "zips" not in customer.get("/categories").json()


def test_writes_can_be_echoed_and_forgotten(store, customer):
    before = customer.get().json()
    store.knobs.turn({"writes": "forget"})

    answers = [customer.write("POST", **SENT).json() for _ in range(2)]
    answers += [customer.write(method, "/2", **SENT).json() for method in ("PUT", "PATCH")]
    deleted = customer.write("DELETE", "/2").json()

    assert [answer["id"] for answer in answers] == [129, 129, 2, 2]
    assert deleted == before[1]
    assert customer.get().json() == before


def test_writes_stay_when_the_knobs_are_reset_and_go_with_the_service(store, customer):
    customer.write("PUT", "/2", **SENT)

    customer.request("/_control", "DELETE")

    assert customer.get("/2").json()["title"] == "Lámpara"
    with start_store() as another:
        assert requests.get(f"{another.url}/products/2", timeout=5).json()["title"] != "Lámpara"


def test_a_body_that_is_not_said_to_be_json_is_not_read(customer):
    answer = customer.request("/products", "POST", data='{"title": "A"}')

    assert (answer.status_code, answer.json()) == (201, {"id": 129})


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        (b"{", 400, None),
        (b"\xff", 400, None),
        (b"[" * 100_000, 400, None),
        (b"", 200, '{"id":7}\n'),
        (b"[1]", 200, '{"id":7}\n'),
        (b"null", 200, '{"id":7}\n'),
        (b'{"title": "\\ud800"}', 200, '{"id":7,"title":"?"}\n'),
        (b'{"category": ["a"]}', 200, '{"id":7,"category":["a"]}\n'),
    ],
)
def test_whatever_is_sent_the_store_goes_on(customer, body, status, text):
    answer = customer.request("/products/7", "PUT", data=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == status
    assert text in {None, answer.text}
    assert len(customer.ids()) == 128
    assert customer.get("/categories").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_write_to_an_id_that_is_no_number_is_never_answered(customer, method):
    with pytest.raises(requests.ConnectionError):
        customer.write(method, "/seven", **SENT)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "", "GET, HEAD, POST"),
        ("DELETE", "", "GET, HEAD, POST"),
        ("POST", "/7", "GET, HEAD, PUT, PATCH, DELETE"),
        ("POST", "/categories", "GET, HEAD"),
    ],
)
def test_what_cannot_be_written_says_what_can(customer, method, path, allowed):
    answer = customer.write(method, path, **SENT)

    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
