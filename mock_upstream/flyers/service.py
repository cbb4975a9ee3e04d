"""The contract's routes: parameters, documents, pictures."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import urlencode

from mock_upstream.flyers import catalog, pictures
from mock_upstream.flyers.catalog import Catalog, Creator, FeedQuery, Flyer, Position, distance_km
from mock_upstream.flyers.knobs import FlyerKnobs, flyer_of, in_utc
from mock_upstream.flyers.sample import compose
from mock_upstream.flyers.themes import THEMES
from mock_upstream.service import RefusedRequestError, Request, Service

Payload = dict[str, Any]
FEED = "/api/v1/flyers/feed/"
UNSAID = frozenset({"categories", "created_at"})  # by a service that offers its feed alone


def not_found(detail: str) -> RefusedRequestError:
    return RefusedRequestError(HTTPStatus.NOT_FOUND, detail)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, and the knobs, the time and the catalog with which it is answered."""

    request: Request
    knobs: FlyerKnobs
    now: datetime
    stock: Catalog

    def flyer(self, number: str) -> Flyer:
        if (flyer := self.stock.flyers.get(int(number))) is None:
            raise not_found(f"there is no flyer {number}")
        return flyer

    def creator(self, number: str) -> Creator:
        if (creator := self.stock.creators.get(int(number))) is None:
            raise not_found(f"there is no user {number}")
        return creator

    @property
    def is_feed_alone(self) -> bool:
        return self.knobs.offers == "feed"

    def flyer_payload(self, flyer: Flyer, distance: float | None) -> Payload:
        images = flyer.images and [
            {"url": f"{self.request.site}{image}", "order": order} for order, image in enumerate(flyer.images)
        ]
        payload = {
            "id": flyer.id,
            "title": flyer.title,
            "description": flyer.description,
            "categories": list(flyer.categories),
            "creator": self.creator_payload(flyer.creator),
            "images": images,
            "location": {
                "address": flyer.address,
                "lat": flyer.position.lat,
                "lng": flyer.position.lng,
                "distance_km": distance,
            },
            "validity": {
                "valid_from": in_utc(flyer.valid_from),
                "valid_until": in_utc(flyer.valid_until),
                "is_valid": flyer.is_valid(self.now),
            },
            "created_at": in_utc(flyer.created_at),
        }
        unsaid = UNSAID if self.is_feed_alone else ()
        return {name: value for name, value in payload.items() if value is not None and name not in unsaid}

    def creator_payload(self, creator: Creator) -> Payload:
        picture = creator.picture and f"{self.request.site}{creator.picture}"
        return {"id": creator.id, "username": creator.username, "profile_picture": picture}


def feed(asked: Asked) -> Any:
    """Answer one page of valid flyers."""
    request, alone = asked.request, asked.is_feed_alone
    readers = catalog.POSITION | (catalog.PAGE if alone else catalog.FILTERS)
    fields = catalog.read_fields(request.query, None if alone else readers)
    known = {name: text for name, text in fields.items() if name in readers.keys() - set(asked.knobs.ignores)}
    query = FeedQuery(**catalog.read_values(known, readers))
    hits = asked.stock.feed(query, asked.now)
    size, page = query.page_size, query.page
    last = max(1, ceil(len(hits) / size))
    if page > last:
        raise not_found(f"the last page is {last}")

    def link(number: int) -> str | None:
        there = f"{request.site}{request.path}?{urlencode({**fields, 'page': number})}"
        return there if 1 <= number <= last else None

    results = [asked.flyer_payload(*hit) for hit in hits[(page - 1) * size : page * size]]
    return {"count": len(hits), "next": link(page + 1), "previous": link(page - 1), "results": results}


def flyer(asked: Asked, number: str) -> Any:
    """Answer one flyer, expired or not."""
    fields = catalog.read_fields(asked.request.query, catalog.POSITION)
    here = Position(**catalog.read_values(fields, catalog.POSITION)) if fields else None
    found = asked.flyer(number)
    return asked.flyer_payload(found, distance_km(here, found.position) if here else None)


def creator(asked: Asked, number: str) -> Any:
    """Answer a creator's profile."""
    catalog.read_fields(asked.request.query, {})
    found = asked.creator(number)
    return asked.creator_payload(found) | {"bio": found.bio, "created_at": in_utc(found.created_at)}


def categories(asked: Asked) -> Any:
    """Answer every category, with how many valid flyers it has."""
    catalog.read_fields(asked.request.query, {})
    valid = (it for it in asked.stock.flyers.values() if it.is_valid(asked.now))
    counts = Counter(slug for it in valid for slug in it.categories)
    return [{"slug": it.slug, "name": it.name, "flyer_count": counts[it.slug]} for it in THEMES]


def flyer_picture(asked: Asked, number: str, order: str) -> str:
    """Answer one of a flyer's pictures; public."""
    found = asked.flyer(number)
    if asked.request.path not in (found.images or ()):
        raise not_found("there is no such picture")
    return pictures.flyer_picture(found, int(order))


def portrait(asked: Asked, number: str) -> str:
    """Answer a creator's profile picture; public."""
    found = asked.creator(number)
    if found.picture is None:
        raise not_found("there is no such picture")
    return pictures.portrait(found)


class FlyerService(Service):
    """The flyer service as its contract says, with a sample spread around a centre."""

    name = "flyer service"
    media = "/media/"
    knobs = FlyerKnobs()
    lifetime = "max-age=30"
    routes = (
        (FEED, feed),
        ("/api/v1/flyers/([1-9][0-9]{0,18})/", flyer),
        ("/api/v1/users/([1-9][0-9]{0,18})/", creator),
        ("/api/v1/categories/", categories),
        (r"/media/flyers/([1-9][0-9]{0,18})/([1-5])\.svg", flyer_picture),
        (r"/media/creators/([1-9][0-9]{0,18})\.svg", portrait),
    )

    def __init__(self, *, key: str, centre: Position, clock: Callable[[], datetime]) -> None:
        super().__init__(key=key, clock=clock)
        self._centre = centre

    def asked(self, request: Request, knobs: FlyerKnobs) -> Asked:
        now = self._clock().astimezone(UTC)
        sample = compose(now.date(), self._centre)
        if not (knobs.added or knobs.gone or knobs.gone_creators):
            return Asked(request, knobs, now, sample)
        added = [flyer_of(it, now.date(), sample.flyers[1]) for it in knobs.added]
        return Asked(request, knobs, now, sample.changed(added, knobs.gone, knobs.gone_creators))

    def has(self, path: str, knobs: FlyerKnobs) -> bool:
        return knobs.offers == "all" or path == FEED or path.startswith(self.media)

    def key(self, knobs: FlyerKnobs) -> str | None:
        return self._key if knobs.offers == "all" else None
