"""Tests that documents and pages are the same as with the plain reader, which knows one way only and takes its time."""

import json

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clients import strict_json
from clients.decoding import convert
from clients.errors import UpstreamMalformedError
from clients.flyers import Category, Creator, Flyer
from tests.clients import answers


def plainly(body):
    """Return the document without nulls, or raise ``ValueError``: every object by a function of its own."""

    def build(pairs):
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise ValueError("duplicate key")
        return {key: value for key, value in pairs if value is not None}

    def refuse(name):
        raise ValueError(name)

    return json.loads(body.decode(), object_pairs_hook=build, parse_constant=refuse)


def quickly(body):
    """Return the document as the service reads it, without nulls."""
    document = strict_json.loads(body)
    strict_json.drop_nulls(document)
    return document


def outcome(read, body):
    """Return what is read, with its types and the order of its keys, or that it is refused."""
    try:
        return repr(read(body))
    except (ValueError, UpstreamMalformedError):
        return "refused"


CHARACTERS = st.sampled_from(
    ['"', "\\", ":", ",", "a", "\n", "\0", "\x7f", "é", "\u2028", "\ud83d", "\ude00", "😀", "{"]
)
TEXTS = st.lists(CHARACTERS, max_size=4).map("".join)
NUMBERS = (
    st.integers()
    | st.integers(10**18, 10**24)
    | st.floats()
    | st.sampled_from([0.1, 1e23, -0.0, 2**63, 2**64])
)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
# What one reader may take and another refuse, and what could hide a duplicate key.
PIECES = st.sampled_from(
    (
        *('"a":1,', '"a" :{"a":2},', '"\\u0061":1,', '":":0,', '"\\u003a":0,', '"\\u003A', "\\u00", "\\ud83d", "\\ude00"),
        *("null", "tru", "NaN", "-", "-0", "0", "00", ".", "1.", "e5", "1e999", "1" * 30, "1" * 4301, "/**/", "[]", "{}"),
        *'"\\/{}[]:, \t\x0b\x00\x1f\ufeff\ud800\'',
    )
)  # fmt: skip


@st.composite
def bodies(draw, documents):
    """A document in one of its spellings, perhaps with pieces put in or in the place of others."""
    spelling = {"ensure_ascii": draw(st.booleans()), "indent": draw(st.sampled_from([None, 1]))}
    text = json.dumps(draw(documents), **spelling)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 3)))
        text = text[:start] + draw(PIECES) + text[end:]
    return text.encode("utf-8", "surrogatepass")


@given(
    bodies(DOCUMENTS)
    | st.lists(PIECES, max_size=8).map("".join).map(lambda text: text.encode("utf-8", "replace"))
)
@example(b'{"a":1,"\\u0061":":"}')
@example(b'{"a":1,"a":"\\u003a"}')
@example(b'{"a":"::","a":"\\u003A"}')
@example(b'{"a": null, "a": 1}')
@example(b"[1e999, -1e999, 12345678901234567890123]")
@settings(deadline=None, max_examples=300)
def test_every_document_is_read_and_refused_as_by_the_plain_reader(body):
    assert outcome(quickly, body) == outcome(plainly, body)


FLYER = answers.flyer(
    images=[{"url": "https://a.example/1.png", "order": None}, {"url": "https://a.example/2.png"}]
)
ITEMS = [
    (Flyer, FLYER),
    (Creator, answers.creator_summary(bio="I draw.", created_at="2020-01-01T00:00:00+02:00", of=None)),
    (Category, {"slug": "music", "name": "Music", "flyer_count": 3}),
]


@st.composite
def changed(draw, document):
    """``document`` with some values, at any depth, replaced or null."""
    match draw(st.integers(0, 9)):
        case 0:
            return None
        case 1:
            return draw(
                DOCUMENTS
                | st.sampled_from(["2026-05-01T00:00:00Z", "9999-12-31T23:59:59-12:00", 1.0, "\ud800"])
            )
    match document:
        case dict():
            return {key: draw(changed(value)) for key, value in document.items()}
        case list():
            return [draw(changed(value)) for value in document]
    return document


@pytest.mark.parametrize(("into", "item"), ITEMS)
@given(data=st.data())
@settings(deadline=None, max_examples=100)
def test_a_null_is_a_missing_field_for_every_type(into, item, data):
    body = data.draw(bodies(changed(item)))

    def by_the_client(body):
        return convert(strict_json.loads(body), into)

    def by_the_plain_reader(body):
        return msgspec.convert(plainly(body), into)

    assert outcome(by_the_client, body) == outcome(by_the_plain_reader, body)
