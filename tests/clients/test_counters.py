"""tests of the clients room: what an operator sees of the calls."""

import threading

import pytest

from clients import errors
from clients.breaker import Breaker
from tests.counts import Counts, value
from tests.hostile import FAULTS, Exchange, answers, in_turn


def same(document):
    return document


def test_calls_are_counted_by_outcome_with_the_time_they_took(server, transport_to):
    counted = Counts()
    server.behaviour = in_turn(answers("[]"), answers("", 304), FAULTS["404"], FAULTS["500"], answers("[]"))
    transport = transport_to(server.url)

    transport.get("/", same)
    transport.get("/", same, etag='"v1"')
    with pytest.raises(errors.UpstreamNotFoundError):
        transport.get("/", same)
    transport.get("/", same)

    seconds = "flyers_bff_upstream_seconds"
    assert counted(f"{seconds}_count", outcome="ok") == 2
    assert counted(f"{seconds}_count", outcome="not_modified") == 1
    assert counted(f"{seconds}_count", outcome="not_found") == 1
    assert counted(f"{seconds}_count", outcome="unavailable") == 0
    assert 0 < counted(f"{seconds}_sum", outcome="ok") < 2
    assert counted("flyers_bff_upstream_retries_total") == 1


def test_the_breaker_shows_while_it_is_not_closed(server, transport_to, clock):
    counted = Counts()
    server.behaviour = FAULTS["504"]
    transport = transport_to(
        server.url, breaker=Breaker(failures_in_a_row=1, clock=clock, chance=lambda: 0.5)
    )

    for _ in range(2):
        with pytest.raises(errors.UpstreamUnavailableError):
            transport.get("/", same)
    assert value("flyers_bff_upstream_breaker_open") == 1
    assert counted("flyers_bff_upstream_breaker_opened_total") == 1
    assert counted("flyers_bff_upstream_not_made_total", outcome="unavailable") == 1

    clock.now += 2
    server.behaviour = answers("[]")
    transport.get("/", same)
    assert value("flyers_bff_upstream_breaker_open") == 0


def test_the_bulkhead_shows_what_is_in_use_and_what_was_refused(server, transport_to):
    counted = Counts()
    asked, answer = threading.Event(), threading.Event()

    def keep_waiting(exchange: Exchange) -> None:
        asked.set()
        answer.wait(5)
        exchange.answer(b"[]")

    server.behaviour = keep_waiting
    transport = transport_to(server.url, max_concurrency=1)
    first = threading.Thread(target=transport.get, args=("/", same))
    first.start()
    assert asked.wait(5)

    with pytest.raises(errors.UpstreamBusyError):
        transport.get("/", same)
    assert value("flyers_bff_upstream_in_use") == 1
    assert value("flyers_bff_upstream_slots") == 1
    assert counted("flyers_bff_upstream_not_made_total", outcome="busy") == 1

    answer.set()
    first.join(5)
    assert value("flyers_bff_upstream_in_use") == 0
