"""What people of the cast keep, written as the service writes it: with versions, tombstones and summaries."""

from favorites.models import Entry
from favorites.services.entries import entries_of, remove_entries
from favorites.services.shelves import Key
from favorites.services.writes import Operation, write
from proxy.rendering import Summary


def keep(user, *ids, shelf="favorites", kind="flyer", title="", image_url=None, valid_until=None, **changes):
    """Put items on a person's shelf, of which the last is the newest; ``changes`` are of ``Operation``."""
    summary = Summary(title, image_url, valid_until)
    write(user, [Operation(Key(shelf, kind, id_), is_add=True, summary=summary, **changes) for id_ in ids])


def follow(user, *creator_ids, **changes):
    keep(user, *creator_ids, shelf="follows", kind="creator", **changes)


def drop(user, *ids, shelf="favorites", kind="flyer"):
    """Take items off a person's shelf."""
    remove_entries(user=user, shelf=shelf, kind=kind, ids=ids)


def kept(user, shelf="favorites", kind="flyer"):
    """Return the ids of what is on a person's shelf, the newest first."""
    return list(entries_of(user=user, shelf=shelf, kind=kind).values_list("item_id", flat=True))


def followed_by(user):
    """Return the ids of whom a person follows, the newest first."""
    return kept(user, "follows", "creator")


def row_of(user, item_id, shelf="favorites", kind="flyer"):
    """Return the row of an item, which may be a tombstone."""
    return Entry.objects.get(user=user, shelf=shelf, kind=kind, item_id=item_id)
