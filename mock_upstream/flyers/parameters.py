"""Strict parsing of query strings, as the contract is written.

Stricter than many a service: an unknown or repeated parameter is refused too, so that a client's typo shows.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

from mock_upstream.flyers.catalog import FeedQuery
from mock_upstream.flyers.places import Position
from mock_upstream.readers import MAX_ID, BadValueError, plain, read_number, read_whole, read_yes

MAX_PAGE_SIZE = 50
MAX_IDS = 50
MAX_CREATORS = 200
MAX_CATEGORIES = 1000
MAX_PARAMETERS = 50

POSITION = frozenset({"lat", "lng"})
FEED = POSITION | {"page", "page_size", "categories", "search", "near_me", "radius", "creators", "ids"}

Fields = Mapping[str, str]
T = TypeVar("T")


def read_fields(query: str, allowed: frozenset[str]) -> dict[str, str]:
    """Return a query's parameters, each given once and all of them known."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS, errors="strict")
    except ValueError:
        raise BadValueError(f"the query must be UTF-8 and hold at most {MAX_PARAMETERS} parameters") from None
    fields = dict(pairs)
    if unknown := sorted(fields.keys() - allowed):
        raise BadValueError(f"unknown parameter: {', '.join(unknown)}"[:200])
    if len(fields) < len(pairs):
        raise BadValueError("every parameter may be given once")
    return fields


def read_feed(fields: Fields) -> FeedQuery:
    """Return the query of a feed request; lat and lng are required."""
    radius = read_number("radius", plain(fields.get("radius", "5")), 0, 40_000)
    near_me = read_yes("near_me", plain(fields.get("near_me", "false")))
    return FeedQuery(
        position=_position(fields),
        page=read_whole("page", plain(fields.get("page", "1")), 1, MAX_ID),
        page_size=read_whole("page_size", plain(fields.get("page_size", "20")), 1, MAX_PAGE_SIZE),
        categories=_several(fields, "categories", MAX_CATEGORIES, _slug),
        search=fields.get("search", ""),
        within_km=radius if near_me else None,
        creators=_several(fields, "creators", MAX_CREATORS, _id),
        ids=_several(fields, "ids", MAX_IDS, _id),
    )


def read_position(fields: Fields) -> Position | None:
    """Return where the caller is, or None; one of lat and lng without the other is refused."""
    return _position(fields) if POSITION & fields.keys() else None


def _position(fields: Fields) -> Position:
    lat, lng = (plain(fields.get(name, "")) for name in ("lat", "lng"))
    return Position(read_number("lat", lat, -90, 90), read_number("lng", lng, -180, 180))


def _id(name: str, text: str) -> int:
    return read_whole(f"each of {name}", plain(text), 1, MAX_ID)


def _slug(name: str, text: str) -> str:
    if not text:
        raise BadValueError(f"{name} must not hold an empty part")
    return text


def _several(fields: Fields, name: str, most: int, read: Callable[[str, str], T]) -> frozenset[T]:
    """Return a comma-separated list of at most so many; an empty one is refused, for it would filter nothing."""
    if name not in fields:
        return frozenset()
    parts = fields[name].split(",")
    if len(parts) > most:
        raise BadValueError(f"{name} may hold at most {most}")
    return frozenset(read(name, part) for part in parts)
