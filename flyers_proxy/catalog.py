"""The catalog of flyers: its kinds and lists."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, Unpack

import msgspec
from msgspec.structs import replace

from clients import flyers
from clients.errors import UpstreamMalformedError, UpstreamNotFoundError
from clients.flyers import FlyerClient
from clients.transport import CallOptions, Fetched, ListPage
from flyers_proxy import feed, lists, shapes
from flyers_proxy.lists import (
    MAX_CREATORS,
    MAX_MERGED_ROWS,
    UPSTREAM_PAGE,
    FlyerList,
    offers_feed_alone,
    rounded,
)
from proxy import pages
from proxy.cache import free
from proxy.catalog import Catalog, OnMiss
from proxy.kinds import Kind, Listing
from proxy.shapes import Shape
from proxy.store import Answer, Entry, Outcome


class _All(msgspec.Struct, frozen=True):
    """The query of a list that has no parameters."""


def _fetch_categories(
    client: FlyerClient, query: _All, **call: Unpack[CallOptions]
) -> Fetched[ListPage[flyers.Category]]:
    try:
        fetched = client.list_categories(**call)
    except UpstreamNotFoundError:
        raise UpstreamMalformedError("the list of categories was not found") from None
    return fetched.mapped(lambda found: ListPage(len(found), found))


# --- The catalog ------------------------------------------------------------------------------------

# Then all that follows is cut from the feed.
_FEED_ALONE: Final = offers_feed_alone()

_BY_IDS: Final = Listing("flyers-by-ids", shapes.FLYER, lists.fetch_flyers_by_ids)
FLYER: Final = Kind(
    shapes.FLYER,
    None if _FEED_ALONE else FlyerClient.get_flyer,
    by_ids=None if _FEED_ALONE else _BY_IDS,
    max_batch=UPSTREAM_PAGE,
    found=feed.FLYERS_FOUND if _FEED_ALONE else None,
    relations=("favorites", "watchlist", "ratings"),
    path="flyers",
)
CREATOR: Final = Kind(
    shapes.CREATOR,
    None if _FEED_ALONE else FlyerClient.get_creator,
    max_looks=100,  # a page of follows shows so many profiles
    found=feed.CREATORS_FOUND if _FEED_ALONE else None,
    relations=("follows",),
    path="creators",
)

_FLYER_LIST: Final = feed.FLYER_LIST if _FEED_ALONE else Listing("flyers", shapes.FLYER, lists.fetch_flyers)
_CREATOR_FLYERS: Final = Listing("creator-flyers", shapes.FLYER, lists.fetch_creator_flyers)
_CATEGORIES: Final = Listing("categories", shapes.CATEGORY, _fetch_categories)


def _warm(number: int) -> Iterator[tuple[str, Callable[[], Answer]]]:
    yield "categories", get_categories
    for page in range(1, number + 1):
        yield f"page {page}", partial(get_flyers, FlyerList(position=rounded(None), page=page))


FLYERS: Final = Catalog(
    "flyers",
    service="flyer service",
    prefix="FLYERS",
    client=FlyerClient,
    kinds=[FLYER, CREATOR],
    listings=[_FLYER_LIST, _CREATOR_FLYERS, _CATEGORIES],
    warm=_warm,
)


def get_flyers(query: FlyerList, *, on_miss: OnMiss = free) -> Answer:
    """Return one page of flyers; a page past the end is empty. ``PageTooDeepError`` past what can be merged."""
    if query.creators == ():
        return _nothing(shapes.FLYER)
    if (query.page - 1) * query.limit >= query.reachable:
        raise pages.PageTooDeepError(
            f"Of more than {MAX_CREATORS} creators only the first {MAX_MERGED_ROWS} flyers can be shown."
        )
    return FLYERS.get_page(_FLYER_LIST, _as_asked(query), on_miss=on_miss)


def get_creator_flyers(creator_id: int, query: FlyerList, *, on_miss: OnMiss = free) -> Answer:
    """Return one page of a creator's flyers; ``UpstreamNotFoundError`` if there is no such creator."""
    query = _as_asked(replace(query, creators=(creator_id,)))
    if _FEED_ALONE:
        FLYERS.get(CREATOR, creator_id, on_miss=on_miss)  # A flyer proves its creator.
        return FLYERS.get_page(_FLYER_LIST, query, on_miss=on_miss)
    return FLYERS.get_page_of(CREATOR, creator_id, _CREATOR_FLYERS, query, on_miss=on_miss)


def get_categories(*, on_miss: OnMiss = free) -> Answer:
    """Return every category; of a service that offers its feed alone none is known."""
    if _FEED_ALONE:
        return _nothing(shapes.CATEGORY)
    return FLYERS.get_page(_CATEGORIES, _All(), on_miss=on_miss)


def _as_asked(query: FlyerList) -> FlyerList:
    """Return the query with no more than makes a difference, so that equal answers share one entry."""
    is_anywhere = _FEED_ALONE and not query.near_me
    return replace(query, position=rounded(None)) if is_anywhere else query


def _nothing(shape: Shape[Any]) -> Answer:
    now = time.time()
    return Answer(Entry(shape.render_page(0, ()), fetched_at=now, fresh_until=now, max_age=0), Outcome.HIT)
