"""Tests of a service that says with an empty body or null, and a status of success, that there is no such item."""

import pytest

from clients import errors
from clients.bodies import Reading
from clients.breaker import Breaker
from tests.clients.answers import NAME
from tests.counts import Counts
from tests.hostile import FAULTS, answers, in_turn, sends

RULE = Reading(nothing_is_missing=True)
NOTHING = {"empty": "", "a blank line": " \r\n", "null": "null", "null and a blank": " null\n"}


def same(document):
    return document


@pytest.mark.parametrize("body", NOTHING.values(), ids=NOTHING)
def test_nothing_is_an_item_that_is_missing(body, server, transport_to, caplog):
    server.behaviour = answers(body)
    counted = Counts()

    with pytest.raises(errors.UpstreamNotFoundError) as raised:
        transport_to(server.url).get("/products/99", same, reading=RULE)

    assert raised.value.upstream == NAME
    assert counted("flyers_bff_upstream_seconds_count", upstream=NAME, outcome="not_found") == 1
    assert counted("flyers_bff_upstream_retries_total", upstream=NAME) == 0
    assert caplog.records == []


@pytest.mark.parametrize("body", NOTHING.values(), ids=NOTHING)
def test_asking_for_what_is_missing_never_opens_the_breaker(body, server, transport_to):
    server.behaviour = answers(body)
    transport = transport_to(server.url)

    for _ in range(30):
        with pytest.raises(errors.UpstreamNotFoundError):
            transport.get("/products/99", same, reading=RULE)

    assert transport.health().state == "closed"
    assert (len(server.received), server.connections) == (30, 1)


def test_between_failures_a_missing_item_is_an_answer_of_a_service_that_is_well(server, transport_to, clock):
    server.behaviour = in_turn(FAULTS["504"], answers(""), FAULTS["504"], answers("null"))
    transport = transport_to(server.url, breaker=Breaker(failures_in_a_row=2, clock=clock))

    for failure in (errors.UpstreamUnavailableError, errors.UpstreamNotFoundError) * 2:
        with pytest.raises(failure):
            transport.get("/", same, reading=RULE)

    assert transport.health().state == "closed"


def test_a_probe_that_finds_nothing_closes_the_breaker(server, transport_to, clock):
    server.behaviour = in_turn(FAULTS["504"], answers(""))
    transport = transport_to(server.url, breaker=Breaker(failures_in_a_row=1, clock=clock))
    with pytest.raises(errors.UpstreamUnavailableError):
        transport.get("/", same, reading=RULE)
    clock.now += 3

    with pytest.raises(errors.UpstreamNotFoundError):
        transport.get("/", same, reading=RULE)

    assert transport.health().state == "closed"


@pytest.mark.parametrize("value", [[], {}, 0, False, ""])
def test_what_is_empty_in_itself_is_a_value(value, server, transport_to):
    server.behaviour = lambda exchange: exchange.answer_json(value)

    assert transport_to(server.url).get("/", same, reading=RULE).value == value


def test_a_copy_that_still_holds_is_not_missing(server, transport_to):
    server.behaviour = answers("", 304)

    assert transport_to(server.url).get("/", same, etag='"v1"', reading=RULE).value is None


def test_a_body_that_was_cut_is_not_nothing(server, transport_to):
    server.behaviour = FAULTS["closed before the headers"]
    with pytest.raises(errors.UpstreamUnavailableError):
        transport_to(server.url).get("/", same, reading=RULE)

    server.behaviour = sends(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
    with pytest.raises(errors.UpstreamUnavailableError):
        transport_to(server.url).get("/", same, reading=RULE)


def test_an_empty_body_that_ends_with_the_connection_may_have_been_cut(server, transport_to):
    server.behaviour = sends(b"HTTP/1.1 200 OK\r\n\r\n")

    with pytest.raises(errors.UpstreamMalformedError):
        transport_to(server.url).get("/", same, reading=RULE)


def test_an_empty_body_in_chunks_is_nothing(server, transport_to):
    server.behaviour = sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")

    with pytest.raises(errors.UpstreamNotFoundError):
        transport_to(server.url).get("/", same, reading=RULE)


def test_without_the_rule_an_empty_body_is_a_broken_answer_and_null_a_document(server, transport_to):
    transport = transport_to(server.url)
    server.behaviour = answers("")
    with pytest.raises(errors.UpstreamMalformedError):
        transport.get("/", same)

    server.behaviour = answers("null")
    assert transport.get("/", same).value is None
