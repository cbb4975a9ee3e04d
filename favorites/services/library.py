"""A person's whole library: which ids are in it, and the import of another one."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Annotated, Any, NotRequired, TypedDict

from django.utils import timezone
from msgspec import Meta, Struct

from accounts.models import User
from favorites.services.tables import FAVORITES, FOLLOWS, SavedTable, person_lock
from proxy.marks import marks_for


class Entry(TypedDict):
    """One row of an imported library: an id at upstream, and since when it is saved, if that is known."""

    id: int
    created_at: NotRequired[datetime]


class Merged(Struct):
    """What became of each row, in the order they were given."""

    added: list[int]
    existing: list[int]
    refused: Annotated[list[int], Meta(description="Nobody follows themselves.")]


class MergedLibrary(Struct):
    """What became of a library that was brought in."""

    favorites: Merged
    follows: Merged


class Contains(Struct):
    """For each id that was asked about, whether it is in the library."""

    flyers: dict[str, bool]
    creators: dict[str, bool]


def contains(*, user: User, flyers: Collection[int], creators: Collection[int]) -> Contains:
    """Say of each flyer whether it is a favorite, and of each creator whether the person follows them."""
    saved, followed = ("favorites", "flyer"), ("follows", "creator")
    ids = {saved: flyers, followed: creators}
    marks = marks_for(user_id=user.pk, version=user.library_version, ids=ids)
    return Contains(
        flyers={str(id_): id_ in marks[saved] for id_ in flyers},
        creators={str(id_): id_ in marks[followed] for id_ in creators},
    )


def merge_library(*, user: User, favorites: Iterable[Entry], follows: Iterable[Entry]) -> MergedLibrary:
    """Add an imported library to a person's rows, which stay as they are.

    Of an entry only the id and the moment are believed, and upstream is not called: thousands of flyers can't be looked
    up while someone waits, and those that have ended belong to a library too. A title comes back when its flyer is
    seen again. Following oneself is refused. ``LibraryFullError`` when it does not all fit, and then nothing is added.
    """
    with person_lock(user):
        return MergedLibrary(
            favorites=_merge(FAVORITES, user, favorites),
            follows=_merge(FOLLOWS, user, follows, refused=user.creator_id),
        )


def _merge(
    table: SavedTable[Any], user: User, entries: Iterable[Entry], *, refused: int | None = None
) -> Merged:
    now = timezone.now()
    moments: dict[int, datetime] = {}
    for entry in entries:  # Of an id given twice the first counts; nothing was saved in the future.
        moments.setdefault(entry["id"], min(entry.get("created_at", now), now))
    # In one list the newest row stands first: written backwards, rows of one moment stay in their order.
    rows = [
        table.model(user=user, created_at=moment, **{table.key: id_})
        for id_, moment in reversed(moments.items())
        if id_ != refused
    ]
    new = table.insert(user, rows)
    return Merged(
        added=[id_ for id_ in moments if id_ in new],
        existing=[id_ for id_ in moments if id_ not in new and id_ != refused],
        refused=[id_ for id_ in moments if id_ == refused],
    )
