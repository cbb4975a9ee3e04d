"""Saved flyers as they are now, or what is remembered of them."""

import time
from collections.abc import Sequence
from typing import Literal, NamedTuple

from accounts.models import User
from favorites.models import Favorite
from proxy.batches import Batch, get_many, summary_of
from proxy.catalog import OnMiss
from proxy.marks import marks_for
from proxy.rendering import Marks, has_ended, marks_in
from proxy.store import Answer

Availability = Literal["live", "expired", "gone", "unknown"]


class Shown(NamedTuple):
    """A saved flyer; ``flyer`` only while it is live."""

    favorite: Favorite
    availability: Availability
    flyer: Answer | None = None


class Showing(NamedTuple):
    """Saved flyers in their order, the live ones, and the viewer's marks on these; partial if some are unknown."""

    items: list[Shown]
    flyers: list[Answer]
    marks: Marks | None
    is_partial: bool


def show(favorites: Sequence[Favorite], *, viewer: User | None, caller: str, on_miss: OnMiss) -> Showing:
    """Look at saved flyers: those that are not in the cache with one call to upstream for each 50.

    ``live``; ``expired`` by its own date; ``gone``, as upstream leaves it out; ``unknown`` in an outage. What is newly
    seen is remembered. The ``viewer`` need not be the owner; None is an anonymous one. ``caller`` and ``on_miss`` are
    those of ``get_many``.
    """
    now = time.time()
    flyer_ids = [favorite.flyer_id for favorite in favorites]
    batch = get_many("flyer", flyer_ids, caller=caller, on_miss=on_miss)
    _remember(favorites, batch)
    items = [_shown(favorite, batch, now) for favorite in favorites]
    flyers = [shown.flyer for shown in items if shown.flyer]
    marks = None
    if viewer:
        ids = marks_in([flyer.body for flyer in flyers])
        marks = marks_for(user_id=viewer.pk, version=viewer.library_version, ids=ids)
    return Showing(items, flyers, marks, bool(batch.unknown))


def _shown(favorite: Favorite, batch: Batch[Answer], now: float) -> Shown:
    if favorite.valid_until and has_ended(favorite.valid_until.timestamp(), now):
        return Shown(favorite, "expired")
    if favorite.flyer_id in batch.absent:
        return Shown(favorite, "gone")
    if favorite.flyer_id in batch.found:
        return Shown(favorite, "live", batch.found[favorite.flyer_id])
    return Shown(favorite, "unknown")


def _remember(favorites: Sequence[Favorite], batch: Batch[Answer]) -> None:
    """Update the rows of flyers that have changed: nothing is written for one that was seen like this before."""
    changed = []
    for favorite in favorites:
        answer = batch.found.get(favorite.flyer_id)
        if answer and not answer.is_stale and favorite.summary != (summary := summary_of(answer)):
            favorite.summary = summary
            changed.append(favorite)
    if changed:
        Favorite.objects.bulk_update(changed, ["title", "image_url", "valid_until"])
