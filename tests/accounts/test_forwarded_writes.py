"""`Idempotency-Key` where another service writes: the same request is sent to it once, whatever becomes of it."""

import json
from collections import Counter

import pytest
import requests
import responses
import time_machine

from accounts.models import IdempotencyKey
from products_proxy.catalog import PRODUCTS
from tests.accounts import repeatable
from tests.accounts.repeatable import EVENTS, error_of, send, sender
from tests.payloads_fakestore import product
from tests.races import at_once

STORE = "http://store.test/products"
KETTLE = {"title": "Kettle", "price": "9.99"}


@pytest.fixture(autouse=True)
def routes(settings):
    settings.ROOT_URLCONF = repeatable.__name__
    EVENTS.clear()


@pytest.fixture
def wire():
    """The wire to the store."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


@pytest.fixture
def clock():
    """Noon of a day in May; request it before those who sign in."""
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        yield clock


def test_a_forwarded_write_is_sent_once_and_answered_alike(as_alice, wire):
    sent = wire.post(STORE, json=product(21))

    first, again = (send(as_alice, address="/store/", body=KETTLE) for _ in range(2))

    assert (first.status_code, first.json()) == (201, {"id": 21})
    assert (again.status_code, again.content) == (201, first.content)
    assert sent.call_count == 1


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_service_writes(alice, wire):
    wire.post(STORE, json=product(21))

    sender(alice, address="/store/", body=KETTLE)()

    assert EVENTS == [False]


def test_while_it_is_under_way_the_key_is_a_conflict(as_alice, wire):
    meanwhile = []

    def answer(request):
        meanwhile.append(send(as_alice, address="/store/", body=KETTLE))
        return 200, {}, json.dumps(product(21))

    wire.add_callback("POST", STORE, callback=answer)

    assert send(as_alice, address="/store/", body=KETTLE).status_code == 201
    assert error_of(meanwhile[0]) == (409, "CONFLICT")
    assert "being processed" in meanwhile[0].json()["error"]["message"]


@pytest.mark.parametrize("refusal", [{"status": 429}, {"status": 404}, {"status": 403}])
def test_what_was_certainly_not_carried_out_may_be_sent_again(as_alice, wire, refusal):
    wire.post(STORE, **refusal)
    assert send(as_alice, address="/store/", body=KETTLE).status_code in {404, 502, 503}
    assert not IdempotencyKey.objects.exists()
    PRODUCTS.stop()  # the next one comes when the store is well again
    wire.replace("POST", STORE, json=product(21))

    assert send(as_alice, address="/store/", body=KETTLE).status_code == 201


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        ({"body": requests.ReadTimeout()}, 504),
        ({"status": 500}, 503),
        ({"body": "<html>"}, 502),
    ],
)
def test_what_may_have_been_carried_out_is_never_sent_again(as_alice, wire, trouble, status):
    sent = wire.post(STORE, **trouble)

    first, again = (send(as_alice, address="/store/", body=KETTLE) for _ in range(2))

    assert (first.status_code, error_of(again)) == (status, (409, "CONFLICT"))
    assert "Nobody knows" in again.json()["error"]["message"]
    assert "Retry-After" not in again
    assert sent.call_count == 1


def test_what_was_refused_here_may_be_sent_again(as_alice):
    for _ in range(2):
        assert error_of(send(as_alice, address="/store/")) == (400, "VALIDATION_ERROR")

    assert not IdempotencyKey.objects.exists()


def test_a_process_that_died_leaves_a_conflict_that_says_so(clock, as_alice):
    as_alice.raise_request_exception = False
    assert send(as_alice, address="/store/", body={"title": "a bug"}).status_code == 500

    young = send(as_alice, address="/store/", body={"title": "a bug"})
    clock.shift(61)
    late = send(as_alice, address="/store/", body={"title": "a bug"})

    assert error_of(young) == error_of(late) == (409, "CONFLICT")
    assert "Nobody knows" in late.json()["error"]["message"]


@pytest.mark.django_db(transaction=True)
def test_of_many_forwarded_at_once_one_is_sent(alice, wire):
    sent = wire.post(STORE, json=product(21))

    answers = at_once([sender(alice, address="/store/", body=KETTLE) for _ in range(12)])

    assert sent.call_count == 1
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    assert statuses[201] >= 1


def test_without_a_key_each_is_sent(as_alice, wire):
    sent = wire.post(STORE, json=product(21))

    for _ in range(2):
        as_alice.post("/store/", KETTLE)

    assert sent.call_count == 2
