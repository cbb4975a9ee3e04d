"""Documents of a made-up flyer service, whose fields can be replaced and added."""

UPSTREAM = "http://flyers.example"
KEY = "the-key-of-the-service"
NAME = "flyers"

TMDB = "http://tmdb.example"


def creator_summary(creator_id=3, **fields):
    picture = "https://pictures.example/anna.png"
    return {"id": creator_id, "username": "anna", "profile_picture": picture} | fields


def flyer(flyer_id=7, **fields):
    return {
        "id": flyer_id,
        "title": "Jazz in the park",
        "description": "Bring a blanket.\nAnd a friend.",
        "categories": ["events", "music"],
        "creator": creator_summary(),
        "images": [
            {"url": "https://pictures.example/back.png", "order": 2},
            {"url": "https://pictures.example/front.png", "order": 1},
        ],
        "location": {"address": "Via Roma 1", "lat": 45.46, "lng": 9.19, "distance_km": 1.2},
        "validity": {
            "valid_from": "2026-05-01T10:00:00+02:00",
            "valid_until": "2026-06-01T00:00:00Z",
            "is_valid": True,
        },
        "created_at": "2026-04-30T08:00:00Z",
    } | fields


def page(*results, count=None, **fields):
    inside = "http://flyers.internal/api/v1/flyers/feed/?page=2"
    return {
        "count": len(results) if count is None else count,
        "next": inside,
        "previous": None,
        "results": list(results),
    } | fields
