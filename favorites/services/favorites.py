"""favorites: flyers that a person keeps: adding, removing, and which they are. It knows no HTTP and no page."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import User
from favorites.models import Favorite
from favorites.services.store import FAVORITES, one_at_a_time
from flyers_proxy.services import confirm_flyer
from proxy.batches import confirm_flyers
from proxy.rendering import Facts

EXPIRING = timedelta(hours=48)


class FavoriteNotFoundError(Exception):
    """The person does not keep this flyer."""


class Kept(NamedTuple):
    """What became of a batch: each flyer's id is in one of these, in the order they were given."""

    added: list[int]
    existing: list[int]
    not_found: list[int]
    unknown: list[int]


class Removed(NamedTuple):
    """What became of a batch: each flyer's id is in one of these, in the order they were given."""

    removed: list[int]
    absent: list[int]


def favorites_of(user: User, *, expiring: bool = False, sort: str = "-created_at") -> QuerySet[Favorite]:
    """Return what a person keeps: newest first, or (``sort="valid_until"``) by the end, the unknown end last.

    ``expiring`` leaves those that end within 48 hours.
    """
    kept = Favorite.objects.filter(user=user)
    if expiring:
        now = timezone.now()
        kept = kept.filter(valid_until__gte=now, valid_until__lte=now + EXPIRING)
    if sort == "valid_until":
        return kept.order_by(F("valid_until").asc(nulls_last=True), "id")
    return kept.order_by("-created_at", "-id")


def get_favorite(*, user: User, flyer_id: int) -> Favorite:
    """Return a kept flyer; ``FavoriteNotFoundError`` if it is not."""
    kept = FAVORITES.find(user, flyer_id)
    if kept is None:
        raise FavoriteNotFoundError
    return kept


def add_favorite(*, user: User, flyer_id: int) -> tuple[Favorite, bool]:
    """Keep a flyer for a person; say whether that was new. Twice is the same as once.

    ``UpstreamNotFoundError`` when there is no such flyer; another ``UpstreamError`` when nobody can say, and then
    nothing is written. ``LibraryFullError`` past the limit.
    """
    kept = FAVORITES.find(user, flyer_id)
    if kept:
        return kept, False
    facts = confirm_flyer(flyer_id)  # Never keep a flyer that upstream does not have.
    return FAVORITES.put(user, _favorite(user, flyer_id, facts))


def add_favorites(*, user: User, flyer_ids: Sequence[int]) -> Kept:
    """Keep several flyers, each judged by itself; what could not be judged is told as unknown and not written.

    An ``UpstreamError`` only when none could be judged; ``LibraryFullError`` when they don't all fit, and then none is kept.
    """
    wanted = list(dict.fromkeys(flyer_ids))
    kept = FAVORITES.keys(user, wanted)
    new = [flyer_id for flyer_id in wanted if flyer_id not in kept]
    seen = confirm_flyers(new, caller=f"user {user.pk}")
    if seen.failure and not (kept or seen.found or seen.absent):
        raise seen.failure
    added: set[int] = set()
    if seen.found:
        # In one list the newest row stands first: written backwards, they are shown in the order they were given.
        rows = [
            _favorite(user, flyer_id, seen.found[flyer_id])
            for flyer_id in reversed(wanted)
            if flyer_id in seen.found
        ]
        with one_at_a_time(user):
            added = FAVORITES.insert(user, rows)
    kept |= seen.found.keys() - added  # kept meanwhile by the same person elsewhere
    return Kept(
        added=[flyer_id for flyer_id in wanted if flyer_id in added],
        existing=[flyer_id for flyer_id in wanted if flyer_id in kept],
        not_found=[flyer_id for flyer_id in wanted if flyer_id in seen.absent],
        unknown=[flyer_id for flyer_id in wanted if flyer_id in seen.unknown],
    )


def remove_favorite(*, user: User, flyer_id: int) -> None:
    """Keep a flyer no longer; ``FavoriteNotFoundError`` if it was not. Upstream is never asked."""
    if not FAVORITES.drop(user, [flyer_id]):
        raise FavoriteNotFoundError


def remove_favorites(*, user: User, flyer_ids: Sequence[int]) -> Removed:
    """Keep several flyers no longer; say which of them were kept until now."""
    wanted = list(dict.fromkeys(flyer_ids))
    gone = FAVORITES.drop(user, wanted)
    return Removed(
        removed=[flyer_id for flyer_id in wanted if flyer_id in gone],
        absent=[flyer_id for flyer_id in wanted if flyer_id not in gone],
    )


def set_favorite(*, user: User, flyer_id: int, favorite: bool) -> None:
    """Keep a flyer or keep it no longer, whatever was before; fails as ``add_favorite`` does."""
    if favorite:
        add_favorite(user=user, flyer_id=flyer_id)
    else:
        FAVORITES.drop(user, [flyer_id])


def _favorite(user: User, flyer_id: int, facts: Facts) -> Favorite:
    return Favorite(
        user=user,
        flyer_id=flyer_id,
        title=facts.title,
        image_url=facts.image_url,
        valid_until=facts.valid_until,
    )
