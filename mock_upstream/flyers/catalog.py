"""The flyers and creators, where they are, and the query that selects some of them.

It is read as the contract is written, and stricter than many a service does: an unknown or repeated parameter is refused
too, so that a client's typo shows.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import asin, cos, dist, radians, sin
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from mock_upstream.readers import MAX_ID, BadValueError, Reader, each, number, plain, reader, whole, yes

EARTH_RADIUS_KM = 6371.0088
MAX_PAGE_SIZE = 50
MAX_IDS = 50
MAX_CREATORS = 200
MAX_CATEGORIES = 1000
MAX_PARAMETERS = 50


class Position(NamedTuple):
    """Degrees north and degrees east."""

    lat: float
    lng: float


MADRID = Position(40.4168, -3.7038)


def distance_km(one: Position, other: Position) -> float:
    """Return the great-circle distance in kilometres, to the metre: the arc over the chord between two points."""
    chord = dist(_on_unit_sphere(one), _on_unit_sphere(other))
    return round(2 * EARTH_RADIUS_KM * asin(min(1.0, chord / 2)), 3)


@lru_cache(maxsize=4096)
def _on_unit_sphere(position: Position) -> tuple[float, float, float]:
    lat, lng = radians(position.lat), radians(position.lng)
    return cos(lat) * cos(lng), cos(lat) * sin(lng), sin(lat)


def moved(position: Position, centre: Position) -> Position:
    """Return a position near Madrid carried over to as far from another centre, in the same direction."""
    scale = cos(radians(MADRID.lat)) / cos(radians(centre.lat))
    lng = centre.lng + (position.lng - MADRID.lng) * scale
    lat = centre.lat + position.lat - MADRID.lat
    return Position(round(lat, 6), round((lng + 180) % 360 - 180, 6))


@dataclass(frozen=True, slots=True)
class Creator:
    """Who publishes. ``bio`` and ``picture`` (a path on this service) are None for those who gave none."""

    id: int
    username: str
    name: str
    theme: str
    bio: str | None
    picture: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Flyer:
    """One flyer. An image is a path on this service; None: the field is not sent."""

    id: int
    title: str
    description: str | None
    categories: tuple[str, ...]
    creator: Creator
    images: tuple[str, ...] | None
    address: str
    position: Position
    valid_from: datetime
    valid_until: datetime
    created_at: datetime

    def is_valid(self, now: datetime) -> bool:
        return self.valid_from <= now <= self.valid_until

    def says(self, words: str) -> bool:
        """Return whether these case-folded words are part of what the flyer says."""
        texts = (self.title, self.description or "", self.address, self.creator.username)
        return any(words in text.casefold() for text in texts)


Readers = Mapping[str, Reader]


def _plainly(read: Reader) -> Reader:
    return lambda name, text: read(name, plain(text))


def _several(read: Reader, most: int) -> Reader:
    """Return a reader of a comma-separated list; an empty one is refused, for it would filter nothing."""
    parts = each(read, most)
    return lambda name, text: frozenset(parts(name, text.split(",")))


POSITION = {"lat": _plainly(number(-90, 90)), "lng": _plainly(number(-180, 180))}
PAGE = {"page": _plainly(whole(1, MAX_ID)), "page_size": _plainly(whole(1, MAX_PAGE_SIZE))}
FILTERS = {
    **PAGE,
    "categories": _several(reader("not empty", bool), MAX_CATEGORIES),
    "search": lambda _, text: text,
    "near_me": _plainly(yes),
    "radius": _plainly(number(0, 40_000)),
    "creators": _several(_plainly(whole(1, MAX_ID)), MAX_CREATORS),
    "ids": _several(_plainly(whole(1, MAX_ID)), MAX_IDS),
}


def read_fields(query: str, readers: Readers | None) -> dict[str, str]:
    """Return a query's parameters as texts, each given once and all of them known; None: whatever they are."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS, errors="strict")
    except ValueError:
        raise BadValueError(f"the query must be UTF-8 and hold at most {MAX_PARAMETERS} parameters") from None
    fields = dict(pairs)
    if readers is None:
        return fields
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


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """Position, page and filters of a feed request; an empty filter lets everything through."""

    lat: float
    lng: float
    page: int = 1
    page_size: int = 20
    categories: frozenset[str] = frozenset()
    search: str = ""
    near_me: bool = False
    radius: float = 5
    creators: frozenset[int] = frozenset()
    ids: frozenset[int] = frozenset()

    def matches(self, flyer: Flyer) -> bool:
        """Return whether a flyer passes every filter but that of distance."""
        return (
            (not self.ids or flyer.id in self.ids)
            and (not self.creators or flyer.creator.id in self.creators)
            and (not self.categories or not self.categories.isdisjoint(flyer.categories))
            and (not self.search or flyer.says(self.search.casefold()))
        )


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every flyer (the expired ones too) and every creator, by id."""

    flyers: Mapping[int, Flyer]
    creators: Mapping[int, Creator]

    def feed(self, query: FeedQuery, now: datetime) -> list[tuple[Flyer, float]]:
        """Return all that match and are valid, with km: newest first, then nearest, then by id."""
        here = Position(query.lat, query.lng)
        found = (it for it in self.flyers.values() if it.is_valid(now) and query.matches(it))
        hits = ((flyer, distance_km(here, flyer.position)) for flyer in found)
        near = [hit for hit in hits if not query.near_me or hit[1] <= query.radius]
        near.sort(key=lambda hit: (hit[1], hit[0].id))
        near.sort(key=lambda hit: hit[0].created_at, reverse=True)  # a stable sort keeps the order of equals
        return near

    def changed(
        self, added: Iterable[Flyer], gone: Collection[int], gone_creators: Collection[int]
    ) -> "Catalog":
        """Return this catalog with some flyers added or replaced, and then without some flyers and creators."""
        creators = {number: self.creators[number] for number in self.creators.keys() - set(gone_creators)}
        flyers = {**self.flyers, **{it.id: it for it in added}}
        left = {number: flyers[number] for number in flyers.keys() - set(gone)}
        return Catalog({number: it for number, it in left.items() if it.creator.id in creators}, creators)
