"""Strict parsing of query strings, as the contract is written.

Stricter than many a service: an unknown or repeated parameter is refused too, so that a client's typo shows.
"""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from math import isfinite
from typing import TypeVar
from urllib.parse import parse_qsl

from mock_upstream.flyers.catalog import FeedQuery
from mock_upstream.flyers.places import Position
from mock_upstream.messages import RefusedRequestError

MAX_PAGE_SIZE = 50
MAX_IDS = 50
MAX_CREATORS = 200
MAX_CATEGORIES = 1000
MAX_PARAMETERS = 50

POSITION = frozenset({"lat", "lng"})
FEED = POSITION | {"page", "page_size", "categories", "search", "near_me", "radius", "creators", "ids"}

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[0-9]{1,19}")

Fields = Mapping[str, str]
T = TypeVar("T")


def bad(detail: str) -> RefusedRequestError:
    return RefusedRequestError(HTTPStatus.BAD_REQUEST, detail)


def read_fields(query: str, allowed: frozenset[str]) -> dict[str, str]:
    """Return a query's parameters, each given once and all of them known."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS, errors="strict")
    except ValueError:
        raise bad(f"the query must be UTF-8 and hold at most {MAX_PARAMETERS} parameters") from None
    fields = dict(pairs)
    if unknown := sorted(fields.keys() - allowed):
        raise bad(f"unknown parameter: {', '.join(unknown)}"[:200])
    if len(fields) < len(pairs):
        raise bad("every parameter may be given once")
    return fields


def read_feed(fields: Fields) -> FeedQuery:
    """Return the query of a feed request; lat and lng are required."""
    radius = _number(fields, "radius", 0, 40_000) if "radius" in fields else 5.0
    return FeedQuery(
        position=Position(_number(fields, "lat", -90, 90), _number(fields, "lng", -180, 180)),
        page=_whole(fields, "page", default=1),
        page_size=_whole(fields, "page_size", default=20, most=MAX_PAGE_SIZE),
        categories=_several(fields, "categories", MAX_CATEGORIES, str),
        search=fields.get("search", ""),
        within_km=radius if _yes(fields, "near_me") else None,
        creators=_several(fields, "creators", MAX_CREATORS, read_id),
        ids=_several(fields, "ids", MAX_IDS, read_id),
    )


def read_position(fields: Fields) -> Position | None:
    """Return where the caller is, or None; one of lat and lng without the other is refused."""
    if not POSITION & fields.keys():
        return None
    return Position(_number(fields, "lat", -90, 90), _number(fields, "lng", -180, 180))


def read_id(text: str) -> int:
    """Return an id of at least 1 in ASCII digits; ValueError otherwise."""
    if not _WHOLE.fullmatch(text) or int(text) < 1:
        raise ValueError(text)
    return int(text)


def _number(fields: Fields, name: str, least: float, most: float) -> float:
    if name not in fields:
        raise bad(f"{name} is required")
    number = float(fields[name]) if _NUMBER.fullmatch(fields[name]) else float("nan")
    if not isfinite(number) or not least <= number <= most:
        raise bad(f"{name} must be a number from {least} to {most}")
    return number


def _whole(fields: Fields, name: str, *, default: int, most: int | None = None) -> int:
    text = fields.get(name, str(default))
    number = int(text) if _WHOLE.fullmatch(text) else 0
    if number < 1 or (most is not None and number > most):
        raise bad(f"{name} must be a whole number from 1" + (f" to {most}" if most else ""))
    return number


def _yes(fields: Fields, name: str) -> bool:
    text = fields.get(name, "false")
    if text not in {"true", "false"}:
        raise bad(f"{name} must be true or false")
    return text == "true"


def _several(fields: Fields, name: str, most: int, read: Callable[[str], T]) -> frozenset[T]:
    """Return a comma-separated list of at most so many; an empty one is refused, for it would filter nothing."""
    if name not in fields:
        return frozenset()
    parts = fields[name].split(",")
    if len(parts) > most:
        raise bad(f"{name} may hold at most {most}")
    try:
        values = frozenset(read(part) for part in parts)
    except ValueError:
        raise bad(f"{name} must be whole numbers from 1, separated by commas") from None
    if "" in parts:
        raise bad(f"{name} must not hold an empty part")
    return values
