"""`Idempotency-Key` on writes of products: what is sent again is answered as the first time, and the store is asked once."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import payloads_fakestore as payloads
from tests.hostile import FAULTS, HostileServer
from tests.products_proxy.faulty_store import SERVICE
from tests.products_proxy.store import PRODUCTS
from tests.products_proxy.writes import CREATE, KETTLE, each_write

KEY = {"Idempotency-Key": "4b5a7c"}


def writes(asked):
    return [each for each in asked if not each.startswith("GET")]


@each_write
def test_a_write_that_comes_twice_is_sent_once_and_answered_alike(as_carol, store, write):
    store.has(payloads.product(7))

    first, again = (write.send(as_carol, **KEY) for _ in range(2))

    assert first.status_code in {200, 201, 204}
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert len(writes(store.asked())) == 1


@each_write
def test_the_key_of_another_write_is_a_conflict_and_nothing_is_sent(as_carol, store, write):
    store.has(payloads.product(7))
    as_carol.post(PRODUCTS, KETTLE | {"title": "Lamp"}, headers=KEY)
    store.asked()

    response = write.send(as_carol, **KEY)

    assert (response.status_code, response.json()["error"]["code"]) == (409, "CONFLICT")
    assert store.asked() == []


def test_without_a_key_each_write_is_one_of_its_own(as_carol, store):
    first, second = (CREATE.send(as_carol) for _ in range(2))

    assert first.json()["id"] != second.json()["id"]
    assert len(writes(store.asked())) == 2


@each_write
def test_a_write_of_unknown_outcome_is_never_sent_again_with_its_key(as_carol, settings, write):
    settings.STORE_DEADLINE_SECONDS = 0.6

    def behaviour(exchange):
        return (SERVICE.healthy if exchange.method == "GET" else FAULTS["reset"])(exchange)

    with HostileServer(SERVICE.healthy) as server:
        settings.STORE_API_URL = server.url
        server.behaviour = behaviour

        first = write.send(as_carol, **KEY)
        server.behaviour = SERVICE.healthy
        again = write.send(as_carol, **KEY)

        sent = [each.method for each in server.received if each.method != "GET"]

    assert [first.status_code, again.status_code] == [503, 409]
    assert first.json()["error"]["details"] == {"outcome": ["unknown"]}
    assert "Nobody knows" in again.json()["error"]["message"]
    assert len(sent) == 1


def test_a_write_that_never_left_may_be_sent_again_with_its_key(as_carol, store):
    store.fails(403, "<html>no</html>")
    assert as_carol.patch(f"{PRODUCTS}7/", {"price": 5}, headers=KEY).status_code == 503

    store.is_well()
    store.has(payloads.product(7))
    response = as_carol.patch(f"{PRODUCTS}7/", {"price": 5}, headers=KEY)

    assert (response.status_code, response.json()["price"]["amount"]) == (200, "5")


@each_write
def test_nothing_is_asked_of_the_database_once_the_store_has_written(as_carol, store, write):
    store.has(payloads.product(7))

    with CaptureQueriesContext(connection) as captured:
        assert write.send(as_carol).status_code < 300

    assert store.statements[-1] == len(captured)


@each_write
def test_a_key_helps_nobody_who_may_not_write(as_alice, anyone, store, write):
    assert write.send(as_alice, **KEY).status_code == 403
    assert write.send(anyone, **KEY).status_code == 401
    assert store.asked() == []
