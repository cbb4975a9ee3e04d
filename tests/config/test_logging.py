"""Log lines say what happened, and never a secret."""

import io
import json
import logging
import logging.config

import pytest
import structlog
from django.db import OperationalError, connection
from django.test import Client

from config.logging import configuration, scrubbed
from tests import payloads
from tests.conftest import UPSTREAM


@pytest.fixture
def lines():
    """What is logged as JSON from here on, a dict each."""
    out = io.StringIO()
    logging.config.dictConfig(configuration(log_format="json", level="INFO"))
    handler = logging.getLogger().handlers[0]
    handler.setStream(out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logging.config.dictConfig(configuration(log_format="console", level="ERROR"))


def test_a_request_has_one_line(lines, upstream):
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7))

    Client().get("/api/v1/flyers/7/?lat=40.4&lng=-3.7", headers={"X-Request-ID": "abc"})

    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line["request_id"] == "abc"
    assert (line["method"], line["status"], line["cache"]) == ("GET", 200, "MISS")
    assert line["route"] == "api/v1/flyers/<id:flyer_id>/"
    assert line["ms"] >= 0
    assert line["level"] == "info"


def test_the_line_says_who_asked(lines, upstream, as_alice, alice):
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7))

    as_alice.get("/api/v1/flyers/7/")
    Client().get("/api/v1/flyers/7/")

    hers, anyones = (line for line in lines() if line["event"] == "request")
    assert hers["user_id"] == alice.pk
    assert "user_id" not in anyones


def test_the_line_adds_up_what_upstream_took(lines, upstream):
    upstream.get(f"{UPSTREAM}/flyers/feed/", json=payloads.page())
    upstream.get(f"{UPSTREAM}/users/3/", json=payloads.creator(3))

    Client().get("/api/v1/creators/3/flyers/")  # asks twice: nobody's page is empty, too
    Client().get("/api/v1/creators/3/flyers/")

    request, answer = (line for line in lines() if line["event"] == "request")
    assert 0 < request["upstream_ms"] <= request["ms"]
    assert "upstream_ms" not in answer


def test_the_query_of_a_request_is_not_logged(lines, upstream):
    upstream.get(f"{UPSTREAM}/flyers/feed/", json=payloads.page())

    Client().get("/api/v1/flyers/search/", {"query": "something-private", "lat": "40.416775", "lng": "-3.7"})

    assert lines()
    assert "something-private" not in json.dumps(lines())
    assert "40.416775" not in json.dumps(lines())


def test_a_traceback_has_no_local_variables(lines):
    def fail(password):
        raise RuntimeError("it broke")

    try:
        fail("correct horse battery staple")
    except RuntimeError:
        structlog.get_logger("any").exception("bad luck")

    (line,) = lines()
    assert "it broke" in json.dumps(line)
    assert "horse" not in json.dumps(line)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Key (email)=(alice@example.com) exists", "Key (email)=([e-mail]) exists"),
        ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-1 here", "got [token] here"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [token]"),
        ("redis://user:secret@host:6379/0 failed", "redis://[credentials]@host:6379/0 failed"),
    ],
)
def test_what_a_driver_says_is_scrubbed(text, expected):
    assert scrubbed(text) == expected


def test_people_get_lines_they_can_read(capsys):
    logging.config.dictConfig(configuration(log_format="console", level="INFO"))
    structlog.get_logger("any").info("hello", answer=42)
    logging.config.dictConfig(configuration(log_format="console", level="ERROR"))

    line = capsys.readouterr().err
    assert "hello" in line
    assert "answer=42" in line


def test_a_failure_that_is_no_bug_has_the_line_of_its_request_alone(lines, upstream):
    upstream.get(f"{UPSTREAM}/flyers/7/", status=401)

    Client().get("/api/v1/flyers/7/")

    assert [line["event"] for line in lines()] == ["upstream call failed", "request"]


def no_answer(*_):
    raise OperationalError("the server closed the connection\n\tThis probably means ...")


def test_a_database_that_fails_is_logged_without_a_traceback(lines, as_alice):
    with connection.execute_wrapper(no_answer):
        response = as_alice.get("/api/v1/favorites/")

    assert response.status_code == 503
    [failure, request] = lines()
    assert (failure["level"], failure["failure"]) == ("error", "OperationalError")
    assert failure["reason"] == "the server closed the connection"
    assert "exception" not in failure
    assert request["status"] == 503
