"""Tests of the metrics and log lines of each call."""

import logging
import threading
import time

import pytest

from clients import errors
from clients.breaker import Breaker
from clients.transport import Transport
from tests.clients.answers import KEY, NAME
from tests.counts import Counts, value
from tests.hostile import FAULTS, Exchange, answers, in_turn

OUTCOMES = [
    "ok",
    "not_modified",
    "not_found",
    "refused",
    "throttled",
    "timeout",
    "unavailable",
    "malformed",
    "busy",
]


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
    assert counted(f"{seconds}_count", upstream=NAME, outcome="ok") == 2
    assert counted(f"{seconds}_count", upstream=NAME, outcome="not_modified") == 1
    assert counted(f"{seconds}_count", upstream=NAME, outcome="not_found") == 1
    assert counted(f"{seconds}_count", upstream=NAME, outcome="unavailable") == 0
    assert 0 < counted(f"{seconds}_sum", upstream=NAME, outcome="ok") < 2
    assert counted("flyers_bff_upstream_retries_total", upstream=NAME) == 1


def test_the_breaker_shows_while_it_is_not_closed(server, transport_to, clock):
    counted = Counts()
    server.behaviour = FAULTS["504"]
    transport = transport_to(
        server.url, breaker=Breaker(failures_in_a_row=1, clock=clock, chance=lambda: 0.5)
    )

    for _ in range(2):
        with pytest.raises(errors.UpstreamUnavailableError):
            transport.get("/", same)
    assert value("flyers_bff_upstream_breaker_open", upstream=NAME) == 1
    assert counted("flyers_bff_upstream_breaker_opened_total", upstream=NAME) == 1
    assert counted("flyers_bff_upstream_not_made_total", upstream=NAME, outcome="unavailable") == 1

    clock.now += 2
    server.behaviour = answers("[]")
    transport.get("/", same)
    assert value("flyers_bff_upstream_breaker_open", upstream=NAME) == 0


def test_the_bulkhead_shows_what_is_in_use_and_what_was_refused(server, transport_to):
    counted = Counts()
    received, answer = threading.Event(), threading.Event()

    def hold_the_answer(exchange: Exchange) -> None:
        received.set()
        answer.wait(5)
        exchange.answer(b"[]")

    server.behaviour = hold_the_answer
    transport = transport_to(server.url, max_concurrency=1)
    first = threading.Thread(target=transport.get, args=("/", same))
    first.start()
    assert received.wait(5)

    with pytest.raises(errors.UpstreamBusyError):
        transport.get("/", same)
    assert value("flyers_bff_upstream_in_use", upstream=NAME) == 1
    assert value("flyers_bff_upstream_slots", upstream=NAME) == 1
    assert counted("flyers_bff_upstream_not_made_total", upstream=NAME, outcome="busy") == 1

    answer.set()
    first.join(5)
    assert value("flyers_bff_upstream_in_use", upstream=NAME) == 0


def test_health_is_reported_without_a_call(server, transport_to):
    transport = transport_to(server.url)
    before = transport.health()

    transport.get("/", same)

    after = transport.health()
    assert before.last_success is None
    assert (after.state, after.retry_in, after.in_use, after.limit) == ("closed", 0, 0, 12)
    assert abs(after.last_success - time.time()) < 60


def test_a_new_service_has_all_its_series_before_its_first_call(transport_to):
    Transport("another", "http://another.example")

    seconds, not_made = "flyers_bff_upstream_seconds_count", "flyers_bff_upstream_not_made_total"
    assert [value(seconds, upstream="another", outcome=outcome) for outcome in OUTCOMES] == [0] * 9
    assert [value(not_made, upstream="another", outcome=outcome) for outcome in ("unavailable", "busy")] == [
        0,
        0,
    ]
    for name in ("retries_total", "breaker_opened_total", "breaker_open", "in_use"):
        assert value(f"flyers_bff_upstream_{name}", upstream="another") == 0
    assert value("flyers_bff_upstream_slots", upstream="another") == 12


def test_a_failure_and_its_metrics_and_log_name_the_service(server, caplog):
    caplog.set_level(logging.INFO, logger="clients")
    counted = Counts()
    server.behaviour = FAULTS["504"]
    transport = Transport("another", server.url)

    with pytest.raises(errors.UpstreamError) as failed:
        transport.get("/", same)

    transport.close()
    assert failed.value.upstream == "another"
    assert [record.upstream for record in caplog.records] == ["another"]
    assert counted("flyers_bff_upstream_seconds_count", upstream="another", outcome="unavailable") == 1
    assert counted("flyers_bff_upstream_seconds_count", upstream=NAME, outcome="unavailable") == 0


def test_each_failure_is_logged_once_with_the_request_id_and_no_secret(server, transport_to, caplog, clock):
    caplog.set_level(logging.INFO, logger="clients")
    server.behaviour = FAULTS["500"]
    transport = transport_to(
        server.url, breaker=Breaker(failures_in_a_row=2, clock=clock, chance=lambda: 0.5)
    )

    for request_id in ("first", "second"):
        with pytest.raises(errors.UpstreamUnavailableError):
            transport.get("/api/", same, params={"search": "private"}, request_id=request_id)
    clock.now += 2
    server.behaviour = answers("[]")
    transport.get("/api/", same, request_id="third")

    logged = [(record.levelname, record.message, record.request_id) for record in caplog.records]
    assert logged == [
        ("INFO", "upstream call retried", "first"),
        ("WARNING", "upstream breaker changed", "first"),
        ("WARNING", "upstream call failed", "first"),
        ("INFO", "upstream call not made", "second"),
        ("WARNING", "upstream breaker changed", "third"),
        ("WARNING", "upstream breaker changed", "third"),
    ]
    failed = caplog.records[2]
    assert (failed.path, failed.outcome, failed.reason, failed.attempts) == (
        "/api/",
        "unavailable",
        "status 500",
        2,
    )
    assert [record.state for record in caplog.records if hasattr(record, "state")] == [
        "open",
        "half_open",
        "closed",
    ]
    everything = repr([vars(record) for record in caplog.records])
    assert not [secret for secret in (KEY, "private", server.url) if secret in everything]


@pytest.mark.parametrize(("fault", "levels"), [("401", ["ERROR"]), ("404", []), ("hang", ["WARNING"])])
def test_a_refused_key_is_an_alert_and_what_does_not_exist_is_no_news(
    fault, levels, server, transport_to, caplog
):
    caplog.set_level(logging.INFO, logger="clients")
    server.behaviour = FAULTS[fault]

    with pytest.raises(errors.UpstreamError):
        transport_to(server.url, deadline=0.5).get("/", same)

    assert [record.levelname for record in caplog.records if record.name == "clients"] == levels
