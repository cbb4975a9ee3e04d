"""Conversion of JSON documents to typed structs."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec

from clients.errors import UpstreamMalformedError
from clients.strict_json import drop_nulls

T = TypeVar("T")


def prepare(*types: type[Any]) -> None:
    """Prepare msgspec 0.22 for these types: two threads that read one for the first time at once crash the process."""
    for type_ in types:
        msgspec.json.Decoder(type_)


def convert(document: object, into: type[T]) -> T:
    """Return the document as a struct; ``UpstreamMalformedError`` if it has another shape.

    A field that is null says no more than one that is missing: it is removed from the document if its type has no null.
    """
    try:
        try:
            return msgspec.convert(document, into)
        except ValueError:
            # Few documents need it, and to look for nulls costs more than to convert.
            if not drop_nulls(document):
                raise
            return msgspec.convert(document, into)
    except ValueError:  # Of msgspec, or of its own: a moment with a lone surrogate.
        raise UpstreamMalformedError("not the promised shape") from None


def convert_valid(items: list[object], into: type[T], *, none_valid: str) -> list[T]:
    """Return the items of the right shape; ``UpstreamMalformedError(none_valid)`` if there are items, all wrong."""
    return read_valid(items, partial(convert, into=into), none_valid=none_valid)


def read_valid(items: list[object], read: Callable[[object], T], *, none_valid: str) -> list[T]:
    """Return what ``read`` makes of the items that it does not find malformed; else as ``convert_valid``."""
    valid = []
    for item in items:
        try:
            valid.append(read(item))
        except UpstreamMalformedError:
            continue
    if items and not valid:
        raise UpstreamMalformedError(none_valid)
    return valid
