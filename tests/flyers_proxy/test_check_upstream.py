"""`manage.py check_upstream`: what the flyer service can do."""

import io
import logging
import re

import pytest
from django.core.management import CommandError, call_command

from flyers_proxy.catalog import FLYERS
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
