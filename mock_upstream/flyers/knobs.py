"""The knobs of the flyer service, and the flyers that a developer adds by hand with one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from mock_upstream.flyers.catalog import FILTERS, Creator, Flyer, Position
from mock_upstream.flyers.sample import last_second, midnight
from mock_upstream.flyers.themes import SLUGS, THEMES
from mock_upstream.knobs import Knobs
from mock_upstream.readers import MAX_ID, BadValueError, each, ids, number, one_of, reader, text, whole

SHAPES = (
    "full",  # every field of the contract
    "sparse",  # only those fields that it requires
    "extra",  # fields too that it does not know
)
MAX_ADDED = 100
MAX_IMAGES = 5
DAYS_VALID = 7

# Fields of a flyer as they were given; it replaces the sample's flyer of the same id.
Added = Mapping[str, Any]


def _moment(name: str, value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(text(40)(name, value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadValueError(f"{name} must be a moment such as 2030-01-31T20:00:00Z, not {value!r:.40}")
    return moment


_FIELDS = {
    "id": whole(1, MAX_ID),
    "title": text(200, r".*\S.*", "not blank"),
    "description": text(2000),
    "categories": each(one_of(SLUGS), len(SLUGS)),
    "creator_id": whole(1, sum(len(theme.hosts) for theme in THEMES)),
    "images": each(text(500, "https?://.+", "an http or https address"), MAX_IMAGES),
    "address": text(500),
    "lat": number(-90, 90),
    "lng": number(-180, 180),
    **dict.fromkeys(("valid_from", "valid_until", "created_at"), _moment),
}
_object = reader(
    f"an object with an id, a title and what else there is of {', '.join(_FIELDS)}",
    lambda it: isinstance(it, dict) and {"id", "title"} <= it.keys() <= _FIELDS.keys(),
)


def _added(name: str, value: object) -> Added:
    return {field: _FIELDS[field](field, given) for field, given in _object(name, value).items()}


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


def in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class FlyerKnobs(Knobs):
    """What can be different about the flyer service. It answers as if the parameters that it ``ignores`` were not given."""

    shape: Annotated[str, one_of(SHAPES)] = "full"
    ignores: Annotated[tuple[str, ...], each(one_of(tuple(FILTERS)), len(FILTERS))] = ()
    gone: Annotated[tuple[int, ...], ids] = ()
    gone_creators: Annotated[tuple[int, ...], ids] = ()
    added: Annotated[tuple[Added, ...], each(_added, MAX_ADDED)] = ()

    def as_json(self) -> dict[str, Any]:
        """Return every knob as it would be given."""
        given = [
            {name: in_utc(it) if isinstance(it, datetime) else it for name, it in flyer.items()}
            for flyer in self.added
        ]
        return {**Knobs.as_json(self), "added": given}
