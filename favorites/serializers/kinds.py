"""What is shown of flyers in one way, and of other kinds in another; and how the schema says so."""

from typing import Any, Final, TypeVar

from drf_spectacular.drainage import get_override, set_override
from drf_spectacular.serializers import PolymorphicProxySerializerExtension
from drf_spectacular.utils import PolymorphicProxySerializer
from msgspec import Struct

from accounts.bodies import Body
from favorites.services.shelves import FAVORITES, RATINGS, WATCHLIST, Shelf
from proxy.catalog import kinds_in

T = TypeVar("T")

# The kind of whoever names none: its rows have words of their own, from when there was no other.
FLYER: Final = "flyer"


def by_kind(kind: str, of_flyers: T, of_others: T) -> T:
    """Return what is for flyers, or what is for other kinds."""
    return of_flyers if kind == FLYER else of_others


class AnyOf(PolymorphicProxySerializer):
    """``anyOf`` in the schema, and not ``oneOf``: a page without rows is one of flyers and one of other kinds."""


class AnyOfScheme(PolymorphicProxySerializerExtension):  # type: ignore[no-untyped-call]  # it has no types
    """The parts of an ``AnyOf``."""

    target_class = "favorites.serializers.kinds.AnyOf"

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        shape = super().map_serializer(auto_schema, direction)  # type: ignore[no-untyped-call]  # nor has this
        return {"anyOf": shape["oneOf"]}


def other_shapes() -> list[type[Struct]]:
    """Return what is shown of each kind whose items may be kept or rated, but of flyers."""
    kinds = {kind.name: kind for shelf in (FAVORITES, WATCHLIST, RATINGS) for kind in kinds_in(shelf.name)}
    return [kind.shape.shown for name, kind in kinds.items() if name != FLYER]


def either(name: str, body: type[Body], other: type[Body]) -> PolymorphicProxySerializer:
    """Return what says in the schema that a request is one of these."""
    return PolymorphicProxySerializer(name, [body, other], None)


def of_kinds(shelf: Shelf, name: str, flyers: Any, others: Any) -> Any:
    """Return what says in the schema that something is of flyers, or of other kinds if any are on."""
    if shelf.kinds == [FLYER]:
        return flyers
    examples = [example for each in (flyers, others) for example in get_override(each, "examples", [])]
    return set_override(AnyOf(name, [flyers, others], None), "examples", examples)
