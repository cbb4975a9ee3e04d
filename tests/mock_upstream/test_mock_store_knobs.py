"""The knobs of the stand-in for FakeStore."""

import socket

import pytest
import requests

from mock_upstream.server import start_store
from mock_upstream.store.service import StoreKnobs


def test_the_knobs_begin_at_rest_with_those_of_the_store(customer):
    knobs = customer.request("/_control").json()

    own = {"missing": "both", "no_number": "hang", "created": "both", "writes": "stick", "gone": []}
    assert knobs.items() >= {**own, "mode": "ok", "retry_after": None}.items()
    assert not knobs.keys() & {"offers", "gone_movies"}


@pytest.mark.parametrize(
    "wrong",
    [{"missing": 404}, {"no_number": "500"}, {"created": True}, {"writes": "perhaps"}, {"gone": ["7"]}],
)
def test_a_knob_that_cannot_be_turned_so_is_named(customer, wrong):
    answer = customer.request("/_control", "PATCH", json=wrong)

    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json()["detail"]


def test_knobs_are_read_from_the_environment():
    knobs = StoreKnobs().turned_by({"MOCK_WRITES": "forget", "MOCK_GONE": "[7]"})

    assert knobs == StoreKnobs(writes="forget", gone=(7,))


@pytest.mark.parametrize(("missing", "body"), [("null", "null"), ("empty", "")])
def test_a_missing_product_can_always_be_the_same(store, customer, missing, body):
    store.knobs.turn({"missing": missing})

    answers = [customer.get(f"/{number}") for number in (500, 501)]
    answers += [customer.write("DELETE", f"/{number}") for number in (500, 501)]

    assert {(answer.status_code, answer.text.strip()) for answer in answers} == {(200, body)}


def test_an_id_that_is_no_number_can_be_answered_with_nothing(store, customer):
    store.knobs.turn({"no_number": "empty"})

    answers = [customer.get("/seven"), customer.write("DELETE", "/seven")]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b""), (200, b"")]


def test_products_can_be_gone(store, customer):
    image = customer.get("/2").json()["image"]
    store.knobs.turn({"gone": [2, 3]})

    assert customer.get("/2").json() is None
    assert (customer.get("/3").status_code, customer.get("/3").content) == (200, b"")
    assert customer.ids(limit=2) == [1, 4]
    assert requests.get(image, timeout=5).status_code == 404
    assert customer.write("DELETE", "/2").json() is None
    store.knobs.reset()
    assert customer.ids(limit=2) == [1, 2]


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        ("down", 503),
        ("maintenance", 503),
        ("throttled", 429),
        ("redirect", 302),
        ("refused", 200),
        ("html", 200),
        ("unreachable", 522),
        ("forbidden", 403),
    ],
)
def test_failures_are_web_pages_without_a_time_to_wait(store, customer, mode, status):
    store.knobs.turn({"mode": mode})

    for answer in (customer.get("/2"), customer.write("PUT", "/2", title="A")):
        assert answer.status_code == status
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.strip().lower().startswith("<!doctype html>")
        assert "Retry-After" not in answer.headers


def test_a_time_to_wait_can_be_asked_for(store, customer):
    store.knobs.turn({"mode": "throttled", "retry_after": 3})

    assert customer.get().headers["Retry-After"] == "3"


@pytest.mark.parametrize("mode", ["cut", "reset", "garbage", "html", "hang"])
def test_damaged_answers_are_no_products(store, customer, mode):
    store.knobs.turn({"mode": mode})

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError, ValueError)):
        customer.get("/2").json()


def test_a_write_that_fails_writes_nothing(store, customer):
    before = customer.get("/2").json()
    store.knobs.turn({"fail_next": 1})

    answer = customer.write("PUT", "/2", title="A")

    assert answer.status_code == 500
    assert "as its knobs told it to" in answer.text
    assert customer.get("/2").json() == before


@pytest.mark.parametrize("mode", ["cut", "reset"])
def test_a_write_whose_answer_is_damaged_was_carried_out(store, customer, mode):
    store.knobs.turn({"mode": mode})
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        customer.write("PUT", "/2", title="A")
    store.knobs.reset()

    assert customer.get("/2").json()["title"] == "A"


def test_the_log_shows_writes_as_they_were_made(store, customer):
    customer.get("/2")
    customer.write("PUT", "/2", title="A")
    customer.write("POST", title="A")

    log = store.request_log.as_json()
    assert [(it["method"], it["path"], it["status"]) for it in log["requests"]] == [
        ("GET", "/products/2", 200),
        ("PUT", "/products/2", 200),
        ("POST", "/products", 201),
    ]


def test_who_waits_for_no_answer_ends_with_the_service():
    service = start_store()
    with socket.create_connection(("127.0.0.1", int(service.url.rpartition(":")[2])), timeout=5) as wire:
        wire.sendall(b"GET /products/seven HTTP/1.1\r\nHost: x\r\n\r\n")
        wire.settimeout(0.2)
        with pytest.raises(TimeoutError):
            wire.recv(1)
        wire.settimeout(5)
        service.stop()
        assert wire.recv(1) == b""
