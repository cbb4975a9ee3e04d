"""Tests of what counts as a JSON document."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients import strict_json

DOCUMENTS = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


READERS = pytest.mark.parametrize(
    "read", [strict_json.loads, strict_json.loads_list], ids=["whole", "item by item"]
)


@READERS
@given(document=DOCUMENTS)
def test_a_document_is_read_as_it_was_written(read, document):
    assert read(json.dumps(document).encode()) == document


def test_a_field_that_is_null_is_a_field_that_is_not_there():
    document = strict_json.loads(b'{"a": null, "b": [null], "c": {"d": null}}')

    assert strict_json.drop_nulls(document)

    assert document == {"b": [None], "c": {}}
    assert not strict_json.drop_nulls(document)


def test_nulls_are_read_as_they_are():
    document = {"a": None, "b": [None], "c": {"d": None}}

    assert strict_json.loads(json.dumps(document).encode()) == document


@pytest.mark.parametrize("body", [b'{"a": 1, "a": 1}', b"[NaN]", b"[-Infinity]"])
def test_what_lenient_readers_accept_has_a_failure_of_its_own(body):
    with pytest.raises(strict_json.StrictJSONError):
        strict_json.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{}{}",
        b"{} x",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b'{"a": 1, "a": 1}',
        b'{"a": null, "a": 1}',
        b'[{"a": {"b": 1, "b": 2}}]',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'\xef\xbb\xbf"a"',
        '"a"'.encode("utf-16"),
        b'"\x00"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 5000,
        b"-" + b"1" * 5000,
    ],
)
@READERS
def test_what_parsers_may_disagree_about_is_no_document(read, body):
    for part in (body, b'[{"a": ' + body + b"}, 1]"):
        with pytest.raises(ValueError):  # noqa: PT011 - which of them is nobody's business
            read(part)


@given(st.binary() | DOCUMENTS.map(lambda document: json.dumps(document).encode()), st.data())
def test_random_bytes_and_cuts_are_a_document_or_a_value_error(body, data):
    cut = data.draw(st.integers(0, len(body)))
    for part in (body, body[:cut], body[cut:]):
        try:
            strict_json.loads(part)
        except ValueError:
            continue
