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
from favorites.services.tables import FAVORITES, person_lock
from proxy.batches import confirm, confirm_many
from proxy.rendering import Summary

EXPIRING = timedelta(hours=48)


class FavoriteNotFoundError(Exception):
    """The person has not saved this flyer."""


_UNKNOWN = "Not judged and not written, as the flyer service did not tell: ask again for these."
BATCH_EXAMPLE = {"added": [7], "existing": [], "not_found": [99], "unknown": []}


@extend_schema_serializer(examples=[OpenApiExample("A batch", value=BATCH_EXAMPLE)])
class KeptBatch(Struct):
    """What became of each flyer, in the order they were given."""

    added: list[int]
    existing: list[int]
    not_found: list[int]
    unknown: Annotated[list[int], Meta(description=_UNKNOWN)]


class RemovedBatch(Struct):
    """What became of each flyer, in the order they were given."""

    removed: list[int]
    absent: list[int]


def favorites_of(*, user: User, expiring: bool = False, sort: str = "-created_at") -> QuerySet[Favorite]:
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
    """Return a favorite; ``FavoriteNotFoundError`` if there is none."""
    saved = FAVORITES.get(user, flyer_id)
    if saved is None:
        raise FavoriteNotFoundError
    return saved


def add_favorite(*, user: User, flyer_id: int) -> tuple[Favorite, bool]:
    """Return the favorite of a flyer, saved if it was not, and whether it is new.

    ``UpstreamNotFoundError`` when there is no such flyer; on any other ``UpstreamError`` nothing is written.
    ``LibraryFullError`` past the limit.
    """
    if saved := FAVORITES.get(user, flyer_id):
        return saved, False
    summary = confirm("flyer", flyer_id)  # Never save a flyer that upstream does not have.
    return FAVORITES.insert_one(user, _favorite(user, flyer_id, summary))


def add_favorites(*, user: User, flyer_ids: Sequence[int]) -> KeptBatch:
    """Save several flyers, each judged by itself; what could not be judged is reported as unknown and not written.

    An ``UpstreamError`` only when none could be judged; ``LibraryFullError`` when they don't all fit, and then none is saved.
    """
    wanted = list(dict.fromkeys(flyer_ids))
    existing = FAVORITES.existing(user, wanted)
    new = [flyer_id for flyer_id in wanted if flyer_id not in existing]
    batch = confirm_many("flyer", new, caller=f"user {user.pk}")
    if batch.failure and not (existing or batch.found or batch.absent):
        raise batch.failure
    added: set[int] = set()
    if batch.found:
        # In one list the newest row stands first: written backwards, they are shown in the order they were given.
        rows = [
            _favorite(user, flyer_id, batch.found[flyer_id])
            for flyer_id in reversed(wanted)
            if flyer_id in batch.found
        ]
        with person_lock(user):
            added = FAVORITES.insert(user, rows)
    existing |= batch.found.keys() - added  # saved meanwhile by the same person elsewhere
    return KeptBatch(
        added=[flyer_id for flyer_id in wanted if flyer_id in added],
        existing=[flyer_id for flyer_id in wanted if flyer_id in existing],
        not_found=[flyer_id for flyer_id in wanted if flyer_id in batch.absent],
        unknown=[flyer_id for flyer_id in wanted if flyer_id in batch.unknown],
    )


def remove_favorite(*, user: User, flyer_id: int) -> None:
    """Remove a favorite, without a call to upstream; ``FavoriteNotFoundError`` if there is none."""
    if not FAVORITES.delete(user, [flyer_id]):
        raise FavoriteNotFoundError


def remove_favorites(*, user: User, flyer_ids: Sequence[int]) -> RemovedBatch:
    """Remove several favorites; say which of them there were."""
    wanted = list(dict.fromkeys(flyer_ids))
    removed = FAVORITES.delete(user, wanted)
    return RemovedBatch(
        removed=[flyer_id for flyer_id in wanted if flyer_id in removed],
        absent=[flyer_id for flyer_id in wanted if flyer_id not in removed],
    )


def set_favorite(*, user: User, flyer_id: int, favorite: bool) -> None:
    """Save a flyer or remove it, whatever was before; fails as ``add_favorite`` does."""
    if favorite:
        add_favorite(user=user, flyer_id=flyer_id)
    else:
        FAVORITES.delete(user, [flyer_id])


def _favorite(user: User, flyer_id: int, summary: Summary) -> Favorite:
    favorite = Favorite(user=user, flyer_id=flyer_id)
    favorite.summary = summary
    return favorite
