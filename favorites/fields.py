"""Fields of bodies and queries about what is kept, read strictly: a typo must not look like a default."""

import unicodedata
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients.values import MAX_ID
from favorites.services.shelves import SHELVES, Shelf
from proxy.fields import Whole
from proxy.parameters import CommaSeparated, WholeNumber

MAX_IDS = 100  # in one query
_ID_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MAX_ID}

# They join what stands beside them into one sign; all other invisible characters only hide something.
_JOINERS = "\u200c\u200d"


class Rating(Whole):
    """1 to 5."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=5, **kwargs)


class KindName(serializers.CharField):
    """A kind that may stand on a shelf, by what the catalogs that are on say; ``but`` one that is named otherwise."""

    default_error_messages = {"kind": "There is no such kind here; there are: {kinds}."}

    def __init__(self, *, shelf: Shelf | None = None, but: str = "", **kwargs: Any) -> None:
        """``shelf`` is None for any kind that may stand on one."""
        super().__init__(**kwargs)
        self.shelf = shelf
        self.but = but

    @property
    def kinds(self) -> list[str]:
        """Return the kinds, in the order of the catalogs."""
        shelves = [self.shelf] if self.shelf else SHELVES.values()
        return list(dict.fromkeys(kind for shelf in shelves for kind in shelf.kinds if kind != self.but))

    def to_internal_value(self, data: object) -> str:
        if data not in self.kinds:
            self.fail("kind", kinds=", ".join(self.kinds) or "none")
        return str(data)


class KindNameScheme(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # it has no types
    """The kinds in the schema."""

    target_class = KindName

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Return the kinds; those of a shelf as a component, for two shelves may have different ones."""
        schema = {"type": "string", "enum": self.target.kinds}
        if self.target.shelf is None or self.target.but:
            return schema
        name = f"{self.target.shelf.name.title()}Kind"
        component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, name)  # type: ignore[no-untyped-call]  # it has no types
        auto_schema.registry.register_on_missing(component)
        return dict(component.ref)


class Name(serializers.CharField):
    """One line that has something to see, without characters that hide or turn what stands beside them."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:  # before anything is left out of it
            self.fail("max_length", max_length=self.max_length)
        line = " ".join(unicodedata.normalize("NFC", data).split())
        name = "".join(
            sign for sign in line if sign in _JOINERS or not unicodedata.category(sign).startswith("C")
        )
        if not any(unicodedata.category(sign)[0] in "LNPS" for sign in name):
            self.fail("blank")
        return name


@extend_schema_field({"type": "array", "items": _ID_SCHEMA, "minItems": 1, "maxItems": MAX_IDS})
class Ids(CommaSeparated):
    """Ids of an upstream service in ASCII digits, read as a tuple without repeats."""

    def to_internal_value(self, data: object) -> tuple[int, ...]:
        sentence = "Give whole numbers from 1, separated by commas."
        number = WholeNumber(min_value=1, max_value=MAX_ID, error_messages={"invalid": sentence})
        return tuple(dict.fromkeys(map(number.run_validation, self.words(data))))
