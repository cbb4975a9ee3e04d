"""Tests of what FakeStore does when it fails, or has not what was asked for; on real sockets."""

import time

import pytest

from clients import errors
from clients.fakestore import FakeStoreClient
from clients.transport import Transport
from tests import payloads_fakestore as payloads
from tests.clients.answers import NAME
from tests.counts import Counts
from tests.hostile import FAULTS, answers

READS = {
    "products": FakeStoreClient.list_products,
    "a product": lambda store: store.get_product(7),
}


@pytest.fixture
def transport(server):
    transport = Transport(NAME, server.url, deadline=0.5, chance=lambda: 0.0)
    yield transport
    transport.close()


@pytest.fixture
def store(transport):
    return FakeStoreClient(transport)


@pytest.mark.parametrize("body", ["null", ""])
def test_a_product_that_is_missing_is_not_found_however_often_it_is_asked_for(server, transport, store, body):
    server.behaviour = answers(body)
    counted = Counts()

    for _ in range(30):
        with pytest.raises(errors.UpstreamNotFoundError):
            store.get_product(99)

    assert transport.health().state == "closed"
    assert len(server.received) == 30
    assert counted("flyers_bff_upstream_seconds_count", upstream=NAME, outcome="not_found") == 30
    assert counted("flyers_bff_upstream_seconds_count", upstream=NAME, outcome="malformed") == 0


@pytest.mark.parametrize("product_id", [0, -1, 2**63])
def test_an_id_that_no_product_has_is_not_asked_for(server, store, product_id):
    with pytest.raises(errors.UpstreamNotFoundError):
        store.get_product(product_id)

    assert server.connections == 0


@pytest.mark.parametrize("body", ["null", ""])
def test_a_list_that_is_nothing_is_a_failure_and_no_empty_store(server, store, body):
    server.behaviour = answers(body)

    with pytest.raises(errors.UpstreamMalformedError):
        store.list_products()


@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.parametrize("status", [520, 521, 522, 524])
def test_a_page_that_says_that_the_store_is_down_means_that_it_is(server, store, read, status):
    server.behaviour = answers(payloads.CONNECTION_TIMED_OUT, status, Content_Type="text/html")

    with pytest.raises(errors.UpstreamUnavailableError) as raised:
        read(store)

    assert raised.value.reason == f"status {status}"
    assert len(server.received) == 1


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_page_that_stops_machines_is_no_bad_key(server, store, read):
    server.behaviour = answers(payloads.BLOCKED, 403, Content_Type="text/html")

    with pytest.raises(errors.UpstreamUnavailableError, match="needs no key"):
        read(store)


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_page_with_a_status_of_success_is_malformed(server, store, read):
    server.behaviour = answers(payloads.CONNECTION_TIMED_OUT, Content_Type="text/html")

    with pytest.raises(errors.UpstreamMalformedError):
        read(store)


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_call_that_never_ends_ends_with_the_deadline(server, store, read):
    server.behaviour = FAULTS["hang"]
    began = time.monotonic()

    with pytest.raises(errors.UpstreamTimeoutError) as raised:
        read(store)

    assert time.monotonic() - began < 2.5
    assert not raised.value.outcome_unknown
    assert server.wait_until_left_alone()


def test_the_store_s_own_404_would_be_understood_too(server, store):
    server.behaviour = answers('{"message": "not found"}', 404)

    with pytest.raises(errors.UpstreamNotFoundError):
        store.get_product(99)
