"""Creators whom a person follows: adding, removing, and what they publish."""

from django.db.models import QuerySet

from accounts.models import User
from favorites.models import Entry
from favorites.services.entries import add_entry, entries_of, find_entry, remove_entries, require_item
from favorites.services.pages import ShelfPage, page_of_shelf
from favorites.services.shelves import FOLLOWS, Key
from flyers_proxy.catalog import CREATOR
from proxy.catalog import OnMiss


class SelfFollowError(Exception):
    """The creator is the person."""


def follows_of(*, user: User) -> QuerySet[Entry]:
    """Return a person's follows, newest first."""
    return entries_of(user=user, shelf=FOLLOWS.name, kind=CREATOR.name)


def page_of_follows(*, user: User, page: int, limit: int) -> ShelfPage:
    """Return a page of a person's follows, newest first."""
    return page_of_shelf(user=user, shelf=FOLLOWS.name, kind=CREATOR.name, page=page, limit=limit)


def is_following(*, user: User | None, creator_id: int, on_miss: OnMiss) -> bool:
    """Say whether a person follows a creator; an anonymous one follows nobody.

    ``UpstreamNotFoundError`` when there is no such creator. In an outage "no" is still true: it says nothing of them.
    ``on_miss`` is called before upstream is.
    """
    if user and find_entry(user=user, key=_key(creator_id)):
        return True
    require_item(CREATOR.name, creator_id, on_miss=on_miss)
    return False


def is_oneself(user: User, key: Key) -> bool:
    """Say whether this would be a person who follows themselves."""
    return key == _key(user.creator_id or 0)


def add_follow(*, user: User, creator_id: int) -> tuple[Entry, bool]:
    """Return the follow of a creator, stored if it was not, and whether it is new.

    ``SelfFollowError`` when the person is the creator; otherwise fails as ``add_entry`` does.
    """
    if is_oneself(user, _key(creator_id)):
        raise SelfFollowError
    return add_entry(user=user, key=_key(creator_id))


def remove_follow(*, user: User, creator_id: int) -> None:
    """Remove a follow, if there is one, without a call to upstream."""
    remove_entries(user=user, shelf=FOLLOWS.name, kind=CREATOR.name, ids=[creator_id])


def _key(creator_id: int) -> Key:
    return Key(FOLLOWS.name, CREATOR.name, creator_id)
