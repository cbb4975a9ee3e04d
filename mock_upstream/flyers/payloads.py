"""Flyers, creators and categories as the contract's JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mock_upstream.flyers.catalog import Creator, Flyer
from mock_upstream.flyers.themes import THEMES

Payload = dict[str, Any]
REQUIRED = ("id", "title", "creator", "location", "validity")


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def flyer_payload(flyer: Flyer, *, distance: float | None, now: datetime, site: str, shape: str) -> Payload:
    """Return one flyer; ``site`` is where this service's own pictures are found."""
    location: Payload = {"address": flyer.address, "lat": flyer.position.lat, "lng": flyer.position.lng}
    validity: Payload = {"valid_from": moment(flyer.valid_from), "valid_until": moment(flyer.valid_until)}
    images = (
        None
        if flyer.images is None
        else [{"url": _address(image, site), "order": order} for order, image in enumerate(flyer.images)]
    )
    payload = {
        "id": flyer.id,
        "title": flyer.title,
        "description": flyer.description,
        "categories": list(flyer.categories),
        "creator": creator_summary(flyer.creator, site=site, shape=shape),
        "images": images,
        "location": location,
        "validity": validity,
        "created_at": moment(flyer.created_at),
    }
    if shape == "sparse":
        return {name: payload[name] for name in REQUIRED}
    location["distance_km"] = distance
    validity["is_valid"] = flyer.is_valid(now)
    return {name: value for name, value in payload.items() if value is not None} | _unheard_of(shape)


def creator_summary(creator: Creator, *, site: str, shape: str) -> Payload:
    least = {"id": creator.id, "username": creator.username}
    if shape == "sparse":
        return least
    return {**least, "profile_picture": creator.picture and _address(creator.picture, site)} | _unheard_of(
        shape
    )


def creator_payload(creator: Creator, *, site: str, shape: str) -> Payload:
    """Return a creator's public profile."""
    summary = creator_summary(creator, site=site, shape=shape)
    if shape == "sparse":
        return summary
    return {**summary, "bio": creator.bio, "created_at": moment(creator.created_at)}


def categories_payload(counts: Mapping[str, int], *, shape: str) -> list[Payload]:
    """Return every category, with how many valid flyers it has."""
    if shape == "sparse":
        return [{"slug": theme.slug, "name": theme.name} for theme in THEMES]
    return [
        {"slug": theme.slug, "name": theme.name, "flyer_count": counts.get(theme.slug, 0)}
        | _unheard_of(shape)
        for theme in THEMES
    ]


def _address(picture: str, site: str) -> str:
    return f"{site}{picture}" if picture.startswith("/") else picture


def _unheard_of(shape: str) -> Payload:
    """Return fields that no contract names, one of them such as must never reach a browser."""
    if shape != "extra":
        return {}
    return {
        "internal_email": "staff@flyers.example",
        "moderation": {"score": 0.97, "by": [3, 1, 2]},
        "v": None,
    }
