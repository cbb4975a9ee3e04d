"""Flyers that a developer adds by hand, strictly read."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from mock_upstream.flyers.catalog import Creator, Flyer
from mock_upstream.flyers.places import Position
from mock_upstream.flyers.sample import last_second, midnight
from mock_upstream.flyers.themes import SLUGS, THEMES
from mock_upstream.readers import MAX_ID, BadValueError, one_of, read_list, read_number, read_text, read_whole

CREATORS = sum(len(theme.hosts) for theme in THEMES)
MAX_IMAGES = 5
DAYS_VALID = 7

Added = Mapping[
    str, Any
]  # fields of a flyer as they were given; it replaces the sample's flyer of the same id


def read_added(value: object) -> Added:
    """Return one added flyer from JSON; ``BadValueError`` names what is wrong with it."""
    if not isinstance(value, dict):
        raise BadValueError("each of added must be an object with at least an id and a title")
    if unknown := sorted(value.keys() - _READERS.keys()):
        raise BadValueError(f"an added flyer has no field {', '.join(unknown)}"[:200])
    if missing := sorted({"id", "title"} - value.keys()):
        raise BadValueError(f"an added flyer needs {' and '.join(missing)}")
    return {name: _READERS[name](name, given) for name, given in value.items()}


def flyer_of(added: Added, today: date, centre: Position, creators: Mapping[int, Creator]) -> Flyer:
    """Fill in what was not given: in the centre, published at midnight, valid for a week, one poster."""
    chosen: dict[str, Any] = {
        "description": None,
        "categories": ("events",),
        "creator_id": 1,
        "images": (f"/media/flyers/{added['id']}/1.svg",),
        "address": "Plaza Mayor 1, 28012 Madrid",
        "lat": centre.lat,
        "lng": centre.lng,
        "valid_from": midnight(today),
        "valid_until": last_second(today + timedelta(days=DAYS_VALID)),
        "created_at": midnight(today),
        **added,
    }
    position = Position(chosen.pop("lat"), chosen.pop("lng"))
    return Flyer(creator=creators[chosen.pop("creator_id")], position=position, **chosen)


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def as_given(added: Added) -> dict[str, Any]:
    """Return an added flyer as it would be given again."""
    return {name: moment(it) if isinstance(it, datetime) else it for name, it in added.items()}


def _title(name: str, value: object) -> str:
    if not read_text(name, value, 200).strip():
        raise BadValueError(f"{name} must not be blank")
    return str(value)


def _categories(name: str, value: object) -> tuple[str, ...]:
    read = one_of(SLUGS)
    return tuple(read(f"each of {name}", slug) for slug in read_list(name, value, len(SLUGS)))


def _images(name: str, value: object) -> tuple[str, ...]:
    addresses = tuple(read_text(name, url, 500) for url in read_list(name, value, MAX_IMAGES))
    if any(urlsplit(url).scheme not in {"http", "https"} for url in addresses):
        raise BadValueError(f"{name} must be http or https addresses")
    return addresses


def _moment(name: str, value: object) -> datetime:
    try:
        read = datetime.fromisoformat(read_text(name, value, 40))
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise BadValueError(f"{name} must be a moment such as 2030-01-31T20:00:00Z")
    return read


_READERS = {
    "id": lambda name, value: read_whole(name, value, 1, MAX_ID),
    "title": _title,
    "description": lambda name, value: read_text(name, value, 2000),
    "categories": _categories,
    "creator_id": lambda name, value: read_whole(name, value, 1, CREATORS),
    "images": _images,
    "address": lambda name, value: read_text(name, value, 500),
    "lat": lambda name, value: read_number(name, value, -90, 90),
    "lng": lambda name, value: read_number(name, value, -180, 180),
    **dict.fromkeys(("valid_from", "valid_until", "created_at"), _moment),
}
