"""The shelves of a library, and which kinds stand on each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from accounts.sql import among
from favorites.models import Entry
from proxy.catalog import find_kind, kinds_in


class Key(NamedTuple):
    """What a person has at most once: an item on a shelf."""

    shelf: str
    kind: str
    item_id: int


@dataclass(frozen=True)
class Shelf:
    """A shelf with room for ``max_rows`` items of each kind; ``noun`` is what one is called, ``nouns`` several.

    It is a ``proxy.marks.Offer``. Its SQL is written by hand: marks are read at each request that shows them.
    """

    name: str
    max_rows: int
    noun: str
    nouns: str

    @property
    def kinds(self) -> list[str]:
        """Return the kinds that may stand on it, by what the catalogs that are on say."""
        return [kind.name for kind in kinds_in(self.name)]

    def select(self, user_id: int, kind: str, ids: Collection[int], *, label: int) -> tuple[str, list[Any]]:
        condition, values = among(list(ids))
        statement = (
            f"SELECT {label}, item_id FROM favorites_entry WHERE user_id = %s AND shelf = %s AND kind = %s "  # noqa: S608 - our own words
            f"AND item_id {condition} AND removed_at IS NULL"
        )
        return statement, [user_id, self.name, kind, *values]

    def all_ids(self, user_id: int, kind: str) -> Sequence[int]:
        rows = Entry.objects.there().filter(user_id=user_id, shelf=self.name, kind=kind)
        return list(rows.order_by("item_id").values_list("item_id", flat=True))


FAVORITES: Final = Shelf("favorites", max_rows=5_000, noun="Favorite", nouns="favorites")
WATCHLIST: Final = Shelf("watchlist", max_rows=5_000, noun="Watchlist item", nouns="items on the watchlist")
RATINGS: Final = Shelf("ratings", max_rows=5_000, noun="Rating", nouns="ratings")
FOLLOWS: Final = Shelf("follows", max_rows=2_000, noun="Follow", nouns="followed creators")
SHELVES: Final = {shelf.name: shelf for shelf in (FAVORITES, WATCHLIST, RATINGS, FOLLOWS)}


def forget_at(kind: str, seen_at: datetime) -> datetime | None:
    """Return when title and picture of an item that was seen then have to be forgotten, None if they may stay for ever."""
    catalog, _ = find_kind(kind)
    return seen_at + catalog.remembered_for if catalog.remembered_for else None
