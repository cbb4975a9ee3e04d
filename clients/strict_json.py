"""clients: JSON read strictly, as one document. It knows neither HTTP nor what the document is about."""

import json


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object without its nulls, and refuse a key that comes twice.

    A field that is null says no more than one that is missing; parsers that meet a key twice disagree about
    which one counts (RFC 8259, section 4).
    """
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key comes twice")
    if None in fields.values():
        return {key: value for key, value in pairs if value is not None}
    return fields


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)


def loads(body: bytes | bytearray) -> object:
    """Return the one document in ``body``, fields that are null left out; ``ValueError`` if it is not one.

    Refused: other encodings than UTF-8 (a byte order mark too), anything after the document, NaN and
    Infinity, a key that comes twice, numbers of thousands of digits, and nesting as deep as the interpreter's
    own limit. Strings may still hold NUL and lone surrogates.
    """
    try:
        return _DECODER.decode(body.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None
