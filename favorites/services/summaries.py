"""How items are rated by everybody: counted with each rating, never added up when somebody asks."""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

from accounts.models import User, lock_library
from accounts.sql import fetch_rows
from favorites.models import Entry, RatingSummary
from favorites.services.shelves import RATINGS, Key

_ROWS_PER_STATEMENT: Final = 1_000
_COUNT: Final = (
    "INSERT INTO favorites_ratingsummary (kind, item_id, count, total) VALUES {} "
    "ON CONFLICT (kind, item_id) DO UPDATE SET "
    "count = favorites_ratingsummary.count + excluded.count, total = favorites_ratingsummary.total + excluded.total"
)


def rated(*, kind: str, item_id: int) -> tuple[float | None, int]:
    """Return an item's average with two decimals and of how many ratings: one row is read, however many these are."""
    summary = RatingSummary.objects.filter(kind=kind, item_id=item_id, count__gt=0).first()
    return (round(summary.total / summary.count, 2), summary.count) if summary else (None, 0)


def count(changes: Mapping[Key, tuple[int | None, int | None]]) -> None:
    """Count ratings that were and are now another (None: none), in the transaction that stores them.

    One statement whatever others do meanwhile; items in ascending order, so that two people who rate the same items don't
    wait for each other crosswise.
    """
    rows = []
    for (_, kind, item_id), (before, after) in sorted(changes.items()):
        if before != after:
            difference = (after is not None) - (before is not None), (after or 0) - (before or 0)
            rows.append((kind, item_id, *difference))
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        part = rows[start : start + _ROWS_PER_STATEMENT]
        fetch_rows(_COUNT.format(", ".join(["(%s, %s, %s, %s)"] * len(part))), list(chain(*part)))


def forget_person(sender: Any, instance: User, **signal: Any) -> None:
    """Take a person's ratings out of the summaries, in the transaction that deletes the person (Django's ``pre_delete``)."""
    lock_library(instance.pk)  # so that no rating comes in between
    rows = Entry.objects.there().filter(user=instance, shelf=RATINGS.name)
    count({Key(row.shelf, row.kind, row.item_id): (row.value, None) for row in rows})
