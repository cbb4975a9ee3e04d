"""The catalog of flyers: its kinds and lists, and how its service is called for them."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, Unpack

import msgspec
from django.conf import settings

from clients import flyers
from clients.distance import Position, distance_km
from clients.errors import UpstreamMalformedError, UpstreamNotFoundError
from clients.flyers import FlyerClient, FlyerPage, FlyerQuery
from clients.transport import CallOptions, Fetched, ListPage
from clients.values import MAX_ID
from flyers_proxy import shapes
from proxy import pages
from proxy.cache import free
from proxy.catalog import Catalog, OnMiss
from proxy.kinds import Kind, Listing
from proxy.store import Answer, Entry, Outcome

# The most flyers that the service gives on one page, and the most ids that one call takes.
UPSTREAM_PAGE: Final = 50
# The most creators that one call takes, and how many flyers of more of them can be paged through.
MAX_CREATORS: Final = 200
MAX_MERGED_ROWS: Final = 500


class FlyerList(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Which page of which flyers, normalised: equal questions are equal values, and none knows its caller.

    ``position`` is rounded to ``FLYERS_LOCATION_DECIMALS``: the service never learns where a person lives.
    ``creators`` is None for flyers of anybody, and empty for those of nobody.
    """

    position: Position
    page: int = 1
    limit: int = 10
    near_me: bool = False
    radius: float = 5.0
    categories: tuple[str, ...] = ()
    creators: tuple[int, ...] | None = None
    search: str | None = None

    @property
    def is_merged(self) -> bool:
        """Say whether these are more creators than the service takes at once."""
        return self.creators is not None and len(self.creators) > MAX_CREATORS

    @property
    def reachable(self) -> int:
        """Return how many flyers can be paged through at most."""
        return MAX_MERGED_ROWS if self.is_merged else MAX_ID


def rounded(position: Position | None) -> Position:
    """Return the position that the service and cache keys may see; the default one when there is none."""
    lat, lng = position or (settings.FLYERS_DEFAULT_LAT, settings.FLYERS_DEFAULT_LNG)
    decimals = settings.FLYERS_LOCATION_DECIMALS
    return round(lat, decimals) + 0.0, round(lng, decimals) + 0.0  # + 0.0 turns -0.0 into 0.0


# --- How the service is called -----------------------------------------------------------------------


def _fetch_flyers(client: FlyerClient, query: FlyerList, **call: Unpack[CallOptions]) -> Fetched[FlyerPage]:
    etag = call.pop("etag", None)
    if not query.is_merged:
        fetch = partial(_fetch_upstream_page, client, query, call)
        return pages.assemble(fetch, etag=etag, **_place(query))
    creators = query.creators or ()
    lists = [
        partial(
            _fetch_upstream_page,
            client,
            msgspec.structs.replace(query, creators=creators[start : start + MAX_CREATORS]),
            call,
        )
        for start in range(0, len(creators), MAX_CREATORS)
    ]
    return pages.merge(lists, rank=partial(_rank, query.position), **_place(query))


def _place(query: FlyerList) -> dict[str, Any]:
    return {"upstream": "flyers", "page": query.page, "limit": query.limit, "max_size": UPSTREAM_PAGE}


def _fetch_upstream_page(
    client: FlyerClient, query: FlyerList, call: CallOptions, number: int, size: int, etag: str | None
) -> Fetched[FlyerPage]:
    page = FlyerQuery(
        lat=query.position[0],
        lng=query.position[1],
        page=number,
        page_size=size,
        categories=query.categories,
        search=query.search,
        near_me=query.near_me,
        radius=query.radius,
        creators=query.creators or (),
    )
    call = call.copy()  # others fetch their pages with it at the same time
    call["etag"] = etag
    return client.list_flyers(page, **call)


def _rank(position: Position, flyer: flyers.Flyer) -> tuple[float, float, int]:
    """Return what the service orders by; a flyer that does not say since when it exists comes last."""
    age = float("inf") if flyer.created_at is None else -flyer.created_at.timestamp()
    return age, distance_km((flyer.location.lat, flyer.location.lng), position), flyer.id


def _fetch_creator_flyers(
    client: FlyerClient, query: FlyerList, **call: Unpack[CallOptions]
) -> Fetched[FlyerPage]:
    fetched = _fetch_flyers(client, query, **call)
    if fetched.value is not None and fetched.value.count == 0:
        # A flyer proves its creator; silence may be nobody's.
        (creator_id,) = query.creators or ()
        call["etag"] = None
        client.get_creator(creator_id, **call)
    return fetched


def _fetch_flyers_by_ids(
    client: FlyerClient, ids: tuple[int, ...], **call: Unpack[CallOptions]
) -> Fetched[FlyerPage]:
    lat, lng = rounded(None)
    return client.list_flyers(FlyerQuery(lat=lat, lng=lng, page_size=UPSTREAM_PAGE, ids=ids), **call)


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

FLYER: Final = Kind(
    shapes.FLYER,
    FlyerClient.get_flyer,
    by_ids=Listing("flyers-by-ids", shapes.FLYER, _fetch_flyers_by_ids),
    max_batch=UPSTREAM_PAGE,
    relations=("favorites", "watchlist", "ratings"),
    path="flyers",
)
CREATOR: Final = Kind(
    shapes.CREATOR,
    FlyerClient.get_creator,
    max_looks=100,  # a page of follows shows so many profiles
    relations=("follows",),
    path="creators",
)

_FLYER_LIST: Final = Listing("flyers", shapes.FLYER, _fetch_flyers)
_CREATOR_FLYERS: Final = Listing("creator-flyers", shapes.FLYER, _fetch_creator_flyers)
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
        now = time.time()
        return Answer(
            Entry(shapes.FLYER.render_page(0, ()), fetched_at=now, fresh_until=now, max_age=0), Outcome.HIT
        )
    if (query.page - 1) * query.limit >= query.reachable:
        raise pages.PageTooDeepError(
            f"Of more than {MAX_CREATORS} creators only the first {MAX_MERGED_ROWS} flyers can be shown."
        )
    return FLYERS.get_page(_FLYER_LIST, query, on_miss=on_miss)


def get_creator_flyers(creator_id: int, query: FlyerList, *, on_miss: OnMiss = free) -> Answer:
    """Return one page of a creator's flyers; ``UpstreamNotFoundError`` if there is no such creator."""
    query = msgspec.structs.replace(query, creators=(creator_id,))
    return FLYERS.get_page_of(CREATOR, creator_id, _CREATOR_FLYERS, query, on_miss=on_miss)


def get_categories(*, on_miss: OnMiss = free) -> Answer:
    """Return every category."""
    return FLYERS.get_page(_CATEGORIES, _All(), on_miss=on_miss)
