"""The contract's routes: parameters, answers, pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import urlencode

from mock_upstream.flyers import parameters, payloads, pictures
from mock_upstream.flyers.added import flyer_of
from mock_upstream.flyers.catalog import Catalog, Creator, Flyer
from mock_upstream.flyers.knobs import FlyerKnobs
from mock_upstream.flyers.places import Position, distance_km
from mock_upstream.flyers.sample import compose
from mock_upstream.messages import RefusedRequestError, Request
from mock_upstream.service import Service


def not_found(detail: str) -> RefusedRequestError:
    return RefusedRequestError(HTTPStatus.NOT_FOUND, detail)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, and the knobs, the time and the catalog with which it is answered."""

    request: Request
    knobs: FlyerKnobs
    now: datetime
    catalog: Catalog

    def fields(self, allowed: frozenset[str] = frozenset()) -> dict[str, str]:
        """Return the request's parameters, which must be among these."""
        return parameters.read_fields(self.request.query, allowed)

    def flyer(self, number: str) -> Flyer:
        if (flyer := self.catalog.flyers.get(int(number))) is None:
            raise not_found(f"there is no flyer {number}")
        return flyer

    def creator(self, number: str) -> Creator:
        if (creator := self.catalog.creators.get(int(number))) is None:
            raise not_found(f"there is no user {number}")
        return creator

    def payload(self, flyer: Flyer, distance: float | None) -> payloads.Payload:
        site, shape = self.request.site, self.knobs.shape
        return payloads.flyer_payload(flyer, distance=distance, now=self.now, site=site, shape=shape)


def feed(asked: Asked) -> Any:
    """Answer one page of valid flyers."""
    fields = asked.fields(parameters.FEED)
    known = {name: text for name, text in fields.items() if name not in asked.knobs.ignores}
    query = parameters.read_feed(known)
    hits = asked.catalog.feed(query, asked.now)
    size, page = query.page_size, query.page
    last = max(1, ceil(len(hits) / size))
    if page > last:
        raise not_found(f"the last page is {last}")

    def link(number: int) -> str | None:
        if not 1 <= number <= last:
            return None
        request = asked.request
        return f"{request.site}{request.path}?{urlencode({**fields, 'page': number})}"

    results = [asked.payload(*hit) for hit in hits[(page - 1) * size : page * size]]
    return {"count": len(hits), "next": link(page + 1), "previous": link(page - 1), "results": results}


def flyer(asked: Asked, number: str) -> Any:
    """Answer one flyer, expired or not."""
    position = parameters.read_position(asked.fields(parameters.POSITION))
    found = asked.flyer(number)
    return asked.payload(found, distance_km(position, found.position) if position else None)


def creator(asked: Asked, number: str) -> Any:
    """Answer a creator's profile."""
    asked.fields()
    found = asked.creator(number)
    return payloads.creator_payload(found, site=asked.request.site, shape=asked.knobs.shape)


def categories(asked: Asked) -> Any:
    """Answer every category."""
    asked.fields()
    return payloads.categories_payload(asked.catalog.valid_per_category(asked.now), shape=asked.knobs.shape)


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
        ("/api/v1/flyers/feed/", feed),
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
        gone, gone_creators = frozenset(knobs.gone), frozenset(knobs.gone_creators)
        added = (flyer_of(it, now.date(), self._centre, sample.creators) for it in knobs.added)
        flyers = {**sample.flyers, **{it.id: it for it in added}}
        left = Catalog(
            {
                number: it
                for number, it in flyers.items()
                if number not in gone and it.creator.id not in gone_creators
            },
            {number: it for number, it in sample.creators.items() if number not in gone_creators},
        )
        return Asked(request, knobs, now, left)
