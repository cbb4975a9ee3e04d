"""Flyers that a developer adds by hand, strictly read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from mock_upstream.flyers.catalog import Creator, Flyer
from mock_upstream.flyers.places import Position
from mock_upstream.flyers.sample import last_second, midnight
from mock_upstream.flyers.themes import THEMES
from mock_upstream.knob_readers import MAX_ID, BadKnobError, read_list, read_number, read_text, read_whole

CREATORS = sum(len(theme.hosts) for theme in THEMES)
CATEGORIES = tuple(theme.slug for theme in THEMES)
MAX_IMAGES = 5
DAYS_VALID = 7


@dataclass(frozen=True, slots=True)
class AddedFlyer:
    """A flyer as it was given; None: the service chooses. It replaces the sample's flyer of the same id."""

    id: int
    title: str
    description: str | None = None
    categories: tuple[str, ...] = ("events",)
    creator_id: int = 1
    images: tuple[str, ...] | None = None
    address: str = "Plaza Mayor 1, 28012 Madrid"
    lat: float | None = None
    lng: float | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    created_at: datetime | None = None

    def as_flyer(self, today: date, centre: Position, creators: Mapping[int, Creator]) -> Flyer:
        """Fill in what was not given: in the centre, published at midnight, valid for a week, one poster."""
        return Flyer(
            id=self.id,
            title=self.title,
            description=self.description,
            categories=self.categories,
            creator=creators[self.creator_id],
            images=(f"/media/flyers/{self.id}/1.svg",) if self.images is None else self.images,
            address=self.address,
            position=Position(
                centre.lat if self.lat is None else self.lat, centre.lng if self.lng is None else self.lng
            ),
            valid_from=self.valid_from or midnight(today),
            valid_until=self.valid_until or last_second(today + timedelta(days=DAYS_VALID)),
            created_at=self.created_at or midnight(today),
        )


def read_added(value: object) -> AddedFlyer:
    """Return one added flyer from JSON; ``BadKnobError`` names what is wrong with it."""
    if not isinstance(value, dict):
        raise BadKnobError("each of added must be an object with at least an id and a title")
    if unknown := sorted(value.keys() - _READERS.keys()):
        raise BadKnobError(f"an added flyer has no field {', '.join(unknown)}"[:200])
    if missing := sorted({"id", "title"} - value.keys()):
        raise BadKnobError(f"an added flyer needs {' and '.join(missing)}")
    fields: dict[str, Any] = {name: _READERS[name](name, given) for name, given in value.items()}
    return AddedFlyer(**fields)


def _title(name: str, value: object) -> str:
    if not read_text(name, value, 200).strip():
        raise BadKnobError(f"{name} must not be blank")
    return str(value)


def _categories(name: str, value: object) -> tuple[str, ...]:
    slugs = tuple(read_text(name, slug, 40) for slug in read_list(name, value, len(CATEGORIES)))
    if unknown := [slug for slug in slugs if slug not in CATEGORIES]:
        raise BadKnobError(f"{name} must be of {', '.join(CATEGORIES)}, not {unknown[0]}")
    return slugs


def _images(name: str, value: object) -> tuple[str, ...]:
    addresses = tuple(read_text(name, url, 500) for url in read_list(name, value, MAX_IMAGES))
    for url in addresses:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise BadKnobError(f"{name} must be http or https addresses")
    return addresses


def _moment(name: str, value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(read_text(name, value, 40))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadKnobError(f"{name} must be a moment such as 2030-01-31T20:00:00Z")
    return moment


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
    "valid_from": _moment,
    "valid_until": _moment,
    "created_at": _moment,
}
