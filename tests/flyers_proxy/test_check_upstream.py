"""`manage.py check_upstream`: what the flyer service can do."""

import io
import logging
import re
import threading

import pytest
from django.core.management import CommandError, call_command

from flyers_proxy.catalog import FLYERS
from flyers_proxy.management.commands.check_upstream import report_in_background
from mock_upstream.server import start


@pytest.fixture
def service(settings):
    """The bundled flyer service, which fulfils its contract until a test turns a knob."""
    with start(key=settings.FLYERS_API_TOKEN, hang_seconds=5) as service:
        settings.FLYERS_API_URL = service.url
        yield service


def check():
    """Run the command; return its verdicts by subject, the sentence in which it failed, and all that it printed."""
    out, failure = io.StringIO(), ""
    try:
        call_command("check_upstream", stdout=out)
    except CommandError as error:
        failure = str(error)
    rows = [re.split(" {2,}", line, maxsplit=2) for line in out.getvalue().splitlines()]
    return {subject: verdict for subject, verdict, _ in rows}, failure, out.getvalue()


def test_of_a_service_that_keeps_its_contract_nothing_is_missing(service):
    verdicts, failure, _ = check()

    assert set(verdicts.values()) == {"yes"}
    assert failure == ""


def test_what_is_missing_fails_the_command_and_hurts_no_read(service, settings, caplog):
    caplog.set_level(logging.DEBUG)
    service.knobs.turn({"ignores": ["creators", "search"]})

    verdicts, failure, said = check()

    missing = [subject for subject, verdict in verdicts.items() if verdict == "missing"]
    assert missing == ["flyers/feed/ search", "flyers/feed/ creators"]
    assert failure.startswith("2 of 16 are missing")
    assert FLYERS.transport.health().last_success is None
    assert not [record for record in caplog.records if record.name.startswith("clients")]
    assert settings.FLYERS_API_TOKEN not in said + failure + caplog.text
    assert service.url not in said + failure


def test_a_service_that_does_not_answer_fails_the_command_in_one_sentence(service):
    service.knobs.turn({"mode": "down"})

    verdicts, failure, _ = check()

    assert set(verdicts.values()) == {"can't tell"}
    assert failure == "The flyer service gave no answer within 2.5 seconds."


# --- A service that offers its feed alone ----------------------------------------------------------


@pytest.fixture
def feed_alone(service):
    service.knobs.turn({"offers": "feed"})
    return service


def started(caplog):
    """Let a server start its check; return the events that are warnings, and all that was logged."""
    caplog.set_level(logging.WARNING)
    report_in_background()
    for thread in threading.enumerate():
        if thread.name == "conformance":
            thread.join()
    return [record.msg["event"] for record in caplog.records if record.levelname == "WARNING"], caplog.text


def test_where_the_feed_alone_answers_the_setting_for_it_is_recommended(feed_alone, caplog):
    verdicts, failure, _ = check()

    events, text = started(caplog)

    assert (verdicts["flyers/feed/"], verdicts["flyers/{id}/"]) == ("yes", "missing")
    assert failure.startswith("Only the feed answers. Set FLYERS_API_OFFERS=feed")
    assert events == ["the flyer service offers its feed alone"]
    assert "FLYERS_API_OFFERS=feed" in text


def test_with_that_setting_the_feed_alone_is_looked_at_and_nothing_is_missing(feed_alone, settings, caplog):
    settings.FLYERS_API_OFFERS, settings.FLYERS_API_TOKEN = "feed", ""

    verdicts, failure, _ = check()

    assert verdicts == {
        "our key": "yes",
        "flyers/feed/": "yes",
        "flyers/feed/ page_size": "yes",
        "flyers/feed/ page": "yes",
        "flyers/feed/ past the last page": "yes",
    }
    assert failure == ""
    assert started(caplog)[0] == []


def test_with_that_setting_a_whole_service_does_as_well(service, settings, caplog):
    settings.FLYERS_API_OFFERS = "feed"

    verdicts, failure, _ = check()

    assert set(verdicts.values()) == {"yes"}
    assert (failure, started(caplog)[0]) == ("", [])


def test_with_that_setting_a_feed_without_pages_fails_the_command(service, settings):
    settings.FLYERS_API_OFFERS = "feed"
    service.knobs.turn({"ignores": ["page"]})

    verdicts, failure, _ = check()

    assert verdicts["flyers/feed/ page"] == "missing"
    assert failure.startswith("2 of 5 are missing")


def test_a_service_that_is_down_is_not_taken_for_one_with_its_feed_alone(feed_alone, caplog):
    feed_alone.knobs.turn({"mode": "down", "only": "/api/v1/categories/"})

    _, failure, _ = check()

    assert "FLYERS_API_OFFERS" not in failure
    assert started(caplog)[0] == ["the flyer service lacks what it has to offer"]
