"""tests of the clients room: what is counted and logged of each call."""

import logging
import time

import pytest

from clients import errors
from clients.breaker import Breaker
from tests.clients.answers import KEY
from tests.hostile import FAULTS, answers, in_turn


def same(document):
    return document


def test_health_counts_what_became_of_the_calls(server, transport_to):
    bad = [FAULTS[name] for name in ("504", "404", "no JSON", "401")]
    server.behaviour = in_turn(answers("[]"), answers("", 304), *bad, FAULTS["429"])
    transport = transport_to(server.url)
    assert transport.health().last_success is None

    transport.get("/", same)
    transport.get("/", same, etag='"v1"')
    for _ in range(6):
        with pytest.raises(errors.UpstreamError):
            transport.get("/", same)

    health = transport.health()
    assert health.calls == {
        "ok": 1,
        "not_modified": 1,
        "unavailable": 2,
        "not_found": 1,
        "malformed": 1,
        "refused": 1,
        "throttled": 1,
    }
    assert (health.refused, health.retries, health.in_use, health.limit) == (1, 0, 0, 12)
    assert (health.state, health.open_for) == ("closed", 0)
    assert abs(health.last_success - time.time()) < 60


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

    told = [(record.levelname, record.message, record.request_id) for record in caplog.records]
    assert told == [
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
