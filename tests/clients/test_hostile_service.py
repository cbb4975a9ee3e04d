"""Tests of calls to a misbehaving service, on real sockets."""

import json
import logging
import threading
import time
import tracemalloc

import pytest

from clients import errors
from clients.flyers import FlyerClient, FlyerQuery
from tests.clients import answers
from tests.clients.answers import NAME
from tests.counts import Counts
from tests.hostile import FAULTS, in_turn, sends
from tests.hostile import answers as always

SHORT_DEADLINE_SECONDS = 0.4
MARGIN_SECONDS = 2.0
ANYWHERE = FlyerQuery(lat=0, lng=0)

EXPECTED = {
    errors.UpstreamUnavailableError: {
        "reset",
        "closed before the headers",
        "500",
        "502",
        "503",
        "503, Retry-After in seconds",
        "504",
        "body cut",
        "chunks cut",
        "bad chunks",
        "negative chunk",
    },
    errors.UpstreamTimeoutError: {
        "hang",
        "drip of headers",
        "drip of one endless header",
        "drip of body",
        "drip of chunks",
        "chunks without end",
        "100 Continue without end",
    },
    errors.UpstreamThrottledError: {
        "429",
        "429, Retry-After in seconds",
        "429, Retry-After as a date",
        "429, Retry-After of an hour",
        "429, Retry-After without sense",
    },
    errors.UpstreamRefusedError: {"401", "403"},
    errors.UpstreamNotFoundError: {"404", "410"},
}
FAILURE_OF = {name: failure for failure, names in EXPECTED.items() for name in names}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_ends_in_time_on_the_tree_and_frees_what_it_held(name, server, transport_to):
    server.behaviour = FAULTS[name]
    failure = FAILURE_OF.get(name, errors.UpstreamMalformedError)
    deadline = SHORT_DEADLINE_SECONDS if failure is errors.UpstreamTimeoutError else 2.5
    transport = transport_to(server.url, deadline=deadline)
    began = time.monotonic()

    with pytest.raises(errors.UpstreamError) as raised:
        FlyerClient(transport).list_categories()

    assert type(raised.value) is failure
    assert time.monotonic() - began < deadline + MARGIN_SECONDS
    assert len(server.received) <= 2
    assert transport.health().in_use == 0


@pytest.mark.parametrize("name", ["hang", "drip of headers", "drip of body", "100 MB body", "header flood"])
def test_the_socket_of_an_abandoned_call_is_closed_and_no_thread_stays(name, server, transport_to):
    threads = threading.active_count()
    server.behaviour = FAULTS[name]

    with pytest.raises(errors.UpstreamError):
        transport_to(server.url, deadline=SHORT_DEADLINE_SECONDS).get("/", lambda document: document)

    assert server.wait_until_left_alone()
    assert threading.active_count() <= threads + 1  # The one of the server that has just been left alone.


@pytest.mark.parametrize(
    "name",
    [
        "100 MB body",
        "chunks without end",
        "gzip bomb",
        "header flood",
        "one header of 100 kB",
        "redirect with 100 MB",
    ],
)
def test_no_answer_makes_this_process_swell(name, server, transport_to):
    transport = transport_to(server.url, deadline=SHORT_DEADLINE_SECONDS)
    server.behaviour = FAULTS[name]
    tracemalloc.start()
    try:
        with pytest.raises(errors.UpstreamError):
            transport.get("/", lambda document: document)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 16 * 1024 * 1024


def test_a_service_that_does_not_listen_is_unavailable(server, transport_to):
    transport = transport_to(server.url)
    server.refuse()

    with pytest.raises(errors.UpstreamUnavailableError):
        transport.get("/", lambda document: document)

    server.listen()
    assert transport.get("/", lambda document: document).value == []


@pytest.mark.parametrize(
    "first", ["reset", "closed before the headers", "body cut", "chunks cut", "500", "502", "503"]
)
def test_a_momentary_failure_is_asked_once_more(first, server, transport_to):
    server.behaviour = in_turn(FAULTS[first], always("[]"))
    transport = transport_to(server.url)
    counted = Counts()

    assert transport.get("/", lambda document: document).value == []
    assert len(server.received) == 2
    assert counted("flyers_bff_upstream_retries_total", upstream=NAME) == 1


@pytest.mark.parametrize(
    "only",
    [
        "hang",
        "504",
        "503, Retry-After in seconds",
        "429",
        "401",
        "404",
        "400",
        "no JSON",
        "garbage status line",
    ],
)
def test_what_asking_again_would_not_mend_is_asked_once(only, server, transport_to):
    server.behaviour = in_turn(FAULTS[only], always("[]"))
    transport = transport_to(server.url, deadline=SHORT_DEADLINE_SECONDS)
    counted = Counts()

    with pytest.raises(errors.UpstreamError):
        transport.get("/", lambda document: document)

    assert len(server.received) <= 1
    assert counted("flyers_bff_upstream_retries_total", upstream=NAME) == 0


def test_nobody_is_asked_again_when_hardly_any_time_is_left(server, transport_to):
    server.behaviour = in_turn(FAULTS["500"], always("[]"))

    with pytest.raises(errors.UpstreamError):
        transport_to(server.url, deadline=0.3).get("/", lambda document: document)

    assert len(server.received) <= 1


def test_the_deadline_holds_for_both_attempts_together(server, transport_to):
    def cuts_late(exchange):
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
        exchange.stopping.wait(0.6)

    server.behaviour = in_turn(cuts_late, FAULTS["hang"])
    began = time.monotonic()

    with pytest.raises(errors.UpstreamTimeoutError):
        transport_to(server.url, deadline=1.2).get("/", lambda document: document)

    assert len(server.received) == 2
    assert time.monotonic() - began < 1.2 + MARGIN_SECONDS


def test_a_connection_that_was_closed_while_idle_is_no_failure(server, transport_to):
    transport = transport_to(server.url)
    transport.get("/", lambda document: document)
    server.drop_connections()
    assert server.wait_until_left_alone()

    assert transport.get("/", lambda document: document).value == []
    assert server.connections == 2


@pytest.mark.parametrize("status", [200, 304])
def test_a_connection_is_used_again(status, server, transport_to):
    server.behaviour = in_turn(always("[]", ETag='"v1"'), always("[]" if status == 200 else "", status))
    transport = transport_to(server.url)

    for _ in range(3):
        transport.get("/", lambda document: document, etag='"v1"')

    assert (len(server.received), server.connections) == (3, 1)


def test_a_link_of_the_service_is_never_followed(server, transport_to):
    elsewhere = "http://169.254.169.254/latest/"
    page = answers.page(answers.flyer(), count=90, next=elsewhere, previous=elsewhere)
    server.behaviour = always(json.dumps(page))

    fetched = FlyerClient(transport_to(server.url)).list_flyers(ANYWHERE)

    assert elsewhere not in repr(fetched)
    assert len(server.received) == 1


def test_rude_headers_of_a_good_answer_do_no_harm(server, transport_to):
    server.behaviour = always(
        "[]",
        Set_Cookie="session=1; Domain=127.0.0.1; Path=/",
        ETag='"a\tb"',
        Cache_Control="max-age=1e9, " + "private," * 1000,
        Retry_After="3600",
        Content_Type="image/\xe9",
        Refresh="0; url=http://localhost/",
        X_Request_ID="<script>",
        Location="http://localhost/",
    )
    transport = transport_to(server.url)

    fetched = transport.get("/", lambda document: document)
    transport.get("/", lambda document: document)

    assert (fetched.value, fetched.etag, fetched.max_age) == ([], None, 0)
    assert "cookie" not in server.received[1].headers


def test_a_good_document_under_broken_headers_is_malformed(server, transport_to, caplog):
    caplog.set_level(logging.WARNING)
    server.behaviour = sends(b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 2\r\n\r\n[]")

    with pytest.raises(errors.UpstreamMalformedError):
        transport_to(server.url).get("/", lambda document: document)

    assert [record.name for record in caplog.records] == ["clients"]
