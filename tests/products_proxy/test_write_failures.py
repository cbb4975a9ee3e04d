"""Writes on real sockets: sent once whatever becomes of them, and over within one deadline."""

import json
import time

import pytest

from products_proxy.catalog import PRODUCTS as CATALOG
from tests import payloads_fakestore as payloads
from tests.hostile import FAULTS, HostileServer, answers
from tests.products_proxy.faulty_store import SERVICE
from tests.products_proxy.store import PRODUCTS
from tests.products_proxy.writes import KETTLE, ONE, each_write

LOST = [
    "reset",
    "closed before the headers",
    "body cut",
    "500",
    "502",
    "503",
    "504",
    "no JSON",
    "redirect to another host",
    "204",
]
SENTENCE = "Nobody knows whether it has done what was asked: look before you try again."


@pytest.fixture
def store(settings):
    """A store that reads well, and takes writes as a test says."""
    settings.STORE_DEADLINE_SECONDS = 0.6
    with HostileServer(SERVICE.healthy) as server:
        settings.STORE_API_URL = server.url
        yield server


def writes_end_in(store, fault):
    def behaviour(exchange):
        if exchange.method == "GET":
            return SERVICE.healthy(exchange)
        return fault(exchange)

    store.behaviour = behaviour


def sent(store):
    return [each.method for each in store.received if each.method != "GET"]


@each_write
@pytest.mark.parametrize("fault", LOST)
def test_a_write_is_sent_once_and_nobody_knows(as_carol, store, write, fault):
    writes_end_in(store, FAULTS["no content"] if fault == "204" else FAULTS[fault])

    response = write.send(as_carol)

    error = response.json()["error"]
    assert response.status_code in {502, 503}
    assert error["message"].startswith("The store ")
    assert error["message"].endswith(SENTENCE)
    assert error["details"] == {"outcome": ["unknown"]}
    assert response.has_header("Retry-After") == (response.status_code == 503)
    assert len(sent(store)) == 1


@each_write
def test_a_write_that_is_not_answered_in_time_is_a_504_that_says_so(as_carol, store, caplog, write):
    caplog.set_level("INFO")
    writes_end_in(store, FAULTS["hang"])
    start = time.monotonic()

    response = write.send(as_carol)

    seconds = time.monotonic() - start
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (504, "UPSTREAM_TIMEOUT")
    assert error["message"] == f"The store did not answer in time. {SENTENCE}"
    assert seconds < 1.5
    assert len(sent(store)) == 1
    (line,) = [record.msg for record in caplog.records if record.name == "products_proxy.writes"]
    assert (line["outcome"], line["reason"]) == ("unknown", "timeout")


@each_write
def test_a_write_that_nobody_took_has_failed_for_certain(as_carol, store, caplog, write):
    caplog.set_level("INFO")
    store.refuse()

    response = write.send(as_carol)

    assert (response.status_code, response.json()["error"]["message"]) == (503, "The store is not available.")
    (line,) = [record.msg for record in caplog.records if record.name == "products_proxy.writes"]
    assert (line["outcome"], line["reason"]) == ("failed", "unavailable")


@pytest.mark.parametrize("slow", ["the list of categories", "the product"])
def test_all_that_a_write_takes_has_one_deadline(as_carol, store, slow):
    def behaviour(exchange):
        is_slow = exchange.path == ("/products" if slow == "the list of categories" else "/products/7")
        if exchange.method != "GET":
            return exchange.wait_for_hangup()
        if is_slow:
            exchange.stopping.wait(0.45)
        return SERVICE.healthy(exchange)

    store.behaviour = behaviour
    start = time.monotonic()

    response = as_carol.put(ONE, KETTLE | {"categories": ["jewelery"]})

    assert response.status_code == 504
    assert time.monotonic() - start < 1.0  # with a deadline for each it takes 1.05


def test_no_write_is_sent_while_the_breaker_is_open(as_carol, anyone, store):
    store.behaviour = FAULTS["504"]
    for _ in range(6):
        anyone.get(PRODUCTS)
    store.received.clear()

    response = as_carol.post(PRODUCTS, KETTLE)

    assert (response.status_code, CATALOG.transport.health().state) == (503, "open")
    assert SENTENCE not in response.json()["error"]["message"]
    assert store.received == []


def test_what_is_sent_is_the_product_and_nothing_of_the_caller(as_carol, store):
    writes_end_in(store, answers(json.dumps(payloads.product(9)), 201))

    response = as_carol.post(
        PRODUCTS,
        {"title": "Kettle", "price": "109.950"},
        headers={"X-Request-ID": "abc-1", "Cookie": "refresh_token=hush", "X-Forwarded-For": "1.2.3.4"},
    )

    (received,) = store.received
    assert response.status_code == 201
    assert received.body == b'{"title":"Kettle","price":109.950,"description":""}'
    assert received.headers["content-type"] == "application/json"
    assert received.headers["x-request-id"] == "abc-1"
    assert (
        not {"authorization", "cookie", "origin", "x-forwarded-for", "idempotency-key"}
        & received.headers.keys()
    )


def test_an_answer_about_another_product_is_not_believed(as_carol, store):
    writes_end_in(store, answers(json.dumps(payloads.product(666))))

    response = as_carol.put(ONE, KETTLE)

    assert (response.status_code, response.json()["error"]["code"]) == (502, "UPSTREAM_BAD_RESPONSE")
    assert response.json()["error"]["message"].endswith(SENTENCE)
