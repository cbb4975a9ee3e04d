"""Tests of the refusals of a service that needs no key."""

import logging

import pytest

from clients import errors
from clients.transport import Transport
from tests.clients.answers import NAME
from tests.hostile import answers

PAGE_FOR_PEOPLE = "<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title></html>"


@pytest.fixture
def keyless(server):
    transport = Transport(NAME, server.url)
    yield transport
    transport.close()


@pytest.mark.parametrize("status", [401, 403])
def test_where_no_key_is_needed_no_key_is_bad(status, server, keyless, caplog):
    caplog.set_level(logging.INFO, logger="clients")
    server.behaviour = answers(PAGE_FOR_PEOPLE, status, Content_Type="text/html")

    with pytest.raises(errors.UpstreamUnavailableError) as raised:
        keyless.get("/", lambda document: document)

    assert raised.value.reason == f"status {status}, and it needs no key"
    assert [record.levelno for record in caplog.records if record.name == "clients"] == [logging.WARNING]
    assert len(server.received) == 1


def test_one_thing_that_nobody_may_see_does_not_cut_off_the_others(server, keyless):
    server.behaviour = answers(PAGE_FOR_PEOPLE, 403, Content_Type="text/html")
    for _ in range(12):
        with pytest.raises(errors.UpstreamUnavailableError):
            keyless.get("/1", lambda document: document)

    server.behaviour = answers("[]")

    assert keyless.get("/2", lambda document: document).value == []
