"""Tests of requests, retries, cooldown, breaker and bulkhead of the transport."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import errors
from clients.breaker import Breaker
from clients.transport import Transport
from tests.clients.answers import KEY, NAME
from tests.counts import Counts
from tests.hostile import FAULTS, answers, in_turn


def same(document):
    return document


def test_the_environment_changes_neither_the_way_nor_the_key(server, transport_to, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    transport_to(server.url).get("/x/", same)

    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"
    assert server.targets == ["/x/"]


def test_without_a_key_no_authorization_is_sent(server):
    transport = Transport(NAME, server.url)

    transport.get("/", same)
    transport.close()

    assert "authorization" not in server.received[0].headers


@pytest.mark.parametrize(
    ("etag", "request_id"),
    [
        ("no tag", "no id"),
        ('"a\r\nX: y"', "a\r\nX: y"),
        ('"é"', "é"),
        ('"' + "a" * 999 + '"', "a" * 65),
        ("", ""),
    ],
)
def test_nothing_but_a_tag_and_an_id_gets_into_a_header(etag, request_id, server, transport_to):
    transport_to(server.url).get("/", same, etag=etag, request_id=request_id)

    assert not {"if-none-match", "x-request-id", "x"} & set(server.received[0].headers)


def test_a_parameter_that_is_no_text_can_still_be_sent(server, transport_to):
    transport_to(server.url).get("/", same, params={"search": "a\ud800&b=\x00"})

    assert server.targets == ["/?search=a%3F%26b%3D%00"]


def test_an_address_may_have_a_path_and_a_slash_at_its_end(server, transport_to):
    transport_to(f"{server.url}/flyers/").get("/api/", same)

    assert server.targets == ["/flyers/api/"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "flyers.example",
        "ftp://flyers.example",
        "http://",
        "http://user:word@flyers.example",
        "http://flyers.example/?key=1",
        "http://flyers.example:99999",
        f"http://{'a' * 70}.example",
    ],
)
def test_an_address_that_can_never_work_is_found_out_at_the_start(url):
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence is for whoever starts the process
        Transport(NAME, url, KEY)


@pytest.mark.parametrize("key", ["clé", "two\nlines"])
def test_a_key_that_can_never_be_sent_is_found_out_at_the_start(key):
    with pytest.raises(ValueError, match="printable ASCII"):
        Transport(NAME, "http://flyers.example", key)


def test_one_call_of_several_is_over_when_all_have_to_be(server, transport_to):
    server.behaviour = FAULTS["hang"]
    transport = transport_to(server.url)
    counted = Counts()
    began = time.monotonic()

    with pytest.raises(errors.UpstreamTimeoutError):
        transport.get("/x/", same, ends_at=began + 0.2)
    with pytest.raises(errors.UpstreamTimeoutError, match="no time left"):
        transport.get("/x/", same, ends_at=began + 0.2)

    assert time.monotonic() - began < 2
    assert len(server.received) <= 1
    assert counted("flyers_bff_upstream_not_made_total", upstream=NAME, outcome="timeout") == 1


def test_between_two_tries_is_a_pause_of_a_random_length(server, transport_to):
    server.behaviour = in_turn(FAULTS["500"], answers("[]"))
    events = []
    transport = transport_to(
        server.url,
        chance=lambda: 0.5,
        sleep=lambda seconds: events.append((len(server.received), seconds)),
    )

    transport.get("/", same)

    assert events == [(1, 0.05)]  # half of the longest, after the first try
    assert len(server.received) == 2


def test_a_body_may_be_as_large_as_the_limit_and_not_a_byte_larger(server, transport_to):
    transport = transport_to(server.url, max_body=2)
    server.behaviour = in_turn(answers("[]"), answers("[1]"))

    assert transport.get("/", same).value == []
    with pytest.raises(errors.UpstreamMalformedError, match="too large"):
        transport.get("/", same)


@pytest.mark.parametrize(
    ("encoding", "is_good"),
    [("identity", True), ("Identity", True), ("br", False), ("gzip, gzip", False), ("identity, gzip", False)],
)
def test_an_answer_in_an_encoding_that_was_not_asked_for_is_malformed(
    encoding, is_good, server, transport_to
):
    server.behaviour = answers("[]", Content_Encoding=encoding)
    transport = transport_to(server.url)

    if is_good:
        assert transport.get("/", same).value == []
    else:
        with pytest.raises(errors.UpstreamMalformedError, match="encoding"):
            transport.get("/", same)


def test_a_no_means_no_in_whatever_encoding_it_is_said(server, transport_to):
    server.behaviour = answers(b"\x1f\x8b", 404, Content_Encoding="gzip")

    with pytest.raises(errors.UpstreamNotFoundError):
        transport_to(server.url).get("/", same)


def test_closing_leaves_no_connection_open(server, transport_to):
    transport = transport_to(server.url)
    transport.get("/", same)

    transport.close()

    assert server.wait_until_left_alone()


def test_retry_after_starts_a_cooldown_without_anyone_waiting(server, transport_to, clock):
    server.behaviour = in_turn(FAULTS["429, Retry-After in seconds"], answers("[]"))
    transport = transport_to(server.url, breaker=Breaker(clock=clock))
    began = time.monotonic()

    with pytest.raises(errors.UpstreamThrottledError) as throttled:
        transport.get("/", same)
    with pytest.raises(errors.UpstreamUnavailableError) as refused:
        transport.get("/", same)

    assert (throttled.value.retry_after, refused.value.retry_after) == (7, 7)
    assert time.monotonic() - began < 1
    assert len(server.received) == 1
    assert transport.health().retry_in == 7

    clock.now += 7
    assert transport.get("/", same).value == []


def test_a_limit_that_stands_in_a_document_starts_a_cooldown_too(server, transport_to, clock):
    transport = transport_to(server.url, breaker=Breaker(clock=clock))

    def over_the_limit(document):
        raise errors.UpstreamThrottledError("the document says so")

    with pytest.raises(errors.UpstreamThrottledError) as throttled:
        transport.get("/", over_the_limit)

    assert (throttled.value.retry_after, transport.health().retry_in) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [
        ("429", 1, 1),
        ("429, Retry-After without sense", 1, 1),
        ("429, Retry-After as a date", 25, 30),
        ("429, Retry-After of an hour", 60, 60),
        ("503, Retry-After in seconds", 20, 20),
    ],
)
def test_how_long_the_cooldown_lasts(fault, least, most, server, transport_to, clock):
    server.behaviour = FAULTS[fault]
    transport = transport_to(server.url, breaker=Breaker(clock=clock))

    with pytest.raises((errors.UpstreamThrottledError, errors.UpstreamUnavailableError)) as failed:
        transport.get("/", same)

    assert least <= failed.value.retry_after <= most
    assert least <= transport.health().retry_in <= most


def test_an_outage_costs_the_service_few_calls_and_the_callers_no_time(server, transport_to):
    server.behaviour = FAULTS["500"]
    transport = transport_to(server.url)
    seconds = []

    for number in range(100):
        began = time.monotonic()
        with pytest.raises(errors.UpstreamUnavailableError):
            transport.get(f"/{number}/", same)
        seconds.append(time.monotonic() - began)

    assert len(server.received) <= 40
    assert sorted(seconds)[90] < 0.25
    assert transport.health().state in {"open", "half_open"}


def test_after_an_outage_one_call_closes_the_breaker(server, transport_to, clock):
    server.behaviour = FAULTS["500"]
    transport = transport_to(server.url, breaker=Breaker(clock=clock, chance=lambda: 0.5))
    counted = Counts()
    for _ in range(5):
        with pytest.raises(errors.UpstreamUnavailableError):
            transport.get("/", same)
    asked = len(server.received)
    server.behaviour = answers("[]")

    with pytest.raises(errors.UpstreamUnavailableError) as refused:
        transport.get("/", same)
    assert refused.value.retry_after == 2
    assert len(server.received) == asked

    clock.now += 2
    assert transport.get("/", same).value == []
    assert transport.health().state == "closed"
    assert counted("flyers_bff_upstream_breaker_opened_total", upstream=NAME) == 1


def test_a_probe_is_not_made_twice(server, transport_to, clock):
    server.behaviour = FAULTS["500"]
    transport = transport_to(server.url, breaker=Breaker(failures_in_a_row=1, clock=clock))
    counted = Counts()
    with pytest.raises(errors.UpstreamUnavailableError):
        transport.get("/", same)
    clock.now += 3
    with pytest.raises(errors.UpstreamUnavailableError):
        transport.get("/", same)

    assert (len(server.received), counted("flyers_bff_upstream_retries_total", upstream=NAME)) == (2, 0)


@pytest.mark.parametrize("fault", ["400", "401", "403", "404", "410", "429"])
def test_a_service_that_says_no_is_not_down(fault, server, transport_to, clock):
    server.behaviour = FAULTS[fault]
    transport = transport_to(server.url, breaker=Breaker(clock=clock))

    for _ in range(12):
        with pytest.raises(errors.UpstreamError):
            transport.get("/", same)
        clock.now += 2

    assert len(server.received) == 12
    assert transport.health().state == "closed"


def test_one_rotten_document_does_not_cut_off_the_others(server, transport_to):
    def rotten(document):
        raise errors.UpstreamMalformedError

    transport = transport_to(server.url)
    for _ in range(12):
        with pytest.raises(errors.UpstreamMalformedError):
            transport.get("/", rotten)

    assert transport.get("/", same).value == []


@pytest.mark.parametrize(
    "fault", ["hang", "garbage status line", "HTML with 200", "redirect in a loop", "reset"]
)
def test_a_service_that_talks_nonsense_is_down(fault, server, transport_to):
    server.behaviour = FAULTS[fault]
    transport = transport_to(server.url, deadline=0.3)

    for _ in range(6):
        with pytest.raises(errors.UpstreamError):
            transport.get("/", same)

    assert len(server.received) <= 5
    assert transport.health().state == "open"


def test_when_all_slots_are_taken_the_next_call_fails_at_once(server, transport_to):
    both_wait = threading.Barrier(3)

    def hang(exchange):
        both_wait.wait()
        exchange.wait_for_hangup()

    server.behaviour = hang
    transport = transport_to(server.url, max_concurrency=2, deadline=1.5)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(transport.get, "/", same) for _ in range(2)]
        both_wait.wait()
        began = time.monotonic()

        with pytest.raises(errors.UpstreamBusyError):
            transport.get("/", same)

        assert time.monotonic() - began < 0.75
        assert (transport.health().in_use, transport.health().limit) == (2, 2)
        for call in waiting:
            assert isinstance(call.exception(), errors.UpstreamTimeoutError)

    assert transport.health().in_use == 0
    assert len(server.received) == 2
