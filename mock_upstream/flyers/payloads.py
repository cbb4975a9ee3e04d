"""Flyers, creators and categories as the contract's JSON, in the shape that a knob says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mock_upstream.flyers.added import moment
from mock_upstream.flyers.catalog import Creator, Flyer
from mock_upstream.flyers.themes import THEMES

Payload = dict[str, Any]
REQUIRED = frozenset(
    {"id", "title", "creator", "username", "location", "address", "lat", "lng", "validity"}
    | {"valid_from", "valid_until", "slug", "name"}
)
# Fields that no contract names, one of them such as must never reach a browser.
UNHEARD_OF = {
    "internal_email": "staff@flyers.example",
    "moderation": {"score": 0.97, "by": [3, 1, 2]},
    "v": None,
}


def shaped(payload: Payload, shape: str) -> Payload:
    """Return a flyer, creator or category in full, with no field but the required ones, or with more of them."""
    if shape == "sparse":
        inside = {name: value for name, value in payload.items() if name in REQUIRED}
        return {name: shaped(it, shape) if isinstance(it, dict) else it for name, it in inside.items()}
    return payload | UNHEARD_OF if shape == "extra" else payload


def flyer_payload(flyer: Flyer, *, distance: float | None, now: datetime, site: str, shape: str) -> Payload:
    """Return one flyer; ``site`` is where this service's own pictures are found."""
    images = flyer.images and [
        {"url": _address(image, site), "order": order} for order, image in enumerate(flyer.images)
    ]
    payload = {
        "id": flyer.id,
        "title": flyer.title,
        "description": flyer.description,
        "categories": list(flyer.categories),
        "creator": creator_summary(flyer.creator, site=site, shape=shape),
        "images": images,
        "location": {
            "address": flyer.address,
            "lat": flyer.position.lat,
            "lng": flyer.position.lng,
            "distance_km": distance,
        },
        "validity": {
            "valid_from": moment(flyer.valid_from),
            "valid_until": moment(flyer.valid_until),
            "is_valid": flyer.is_valid(now),
        },
        "created_at": moment(flyer.created_at),
    }
    return shaped({name: value for name, value in payload.items() if value is not None}, shape)


def creator_summary(creator: Creator, *, site: str, shape: str) -> Payload:
    picture = creator.picture and _address(creator.picture, site)
    return shaped({"id": creator.id, "username": creator.username, "profile_picture": picture}, shape)


def creator_payload(creator: Creator, *, site: str, shape: str) -> Payload:
    """Return a creator's public profile."""
    summary = creator_summary(creator, site=site, shape=shape)
    return shaped({**summary, "bio": creator.bio, "created_at": moment(creator.created_at)}, shape)


def categories_payload(counts: Mapping[str, int], *, shape: str) -> list[Payload]:
    """Return every category, with how many valid flyers it has."""
    return [
        shaped({"slug": theme.slug, "name": theme.name, "flyer_count": counts.get(theme.slug, 0)}, shape)
        for theme in THEMES
    ]


def _address(picture: str, site: str) -> str:
    return f"{site}{picture}" if picture.startswith("/") else picture
