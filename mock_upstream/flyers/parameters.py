"""Strict parsing of query strings, as the contract is written.

Stricter than many a service: an unknown or repeated parameter is refused too, so that a client's typo shows.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from mock_upstream.readers import MAX_ID, BadValueError, Reader, each, number, plain, reader, whole, yes

MAX_PAGE_SIZE = 50
MAX_IDS = 50
MAX_CREATORS = 200
MAX_CATEGORIES = 1000
MAX_PARAMETERS = 50


Readers = Mapping[str, Reader]


def _plainly(read: Reader) -> Reader:
    return lambda name, text: read(name, plain(text))


def _several(read: Reader, most: int) -> Reader:
    """Return a reader of a comma-separated list; an empty one is refused, for it would filter nothing."""
    parts = each(read, most)
    return lambda name, text: frozenset(parts(name, text.split(",")))


POSITION = {"lat": _plainly(number(-90, 90)), "lng": _plainly(number(-180, 180))}
FILTERS = {
    "page": _plainly(whole(1, MAX_ID)),
    "page_size": _plainly(whole(1, MAX_PAGE_SIZE)),
    "categories": _several(reader("not empty", bool), MAX_CATEGORIES),
    "search": lambda _, text: text,
    "near_me": _plainly(yes),
    "radius": _plainly(number(0, 40_000)),
    "creators": _several(_plainly(whole(1, MAX_ID)), MAX_CREATORS),
    "ids": _several(_plainly(whole(1, MAX_ID)), MAX_IDS),
}


def read_fields(query: str, readers: Readers) -> dict[str, str]:
    """Return a query's parameters as texts, each given once and all of them known."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS, errors="strict")
    except ValueError:
        raise BadValueError(f"the query must be UTF-8 and hold at most {MAX_PARAMETERS} parameters") from None
    fields = dict(pairs)
    if unknown := sorted(fields.keys() - readers.keys()):
        raise BadValueError(f"unknown parameter: {', '.join(unknown)}"[:200])
    if len(fields) < len(pairs):
        raise BadValueError("every parameter may be given once")
    return fields


def read_values(fields: Mapping[str, str], readers: Readers) -> dict[str, Any]:
    """Return the values of parameters; lat and lng come both."""
    if missing := sorted(POSITION.keys() - fields.keys()):
        raise BadValueError(f"{' and '.join(missing)} must be given")
    return {name: readers[name](name, text) for name, text in fields.items()}
