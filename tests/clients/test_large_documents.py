"""Tests of large documents, which are decoded one at a time: they take many times their bytes meanwhile."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients.bodies import LARGE_DOCUMENT_BYTES
from clients.errors import UpstreamTimeoutError
from tests.hostile import answers
from tests.operations.programs import until

SMALL = b"[]"
LARGE = b"[" + b" " * LARGE_DOCUMENT_BYTES + b"]"


class Decoding:
    """Decodes until the gate opens."""

    def __init__(self):
        self.gate = threading.Event()
        self.lock = threading.Lock()
        self.under_way = self.max_under_way = 0

    def __call__(self, document):
        with self.lock:
            self.under_way += 1
            self.max_under_way = max(self.max_under_way, self.under_way)
        assert self.gate.wait(10)
        with self.lock:
            self.under_way -= 1
        return document


@pytest.fixture
def decoding():
    decoding = Decoding()
    yield decoding
    decoding.gate.set()


@pytest.fixture
def threads():
    with ThreadPoolExecutor(8) as threads:
        yield threads


def test_large_documents_are_decoded_one_at_a_time(server, transport_to, decoding, threads):
    server.behaviour = answers(LARGE)
    transport = transport_to(server.url, deadline=20)

    calls = [threads.submit(transport.get, "/", decoding) for _ in range(6)]
    until(lambda: len(server.received) == 6 and decoding.under_way == 1, what="six calls")
    decoding.gate.set()

    assert [call.result().value for call in calls] == [[]] * 6
    assert decoding.max_under_way == 1


def test_small_documents_do_not_wait_for_a_large_one(server, transport_to, decoding, threads):
    server.behaviour = answers(LARGE)
    transport = transport_to(server.url, deadline=20)
    large = threads.submit(transport.get, "/", decoding)
    until(lambda: decoding.under_way == 1, what="a large document")

    server.behaviour = answers(SMALL)

    assert transport.get("/", lambda document: document).value == []
    decoding.gate.set()
    assert large.result().value == []


def test_a_large_document_waits_no_longer_than_its_call_may_take(server, transport_to, decoding, threads):
    server.behaviour = answers(LARGE)
    transport = transport_to(server.url, deadline=0.5)
    first = threads.submit(transport.get, "/", decoding)
    until(lambda: decoding.under_way == 1, what="a large document")

    with pytest.raises(UpstreamTimeoutError):
        transport.get("/", decoding)

    decoding.gate.set()
    assert first.result().value == []
    assert transport.get("/", lambda document: document).value == []


def test_a_large_document_that_is_none_holds_nobody_up(server, transport_to):
    server.behaviour = answers(LARGE[:-1])
    transport = transport_to(server.url)
    with pytest.raises(Exception, match="no JSON document"):
        transport.get("/", lambda document: document)

    server.behaviour = answers(LARGE)

    assert transport.get("/", lambda document: document).value == []
