"""Payloads of the flyer service, as plain dicts with changes."""

from typing import Any


def creator(creator_id: int = 3, **changes: Any) -> dict[str, Any]:
    return {
        "id": creator_id,
        "username": f"creator-{creator_id}",
        "profile_picture": f"https://img.test/creators/{creator_id}.svg",
        **changes,
    }


def flyer(flyer_id: int = 7, **changes: Any) -> dict[str, Any]:
    return {
        "id": flyer_id,
        "title": f"Flyer {flyer_id}",
        "description": "Live jazz by the river.",
        "categories": ["events", "nightlife"],
        "creator": creator(),
        "images": [{"url": f"https://img.test/flyers/{flyer_id}.svg", "order": 0}],
        "location": {"address": "Calle Mayor 1, Madrid", "lat": 40.4169, "lng": -3.7035, "distance_km": 0.1},
        "validity": {
            "valid_from": "2020-01-01T00:00:00Z",
            "valid_until": "2099-01-01T00:00:00Z",
            "is_valid": True,
        },
        "created_at": "2026-01-02T03:04:05Z",
        **changes,
    }


def page(*flyers: dict[str, Any], count: int | None = None) -> dict[str, Any]:
    return {
        "count": len(flyers) if count is None else count,
        "next": "http://upstream.test/api/v1/flyers/feed/?page=2",
        "previous": None,
        "results": list(flyers),
    }


def category(slug: str = "events", **changes: Any) -> dict[str, Any]:
    return {"slug": slug, "name": slug.title(), "flyer_count": 5, **changes}
