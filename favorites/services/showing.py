"""Kept items as they are now, or what is remembered of them."""

import time
from collections.abc import Sequence
from typing import Literal, NamedTuple

import structlog
from django.db import DatabaseError, transaction

from accounts.models import User
from favorites.models import Entry
from proxy.batches import Batch, get_many, summary_of
from proxy.catalog import OnMiss
from proxy.marks import marks_for
from proxy.rendering import Marks, has_ended, marks_in
from proxy.store import Answer

log = structlog.get_logger(__name__)

Availability = Literal["live", "expired", "gone", "unknown"]


class Shown(NamedTuple):
    """A kept item; ``item`` only while it is live."""

    entry: Entry
    availability: Availability
    item: Answer | None = None


class Showing(NamedTuple):
    """Kept items in their order, the live ones, and the viewer's marks on these; partial if some are unknown."""

    shown: list[Shown]
    items: list[Answer]
    marks: Marks | None
    is_partial: bool


def show(
    kind: str, entries: Sequence[Entry], *, viewer: User | None, caller: str, on_miss: OnMiss
) -> Showing:
    """Look at kept items of one kind: those that are not in the cache with as few calls to upstream as it offers.

    ``live``; ``expired`` by its own date; ``gone``, as upstream leaves it out; ``unknown`` in an outage. What is newly
    seen is remembered. The ``viewer`` need not be the owner; None is an anonymous one. ``caller`` and ``on_miss`` are
    those of ``get_many``.
    """
    now = time.time()
    batch = get_many(kind, [entry.item_id for entry in entries], caller=caller, on_miss=on_miss)
    _remember(entries, batch)
    shown = [_shown(entry, batch, now) for entry in entries]
    items = [each.item for each in shown if each.item]
    marks = None
    if viewer:
        ids = marks_in([item.body for item in items])
        marks = marks_for(user_id=viewer.pk, version=viewer.library_version, ids=ids)
    return Showing(shown, items, marks, bool(batch.unknown))


def _shown(entry: Entry, batch: Batch[Answer], now: float) -> Shown:
    if entry.valid_until and has_ended(entry.valid_until.timestamp(), now):
        return Shown(entry, "expired")
    if entry.item_id in batch.absent:
        return Shown(entry, "gone")
    if entry.item_id in batch.found:
        return Shown(entry, "live", batch.found[entry.item_id])
    return Shown(entry, "unknown")


def _remember(entries: Sequence[Entry], batch: Batch[Answer]) -> None:
    """Update the rows of items that have changed: nothing is written for one that was seen like this before.

    That is no change of the library: it counts no version. Rows that somebody else is writing just now are left to the next
    look: this is not under the person's lock, and who locks rows in another order would wait for us, and we for them. So
    are all of them while nothing can be written: whoever only looks is none the worse for that.
    """
    changed = []
    for entry in entries:
        answer = batch.found.get(entry.item_id)
        if answer and not answer.is_stale and entry.summary != (summary := summary_of(answer)):
            entry.summary = summary
            changed.append(entry)
    if not changed:
        return
    try:
        with transaction.atomic():
            rows = Entry.objects.filter(pk__in=[entry.pk for entry in changed])
            free = set(rows.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
            seen = [entry for entry in changed if entry.pk in free]
            Entry.objects.bulk_update(seen, ["title", "image_url", "valid_until"])
    except DatabaseError as failure:
        log.warning("what was seen is not remembered", failure=type(failure).__name__)
