"""clients: the flyer service, one method per endpoint, and the typed answers. It knows no cache and no Django.

The types are an allow-list: a field that is not named here ends here, whatever the service sends. Every value
of them that came from the service is clean: texts hold nothing that can't be seen and are cut, addresses are http
or https, moments are UTC, numbers are in range.
"""

from datetime import datetime
from typing import Annotated, Final, TypedDict, TypeVar, Unpack

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from clients import values
from clients.distance import distance_km
from clients.errors import UpstreamMalformedError
from clients.transport import Fetched, Health, Transport
from clients.values import MAX_ID

__all__ = [
    "Category",
    "Creator",
    "CreatorSummary",
    "Fetched",
    "Flyer",
    "FlyerClient",
    "FlyerPage",
    "FlyerQuery",
    "Health",
    "Image",
    "Location",
    "Validity",
]

MAX_IMAGES: Final = 5
MAX_CATEGORIES: Final = 500
MAX_CATEGORIES_OF_FLYER: Final = 20
# The service may measure on another globe than we do, and in whole metres.
RADIUS_GRACE: Final = 1.02
METRE: Final = 0.001

Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
Count = Annotated[int, Meta(ge=0, le=MAX_ID)]
Moment = Annotated[datetime, Meta(tz=True)]

T = TypeVar("T")
Identified = TypeVar("Identified", "Flyer", "Creator")


class CreatorSummary(Struct, frozen=True):
    """Who made a flyer, as far as a flyer tells."""

    id: Id
    username: str
    profile_picture: str | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "username", values.line(self.username, 150))
        force_setattr(self, "profile_picture", values.web_url(self.profile_picture))


class Image(Struct, frozen=True):
    """A picture of a flyer; ``order`` 0 comes first."""

    url: str
    order: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)] = 0


class Location(Struct, frozen=True):
    """Where a flyer is: degrees north and east."""

    address: str
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lng: Annotated[float, Meta(ge=-180, le=180)]

    def __post_init__(self) -> None:
        force_setattr(self, "address", values.line(self.address, 500))


class Validity(Struct, frozen=True):
    """From when until when a flyer counts, both moments included; UTC."""

    valid_from: Moment
    valid_until: Moment

    def __post_init__(self) -> None:
        force_setattr(self, "valid_from", values.utc(self.valid_from))
        force_setattr(self, "valid_until", values.utc(self.valid_until))

    def is_valid_at(self, moment: datetime) -> bool:
        """Say whether the flyer counts at ``moment`` (aware). What the service said when asked is soon stale."""
        return self.valid_from <= moment <= self.valid_until


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
        slugs = (values.line(slug, 100) for slug in self.categories)
        force_setattr(
            self,
            "categories",
            tuple(dict.fromkeys(slug for slug in slugs if slug))[:MAX_CATEGORIES_OF_FLYER],
        )
        images = sorted(
            (image for image in self.images if values.web_url(image.url)), key=lambda image: image.order
        )
        force_setattr(self, "images", tuple(images[:MAX_IMAGES]))
        if self.created_at is not None:
            force_setattr(self, "created_at", values.utc(self.created_at))


class FlyerPage(Struct, frozen=True):
    """One page: ``count`` flyers match in all; ``left_out`` came with this page and were not fit to show."""

    count: int
    results: tuple[Flyer, ...]
    left_out: int = 0


class Creator(Struct, frozen=True):
    """A creator's public profile."""

    id: Id
    username: str
    profile_picture: str | None = None
    bio: str | None = None
    created_at: Moment | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "username", values.line(self.username, 150))
        force_setattr(self, "profile_picture", values.web_url(self.profile_picture))
        if self.bio is not None:
            force_setattr(self, "bio", values.text(self.bio, 2000))
        if self.created_at is not None:
            force_setattr(self, "created_at", values.utc(self.created_at))


class Category(Struct, frozen=True):
    """A kind of flyer; ``flyer_count`` is how many there are, ``None`` when the service does not say."""

    slug: str
    name: str
    flyer_count: Count | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "slug", values.line(self.slug, 100))
        force_setattr(self, "name", values.line(self.name, 100))


class FlyerQuery(Struct, frozen=True):
    """Which flyers: filters are ANDed, the values within one are ORed; an empty one does not filter.

    ``lat``/``lng`` in degrees; ``radius`` in km, used with ``near_me``. The caller has checked it: ``page`` from
    1, ``page_size`` 1 to 50, at most 200 ``creators`` and 50 ``ids``.
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


class Asking(TypedDict, total=False):
    """What every question can come with.

    ``etag`` is that of an earlier answer: if it still holds, ``value`` is ``None``. ``request_id`` is sent along.
    ``ends_at``, a moment of the monotonic clock, may end the call before its own deadline does.
    """

    etag: str | None
    request_id: str | None
    ends_at: float


class FlyerClient:
    """The flyer service. Each method returns our types or raises ``UpstreamError``."""

    def __init__(self, transport: Transport) -> None:
        """Ask through ``transport``."""
        self._transport = transport

    def list_flyers(self, query: FlyerQuery, **asking: Unpack[Asking]) -> Fetched[FlyerPage]:
        """Return one page of flyers; ``UpstreamNotFoundError`` for a page past the last one."""
        return self._transport.get(
            "/api/v1/flyers/feed/",
            lambda document: _page(document, query),
            params=_params(query),
            **asking,
        )

    def get_flyer(self, flyer_id: int, **asking: Unpack[Asking]) -> Fetched[Flyer]:
        """Return one flyer; ``UpstreamNotFoundError`` if there is none."""
        return self._transport.get(
            f"/api/v1/flyers/{flyer_id}/",
            lambda document: _asked_for(flyer_id, _converted(document, Flyer)),
            **asking,
        )

    def get_creator(self, creator_id: int, **asking: Unpack[Asking]) -> Fetched[Creator]:
        """Return a creator's profile; ``UpstreamNotFoundError`` if there is none."""
        return self._transport.get(
            f"/api/v1/users/{creator_id}/",
            lambda document: _asked_for(creator_id, _converted(document, Creator)),
            **asking,
        )

    def list_categories(self, **asking: Unpack[Asking]) -> Fetched[tuple[Category, ...]]:
        """Return every category, as the service orders them."""
        return self._transport.get("/api/v1/categories/", _categories, **asking)

    def health(self) -> Health:
        """Return how it goes with the service. Asks nobody."""
        return self._transport.health()


def _params(query: FlyerQuery) -> dict[str, str | int]:
    params: dict[str, str | int] = {
        "lat": _decimal(query.lat),
        "lng": _decimal(query.lng),
        "page": query.page,
        "page_size": query.page_size,
    }
    if query.categories:
        params["categories"] = ",".join(query.categories)
    if query.search:
        params["search"] = query.search
    if query.near_me:
        params |= {"near_me": "true", "radius": _decimal(query.radius)}
    if query.creators:
        params["creators"] = ",".join(map(str, query.creators))
    if query.ids:
        params["ids"] = ",".join(map(str, query.ids))
    return params


def _decimal(number: float) -> str:
    """Write a number without an exponent, which not every service reads: 45.5, 9, 0.00001."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


class _Page(Struct):
    count: Count
    results: list[object]


def _page(document: object, query: FlyerQuery) -> FlyerPage:
    """Keep the flyers that are fit to show; a page without a single fit one is no empty page but a failure.

    So is one with a flyer that was not asked for: a service that ignores a filter answers with everything.
    """
    page = _converted(document, _Page)
    if len(page.results) > query.page_size:
        raise UpstreamMalformedError("more flyers than asked for")
    fit = _fit(page.results, Flyer)
    if page.results and not fit:
        raise UpstreamMalformedError("no flyer of the page is fit to show")
    if (name := _ignored_filter(fit, query)) is not None:
        raise UpstreamMalformedError(f"an answer that ignores the filter {name}")
    return FlyerPage(count=page.count, results=tuple(fit), left_out=len(page.results) - len(fit))


def _ignored_filter(flyers: list[Flyer], query: FlyerQuery) -> str | None:
    """Return the name of a filter that one of these flyers contradicts.

    What a flyer does not say contradicts nothing, and which texts a search finds is for the service to judge.
    """
    if query.ids and not {flyer.id for flyer in flyers}.issubset(query.ids):
        return "ids"
    if query.creators and not {flyer.creator.id for flyer in flyers}.issubset(query.creators):
        return "creators"
    if query.categories:
        wanted = {
            slug.casefold() for slug in query.categories
        }  # "Music" may be another way to ask for "music".
        for flyer in flyers:
            # Without any it says nothing, and with so many some may have been cut off.
            is_telling = 0 < len(flyer.categories) < MAX_CATEGORIES_OF_FLYER
            if is_telling and wanted.isdisjoint(map(str.casefold, flyer.categories)):
                return "categories"
    if query.near_me:
        here, farthest = (query.lat, query.lng), query.radius * RADIUS_GRACE + METRE
        if any(distance_km(here, (flyer.location.lat, flyer.location.lng)) > farthest for flyer in flyers):
            return "near_me"
    return None


def _categories(document: object) -> tuple[Category, ...]:
    items = _converted(document, list[object])
    if len(items) > MAX_CATEGORIES:
        raise UpstreamMalformedError("more categories than anyone can choose from")
    fit = tuple(_fit(items, Category))
    if items and not fit:
        raise UpstreamMalformedError("no category is fit to show")
    return fit


def _asked_for(asked_id: int, answer: Identified) -> Identified:
    if answer.id != asked_id:
        raise UpstreamMalformedError("an answer to another question")
    return answer


def _fit(items: list[object], into: type[T]) -> list[T]:
    fit = []
    for item in items:
        try:
            fit.append(_converted(item, into))
        except UpstreamMalformedError:
            continue
    return fit


def _converted(document: object, into: type[T]) -> T:
    try:
        return msgspec.convert(document, into)
    except (msgspec.ValidationError, ValueError):  # A ValueError of its own: a moment with a lone surrogate.
        raise UpstreamMalformedError("not the promised shape") from None


# In msgspec 0.22 two threads that read a type for the first time at once crash the process: so each is learned here, by one.
for _type in (Flyer, Creator, Category, _Page):
    msgspec.json.Decoder(_type)
