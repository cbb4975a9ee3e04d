"""A person's whole library: which ids are in it, its export, and the import of another one."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from django.db.models import QuerySet
from msgspec import UNSET, Meta, Struct, UnsetType

from accounts.models import User
from favorites.models import Entry
from favorites.services.follows import is_oneself
from favorites.services.rows import find_entries
from favorites.services.shelves import FAVORITES, FOLLOWS, RATINGS, SHELVES, Key
from favorites.services.writes import Operation, open_library
from proxy.marks import marks_for

# What stood on its own before there were other kinds: in an export these two still do.
FLYERS: Final = (FAVORITES.name, "flyer")
CREATORS: Final = (FOLLOWS.name, "creator")


class ImportedEntry(NamedTuple):
    """One row of an imported library, and since when it is kept, if that is known."""

    key: Key
    created_at: datetime | None = None
    value: int | None = None


class ItemRef(Struct):
    """An item on a shelf."""

    shelf: str
    kind: str
    id: int


class Merged(Struct):
    """What became of each row, in the order they were given."""

    added: list[int]
    existing: list[int]
    refused: Annotated[
        list[int], Meta(description="Nobody follows themselves, and only ratings have a value.")
    ]


class MergedEntries(Struct):
    """What became of each row of other shelves and kinds, in the order they were given."""

    added: list[ItemRef]
    existing: list[ItemRef]
    refused: Annotated[
        list[ItemRef],
        Meta(description="No such shelf or kind, a rating without a value, or a value elsewhere."),
    ]


class MergedLibrary(Struct):
    """What became of a library that was brought in."""

    favorites: Merged
    follows: Merged
    entries: MergedEntries | UnsetType = UNSET


class Contains(Struct):
    """For each id that was asked about, whether it is in the library; ``items`` by shelf, of the kind that was asked about."""

    flyers: dict[str, bool]
    creators: dict[str, bool]
    items: dict[str, dict[str, bool]] | UnsetType = UNSET


def contains(
    *,
    user: User,
    flyers: Collection[int],
    creators: Collection[int],
    kind: str | None = None,
    ids: Collection[int] = (),
) -> Contains:
    """Say of flyers whether they are favorites, of creators whether they are followed, of items of a kind where they stand."""
    shelves = [(shelf.name, kind) for shelf in SHELVES.values() if kind and kind in shelf.kinds]
    wanted = {FLYERS: {*flyers}, CREATORS: {*creators}}
    for relation in shelves:
        wanted[relation] = wanted.get(relation, set()) | {*ids}
    marks = marks_for(user_id=user.pk, version=user.library_version, ids=wanted)

    def said(relation: tuple[str, str], asked: Collection[int]) -> dict[str, bool]:
        return {str(id_): id_ in marks[relation] for id_ in asked}

    items = {relation[0]: said(relation, ids) for relation in shelves}
    return Contains(said(FLYERS, flyers), said(CREATORS, creators), items if kind else UNSET)


def whole_library(*, user: User, kind: str | None = None) -> QuerySet[Entry]:
    """Return everything that a person keeps, or all of one kind: shelf by shelf, newest first."""
    entries = Entry.objects.there().filter(user=user)
    if kind is not None:
        entries = entries.filter(kind=kind)
    return entries.order_by("shelf", "kind", "-created_at", "-id")


def merge_library(*, user: User, entries: Iterable[ImportedEntry]) -> MergedLibrary:
    """Add an imported library to a person's entries, which stay as they are.

    Of a row only the item, the rating and the moment are believed, and upstream is not called: thousands of items can't be
    looked up while someone waits, and those that have ended belong to a library too. A title comes back when its item is
    seen again. ``LibraryFullError`` when it does not all fit, and then nothing is added.
    """
    rows: dict[Key, ImportedEntry] = {}
    for entry in entries:  # Of an item given twice the first counts.
        rows.setdefault(entry.key, entry)
    refused = {key for key in rows if not _is_welcome(user, key, rows[key].value)}
    with open_library(user) as library:
        found = find_entries(user, rows.keys() - refused)
        existing = {key for key, entry in found.items() if entry.is_there}
        # The newest stands first: written backwards, rows of one moment stay in their order.
        library.apply_all(
            [
                Operation(key, is_add=True, value=rows[key].value, created_at=rows[key].created_at)
                for key in reversed(rows)
                if key not in refused and key not in existing
            ]
        )
    added = [key for key in rows if key not in refused and key not in existing]
    outcomes = (added, [key for key in rows if key in existing], [key for key in rows if key in refused])
    more = [[ItemRef(*key) for key in keys if key[:2] not in {FLYERS, CREATORS}] for keys in outcomes]
    return MergedLibrary(
        favorites=Merged(*([key.item_id for key in keys if key[:2] == FLYERS] for keys in outcomes)),
        follows=Merged(*([key.item_id for key in keys if key[:2] == CREATORS] for keys in outcomes)),
        entries=MergedEntries(*more) if any(more) else UNSET,
    )


def _is_welcome(user: User, key: Key, value: int | None) -> bool:
    shelf = SHELVES.get(key.shelf)
    is_rated = value is not None
    return (
        shelf is not None
        and key.kind in shelf.kinds
        and is_rated is (shelf is RATINGS)
        and not is_oneself(user, key)
    )
