"""Tests of the conformance check of the flyer service."""

import logging
from datetime import UTC, datetime

import pytest

from clients.breaker import Breaker
from clients.flyers import FlyerClient
from clients.flyers_conformance import Verdict, examine
from mock_upstream.server import start
from tests.clients import answers
from tests.clients.answers import KEY, UPSTREAM
from tests.hostile import FAULTS, in_turn

HERE = {"lat": 40.4168, "lng": -3.7038}
NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
FEED = "flyers/feed/"


@pytest.fixture(scope="module")
def running():
    with start(key=KEY, clock=lambda: NOW, hang_seconds=5) as service:
        yield service


@pytest.fixture
def service(running):
    """A service that fulfils its contract until a test turns a knob."""
    running.knobs.reset()
    running.request_log.clear()
    return running


@pytest.fixture
def examined(transport_to):
    """Examine the service at an address; return what was found by subject."""

    def findings(url, *, seconds=20, **options):
        found = examine(FlyerClient(transport_to(url, **options)), **HERE, seconds=seconds)
        return {finding.subject: finding for finding in found}

    return findings


def missing(findings):
    return [subject for subject, finding in findings.items() if finding.verdict is Verdict.MISSING]


def test_a_service_that_keeps_its_contract_can_do_everything_and_is_asked_few_times(service, examined):
    findings = examined(service.url)

    assert {finding.verdict for finding in findings.values()} == {Verdict.CAN}
    assert service.request_log.as_json()["total"] <= 20


@pytest.mark.parametrize(
    ("ignored", "subject"),
    [
        ("page_size", f"{FEED} page_size"),
        ("page", f"{FEED} page"),
        ("categories", f"{FEED} categories"),
        ("search", f"{FEED} search"),
        ("near_me", f"{FEED} near_me, radius"),
        ("radius", f"{FEED} near_me, radius"),
        ("creators", f"{FEED} creators"),
        ("ids", f"{FEED} ids"),
    ],
)
def test_a_parameter_that_is_ignored_is_missing_and_nothing_else_is(service, examined, ignored, subject):
    service.knobs.turn({"ignores": [ignored]})

    findings = examined(service.url)

    assert missing(findings) == [subject, *([f"{FEED} past the last page"] if ignored == "page" else [])]


@pytest.mark.parametrize(
    ("path", "lost"),
    [
        ("/api/v1/categories/", ["categories/", "ETag and 304"]),
        ("/api/v1/users/", ["users/{id}/", "users/{id}/ of none"]),
    ],
)
def test_a_route_that_answers_with_something_else_is_missing(service, examined, path, lost):
    service.knobs.turn({"mode": "html", "only": path})

    assert missing(examined(service.url)) == lost


def test_a_key_that_is_refused_is_all_there_is_to_say(service, transport_to):
    client = FlyerClient(transport_to(service.url))
    service.knobs.turn({"ignores": ["ids"]})
    with start(key="another-key", clock=lambda: NOW) as strict:
        findings = examine(FlyerClient(transport_to(strict.url)), **HERE, seconds=20)
        calls = strict.request_log.as_json()["total"]

    assert [finding.subject for finding in findings if finding.verdict is Verdict.MISSING] == ["our key"]
    assert calls == 1
    assert client._transport.health().state == "closed"


@pytest.mark.parametrize("mode", ["down", "throttled", "maintenance", "hang", "reset"])
def test_of_a_service_that_gives_no_answer_nothing_is_known(service, examined, mode):
    service.knobs.turn({"mode": mode})

    findings = examined(service.url, deadline=0.4)

    assert {finding.verdict for finding in findings.values()} == {Verdict.UNKNOWN}
    assert service.request_log.as_json()["total"] <= 2


def test_a_service_that_falls_silent_is_asked_until_the_time_is_over(server, examined):
    document = answers.page(answers.flyer(1), answers.flyer(2), count=2)
    server.behaviour = in_turn(lambda exchange: exchange.answer_json(document), FAULTS["hang"])

    findings = examined(server.url, seconds=0.6, deadline=0.2)

    assert findings[FEED].verdict is Verdict.CAN
    assert missing(findings) == []
    assert findings["categories/"].detail == "no answer: no time left to ask"
    assert len(server.received) <= 6


def test_where_flyers_are_too_alike_nobody_can_tell(wire, examined):
    flyer = answers.flyer(7)
    wire.get(f"{UPSTREAM}/api/v1/flyers/feed/", json=answers.page(flyer))
    for path in ("flyers/7/", "users/3/", "categories/"):
        document = {"flyers/7/": flyer, "users/3/": answers.creator_summary(3), "categories/": []}[path]
        wire.get(f"{UPSTREAM}/api/v1/{path}", json=document)
    for path in ("flyers/2147483647/", "users/2147483647/"):
        wire.get(f"{UPSTREAM}/api/v1/{path}", status=404, json={})

    findings = examined(UPSTREAM)

    unknown = [subject for subject, finding in findings.items() if finding.verdict is Verdict.UNKNOWN]
    assert unknown == [
        f"{FEED} {name}" for name in ("page_size", "page", "categories", "near_me, radius", "creators", "ids")
    ]
    assert missing(findings) == [f"{FEED} past the last page", f"{FEED} search"]
    assert findings["ETag and 304"].verdict is Verdict.NOT_OFFERED


def test_what_is_found_holds_neither_our_key_nor_a_text_of_the_service(service, examined, caplog):
    caplog.set_level(logging.DEBUG, logger="clients")
    service.knobs.turn({"ignores": ["categories", "search"], "mode": "html", "only": "/api/v1/users/"})

    findings = examined(service.url, logs=False, breaker=Breaker())

    said = repr(list(findings.values()))
    assert not [
        secret
        for secret in (KEY, service.url, "music", "Welcome", "<")
        if secret in said.replace("<Verdict", "")
    ]
    assert caplog.records == []
