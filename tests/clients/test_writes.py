"""Tests of writes: each is sent once, and a failure says whether it may have been carried out all the same."""

import socket
import time
from decimal import Decimal

import msgspec
import pytest

from clients import errors
from clients.bodies import Reading
from clients.breaker import Breaker
from clients.request_builder import MAX_SENT_BYTES
from clients.transport import Transport
from tests.clients.answers import KEY, NAME
from tests.counts import Counts
from tests.hostile import FAULTS, answers, in_turn, sends

SHORT_DEADLINE_SECONDS = 0.4


class Thing(msgspec.Struct, omit_defaults=True):
    title: str
    price: Decimal = Decimal(0)


THING = Thing("A thing", Decimal("109.950"))


def same(document):
    return document


def test_a_write_is_a_document_with_exactly_its_fields_and_digits(server, transport_to):
    server.behaviour = answers('{"id": 21}', 201)

    answer = transport_to(server.url).write("POST", "/things", same, body=THING, request_id="abc-1")

    assert answer == {"id": 21}
    (sent,) = server.received
    assert (sent.method, sent.target) == ("POST", "/things")
    assert sent.body == b'{"title":"A thing","price":109.950}'
    host = server.url.removeprefix("http://")
    assert sent.headers == {
        "host": host,
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "flyers-bff",
        "authorization": f"Bearer {KEY}",
        "x-request-id": "abc-1",
        "content-type": "application/json",
        "content-length": "35",
    }


def test_a_write_without_a_body_sends_none(server, transport_to):
    transport_to(server.url).write("DELETE", "/things/7", same)

    (sent,) = server.received
    assert (sent.method, sent.target, sent.body) == ("DELETE", "/things/7", b"")
    assert not {"content-type", "content-length", "transfer-encoding"} & set(sent.headers)


def test_reads_and_writes_share_connections(server, transport_to):
    transport = transport_to(server.url)

    transport.get("/", same)
    transport.write("PUT", "/things/7", same, body=THING)
    transport.get("/", same)

    assert ([sent.method for sent in server.received], server.connections) == (["GET", "PUT", "GET"], 1)


def test_a_document_that_is_too_large_is_not_sent(server, transport_to):
    with pytest.raises(ValueError, match="too large"):
        transport_to(server.url).write("POST", "/", same, body=Thing("a" * MAX_SENT_BYTES))

    assert server.connections == 0


UNKNOWN = {
    errors.UpstreamTimeoutError: ["hang", "drip of headers", "drip of body", "100 Continue without end"],
    errors.UpstreamUnavailableError: [
        *("reset", "closed before the headers", "body cut", "chunks cut"),
        *("500", "502", "503", "503, Retry-After in seconds", "504"),
    ],
    errors.UpstreamMalformedError: [
        *("HTML with 200", "no content", "empty body", "garbage status line", "redirect in a loop"),
        *("gzip bomb", "two documents"),
    ],
}


@pytest.mark.parametrize(
    ("failure", "fault"), [(failure, fault) for failure in UNKNOWN for fault in UNKNOWN[failure]]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_that_may_have_worked_is_sent_once_and_says_so(method, failure, fault, server, transport_to):
    server.behaviour = in_turn(FAULTS[fault], answers("{}"))
    counted = Counts()
    is_late = failure is errors.UpstreamTimeoutError
    transport = transport_to(server.url, deadline=SHORT_DEADLINE_SECONDS if is_late else 2.5)
    began = time.monotonic()

    with pytest.raises(failure) as raised:
        transport.write(method, "/things/7", same, body=None if method == "DELETE" else THING)

    assert raised.value.outcome_unknown
    assert raised.value.upstream == NAME
    assert len(server.received) == 1
    assert counted("flyers_bff_upstream_retries_total", upstream=NAME) == 0
    assert not is_late or time.monotonic() - began < SHORT_DEADLINE_SECONDS + 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 422, 429])
def test_a_write_to_which_the_service_says_no_was_not_carried_out(status, server, transport_to):
    server.behaviour = answers("{}", status)

    with pytest.raises(errors.UpstreamError) as raised:
        transport_to(server.url).write("PUT", "/things/7", same, body=THING)

    assert not raised.value.outcome_unknown
    assert len(server.received) == 1


@pytest.mark.parametrize("token", ["", KEY])
def test_a_write_that_is_forbidden_was_not_carried_out(token, server):
    server.behaviour = answers("<html>", 403)
    transport = Transport(NAME, server.url, token)

    with pytest.raises(errors.UpstreamError) as raised:
        transport.write("POST", "/", same, body=THING)

    transport.close()
    assert not raised.value.outcome_unknown


def test_an_answer_to_a_write_that_can_not_be_used_does_not_mean_that_it_failed(server, transport_to):
    def refuse(document):
        raise errors.UpstreamMalformedError("not the promised shape")

    with pytest.raises(errors.UpstreamMalformedError) as raised:
        transport_to(server.url).write("POST", "/", refuse, body=THING)

    assert raised.value.outcome_unknown


def test_a_write_that_nobody_took_is_not_tried_again_and_was_not_carried_out(server, transport_to):
    transport = transport_to(server.url)
    server.refuse()
    counted = Counts()

    with pytest.raises(errors.UpstreamUnavailableError) as raised:
        transport.write("POST", "/", same, body=THING)

    assert not raised.value.outcome_unknown
    assert counted("flyers_bff_upstream_retries_total", upstream=NAME) == 0
    assert counted("flyers_bff_upstream_seconds_count", upstream=NAME, outcome="unavailable") == 1


def test_a_write_that_found_no_way_in_time_was_not_carried_out(transport_to):
    def silent(*_, **__):
        time.sleep(0.5)
        raise socket.gaierror

    transport = transport_to("http://flyers.example", resolve=silent, connect_timeout=0.1)

    with pytest.raises(errors.UpstreamTimeoutError) as raised:
        transport.write("POST", "/", same, body=THING)

    assert not raised.value.outcome_unknown


def test_a_handshake_that_leads_nowhere_has_sent_nothing(server, transport_to):
    transport = transport_to(server.url.replace("http:", "https:"), connect_timeout=0.2)

    with pytest.raises(errors.UpstreamTimeoutError) as raised:
        transport.write("POST", "/", same, body=THING)

    assert not raised.value.outcome_unknown


def test_a_connection_that_was_closed_while_idle_does_not_make_a_write_twice(server, transport_to):
    transport = transport_to(server.url)
    transport.get("/", same)
    server.drop_connections()
    assert server.wait_until_left_alone()

    transport.write("POST", "/things", same, body=THING)

    assert [sent.method for sent in server.received] == ["GET", "POST"]
    assert server.connections == 2


def test_a_used_connection_that_is_lost_after_sending_does_not_make_a_write_twice(server, transport_to):
    server.behaviour = in_turn(answers("[]"), FAULTS["reset"], answers("[]"))
    transport = transport_to(server.url)
    transport.get("/", same)

    with pytest.raises(errors.UpstreamUnavailableError) as raised:
        transport.write("POST", "/things", same, body=THING)

    assert raised.value.outcome_unknown
    assert [sent.method for sent in server.received] == ["GET", "POST"]
    assert server.connections == 1


@pytest.mark.parametrize(
    "wait", ["breaker", "cooldown", "deadline"], ids=["breaker open", "asked to wait", "no time left"]
)
def test_a_write_that_is_not_sent_was_not_carried_out(wait, server, transport_to, clock):
    breaker = Breaker(failures_in_a_row=1, clock=clock)
    transport = transport_to(server.url, breaker=breaker)
    if wait == "breaker":
        server.behaviour = FAULTS["504"]
        with pytest.raises(errors.UpstreamUnavailableError):
            transport.get("/", same)
    elif wait == "cooldown":
        breaker.cool_down(5)
    ends_at = time.monotonic() + (0 if wait == "deadline" else 10)

    with pytest.raises(errors.UpstreamError) as raised:
        transport.write("POST", "/", same, body=THING, ends_at=ends_at)

    assert not raised.value.outcome_unknown
    assert "POST" not in [sent.method for sent in server.received]


def test_writes_that_fail_open_the_breaker_like_reads(server, transport_to):
    server.behaviour = FAULTS["500"]
    transport = transport_to(server.url)

    for _ in range(8):
        with pytest.raises(errors.UpstreamUnavailableError):
            transport.write("POST", "/", same, body=THING)

    assert len(server.received) == 5
    assert transport.health().state == "open"


@pytest.mark.parametrize("body", ["", "null"])
def test_nothing_for_an_answer_is_a_missing_item_for_writes_too(body, server, transport_to):
    server.behaviour = answers(body)
    transport = transport_to(server.url)
    counted = Counts()

    for _ in range(20):
        with pytest.raises(errors.UpstreamNotFoundError) as raised:
            transport.write("DELETE", "/things/99", same, reading=Reading(nothing_is_missing=True))
        assert not raised.value.outcome_unknown

    assert transport.health().state == "closed"
    assert counted("flyers_bff_upstream_seconds_count", upstream=NAME, outcome="not_found") == 20


def test_a_status_of_writes_is_none_of_reads(server, transport_to):
    server.behaviour = answers("{}", 201)

    with pytest.raises(errors.UpstreamMalformedError) as raised:
        transport_to(server.url).get("/", same)

    assert not raised.value.outcome_unknown


def test_the_failure_of_a_read_has_no_outcome(server, transport_to):
    server.behaviour = sends(b"")

    with pytest.raises(errors.UpstreamUnavailableError) as raised:
        transport_to(server.url).get("/", same)

    assert not raised.value.outcome_unknown
