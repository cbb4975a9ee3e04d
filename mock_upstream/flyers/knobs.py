"""The knobs of the flyer service, and the flyers that a developer adds by hand with one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from mock_upstream.flyers.catalog import FILTERS, Flyer
from mock_upstream.flyers.sample import last_second, midnight
from mock_upstream.knobs import Knobs
from mock_upstream.readers import MAX_ID, each, ids, one_of, reader, text, whole

MAX_ADDED = 100
DAYS_VALID = 7

# Fields of a flyer as they were given; it replaces the sample's flyer of the same id.
Added = Mapping[str, Any]


def _is_moment(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_MOMENTS = ("valid_from", "valid_until")
_FIELDS = {
    "id": whole(1, MAX_ID),
    "title": text(200, r".*\S.*", "not blank"),
    **dict.fromkeys(_MOMENTS, reader("a moment such as 2030-01-31T20:00:00Z", _is_moment)),
}
_object = reader(
    f"an object with an id, a title and what else there is of {', '.join(_FIELDS)}",
    lambda it: isinstance(it, dict) and {"id", "title"} <= it.keys() <= _FIELDS.keys(),
)


def _added(name: str, value: object) -> Added:
    return {field: _FIELDS[field](field, given) for field, given in _object(name, value).items()}


def flyer_of(added: Added, today: date, other: Flyer) -> Flyer:
    """Fill in what was not given: published at midnight, valid for a week, one poster, and the rest of another flyer."""
    moments = {name: datetime.fromisoformat(added[name]) for name in _MOMENTS if name in added}
    chosen: dict[str, Any] = {
        "images": (f"/media/flyers/{added['id']}/1.svg",),
        "valid_from": midnight(today),
        "valid_until": last_second(today + timedelta(days=DAYS_VALID)),
        "created_at": midnight(today),
        **added,
        **moments,
    }
    return replace(other, **chosen)


def in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class FlyerKnobs(Knobs):
    """What can be different about the flyer service. It answers as if the parameters that it ``ignores`` were not given.

    One that ``offers`` its feed alone has no other route and wants no key, knows no parameters but position and page, and
    does not say categories and when a flyer was created.
    """

    offers: Annotated[str, one_of(("all", "feed"))] = "all"
    ignores: Annotated[tuple[str, ...], each(one_of(tuple(FILTERS)), len(FILTERS))] = ()
    gone: Annotated[tuple[int, ...], ids] = ()
    gone_creators: Annotated[tuple[int, ...], ids] = ()
    added: Annotated[tuple[Added, ...], each(_added, MAX_ADDED)] = ()
