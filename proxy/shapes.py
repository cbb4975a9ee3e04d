"""What is shown, declared once: a struct whose fields are what a service gives, and typed placeholders.

    class Book(books.Book, frozen=True, kw_only=True):
        is_wanted: Annotated[bool | None, mark("watchlist", "book")]

names no field of the service's answer a second time. The same declaration is rendered (``Shape``), is what the schema
says (``proxy.schema``), and gives the version of stored copies (``Shape.version``).
"""

import hashlib
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar, get_type_hints

import msgspec

from proxy.rendering import CUT, Computed, Filler, Item, Mark, Summary

T = TypeVar("T")

_HOLE = msgspec.Raw(CUT)


class MarkField(NamedTuple):
    """Declares a mark; ``id`` names the attribute of the same struct that says of what."""

    relation: str
    kind: str
    id: str


def mark(relation: str, kind: str, *, id: str = "id") -> MarkField:  # noqa: A002 - the word of whoever declares
    """Declare a field that says whether the caller has this item of ``kind`` in ``relation``."""
    return MarkField(relation, kind, id)


class Shape(Generic[T]):
    """How items of one kind are shown. Makes an ``Item`` of what a client gives."""

    def __init__(
        self, shown: type[msgspec.Struct], *, kind: str, summarize: Callable[[T], Summary] | None = None
    ) -> None:
        """``shown`` declares the fields; ``summarize`` says what is remembered of an item that somebody saves."""
        self.shown = shown
        self.kind = kind
        self._summarize = summarize
        self._fields = _compiled(shown)

    @property
    def version(self) -> bytes:
        """Return a digest of what is shown, field by field, and of how copies of it are stored."""
        stored = [msgspec.json.schema(self.shown), msgspec.json.schema(Item), _described(self._fields)]
        return hashlib.blake2b(msgspec.json.encode(stored), digest_size=8).digest()

    def render(self, item: T) -> Item:
        """Return the item cut at its placeholders."""
        placeholders: list[Mark | Computed] = []
        document = _written(self._fields, item, placeholders)
        fragments = tuple(msgspec.json.encode(document).split(CUT))
        return Item(
            kind=self.kind,
            id=getattr(item, "id", None),
            fragments=fragments,
            placeholders=tuple(placeholders),
            digest=hashlib.blake2b(CUT.join(fragments), digest_size=16).digest(),
            summary=self._summarize(item) if self._summarize else None,
        )


# A field by its name: a placeholder, the fields of a struct that has some inside, or None for any other value.
_Fields = list[tuple[str, "MarkField | Filler | _Fields | None"]]


def _compiled(shown: type[msgspec.Struct]) -> _Fields:
    hints = get_type_hints(shown, include_extras=True)
    return [(name, _how(hints[name])) for name in shown.__struct_fields__]


def _how(hint: Any) -> "MarkField | Filler | _Fields | None":
    for declared in getattr(hint, "__metadata__", ()):
        if isinstance(declared, (MarkField, Filler)):
            return declared
    inside = _compiled(hint) if isinstance(hint, type) and issubclass(hint, msgspec.Struct) else []
    return inside if any(how is not None for _, how in inside) else None


def _written(fields: _Fields, source: Any, placeholders: list[Mark | Computed]) -> dict[str, Any]:
    """Return a struct as a dict in the order of its fields, its placeholders collected in that order."""
    written: dict[str, Any] = {}
    for name, how in fields:
        if how is None:
            written[name] = getattr(source, name)
        elif isinstance(how, list):
            written[name] = _written(how, getattr(source, name), placeholders)
        else:
            written[name] = _HOLE
            if isinstance(how, MarkField):
                placeholders.append(Mark(how.relation, how.kind, getattr(source, how.id)))
            else:
                placeholders.append(Computed(how.name, how.numbers(source)))
    return written


def _described(fields: _Fields) -> list[Any]:
    return [
        (
            name,
            _described(how)
            if isinstance(how, list)
            else how and (how.name if isinstance(how, Filler) else how),
        )
        for name, how in fields
    ]
