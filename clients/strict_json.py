"""Strict JSON reader: one document, as RFC 8259 has it."""

import json
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn

import msgspec

MAX_EXACT_CHARACTERS: Final = 4300  # as many digits as the interpreter lets an integer have
# More values, each a hundred bytes of memory or so, are in no long list that is worth reading.
MAX_LISTED_VALUES: Final = 1_000_000


class StrictJSONError(ValueError):
    """What other readers may accept, and understand differently; the message is a sentence about the body."""


def loads(body: bytes | bytearray, *, is_exact: bool = False) -> object:
    """Return the one document in ``body``; ``is_exact``: numbers with a fraction or an exponent are ``Decimal``.

    Such a one has the digits of its text (``109.950``) and never was a float, which money must not be.

    ``StrictJSONError`` for a duplicate key, NaN and infinities; ``ValueError`` for other encodings than UTF-8 (a byte
    order mark too), anything after the document, numbers of thousands of digits, and nesting as deep as the
    interpreter's own limit. Strings may still hold NUL and lone surrogates.
    """
    text = body.decode()
    try:
        return _read_plain(text, colons=body.count(b":"), is_exact=is_exact)
    except (ValueError, RecursionError):
        return _read(text, is_exact=is_exact)


def loads_list(body: bytes | bytearray, *, is_exact: bool = False) -> object:
    """Return the one document in ``body`` as ``loads`` does; if it is a list, item by item.

    A long list is some of the few things that take so many milliseconds in one go that every other thread has to wait.
    ``ValueError`` also for one of more than ``MAX_LISTED_VALUES``, nested ones and commas in texts included.
    """
    if sum(map(body.count, (b",", b"[", b"{"))) > MAX_LISTED_VALUES:
        raise StrictJSONError("more values than are worth reading")
    try:
        items = _ITEMS.decode(body)
    except (ValueError, RecursionError):
        return loads(body, is_exact=is_exact)
    return [loads(bytes(item), is_exact=is_exact) for item in items]


def drop_nulls(document: object) -> bool:
    """Remove fields that are null from the document, at any depth; return whether there were any."""
    were_any = False
    unseen = [document]
    while unseen:
        value = unseen.pop()
        if isinstance(value, dict):
            if None in value.values():
                were_any = True
                for key in [key for key, inner in value.items() if inner is None]:
                    del value[key]
            unseen.extend(value.values())
        elif isinstance(value, list):
            unseen.extend(value)
    return were_any


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_EXACT_CHARACTERS:
        raise ValueError("a number of thousands of digits")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("an exponent beyond reason") from None


_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_EXACT = msgspec.json.Decoder(float_hook=_decimal)


def _read_plain(text: str, *, colons: int, is_exact: bool) -> object:
    """Return the document of a text as services write it, fast; ``ValueError`` for one that ``_read`` has to judge.

    msgspec is as strict as ``_read``, and stricter with surrogates and exponents, but for duplicate keys, of which it
    keeps the last. Such a document, written again, has fewer colons than the text: a colon follows a key or is part of a
    string, and the writer escapes none. Only a text that escapes colons itself could make up for the difference.
    """
    if "\\" in text and "\\u003" in text:
        raise ValueError("may hold an escaped colon")
    document = _EXACT.decode(text) if is_exact else msgspec.json.decode(text)
    if msgspec.json.encode(document).count(b":") != colons:
        raise ValueError("holds a duplicate key")
    return document


def _read(text: str, *, is_exact: bool) -> object:
    """Return the document; ``ValueError`` as for ``loads``."""
    parse_float = _decimal if is_exact else None
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=parse_float
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise StrictJSONError("The body names a field twice.")
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise StrictJSONError(f"{name} is not a JSON number.")
