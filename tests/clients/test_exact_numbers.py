"""Tests that numbers keep the digits that they were written with, where they are asked to."""

import json
from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clients import strict_json
from tests.clients.test_fast_json import DOCUMENTS, PIECES, bodies


def exactly(body):
    return strict_json.loads(body, is_exact=True)


@pytest.mark.parametrize(
    "text",
    ["109.95", "109.950", "0.1", "-0.0", "0.30000000000000004", "1e2", "1E-7", "1e999", "9" * 40 + ".5"],
)
def test_a_number_has_the_digits_of_its_text(text):
    (number,) = exactly(f"[{text}]".encode())

    assert isinstance(number, Decimal)
    assert (number, str(number)) == (Decimal(text), str(Decimal(text)))


def test_a_whole_number_is_a_whole_number():
    document = exactly(b'{"price": 695, "large": 12345678901234567890123, "none": 0}')

    assert [type(value) for value in document.values()] == [int] * 3


# An escaped colon makes the other of the two readers read.
@pytest.mark.parametrize("text", ['{"price": 109.950}', '{"price": 109.950, "note": "\\u003a"}'])
def test_both_readers_keep_the_digits(text):
    assert str(exactly(text.encode())["price"]) == "109.950"


@pytest.mark.parametrize("text", ["0." + "1" * 5000, "1e99999999999999999999", "NaN", "Infinity", "1.", ".5"])
def test_numbers_beyond_reason_are_no_document(text):
    with pytest.raises(ValueError):  # noqa: PT011 - which of them is nobody's business
        exactly(f'{{"price": {text}}}'.encode())


def test_a_duplicate_key_is_found_beside_exact_numbers():
    with pytest.raises(strict_json.StrictJSONError):
        exactly(b'{"price": 1.5, "price": 1.50}')


def by_the_plain_reader(body):
    """Return the document: every number by a function of its own."""

    def build(pairs):
        if len(dict(pairs)) != len(pairs):
            raise ValueError("duplicate key")
        return dict(pairs)

    def refuse(name):
        raise ValueError(name)

    return json.loads(body.decode(), object_pairs_hook=build, parse_constant=refuse, parse_float=Decimal)


def outcome(read, body):
    try:
        return repr(read(body))
    except (ValueError, InvalidOperation):
        return "refused"


@given(
    bodies(DOCUMENTS)
    | st.lists(PIECES, max_size=8).map("".join).map(lambda text: text.encode("utf-8", "replace"))
)
@example(b"[1e999, -1e999, 1.50, 12345678901234567890123]")
@settings(deadline=None, max_examples=200)
def test_every_document_is_read_and_refused_as_by_the_plain_reader(body):
    assert outcome(exactly, body) == outcome(by_the_plain_reader, body)
