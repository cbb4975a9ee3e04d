"""Client of the flyer service: one method per endpoint, and the types of its answers.

The types are an allow-list: a field that is not named here is dropped. All values are clean: texts hold nothing invisible
and are cut, addresses are http or https, moments are UTC, numbers are in range.
"""

from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Annotated, Final, TypeVar, Unpack

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from clients import values
from clients.decoding import convert, convert_valid, prepare
from clients.distance import distance_km
from clients.errors import UpstreamMalformedError
from clients.transport import CallOptions, Fetched, ListPage, Transport
from clients.values import MAX_ID

MAX_IMAGES: Final = 5
MAX_CATEGORIES: Final = 500
MAX_CATEGORIES_OF_FLYER: Final = 20
# The service may measure on another globe than we do, and in whole metres.
RADIUS_GRACE: Final = 1.02
METRE: Final = 0.001

Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
Count = Annotated[int, Meta(ge=0, le=MAX_ID)]
Moment = Annotated[datetime, Meta(tz=True)]
WebUrl = Annotated[str, Meta(extra_json_schema={"format": "uri"})]

Identified = TypeVar("Identified", "Flyer", "Creator")


class CreatorSummary(Struct, frozen=True):
    """The creator of a flyer, as flyers name it."""

    id: Id
    username: str
    profile_picture: WebUrl | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "username", values.line(self.username, 150))
        force_setattr(self, "profile_picture", values.web_url(self.profile_picture))


class Image(Struct, frozen=True):
    """A picture of a flyer; ``order`` 0 comes first."""

    url: WebUrl
    order: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)] = 0


class Location(Struct, frozen=True):
    """Where a flyer is: degrees north and east."""

    address: str
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lng: Annotated[float, Meta(ge=-180, le=180)]

    def __post_init__(self) -> None:
        force_setattr(self, "address", values.line(self.address, 500))


class Validity(Struct, frozen=True):
    """First and last moment at which a flyer is valid; UTC."""

    valid_from: Moment
    valid_until: Moment

    def __post_init__(self) -> None:
        force_setattr(self, "valid_from", values.utc(self.valid_from))
        force_setattr(self, "valid_until", values.utc(self.valid_until))


class Flyer(Struct, frozen=True, kw_only=True):
    """One flyer; ``images`` in the order to show them, only those a browser can load."""

    id: Id
    title: str
    description: str = ""
    categories: tuple[str, ...] = ()
    creator: CreatorSummary
    images: tuple[Image, ...] = ()
    location: Location
    validity: Validity
    created_at: Moment | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "title", values.line(self.title, 200))
        force_setattr(self, "description", values.text(self.description, 2000))
        slugs = dict.fromkeys([values.line(slug, 100) for slug in self.categories])
        force_setattr(self, "categories", tuple(filter(None, slugs))[:MAX_CATEGORIES_OF_FLYER])
        images = [image for image in self.images if values.web_url(image.url)]
        if len(images) > 1:
            images.sort(key=attrgetter("order"))
        force_setattr(self, "images", tuple(images[:MAX_IMAGES]))
        if self.created_at is not None:
            force_setattr(self, "created_at", values.utc(self.created_at))


FlyerPage = ListPage[Flyer]


class Creator(CreatorSummary, frozen=True):
    """A creator's public profile."""

    bio: str | None = None
    created_at: Moment | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.bio is not None:
            force_setattr(self, "bio", values.text(self.bio, 2000))
        if self.created_at is not None:
            force_setattr(self, "created_at", values.utc(self.created_at))


class Category(Struct, frozen=True):
    """A category of flyers; ``flyer_count`` is ``None`` if the service does not say."""

    slug: str
    name: str
    flyer_count: Count | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "slug", values.line(self.slug, 100))
        force_setattr(self, "name", values.line(self.name, 100))


class FlyerQuery(Struct, frozen=True):
    """Filters of flyers: they are ANDed, the values within one are ORed; an empty one does not filter.

    ``lat``/``lng`` in degrees; ``radius`` in km, used with ``near_me``. The caller has checked it: ``page`` from 1,
    ``page_size`` 1 to 50, at most 200 ``creators`` and 50 ``ids``.
    """

    lat: float
    lng: float
    page: int = 1
    page_size: int = 20
    categories: tuple[str, ...] = ()
    search: str | None = None
    near_me: bool = False
    radius: float = 5
    creators: tuple[int, ...] = ()
    ids: tuple[int, ...] = ()


class FlyerClient:
    """The flyer service. Each method raises ``UpstreamError`` if the service fails."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_flyers(self, query: FlyerQuery, **call: Unpack[CallOptions]) -> Fetched[FlyerPage]:
        """Return one page of flyers. Raises ``UpstreamNotFoundError`` for a page past the last one."""
        decode = partial(_page, query)
        return self._transport.get("/api/v1/flyers/feed/", decode, params=_params(query), **call)

    def get_flyer(self, flyer_id: int, **call: Unpack[CallOptions]) -> Fetched[Flyer]:
        """Return one flyer. Raises ``UpstreamNotFoundError`` if there is none."""
        return self._transport.get(f"/api/v1/flyers/{flyer_id}/", partial(_item, Flyer, flyer_id), **call)

    def get_creator(self, creator_id: int, **call: Unpack[CallOptions]) -> Fetched[Creator]:
        """Return a creator's profile. Raises ``UpstreamNotFoundError`` if there is none."""
        return self._transport.get(
            f"/api/v1/users/{creator_id}/", partial(_item, Creator, creator_id), **call
        )

    def list_categories(self, **call: Unpack[CallOptions]) -> Fetched[tuple[Category, ...]]:
        """Return every category, in the order of the service."""
        return self._transport.get("/api/v1/categories/", _categories, **call)


def _params(query: FlyerQuery) -> dict[str, str | int]:
    params: dict[str, str | int | None] = {
        "lat": values.decimal(query.lat),
        "lng": values.decimal(query.lng),
        "page": query.page,
        "page_size": query.page_size,
        "categories": ",".join(query.categories),
        "search": query.search,
        "near_me": "true" if query.near_me else None,
        "radius": values.decimal(query.radius) if query.near_me else None,
        "creators": ",".join(map(str, query.creators)),
        "ids": ",".join(map(str, query.ids)),
    }
    return {name: value for name, value in params.items() if value}


class _Page(Struct):
    count: Count
    results: list[object]


def _page(query: FlyerQuery, document: object) -> FlyerPage:
    """Return the valid flyers of a page; a page without a single valid one is no empty page but a failure.

    So is one with a flyer that does not match the query: a service that ignores a filter answers with everything.
    """
    page = convert(document, _Page)
    if len(page.results) > query.page_size:
        raise UpstreamMalformedError("more flyers than asked for")
    flyers = convert_valid(page.results, Flyer, none_valid="no flyer of the page is fit to show")
    if (name := _ignored_filter(flyers, query)) is not None:
        raise UpstreamMalformedError(f"an answer that ignores the filter {name}")
    return FlyerPage(page.count, tuple(flyers), left_out=len(page.results) - len(flyers))


def _ignored_filter(flyers: list[Flyer], query: FlyerQuery) -> str | None:
    """Return the name of a filter that one of these flyers contradicts, if any.

    A missing field contradicts nothing, and which texts a search finds is for the service to judge.
    """
    if query.ids and not {flyer.id for flyer in flyers}.issubset(query.ids):
        return "ids"
    if query.creators and not {flyer.creator.id for flyer in flyers}.issubset(query.creators):
        return "creators"
    if query.categories:
        wanted = set(map(str.casefold, query.categories))  # The service may take "Music" for "music".
        for flyer in flyers:
            # A flyer without categories contradicts none, and of so many some may have been cut off.
            is_complete = 0 < len(flyer.categories) < MAX_CATEGORIES_OF_FLYER
            if is_complete and wanted.isdisjoint(map(str.casefold, flyer.categories)):
                return "categories"
    if query.near_me:
        here, farthest = (query.lat, query.lng), query.radius * RADIUS_GRACE + METRE
        if any(distance_km(here, (flyer.location.lat, flyer.location.lng)) > farthest for flyer in flyers):
            return "near_me"
    return None


def _categories(document: object) -> tuple[Category, ...]:
    items = convert(document, list[object])
    if len(items) > MAX_CATEGORIES:
        raise UpstreamMalformedError("more categories than anyone can choose from")
    return tuple(convert_valid(items, Category, none_valid="no category is fit to show"))


def _item(into: type[Identified], expected_id: int, document: object) -> Identified:
    item = convert(document, into)
    if item.id != expected_id:
        raise UpstreamMalformedError("an answer to another question")
    return item


prepare(Flyer, Creator, Category, _Page)
