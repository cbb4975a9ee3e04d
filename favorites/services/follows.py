"""Creators whom a person follows: adding, removing, and who they are."""

from django.db.models import QuerySet

from accounts.models import User
from clients.errors import UpstreamError, UpstreamNotFoundError
from favorites.models import Follow
from favorites.services.tables import FOLLOWS
from flyers_proxy.catalog import CREATOR, FLYERS
from proxy.catalog import OnMiss


class SelfFollowError(Exception):
    """The creator is the person."""


def follows_of(*, user: User) -> QuerySet[Follow]:
    """Return a person's follows, newest first."""
    return Follow.objects.filter(user=user).order_by("-created_at", "-id")


def is_following(*, user: User | None, creator_id: int, on_miss: OnMiss) -> bool:
    """Say whether a person follows a creator; an anonymous one follows nobody.

    ``UpstreamNotFoundError`` when there is no such creator. In an outage "no" is still true: it says nothing of them.
    ``on_miss`` is called before upstream is.
    """
    if user and FOLLOWS.get(user, creator_id):
        return True
    try:
        FLYERS.get(CREATOR, creator_id, on_miss=on_miss)
    except UpstreamNotFoundError:
        raise
    except UpstreamError:
        return False
    return False


def add_follow(*, user: User, creator_id: int) -> tuple[Follow, bool]:
    """Return the follow of a creator, saved if it was not, and whether it is new.

    ``SelfFollowError`` when the person is the creator; ``UpstreamNotFoundError`` when there is none, and on any other
    ``UpstreamError`` nothing is written. ``LibraryFullError`` past the limit.
    """
    if creator_id == user.creator_id:
        raise SelfFollowError
    if saved := FOLLOWS.get(user, creator_id):
        return saved, False
    FLYERS.get(CREATOR, creator_id, confirm=True)  # Never follow a creator whom upstream does not have.
    return FOLLOWS.insert_one(user, Follow(user=user, creator_id=creator_id))


def remove_follow(*, user: User, creator_id: int) -> None:
    """Remove a follow, if there is one, without a call to upstream."""
    FOLLOWS.delete(user, [creator_id])
