"""favorites: kept flyers as they are now, or what is remembered of them. It knows no caller and no page."""

import time
from collections.abc import Sequence
from typing import Literal, NamedTuple

from accounts.models import User
from favorites.models import Favorite
from favorites.services.marks import marks_for
from flyers_proxy.services import Answer, OnMiss
from proxy.batches import FlyerBatch, get_flyers_by_ids
from proxy.rendering import Marks, facts_of

Availability = Literal["live", "expired", "gone", "unknown"]


class Shown(NamedTuple):
    """A kept flyer; ``flyer`` only while it is live."""

    favorite: Favorite
    availability: Availability
    flyer: Answer | None = None


class Showing(NamedTuple):
    """Kept flyers in their order; ``is_partial`` when the flyer service could not tell of some."""

    items: list[Shown]
    is_partial: bool

    @property
    def flyers(self) -> list[Answer]:
        """Return those that are live."""
        return [shown.flyer for shown in self.items if shown.flyer]

    def marks_for(self, user: User | None) -> Marks | None:
        """Return what a person keeps of these, who need not be their keeper; None for an anonymous one."""
        if user is None:
            return None
        return marks_for(
            user_id=user.pk,
            flyer_ids=[shown.favorite.flyer_id for shown in self.items if shown.flyer],
            creator_ids={id_ for flyer in self.flyers for id_ in flyer.rendered.creator_ids},
        )


def show(favorites: Sequence[Favorite], *, caller: str, on_miss: OnMiss) -> Showing:
    """Look at kept flyers: those that are not in the cache with one question to upstream for each 50.

    Told apart: ``live``; ``expired`` by its own date; ``gone``, as upstream is silent about it; ``unknown`` in an
    outage. What is seen anew is remembered. ``caller`` names who asks, ``on_miss`` is called before upstream is asked.
    """
    now = time.time()
    flyer_ids = [favorite.flyer_id for favorite in favorites]
    seen = get_flyers_by_ids(flyer_ids, caller=caller, on_miss=on_miss)
    _remember(favorites, seen)
    return Showing([_shown(favorite, seen, now) for favorite in favorites], bool(seen.unknown))


def _shown(favorite: Favorite, seen: FlyerBatch, now: float) -> Shown:
    if favorite.valid_until and favorite.valid_until.timestamp() < now:
        return Shown(favorite, "expired")
    if favorite.flyer_id in seen.absent:
        return Shown(favorite, "gone")
    if favorite.flyer_id in seen.found:
        return Shown(favorite, "live", seen.found[favorite.flyer_id])
    return Shown(favorite, "unknown")


def _remember(favorites: Sequence[Favorite], seen: FlyerBatch) -> None:
    """Renew what is kept of flyers that have changed: nothing is written for one that was seen like this before."""
    changed = []
    for favorite in favorites:
        answer = seen.found.get(favorite.flyer_id)
        if answer is None or answer.is_stale:
            continue
        facts = facts_of(answer.rendered)
        if facts != (favorite.title, favorite.image_url, favorite.valid_until):
            favorite.title, favorite.image_url, favorite.valid_until = facts
            changed.append(favorite)
    if changed:
        Favorite.objects.bulk_update(changed, ["title", "image_url", "valid_until"])
