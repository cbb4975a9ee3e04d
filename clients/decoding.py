"""Conversion of JSON documents to typed structs."""

from typing import Any, TypeVar

import msgspec

from clients.errors import UpstreamMalformedError

T = TypeVar("T")


def prepare(*types: type[Any]) -> None:
    """Prepare msgspec for these types, before there are threads.

    In msgspec 0.22 two threads that read a type for the first time at once crash the process.
    """
    for type_ in types:
        msgspec.json.Decoder(type_)


def convert(document: object, into: type[T]) -> T:
    """Return the document as a struct; ``UpstreamMalformedError`` if it has another shape."""
    try:
        return msgspec.convert(document, into)
    except (msgspec.ValidationError, ValueError):  # A ValueError of its own: a moment with a lone surrogate.
        raise UpstreamMalformedError("not the promised shape") from None


def convert_valid(items: list[object], into: type[T]) -> list[T]:
    """Return those items that have the shape."""
    valid = []
    for item in items:
        try:
            valid.append(convert(item, into))
        except UpstreamMalformedError:
            continue
    return valid
