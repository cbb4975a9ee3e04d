"""What is shown, declared once: a struct whose fields are what a service gives, and typed placeholders.

    class Book(books.Book, frozen=True, kw_only=True):
        is_wanted: Annotated[bool | None, mark("watchlist", "book")]

names no field of the service's answer a second time. The same declaration is rendered (``Shape``), stands in the schema
(``StructExtension``), and gives the version of stored copies (``Shape.version``).
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar, get_type_hints

import msgspec
from drf_spectacular.extensions import OpenApiSerializerExtension
from msgspec import Meta, inspect
from msgspec.structs import asdict

from clients.values import MAX_ID
from proxy.columns import Filler, Relation, Slot, packed_ends, packed_ids, packed_numbers, register_slots
from proxy.rendering import Item, Page, Summary

T = TypeVar("T")

# JSON escapes control characters, so neither this byte nor the end of a line stands in a document of ours.
_CUT: Final = b"\x00"
_PLACEHOLDER: Final = msgspec.Raw(_CUT)
_JSON = msgspec.json.Encoder()


class MarkField(NamedTuple):
    """Declares a mark; ``id`` names the attribute of the same struct that says of what."""

    relation: Relation
    id: str


def mark(relation: str, kind: str, *, id: str = "id") -> MarkField:  # noqa: A002 - the word of whoever declares
    """Declare a field that says whether the caller has this item of ``kind`` in ``relation``."""
    return MarkField((relation, kind), id)


class Shape(Generic[T]):
    """How items of one kind are shown. Makes an ``Item`` of what a client gives, or a ``Page`` of many."""

    def __init__(
        self, shown: type[msgspec.Struct], *, kind: str, summarize: Callable[[T], Summary] | None = None
    ) -> None:
        """``shown`` declares the fields; ``summarize`` says what is remembered of an item that somebody saves."""
        self.shown = shown
        self.kind = kind
        self._summarize = summarize
        self._fields = _compiled(shown)
        columns = list(_columns(self._fields))
        self._slots = register_slots(tuple(slot for slot, _ in columns))
        self._columns = tuple(column for _, column in columns)

    @property
    def relations(self) -> set[Relation]:
        """Return the relations that it shows marks of."""
        return {slot for slot in self._slots if isinstance(slot, tuple)}

    @property
    def version(self) -> bytes:
        """Return a digest of what is shown, field by field, and of how copies of it are stored."""
        stored = [*map(msgspec.json.schema, (self.shown, Item, Page)), _described(self._fields)]
        return hashlib.blake2b(msgspec.json.encode(stored), digest_size=8).digest()

    def render(self, item: T) -> Item:
        """Return the item cut at its placeholders."""
        (summary,) = self._summaries((item,)) or (None,)
        return Item(**self._rows((item,)), summary=summary)

    def render_page(self, count: int, items: Sequence[T], *, with_ids: bool = True) -> Page:
        """Return the page of these items, of ``count`` on all pages; without ids none of them is found by its own."""
        lines = _JSON.encode_lines(self._summaries(items))
        rows = self._rows(items) | ({} if with_ids else {"ids": b""})
        return Page.of(count, **rows, summaries=lines[:-1])

    def _rows(self, items: Sequence[T]) -> dict[str, Any]:
        documents = [_written(self._fields, item) for item in items]
        lines = _JSON.encode_lines(documents)[:-1].replace(b"%", b"%%").replace(_CUT, b"%b")
        ids: list[Any] = [getattr(item, "id", None) for item in items]
        return {
            "kind": self.kind,
            "slots": self._slots,
            "ids": b"" if None in ids else packed_ids(ids),
            "columns": tuple(column(items) for column in self._columns),
            "ends": packed_ends(_line_ends(lines)),
            "text": lines.replace(b"\n", b","),
        }

    def _summaries(self, items: Sequence[T]) -> list[Summary]:
        return list(map(self._summarize, items)) if self._summarize else []


class _Fields(NamedTuple):
    """The fields of a struct in order; of those with placeholders also what they are, or what is inside of them."""

    names: tuple[str, ...]
    special: "tuple[tuple[str, MarkField | Filler | _Fields], ...]"


def _compiled(shown: type[msgspec.Struct]) -> _Fields:
    hints = get_type_hints(shown, include_extras=True)
    found = ((name, _special(hints[name])) for name in shown.__struct_fields__)
    return _Fields(shown.__struct_fields__, tuple((name, how) for name, how in found if how is not None))


def _special(hint: Any) -> MarkField | Filler | _Fields | None:
    for declared in getattr(hint, "__metadata__", ()):
        if isinstance(declared, (MarkField, Filler)):
            return declared
    inside = _compiled(hint) if isinstance(hint, type) and issubclass(hint, msgspec.Struct) else None
    return inside if inside and inside.special else None


def _columns(
    fields: _Fields, path: tuple[str, ...] = ()
) -> Iterator[tuple[Slot, Callable[[Sequence[Any]], bytes]]]:
    """Give what fills each placeholder, in their order, and what makes its column of the service's structs."""
    for name, how in fields.special:
        if isinstance(how, _Fields):
            yield from _columns(how, (*path, name))
        elif isinstance(how, MarkField):
            yield how.relation, partial(_ids, attrgetter(".".join((*path, how.id))))
        else:
            yield how.name, partial(_numbers, how, path)


def _ids(id_of: Callable[[Any], int], items: Sequence[Any]) -> bytes:
    return packed_ids(list(map(id_of, items)))


def _numbers(filler: Filler, path: tuple[str, ...], items: Sequence[Any]) -> bytes:
    sources = map(attrgetter(".".join(path)), items) if path else items
    return packed_numbers(list(map(filler.numbers, sources)))


def _line_ends(lines: bytes) -> list[int]:
    ends, start = [], 0
    while (end := lines.find(b"\n", start)) >= 0:
        ends.append(end)
        start = end + 1
    return [*ends, len(lines)] if lines else []


def _written(fields: _Fields, source: Any) -> dict[str, Any]:
    """Return a struct as a dict in the order of its fields, with a cut for each placeholder."""
    written = asdict(source)
    for name, how in fields.special:
        written[name] = _written(how, written[name]) if isinstance(how, _Fields) else _PLACEHOLDER
    return written if tuple(written) == fields.names else {name: written[name] for name in fields.names}


def _described(fields: _Fields) -> list[Any]:
    special = [
        (name, _described(how) if isinstance(how, _Fields) else how.name if isinstance(how, Filler) else how)
        for name, how in fields.special
    ]
    return [fields.names, special]


WebUrl = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
Id = Annotated[int, Meta(ge=1, le=MAX_ID)]

# For what is made here, and is never sent.
READ_ONLY = Meta(extra_json_schema={"readOnly": True})


class ShownAs(NamedTuple):
    """Declares what stands in a field whose JSON is there already as bytes, or null: one of what ``shown`` returns."""

    shown: Callable[[], Sequence[type[msgspec.Struct]]]


_PLAIN: dict[type[inspect.Type], dict[str, Any]] = {
    inspect.BoolType: {"type": "boolean"},
    inspect.StrType: {"type": "string"},
    inspect.DateTimeType: {"type": "string", "format": "date-time"},
    inspect.DateType: {"type": "string", "format": "date"},
    inspect.RawType: {"type": "object"},
}
_MAX_INT32 = 2**31 - 1


class Freshness(msgspec.Struct):
    """How fresh a page is."""

    as_of: Annotated[datetime, Meta(description="When the upstream service last confirmed this page.")]
    stale: Annotated[bool, Meta(description="True when the page is older than it should be.")]
    partial: Annotated[
        bool | msgspec.UnsetType,
        Meta(
            description="True when the service behind has more than could be read; filters see what was read."
        ),
    ] = msgspec.UNSET
    attribution: Annotated[
        list[str] | msgspec.UnsetType,
        Meta(description="What has to be shown beside it, where the service behind demands that."),
    ] = msgspec.UNSET


class ListEnvelope(msgspec.Struct, kw_only=True):
    """What every list is answered in, around its ``results``."""

    count: Annotated[int, Meta(ge=0, description="How many there are on all pages.")]
    next: Annotated[WebUrl | None, Meta(description="The next page; null on the last.")]
    previous: Annotated[WebUrl | None, Meta(description="The page before; null on the first.")]
    meta: Annotated[Freshness, Meta(description="How fresh the page is.")]


class StructExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # it has no types
    """Makes a component of a struct."""

    target_class = msgspec.Struct
    match_subclasses = True

    def get_name(self, auto_schema: Any, direction: Any) -> str:
        return "Meta" if self.target is Freshness else str(self.target.__name__)

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        def ref(cls: Any) -> dict[str, Any]:
            return dict(auto_schema.resolve_serializer(cls, direction).ref)

        hints = get_type_hints(self.target, include_extras=True)
        properties = {}
        for field in msgspec.structs.fields(self.target):
            declared = getattr(hints[field.name], "__metadata__", ())
            shown = next((meta.shown() for meta in declared if isinstance(meta, ShownAs)), ())
            found = _schema_of(inspect.type_info(field.type), ref)
            if shown:
                found |= {"oneOf": [*map(ref, shown), {"type": "null"}]}
                del found["type"]
            properties[field.encode_name] = found
        # A docstring of the struct itself; those that other structs inherit are of their bases.
        text = vars(self.target).get("__doc__") if self.target is not Freshness else None
        return {
            "type": "object",
            **({"description": text} if text else {}),
            "properties": properties,
            "required": sorted(
                field.encode_name
                for field in msgspec.structs.fields(self.target)
                if field.default is not msgspec.UNSET
            ),
        }


def _schema_of(kind: inspect.Type, ref: Any) -> dict[str, Any]:
    bounds: dict[str, float | None]
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            return _schema_of(inner, ref) | (extra or {})
        case inspect.UnionType(types=types):
            (inner,) = (one for one in types if not isinstance(one, inspect.NoneType))
            found = _schema_of(inner, ref)
            if "$ref" in found:
                return {"oneOf": [found, {"type": "null"}]}
            return found | {"type": [found["type"], "null"]}
        case inspect.StructType(cls=cls):
            return dict(ref(cls))
        case inspect.IntType(ge=ge, le=le):
            bounds = {} if le is None else {"maximum": le}
            bounds |= {} if ge is None else {"minimum": ge}
            return {"type": "integer", **bounds, **({"format": "int64"} if (le or 0) > _MAX_INT32 else {})}
        case inspect.FloatType(ge=ge, le=le):
            bounds = {} if ge is None else {"maximum": le, "minimum": ge}
            return {"type": "number", "format": "double", **bounds}
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return {"type": "array", "items": _schema_of(item, ref)}
        case inspect.DictType(value_type=value):
            return {"type": "object", "additionalProperties": _schema_of(value, ref)}
        case inspect.LiteralType(values=values):
            said = {"enum": list(values)} if len(values) > 1 else {"const": values[0]}
            return {**said, "type": "string"}
    return dict(_PLAIN[type(kind)])
