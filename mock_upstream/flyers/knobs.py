"""The knobs of the flyer service."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from mock_upstream.flyers.added import AddedFlyer, read_added
from mock_upstream.knob_readers import one_of, read_ids, read_list
from mock_upstream.knobs import Knobs, Reader

SHAPES = (
    "full",  # every field of the contract
    "sparse",  # only those fields that it requires
    "extra",  # fields too that it does not know
)
# Parameters of the feed that a service of another version may not know.
IGNORABLE = ("page", "page_size", "categories", "search", "near_me", "radius", "creators", "ids")
MAX_ADDED = 100


def _ignores(name: str, value: object) -> tuple[str, ...]:
    read = one_of(IGNORABLE)
    return tuple(read(f"each of {name}", one) for one in read_list(name, value, len(IGNORABLE)))


def _added(name: str, value: object) -> tuple[AddedFlyer, ...]:
    return tuple(read_added(flyer) for flyer in read_list(name, value, MAX_ADDED))


@dataclass(frozen=True, slots=True)
class FlyerKnobs(Knobs):
    """What can be different about the flyer service. It answers as if the parameters that it ``ignores`` were not given."""

    shape: str = "full"
    ignores: tuple[str, ...] = ()
    gone: tuple[int, ...] = ()
    gone_creators: tuple[int, ...] = ()
    added: tuple[AddedFlyer, ...] = ()

    readers: ClassVar[Mapping[str, Reader]] = {
        **Knobs.readers,
        "shape": one_of(SHAPES),
        "ignores": _ignores,
        "gone": read_ids,
        "gone_creators": read_ids,
        "added": _added,
    }
    by_environment: ClassVar[tuple[str, ...]] = (*Knobs.by_environment, "shape")

    def as_json(self) -> dict[str, Any]:
        """Return every knob as it would be given; an added flyer shows what was chosen for it by hand."""
        return {**Knobs.as_json(self), "added": [_given(flyer) for flyer in self.added]}


def _given(flyer: AddedFlyer) -> dict[str, Any]:
    values = {name: value for name, value in asdict(flyer).items() if value is not None}
    for name, value in values.items():
        if isinstance(value, datetime):
            values[name] = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return values
