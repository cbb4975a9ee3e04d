"""A person's whole library, imported."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Annotated, NamedTuple

from django.utils import timezone
from msgspec import Meta, Struct

from accounts.models import User
from favorites.models import Favorite, Follow
from favorites.services.store import FAVORITES, FOLLOWS, one_at_a_time


class Entry(NamedTuple):
    """One row of a library that comes in: an id at upstream, and since when it is kept, if that is known."""

    id: int
    created_at: datetime | None = None


class Merged(Struct):
    """What became of each row, in the order they were given."""

    added: list[int]
    existing: list[int]
    refused: Annotated[list[int], Meta(description="Nobody follows themselves.")]


def merge_library(
    *, user: User, favorites: Iterable[Entry], follows: Iterable[Entry]
) -> tuple[Merged, Merged]:
    """Add what a library holds to what a person keeps; what is there already stays as it is.

    Of a row only the id and the moment are believed, and upstream is not asked: thousands of flyers can't be looked
    up while someone waits, and those that have ended belong to a library too. A title comes back when its flyer is
    seen again. Following oneself is refused. ``LibraryFullError`` when it does not all fit, and then nothing is added.
    """
    moments, followed = _moments(favorites), _moments(follows)
    is_self = {id_ for id_ in followed if id_ == user.creator_id}
    with one_at_a_time(user):
        # In one list the newest row stands first: written backwards, rows of one moment keep their order.
        new_favorites = FAVORITES.insert(
            user,
            [Favorite(user=user, flyer_id=id_, created_at=at) for id_, at in reversed(moments.items())],
        )
        new_follows = FOLLOWS.insert(
            user,
            [
                Follow(user=user, creator_id=id_, created_at=at)
                for id_, at in reversed(followed.items())
                if id_ not in is_self
            ],
        )
    return _merged(moments, new_favorites, set()), _merged(followed, new_follows, is_self)


def _moments(entries: Iterable[Entry]) -> dict[int, datetime]:
    """Return since when each id is kept, of an id given twice the first; nothing was kept in the future."""
    now = timezone.now()
    moments: dict[int, datetime] = {}
    for entry in entries:
        moments.setdefault(entry.id, min(entry.created_at or now, now))
    return moments


def _merged(given: Iterable[int], new: Collection[int], refused: Collection[int]) -> Merged:
    return Merged(
        added=[id_ for id_ in given if id_ in new],
        existing=[id_ for id_ in given if id_ not in new and id_ not in refused],
        refused=[id_ for id_ in given if id_ in refused],
    )
