"""Kept items as they are now, or what is remembered of them, as one viewer sees them."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, Literal, NamedTuple

import msgspec
import structlog
from django.db import DatabaseError, transaction
from django.utils import timezone
from msgspec.structs import astuple

from accounts.models import User
from favorites.models import Entry
from favorites.services.pages import Row
from favorites.services.shelves import forget_at
from proxy.batches import Batch, get_many, summary_of
from proxy.catalog import OnMiss
from proxy.columns import Marks
from proxy.marks import marks_for
from proxy.rendering import Summary, has_ended, marks_in
from proxy.store import Answer

log = structlog.get_logger(__name__)

Availability = Literal["live", "expired", "gone", "unknown"]

# The columns of a summary, and when it has to be forgotten; it is put off by a day at least, as that is a write.
_REMEMBERED: Final = ("title", "image_url", "valid_until", "forget_at")
_PUT_OFF: Final = timedelta(days=1)


class Shown(NamedTuple):
    """A kept item; ``item`` only while it is live, and as the viewer sees it."""

    entry: Entry | Row
    availability: Availability
    item: msgspec.Raw | None


class Showing(NamedTuple):
    """Kept items in their order, and where the live ones come from; partial if an answer is missing."""

    shown: list[Shown]
    answers: list[Answer]
    is_partial: bool


def show(
    kind: str,
    entries: Sequence[Entry] | Sequence[Row],
    *,
    viewer: User | None,
    caller: str,
    on_miss: OnMiss,
    marks: Marks | None = None,
) -> Showing:
    """Look at kept items of one kind: those that are not in the cache with as few calls to upstream as it offers.

    ``live``; ``expired`` by its own date; ``gone``, as upstream leaves it out; ``unknown`` in an outage. What is newly
    seen is remembered. The ``viewer`` need not be the owner; None is an anonymous one, or one whose ``marks`` are known.
    ``caller`` and ``on_miss`` are those of ``get_many``.
    """
    now = time.time()
    batch = get_many(kind, [entry.item_id for entry in entries], caller=caller, on_miss=on_miss)
    _remember(kind, entries, batch)
    judged = [(entry, _availability(entry, batch, now)) for entry in entries]
    live = {entry.item_id: batch.found[entry.item_id] for entry, now_is in judged if now_is == "live"}
    answers = list(live.values())
    if viewer:
        ids = marks_in([answer.body for answer in answers])
        marks = marks_for(user_id=viewer.pk, version=viewer.library_version, ids=ids)
    items = {
        id_: msgspec.Raw(item.filled(marks, now=now))
        for id_, answer in live.items()
        for item in answer.body.items
    }
    shown = [Shown(entry, now_is, items.get(entry.item_id)) for entry, now_is in judged]
    return Showing(shown, answers, bool(batch.unknown - batch.unlisted))


def _availability(entry: Entry | Row, batch: Batch[Answer], now: float) -> Availability:
    if entry.valid_until and has_ended(entry.valid_until.timestamp(), now):
        return "expired"
    if entry.item_id in batch.absent:
        return "gone"
    return "live" if entry.item_id in batch.found else "unknown"


def _remember(kind: str, entries: Sequence[Entry] | Sequence[Row], batch: Batch[Answer]) -> None:
    """Update the rows of items that have changed: nothing is written for one that was seen like this before (or a day ago, of
    kinds whose titles have to be forgotten unless they are seen again).

    That is no change of the library: it counts no version. Rows that somebody else is writing just now are left to the next
    look: this is not under the person's lock, and who locks rows in another order would wait for us, and we for them. So
    are all of them while nothing can be written: whoever only looks is none the worse for that.
    """
    changed: dict[int, dict[str, Any]] = {}
    until = forget_at(kind, timezone.now())
    for entry in entries:
        answer = batch.found.get(entry.item_id)
        if answer is None or answer.is_stale:
            continue
        summary = summary_of(answer)
        is_due = until is not None and (entry.forget_at is None or entry.forget_at < until - _PUT_OFF)
        if is_due or summary != Summary(entry.title, entry.image_url, entry.valid_until):
            changed[entry.id] = dict(zip(_REMEMBERED, (*astuple(summary), until), strict=True))
            for name, value in changed[entry.id].items():
                setattr(entry, name, value)
    if not changed:
        return
    try:
        with transaction.atomic():
            rows = Entry.objects.filter(pk__in=changed)
            free = rows.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
            Entry.objects.bulk_update([Entry(pk=pk, **changed[pk]) for pk in free], _REMEMBERED)
    except DatabaseError as failure:
        log.warning("what was seen is not remembered", failure=type(failure).__name__)
