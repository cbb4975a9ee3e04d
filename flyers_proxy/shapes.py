"""What is shown of flyers, creators and categories: what the client gives, and placeholders."""

import math
from datetime import datetime
from typing import Annotated, Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta

from clients import flyers
from clients.distance import Position, distance_km
from proxy.columns import Filler, register_filler
from proxy.rendering import FALSE, NULL, TRUE, Summary, has_ended
from proxy.shapes import ListEnvelope, Shape, mark

# --- Computed for the caller, or for the moment -----------------------------------------------------


def _fill_distance(place: tuple[float, ...], now: float, position: Position | None) -> bytes:
    return NULL if position is None else b"%.3f" % distance_km((place[0], place[1]), position)


def _fill_validity(moments: tuple[float, ...], now: float, context: Any) -> bytes:
    valid_from, valid_until = moments
    return TRUE if valid_from <= now and not has_ended(valid_until, now) else FALSE


# Kilometres with metres from the caller's exact position.
DISTANCE = register_filler(Filler("distance", lambda location: (location.lat, location.lng), _fill_distance))
VALIDITY = register_filler(
    Filler(
        "validity",
        lambda validity: (validity.valid_from.timestamp(), validity.valid_until.timestamp()),
        _fill_validity,
        # It is over once its last moment has passed.
        moments=lambda moments: (moments[0], math.nextafter(moments[1], math.inf)),
    )
)

# --- Field by field ---------------------------------------------------------------------------------

FLYER_EXAMPLE: dict[str, Any] = {
    "id": 7,
    "title": "Jazz by the river",
    "description": "Three bands, one bridge, bring a blanket.",
    "categories": ["events", "nightlife"],
    "creator": {
        "id": 3,
        "username": "casa-del-jazz",
        "profile_picture": "https://img.example/creators/3.svg",
        "is_following": None,
    },
    "images": [{"url": "https://img.example/flyers/7.svg", "order": 0}],
    "location": {"address": "Calle Mayor 1, Madrid", "lat": 40.4169, "lng": -3.7035, "distance_km": 0.028},
    "validity": {
        "valid_from": "2026-01-01T18:00:00Z",
        "valid_until": "2099-01-01T23:00:00Z",
        "is_valid": True,
    },
    "created_at": "2026-01-01T09:30:00Z",
    "is_favorited": None,
}
FLYER_PAGE_EXAMPLE = {
    "count": 12,
    "next": "http://localhost:8000/api/v1/flyers/discover/?lat=40.4168&lng=-3.7038&limit=1&page=2",
    "previous": None,
    "results": [FLYER_EXAMPLE],
    "meta": {"as_of": "2026-05-01T12:00:00Z", "stale": False},
}


IsFollowing = Annotated[
    bool | None,
    mark("follows", "creator"),
    Meta(description="Whether the caller follows this creator; null for an anonymous caller."),
]


class CreatorSummary(flyers.CreatorSummary, frozen=True, kw_only=True):
    is_following: IsFollowing


class Creator(CreatorSummary, frozen=True, kw_only=True):
    bio: str | None
    created_at: datetime | None


class Image(flyers.Image, frozen=True):
    order: int  # of any size, for all that callers need to know


class Location(flyers.Location, frozen=True):
    distance_km: Annotated[
        float | None, DISTANCE, Meta(description="From the caller's exact position; null without one.")
    ]


class Validity(flyers.Validity, frozen=True):
    is_valid: Annotated[bool, VALIDITY, Meta(description="Whether it is valid at the moment of the answer.")]


@extend_schema_serializer(examples=[OpenApiExample("A flyer", value=FLYER_EXAMPLE)])
class Flyer(flyers.Flyer, frozen=True, kw_only=True):
    creator: CreatorSummary
    images: tuple[Image, ...]
    location: Location
    validity: Validity
    is_favorited: Annotated[
        bool | None,
        mark("favorites", "flyer"),
        Meta(description="Whether the caller keeps this flyer; null for an anonymous caller."),
    ]


@extend_schema_serializer(examples=[OpenApiExample("A page of flyers", value=FLYER_PAGE_EXAMPLE)])
class FlyerPage(ListEnvelope, kw_only=True):
    results: list[Flyer]


class Category(flyers.Category, frozen=True):
    flyer_count: int | None


class CategoryPage(ListEnvelope, kw_only=True):
    results: list[Category]


def _summary(flyer: flyers.Flyer) -> Summary:
    image_url = flyer.images[0].url if flyer.images else None
    return Summary(flyer.title, image_url, flyer.validity.valid_until)


FLYER: Shape[flyers.Flyer] = Shape(Flyer, kind="flyer", summarize=_summary)
CREATOR: Shape[flyers.Creator] = Shape(
    Creator, kind="creator", summarize=lambda creator: Summary(creator.username, creator.profile_picture)
)
CATEGORY: Shape[flyers.Category] = Shape(Category, kind="category")
