"""The knobs of the flyer service."""

from dataclasses import dataclass
from typing import Annotated, Any

from mock_upstream.flyers.added import Added, as_given, read_added
from mock_upstream.flyers.parameters import FEED, POSITION
from mock_upstream.knobs import Knobs
from mock_upstream.readers import one_of, read_ids, read_list

SHAPES = (
    "full",  # every field of the contract
    "sparse",  # only those fields that it requires
    "extra",  # fields too that it does not know
)
# Parameters of the feed that a service of another version may not know.
IGNORABLE = tuple(sorted(FEED - POSITION))
MAX_ADDED = 100


def _ignores(name: str, value: object) -> tuple[str, ...]:
    read = one_of(IGNORABLE)
    return tuple(read(f"each of {name}", one) for one in read_list(name, value, len(IGNORABLE)))


def _added(name: str, value: object) -> tuple[Added, ...]:
    return tuple(read_added(flyer) for flyer in read_list(name, value, MAX_ADDED))


@dataclass(frozen=True, slots=True)
class FlyerKnobs(Knobs):
    """What can be different about the flyer service. It answers as if the parameters that it ``ignores`` were not given."""

    shape: Annotated[str, one_of(SHAPES)] = "full"
    ignores: Annotated[tuple[str, ...], _ignores] = ()
    gone: Annotated[tuple[int, ...], read_ids] = ()
    gone_creators: Annotated[tuple[int, ...], read_ids] = ()
    added: Annotated[tuple[Added, ...], _added] = ()

    def as_json(self) -> dict[str, Any]:
        """Return every knob as it would be given."""
        return {**Knobs.as_json(self), "added": [as_given(flyer) for flyer in self.added]}
