"""What says in the schema that something is of flyers, or of other kinds."""

from typing import Any

from drf_spectacular.serializers import PolymorphicProxySerializerExtension
from drf_spectacular.utils import PolymorphicProxySerializer

from accounts.bodies import Body
from favorites.services.shelves import Shelf


class AnyOf(PolymorphicProxySerializer):
    """``anyOf`` in the schema, and not ``oneOf``: a page without rows is one of flyers and one of other kinds."""


class AnyOfScheme(PolymorphicProxySerializerExtension):  # type: ignore[no-untyped-call]  # it has no types
    """The parts of an ``AnyOf``."""

    target_class = "favorites.serializers.kinds.AnyOf"

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        shape = super().map_serializer(auto_schema, direction)  # type: ignore[no-untyped-call]  # nor has this
        return {"anyOf": shape["oneOf"]}


def either(name: str, body: type[Body], other: type[Body]) -> PolymorphicProxySerializer:
    """Return what says in the schema that a request is one of these."""
    return PolymorphicProxySerializer(name, [body, other], None)


def of_kinds(shelf: Shelf, name: str, flyers: Any, others: Any) -> Any:
    """Return what says in the schema that something is of flyers, or of other kinds if any are on."""
    if shelf.kinds == ["flyer"]:
        return flyers
    return AnyOf(name, [flyers, others], None)
