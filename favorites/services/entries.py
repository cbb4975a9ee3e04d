"""What a person keeps on a shelf: which items, adding them and removing them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct

from accounts.models import User
from clients.errors import UpstreamError, UpstreamNotFoundError
from favorites.models import Entry
from favorites.services.rows import find_entries
from favorites.services.shelves import FAVORITES, SHELVES, Key
from favorites.services.writes import Operation, write
from proxy.batches import Batch, confirm, confirm_many
from proxy.catalog import OnMiss, find_kind
from proxy.rendering import Summary


class EntryNotFoundError(Exception):
    """The item is not on the shelf; ``noun`` is what is missing there."""

    def __init__(self, shelf: str) -> None:
        super().__init__(shelf)
        self.noun = SHELVES[shelf].noun


_UNKNOWN = "Not judged and not written, as the service did not tell: ask again for these."
BATCH_EXAMPLE = {"added": [7], "existing": [], "not_found": [99], "unknown": []}


@extend_schema_serializer(examples=[OpenApiExample("A batch", value=BATCH_EXAMPLE)])
class KeptBatch(Struct):
    """What became of each item, in the order they were given."""

    added: list[int]
    existing: list[int]
    not_found: list[int]
    unknown: Annotated[list[int], Meta(description=_UNKNOWN)]


class RemovedBatch(Struct):
    """What became of each item, in the order they were given."""

    removed: list[int]
    absent: list[int]


def entries_of(*, user: User, shelf: str, kind: str) -> QuerySet[Entry]:
    """Return all of a person's entries of a kind on a shelf, newest first; for one page of them there is ``page_of_shelf``."""
    saved = Entry.objects.there().filter(user=user, shelf=shelf, kind=kind)
    return saved.order_by("-created_at", "-id")


def find_entry(*, user: User, key: Key) -> Entry | None:
    """Return what a person has of a key, None if it is not there."""
    entry = find_entries(user, [key]).get(key)
    return entry if entry and entry.is_there else None


def require_item(kind: str, item_id: int, *, on_miss: OnMiss) -> None:
    """Raise ``UpstreamNotFoundError`` if there is no such item; in an outage nobody says so.

    For what is stored here and is true all the same. ``on_miss`` is called before upstream is.
    """
    catalog, found = find_kind(kind)
    try:
        catalog.get(found, item_id, on_miss=on_miss)
    except UpstreamNotFoundError:
        raise
    except UpstreamError:
        return


def get_entry(*, user: User, key: Key) -> Entry:
    """Return an entry; ``EntryNotFoundError`` if it is not there."""
    entry = find_entry(user=user, key=key)
    if entry is None:
        raise EntryNotFoundError(key.shelf)
    return entry


def add_entry(*, user: User, key: Key, value: int | None = None) -> tuple[Entry, bool]:
    """Return the entry of an item, stored if it was not, and whether it is new.

    ``UpstreamNotFoundError`` when there is no such item; on any other ``UpstreamError`` nothing is written.
    ``LibraryFullError`` past the limit.
    """
    known = find_entries(user, [key])
    saved = known.get(key)
    is_there = saved is not None and saved.is_there
    if saved and is_there and saved.value == value:
        return saved, False
    # Never keep an item that upstream does not have; one that is kept already needs no call.
    summary = None if is_there else confirm(key.kind, key.item_id)
    (written,) = write(user, [Operation(key, is_add=True, value=value, summary=summary)], known=known)
    return written.entry, written.is_new


def add_entries(
    *,
    user: User,
    shelf: str,
    kind: str,
    ids: Sequence[int],
    judge: Callable[[Sequence[int]], Batch[Summary]] | None = None,
) -> KeptBatch:
    """Add several items, each judged by itself; what could not be judged is reported as unknown and not written.

    ``judge`` says which of those that are not there yet may be added: by default those that ``confirm_many`` finds.
    An ``UpstreamError`` only when none could be judged; ``LibraryFullError`` when they don't all fit, and then none is added.
    """
    judge = judge or partial(confirm_many, kind, caller=f"user {user.pk}")
    keys = {id_: Key(shelf, kind, id_) for id_ in ids}
    saved = find_entries(user, keys.values())
    existing = {id_ for id_, key in keys.items() if key in saved and saved[key].is_there}
    batch = judge([id_ for id_ in keys if id_ not in existing])
    if batch.failure and not (existing or batch.found or batch.absent):
        raise batch.failure
    # The newest stands first: written backwards, they are shown in the order they were given.
    operations = [
        Operation(keys[id_], is_add=True, summary=batch.found[id_])
        for id_ in reversed(keys)
        if id_ in batch.found
    ]
    known = {key: saved[key] for key in (operation.key for operation in operations) if key in saved}
    written = write(user, operations, known=known) if operations else []
    added = {each.entry.item_id for each in written if each.is_new}
    existing |= batch.found.keys() - added  # added meanwhile by the same person elsewhere
    return KeptBatch(
        added=[id_ for id_ in keys if id_ in added],
        existing=[id_ for id_ in keys if id_ in existing],
        not_found=[id_ for id_ in keys if id_ in batch.absent],
        unknown=[id_ for id_ in keys if id_ in batch.unknown],
    )


def remove_entry(*, user: User, key: Key) -> None:
    """Remove an item, without a call to upstream; ``EntryNotFoundError`` if it is not there."""
    if not remove_entries(user=user, shelf=key.shelf, kind=key.kind, ids=[key.item_id]).removed:
        raise EntryNotFoundError(key.shelf)


def remove_entries(*, user: User, shelf: str, kind: str, ids: Sequence[int]) -> RemovedBatch:
    """Remove several items; say which of them were there."""
    keys = {id_: Key(shelf, kind, id_) for id_ in ids}
    known = {key: entry for key, entry in find_entries(user, keys.values()).items() if entry.is_there}
    operations = [Operation(key, is_add=False) for key in keys.values() if key in known]
    written = write(user, operations, known=known) if operations else []
    removed = {each.entry.item_id for each in written if each.outcome == "applied"}
    return RemovedBatch(
        removed=[id_ for id_ in keys if id_ in removed],
        absent=[id_ for id_ in keys if id_ not in removed],
    )


def set_favorite(*, user: User, kind: str, item_id: int, favorite: bool) -> None:
    """Make an item a favorite or none, whatever was before; fails as ``add_entry`` does."""
    if favorite:
        add_entry(user=user, key=Key(FAVORITES.name, kind, item_id))
    else:
        remove_entries(user=user, shelf=FAVORITES.name, kind=kind, ids=[item_id])
