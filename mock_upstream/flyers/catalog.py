"""The flyers and creators, and the query that selects some of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mock_upstream.flyers.places import Position, distance_km


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
    """One flyer. An image is a path on this service or a whole address; None: the field is not sent."""

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


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """Position, page and filters of a feed request; an empty filter lets everything through."""

    position: Position
    page: int
    page_size: int
    categories: frozenset[str]
    search: str
    within_km: float | None
    creators: frozenset[int]
    ids: frozenset[int]

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
        found = (
            (flyer, distance_km(query.position, flyer.position))
            for flyer in self.flyers.values()
            if flyer.is_valid(now) and query.matches(flyer)
        )
        near = [hit for hit in found if query.within_km is None or hit[1] <= query.within_km]
        near.sort(key=lambda hit: (hit[1], hit[0].id))
        near.sort(key=lambda hit: hit[0].created_at, reverse=True)  # a stable sort keeps the order of equals
        return near

    def valid_per_category(self, now: datetime) -> Counter[str]:
        """Count the valid flyers of each category slug."""
        valid = (flyer for flyer in self.flyers.values() if flyer.is_valid(now))
        return Counter(slug for flyer in valid for slug in flyer.categories)
