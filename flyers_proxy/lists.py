"""Lists of flyers: what is asked for, and how the service is called for it."""

from functools import partial
from typing import Any, Final, Unpack

import msgspec
from django.conf import settings

from clients import flyers
from clients.distance import Position, distance_km
from clients.flyers import FlyerClient, FlyerPage, FlyerQuery
from clients.transport import CallOptions, Fetched
from clients.values import MAX_ID
from proxy import pages

# The most flyers that the service gives on one page, and the most ids that one call takes.
UPSTREAM_PAGE: Final = 50
# The most creators that one call takes, and how many flyers of more of them can be paged through.
MAX_CREATORS: Final = 200
MAX_MERGED_ROWS: Final = 500
# Pages of the whole feed that are fetched at the same time.
PAGES_AT_ONCE: Final = 4


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
        """Say whether these are more creators than the service takes at once; of a feed alone they are filtered here."""
        return not offers_feed_alone() and self.creators is not None and len(self.creators) > MAX_CREATORS

    @property
    def reachable(self) -> int:
        """Return how many flyers can be paged through at most."""
        return MAX_MERGED_ROWS if self.is_merged else MAX_ID


def offers_feed_alone() -> bool:
    """Say whether the service has nothing but its feed: no filters, no single items."""
    return bool(settings.FLYERS_API_OFFERS == "feed")


def rounded(position: Position | None) -> Position:
    """Return the position that the service and cache keys may see; the default one when there is none."""
    lat, lng = position or (settings.FLYERS_DEFAULT_LAT, settings.FLYERS_DEFAULT_LNG)
    decimals = settings.FLYERS_LOCATION_DECIMALS
    return round(lat, decimals) + 0.0, round(lng, decimals) + 0.0  # + 0.0 turns -0.0 into 0.0


# --- How the service is called -----------------------------------------------------------------------


def fetch_feed(client: FlyerClient, **call: Unpack[CallOptions]) -> Fetched[FlyerPage]:
    """Return the whole feed at the default position, as much of it as the bounds of a snapshot allow."""
    return pages.collect(
        partial(_fetch_upstream_page, client, FlyerList(position=rounded(None)), call),
        upstream="flyers",
        size=UPSTREAM_PAGE,
        at_once=min(PAGES_AT_ONCE, settings.FLYERS_MAX_CONCURRENCY),
        max_items=settings.FLYERS_SNAPSHOT_MAX_ITEMS,
        ends_at=call["ends_at"],
    )


def fetch_flyers(client: FlyerClient, query: FlyerList, **call: Unpack[CallOptions]) -> Fetched[FlyerPage]:
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


def fetch_creator_flyers(
    client: FlyerClient, query: FlyerList, **call: Unpack[CallOptions]
) -> Fetched[FlyerPage]:
    fetched = fetch_flyers(client, query, **call)
    if fetched.value is not None and fetched.value.count == 0:
        # A flyer proves its creator; silence may be nobody's.
        (creator_id,) = query.creators or ()
        call["etag"] = None
        client.get_creator(creator_id, **call)
    return fetched


def fetch_flyers_by_ids(
    client: FlyerClient, ids: tuple[int, ...], **call: Unpack[CallOptions]
) -> Fetched[FlyerPage]:
    lat, lng = rounded(None)
    return client.list_flyers(FlyerQuery(lat=lat, lng=lng, page_size=UPSTREAM_PAGE, ids=ids), **call)
