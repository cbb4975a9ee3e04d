"""What followed creators have published since a person last looked."""

import time
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from django.utils import timezone

from accounts.models import User
from favorites.models import Entry, LibraryState
from favorites.services.follows import follows_of
from favorites.services.writes import open_library
from flyers_proxy.catalog import FLYERS, get_flyers
from flyers_proxy.lists import FlyerList, rounded
from proxy.catalog import OnMiss
from proxy.store import Answer

# The newest flyers are looked through, so many at once, and no further than this.
_PAGE: Final = 100
_MAX_PAGES: Final = 3


class News(NamedTuple):
    """A followed creator with flyers that are new: how many, and when the newest was published."""

    follow: Entry
    new_flyers: int
    published_at: datetime


class NewsSince(NamedTuple):
    """What is new, the newest first, and the pages that say so; not complete if there were more than could be looked through."""

    news: list[News]
    pages: list[Answer]
    is_complete: bool


class _Creator(msgspec.Struct):
    id: int


class _Published(msgspec.Struct):
    id: int
    creator: _Creator
    created_at: datetime | None = None


def news_of(*, user: User, on_miss: OnMiss) -> NewsSince:
    """Return the followed creators with valid flyers that were published since the person last looked, or followed them.

    Raises ``UpstreamError`` as any list of flyers does. Flyers that don't say since when they exist are never new, and
    those of a moment to come are not yet.
    """
    follows = {follow.item_id: follow for follow in follows_of(user=user)}
    state = LibraryState.objects.filter(user=user, follows_seen_at__isnull=False).first()
    seen_at = state.follows_seen_at if state else None
    since = {id_: max(follow.created_at, seen_at or follow.created_at) for id_, follow in follows.items()}
    now = timezone.now()
    found: dict[
        int, dict[int, datetime]
    ] = {}  # by creator, by flyer: pages that are not of one moment overlap
    pages: list[Answer] = []
    is_complete = not follows
    # Half of one call's time: the last page and the profiles of the creators may take one each besides.
    ends_at = time.monotonic() + FLYERS.setting("DEADLINE_SECONDS") / 2
    while not is_complete and len(pages) < _MAX_PAGES and (not pages or time.monotonic() < ends_at):
        query = FlyerList(
            position=rounded(None), page=len(pages) + 1, limit=_PAGE, creators=tuple(sorted(follows))
        )
        page = get_flyers(query, on_miss=on_miss)
        pages.append(page)
        published = [item.read(_Published) for item in page.body.items]
        for flyer in published:
            id_, moment = flyer.creator.id, flyer.created_at
            if moment is not None and id_ in since and since[id_] < moment <= now:
                found.setdefault(id_, {})[flyer.id] = moment
        # They come newest first, and those without a moment last.
        oldest = published[-1].created_at if published else None
        is_last = page.body.count <= len(pages) * _PAGE
        is_complete = is_last or oldest is None or oldest <= min(since.values())
    news = [News(follows[id_], len(flyers), max(flyers.values())) for id_, flyers in found.items()]
    news.sort(key=lambda each: (each.published_at, each.follow.item_id), reverse=True)
    return NewsSince(news, pages, is_complete)


def mark_seen(*, user: User, until: datetime | None) -> datetime:
    """Store that a person has looked at what was published until then, by default now; never back, never ahead.

    Return until when that is.
    """
    now = timezone.now()
    until = min(until or now, now)
    with open_library(user):  # of two devices at once none sets it back
        state, _ = LibraryState.objects.get_or_create(user=user)
        if state.follows_seen_at is None or state.follows_seen_at < until:
            state.follows_seen_at = until
            state.save(update_fields=["follows_seen_at"])
    return state.follows_seen_at
