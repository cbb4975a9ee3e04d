"""The contract's routes: key, parameters, answers, pictures."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from hmac import compare_digest
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import urlencode

from mock_upstream.flyers import parameters, payloads, pictures
from mock_upstream.flyers.added import AddedFlyer
from mock_upstream.flyers.catalog import Catalog
from mock_upstream.flyers.knobs import FlyerKnobs
from mock_upstream.flyers.places import Position, distance_km
from mock_upstream.flyers.sample import compose
from mock_upstream.messages import (
    Answer,
    RefusedRequestError,
    Request,
    answer_json,
    cacheable,
    error,
    picture,
)

API_LIFETIME = "max-age=30"


def not_found(detail: str) -> RefusedRequestError:
    return RefusedRequestError(HTTPStatus.NOT_FOUND, detail)


@lru_cache(maxsize=8)
def catalog_of(
    today: date,
    centre: Position,
    added: tuple[AddedFlyer, ...],
    gone: tuple[int, ...],
    gone_creators: tuple[int, ...],
) -> Catalog:
    """Return what there is on a day, with a developer's changes."""
    sample = compose(today, centre)
    flyers = [flyer.as_flyer(today, centre, sample.creators) for flyer in added]
    return sample.changed(added=flyers, gone=gone, gone_creators=gone_creators)


@dataclass(frozen=True, slots=True)
class Moment:
    """The knobs, the time and the catalog with which one request is answered."""

    knobs: FlyerKnobs
    now: datetime
    catalog: Catalog


class FlyerService:
    """The contract and the pictures, in front of a sample spread around a centre."""

    name = "flyer service"
    media = "/media/"
    error = staticmethod(error)

    def __init__(self, *, key: str, centre: Position, clock: Callable[[], datetime]) -> None:
        self.knobs = FlyerKnobs()
        self._key = key.encode()
        self._centre = centre
        self._clock = clock

    def answer(self, request: Request, knobs: FlyerKnobs) -> Answer:
        """Answer any request; what breaks the contract is answered with an error."""
        now = self._clock().astimezone(UTC)
        catalog = catalog_of(now.date(), self._centre, knobs.added, knobs.gone, knobs.gone_creators)
        moment = Moment(knobs, now, catalog)
        try:
            return self._routed(request, moment)
        except RefusedRequestError as refused:
            return refused.as_answer()

    def _routed(self, request: Request, moment: Moment) -> Answer:
        for pattern, handle in _ROUTES:
            if found := pattern.fullmatch(request.path):
                if request.method not in {"GET", "HEAD"}:
                    detail = f"{request.method} is not allowed here"
                    raise RefusedRequestError(HTTPStatus.METHOD_NOT_ALLOWED, detail, {"Allow": "GET, HEAD"})
                return handle(self, request, moment, *map(int, found.groups()))
        raise not_found("there is no such address")

    def feed(self, request: Request, moment: Moment) -> Answer:
        """Answer one page of valid flyers."""
        fields = self._checked(request, parameters.FEED)
        known = {name: text for name, text in fields.items() if name not in moment.knobs.ignores}
        query = parameters.read_feed(known)
        hits = moment.catalog.feed(query, moment.now)
        size, page = query.page_size, query.page
        last = max(1, ceil(len(hits) / size))
        if page > last:
            raise not_found(f"the last page is {last}")

        def link(number: int) -> str | None:
            if not 1 <= number <= last:
                return None
            return f"{request.site}{request.path}?{urlencode({**fields, 'page': number})}"

        shown = hits[(page - 1) * size : page * size]
        results = [
            payloads.flyer_payload(
                flyer, distance=distance, now=moment.now, site=request.site, shape=moment.knobs.shape
            )
            for flyer, distance in shown
        ]
        body = {"count": len(hits), "next": link(page + 1), "previous": link(page - 1), "results": results}
        return self._fresh(body, request)

    def flyer(self, request: Request, moment: Moment, flyer_id: int) -> Answer:
        """Answer one flyer, expired or not."""
        position = parameters.read_position(self._checked(request, parameters.POSITION))
        flyer = moment.catalog.flyers.get(flyer_id)
        if flyer is None:
            raise not_found(f"there is no flyer {flyer_id}")
        distance = distance_km(position, flyer.position) if position else None
        body = payloads.flyer_payload(
            flyer, distance=distance, now=moment.now, site=request.site, shape=moment.knobs.shape
        )
        return self._fresh(body, request)

    def creator(self, request: Request, moment: Moment, creator_id: int) -> Answer:
        """Answer a creator's profile."""
        self._checked(request, frozenset())
        creator = moment.catalog.creators.get(creator_id)
        if creator is None:
            raise not_found(f"there is no user {creator_id}")
        return self._fresh(
            payloads.creator_payload(creator, site=request.site, shape=moment.knobs.shape), request
        )

    def categories(self, request: Request, moment: Moment) -> Answer:
        """Answer every category."""
        self._checked(request, frozenset())
        counts = moment.catalog.valid_per_category(moment.now)
        return self._fresh(payloads.categories_payload(counts, shape=moment.knobs.shape), request)

    def flyer_picture(self, request: Request, moment: Moment, flyer_id: int, number: int) -> Answer:
        """Answer one of a flyer's pictures; public."""
        flyer = moment.catalog.flyers.get(flyer_id)
        if flyer is None or request.path not in (flyer.images or ()):
            raise not_found("there is no such picture")
        return picture(pictures.flyer_picture(flyer, number), request)

    def portrait(self, request: Request, moment: Moment, creator_id: int) -> Answer:
        """Answer a creator's profile picture; public."""
        creator = moment.catalog.creators.get(creator_id)
        if creator is None or creator.picture is None:
            raise not_found("there is no such picture")
        return picture(pictures.portrait(creator), request)

    def _checked(self, request: Request, allowed: frozenset[str]) -> dict[str, str]:
        """Return the parameters of a caller that has the key."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(key.strip().encode(), self._key):
            detail = "the key is wrong" if scheme else "a bearer key is needed"
            raise RefusedRequestError(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})
        return parameters.read_fields(request.query, allowed)

    def _fresh(self, body: Any, request: Request) -> Answer:
        return cacheable(answer_json(body), request, API_LIFETIME)


_ID = "([1-9][0-9]{0,18})"
_ROUTES: tuple[tuple[re.Pattern[str], Callable[..., Answer]], ...] = (
    (re.compile(r"/api/v1/flyers/feed/"), FlyerService.feed),
    (re.compile(rf"/api/v1/flyers/{_ID}/"), FlyerService.flyer),
    (re.compile(rf"/api/v1/users/{_ID}/"), FlyerService.creator),
    (re.compile(r"/api/v1/categories/"), FlyerService.categories),
    (re.compile(rf"/media/flyers/{_ID}/([1-5])\.svg"), FlyerService.flyer_picture),
    (re.compile(rf"/media/creators/{_ID}\.svg"), FlyerService.portrait),
)
