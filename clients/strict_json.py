"""Strict JSON reader: one document, as RFC 8259 has it."""

import json
from typing import NoReturn


class StrictJSONError(ValueError):
    """What other readers may accept, and understand differently; the message is a sentence about the body."""


def loads(body: bytes | bytearray, *, keep_nulls: bool = False) -> object:
    """Return the one document in ``body``, without fields that are null unless ``keep_nulls``.

    ``StrictJSONError`` for a duplicate key, NaN and infinities; ``ValueError`` for other encodings than UTF-8 (a byte
    order mark too), anything after the document, numbers of thousands of digits, and nesting as deep as the
    interpreter's own limit. Strings may still hold NUL and lone surrogates.
    """
    build = _unique if keep_nulls else _without_nulls
    try:
        return json.loads(body.decode(), object_pairs_hook=build, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise StrictJSONError("The body names a field twice.")
    return fields


def _without_nulls(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A field that is null says no more than one that is missing."""
    fields = _unique(pairs)
    if None in fields.values():
        return {key: value for key, value in pairs if value is not None}
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise StrictJSONError(f"{name} is not a JSON number.")
