"""Tests of long lists, which are read item by item, and of bodies that may be larger than others."""

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clients import strict_json
from clients.bodies import LARGE_DOCUMENT_BYTES, Reading
from clients.errors import UpstreamMalformedError
from clients.strict_json import MAX_LISTED_VALUES, loads, loads_list
from tests.clients.test_fast_json import DOCUMENTS, PIECES, bodies
from tests.hostile import answers

MAX_BODY = 4096
LONG = Reading(is_long=True, max_body=4 * LARGE_DOCUMENT_BYTES)
LONG_LIST = json.dumps([{"id": number, "text": "x" * 90} for number in range(2000)]).encode()


def outcome(read, body, **options):
    try:
        return repr(read(body, **options))
    except ValueError:
        return "refused"


@given(
    bodies(st.lists(DOCUMENTS, max_size=4))
    | bodies(DOCUMENTS)
    | st.lists(PIECES, max_size=8).map("".join).map(lambda text: text.encode("utf-8", "replace")),
    st.booleans(),
)
@example(b'[{"a": 1, "a": 2}]', False)
@example(b'[{"a": "\\u003a", "a": 2}]', False)
@example(b"[1.50, NaN]", True)
@example(b"[1.50, 1e999]", True)
@example(b"[1, 2,]", False)
@example(b"[1][2]", False)
@example(b"\xef\xbb\xbf[1]", False)
@example(b'["\xff"]', False)
@example(b"\x0b[1]", False)
@settings(deadline=None, max_examples=300)
def test_every_document_is_read_and_refused_as_in_one_go(body, is_exact):
    assert outcome(loads_list, body, is_exact=is_exact) == outcome(loads, body, is_exact=is_exact)


@pytest.mark.parametrize("depth", [2_000, 100_000])
def test_a_list_that_is_nested_too_deeply_is_no_document(depth):
    with pytest.raises(ValueError, match="nested"):
        loads_list(b"[" * depth + b"]" * depth)


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b",".join([b"{}"] * (MAX_LISTED_VALUES + 1)) + b"]",
        b"[" + b",".join([b"1"] * (MAX_LISTED_VALUES + 2)) + b"]",
        b"[" + b",".join([b"[[[[]]]]"] * (MAX_LISTED_VALUES // 4)) + b"]",
    ],
    ids=["objects", "numbers", "lists"],
)
def test_a_list_of_a_million_values_is_refused_before_it_takes_its_memory(body):
    start = time.process_time()

    with pytest.raises(strict_json.StrictJSONError, match="more values"):
        loads_list(body)

    assert time.process_time() - start < 0.2  # to read it takes ten times as long


def test_a_long_list_may_be_larger_than_other_answers(server, transport_to):
    server.behaviour = answers(LONG_LIST)
    transport = transport_to(server.url, max_body=MAX_BODY)

    found = transport.get("/", lambda document: document, reading=LONG)

    assert len(LONG_LIST) > LARGE_DOCUMENT_BYTES > MAX_BODY
    assert found.value == json.loads(LONG_LIST)
    with pytest.raises(UpstreamMalformedError, match="too large"):
        transport.get("/", lambda document: document)


def test_a_long_list_has_a_bound_of_its_own(server, transport_to):
    server.behaviour = answers(b"[" + b" " * 4 * LARGE_DOCUMENT_BYTES + b"]")

    with pytest.raises(UpstreamMalformedError, match="too large"):
        transport_to(server.url).get("/", lambda document: document, reading=LONG)


@pytest.mark.parametrize("body", [b'[{"id": 1, "id": 2}]', b"[1, 2", b"[NaN]", b"[" * 100_000])
def test_a_list_that_is_no_document_is_malformed(server, transport_to, body):
    server.behaviour = answers(body)

    with pytest.raises(UpstreamMalformedError, match="no JSON"):
        transport_to(server.url).get("/", lambda document: document, reading=LONG)
