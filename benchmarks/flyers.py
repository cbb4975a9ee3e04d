"""The catalog of flyers, as the benchmark asks it; and its service, as the stub plays it."""

import json
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from benchmarks.catalog import Catalog, Person

_COUNT: Final = 2_000


def _flyer(flyer_id: int) -> dict[str, Any]:
    """Return a flyer of about a kilobyte, as services of this kind send them."""
    creator = flyer_id % 40 + 1
    return {
        "id": flyer_id,
        "title": f"Flyer {flyer_id}: an evening by the river",
        "description": "Three bands, one bridge, and a blanket each. " * 10,
        "categories": ["events", "nightlife"],
        "creator": {"id": creator, "username": f"creator-{creator}", "profile_picture": None},
        "images": [{"url": f"https://img.example/flyers/{flyer_id}.svg", "order": 0}],
        "location": {
            "address": f"Calle Mayor {flyer_id}, Madrid",
            "lat": 40.41,
            "lng": -3.7,
            "distance_km": 1.0,
        },
        "validity": {
            "valid_from": "2020-01-01T00:00:00Z",
            "valid_until": "2099-01-01T00:00:00Z",
            "is_valid": True,
        },
        "created_at": "2026-01-01T00:00:00Z",
    }


@cache
def _feed(page: int, size: int, ids: str) -> bytes:
    """Return one page of the feed; filters make no difference to it."""
    shown = map(int, ids.split(",")) if ids else range((page - 1) * size + 1, page * size + 1)
    flyers = [_flyer(each) for each in shown]
    return json.dumps({"count": _COUNT, "next": None, "previous": None, "results": flyers}).encode()


def _service(target: str) -> bytes:
    """Return the flyer service's JSON body for a request target."""
    address, params = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
    body: Any
    if address == "/api/v1/flyers/feed/":
        return _feed(int(params["page"]), int(params["page_size"]), params.get("ids", ""))
    if address.startswith("/api/v1/users/"):
        body = {"id": int(address.split("/")[4]), "username": "creator"}
    elif address == "/api/v1/categories/":
        body = [{"slug": "events", "name": "Events", "flyer_count": _COUNT}]
    else:
        body = _flyer(int(address.split("/")[4]))
    return json.dumps(body).encode()


def _has_own_marks(body: bytes, person: Person) -> bool:
    flyers, creators = set(person["favorites"]), set(person["follows"])
    return all(
        flyer["is_favorited"] == (flyer["id"] in flyers)
        and flyer["creator"]["is_following"] == (flyer["creator"]["id"] in creators)
        for flyer in json.loads(body)["results"]
    )


FLYERS: Final = Catalog(
    label="",
    upstream="FLYERS",
    paths="/api/v1/",
    service=_service,
    kind="flyer",
    page="/api/v1/flyers/discover/?limit=20",
    pages="/api/v1/flyers/search/?limit=20&query=p%d",
    misses="/api/v1/flyers/search/?query=w%d",
    item="/api/v1/flyers/%d/",
    favorite="/api/v1/flyers/%d/favorite/",
    has_own_marks=_has_own_marks,
    rows=("hot", "pages", "herd", "misses", "writes", "hanging", "lists"),
)
