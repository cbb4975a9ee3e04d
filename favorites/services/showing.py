"""Saved flyers as they are now, or what is remembered of them."""

import time
from collections.abc import Sequence
from typing import Literal, NamedTuple

from accounts.models import User
from favorites.models import Favorite
from proxy.batches import Batch, get_many, summary_of
from proxy.catalog import OnMiss
from proxy.marks import marks_for
from proxy.rendering import Marks, Summary, has_ended, marks_in
from proxy.store import Answer

Availability = Literal["live", "expired", "gone", "unknown"]


class Shown(NamedTuple):
    """A saved flyer; ``flyer`` only while it is live."""

    favorite: Favorite
    availability: Availability
    flyer: Answer | None = None


class Showing(NamedTuple):
    """Saved flyers in their order; ``is_partial`` when the flyer service could not tell of some."""

    items: list[Shown]
    is_partial: bool

    @property
    def flyers(self) -> list[Answer]:
        """Return those that are live."""
        return [shown.flyer for shown in self.items if shown.flyer]

    def marks_for(self, user: User | None) -> Marks | None:
        """Return the marks of a person, who need not be the owner; None for an anonymous one."""
        if user is None:
            return None
        return marks_for(user_id=user.pk, ids=marks_in([flyer.body for flyer in self.flyers]))


def show(favorites: Sequence[Favorite], *, caller: str, on_miss: OnMiss) -> Showing:
    """Look at saved flyers: those that are not in the cache with one question to upstream for each 50.

    Told apart: ``live``; ``expired`` by its own date; ``gone``, as upstream is silent about it; ``unknown`` in an
    outage. What is seen anew is remembered. ``caller`` names who asks, ``on_miss`` is called before upstream is asked.
    """
    now = time.time()
    flyer_ids = [favorite.flyer_id for favorite in favorites]
    seen = get_many("flyer", flyer_ids, caller=caller, on_miss=on_miss)
    _remember(favorites, seen)
    return Showing([_shown(favorite, seen, now) for favorite in favorites], bool(seen.unknown))


def _shown(favorite: Favorite, seen: Batch[Answer], now: float) -> Shown:
    if favorite.valid_until and has_ended(favorite.valid_until.timestamp(), now):
        return Shown(favorite, "expired")
    if favorite.flyer_id in seen.absent:
        return Shown(favorite, "gone")
    if favorite.flyer_id in seen.found:
        return Shown(favorite, "live", seen.found[favorite.flyer_id])
    return Shown(favorite, "unknown")


def _remember(favorites: Sequence[Favorite], seen: Batch[Answer]) -> None:
    """Update the rows of flyers that have changed: nothing is written for one that was seen like this before."""
    changed = []
    for favorite in favorites:
        answer = seen.found.get(favorite.flyer_id)
        if answer is None or answer.is_stale:
            continue
        summary = summary_of(answer)
        if summary != Summary(favorite.title, favorite.image_url, favorite.valid_until):
            favorite.title, favorite.image_url = summary.title, summary.image_url
            favorite.valid_until = summary.ends_at
            changed.append(favorite)
    if changed:
        Favorite.objects.bulk_update(changed, ["title", "image_url", "valid_until"])
