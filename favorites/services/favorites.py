"""Flyers that a person saves: adding, removing, and which they are."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from django.db.models import F, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct

from accounts.models import User
from favorites.models import Favorite
from favorites.services.store import FAVORITES, one_at_a_time
from proxy.batches import confirm, confirm_many
from proxy.rendering import Summary

EXPIRING = timedelta(hours=48)


class FavoriteNotFoundError(Exception):
    """The person has not saved this flyer."""


BATCH_EXAMPLE = {"added": [7], "existing": [], "not_found": [99], "unknown": []}


@extend_schema_serializer(examples=[OpenApiExample("A batch", value=BATCH_EXAMPLE)])
class KeptBatch(Struct):
    """What became of each flyer, in the order they were given."""

    added: list[int]
    existing: list[int]
    not_found: list[int]
    unknown: Annotated[
        list[int],
        Meta(
            description="Not judged and not written, as the flyer service did not tell: ask again for these."
        ),
    ]


class RemovedBatch(Struct):
    """What became of each flyer, in the order they were given."""

    removed: list[int]
    absent: list[int]


def favorites_of(user: User, *, expiring: bool = False, sort: str = "-created_at") -> QuerySet[Favorite]:
    """Return a person's favorites: newest first, or (``sort="valid_until"``) by the end, the unknown end last.

    ``expiring`` leaves those that end within 48 hours.
    """
    saved = Favorite.objects.filter(user=user)
    if expiring:
        now = timezone.now()
        saved = saved.filter(valid_until__gte=now, valid_until__lte=now + EXPIRING)
    if sort == "valid_until":
        return saved.order_by(F("valid_until").asc(nulls_last=True), "id")
    return saved.order_by("-created_at", "-id")


def get_favorite(*, user: User, flyer_id: int) -> Favorite:
    """Return a saved flyer; ``FavoriteNotFoundError`` if it is not."""
    saved = FAVORITES.find(user, flyer_id)
    if saved is None:
        raise FavoriteNotFoundError
    return saved


def add_favorite(*, user: User, flyer_id: int) -> tuple[Favorite, bool]:
    """Save a flyer for a person; say whether that was new. Twice is the same as once.

    ``UpstreamNotFoundError`` when there is no such flyer; another ``UpstreamError`` when nobody can say, and then
    nothing is written. ``LibraryFullError`` past the limit.
    """
    saved = FAVORITES.find(user, flyer_id)
    if saved:
        return saved, False
    summary = confirm("flyer", flyer_id)  # Never save a flyer that upstream does not have.
    return FAVORITES.put(user, _favorite(user, flyer_id, summary))


def add_favorites(*, user: User, flyer_ids: Sequence[int]) -> KeptBatch:
    """Save several flyers, each judged by itself; what could not be judged is reported as unknown and not written.

    An ``UpstreamError`` only when none could be judged; ``LibraryFullError`` when they don't all fit, and then none is saved.
    """
    wanted = list(dict.fromkeys(flyer_ids))
    saved = FAVORITES.keys(user, wanted)
    new = [flyer_id for flyer_id in wanted if flyer_id not in saved]
    seen = confirm_many("flyer", new, caller=f"user {user.pk}")
    if seen.failure and not (saved or seen.found or seen.absent):
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
    saved |= seen.found.keys() - added  # saved meanwhile by the same person elsewhere
    return KeptBatch(
        added=[flyer_id for flyer_id in wanted if flyer_id in added],
        existing=[flyer_id for flyer_id in wanted if flyer_id in saved],
        not_found=[flyer_id for flyer_id in wanted if flyer_id in seen.absent],
        unknown=[flyer_id for flyer_id in wanted if flyer_id in seen.unknown],
    )


def remove_favorite(*, user: User, flyer_id: int) -> None:
    """Remove a favorite; ``FavoriteNotFoundError`` if there is none. Upstream is never asked."""
    if not FAVORITES.drop(user, [flyer_id]):
        raise FavoriteNotFoundError


def remove_favorites(*, user: User, flyer_ids: Sequence[int]) -> RemovedBatch:
    """Remove several favorites; say which of them there were."""
    wanted = list(dict.fromkeys(flyer_ids))
    removed = FAVORITES.drop(user, wanted)
    return RemovedBatch(
        removed=[flyer_id for flyer_id in wanted if flyer_id in removed],
        absent=[flyer_id for flyer_id in wanted if flyer_id not in removed],
    )


def set_favorite(*, user: User, flyer_id: int, favorite: bool) -> None:
    """Save a flyer or remove it, whatever was before; fails as ``add_favorite`` does."""
    if favorite:
        add_favorite(user=user, flyer_id=flyer_id)
    else:
        FAVORITES.drop(user, [flyer_id])


def _favorite(user: User, flyer_id: int, summary: Summary) -> Favorite:
    return Favorite(
        user=user,
        flyer_id=flyer_id,
        title=summary.title,
        image_url=summary.image_url,
        valid_until=summary.ends_at,
    )
