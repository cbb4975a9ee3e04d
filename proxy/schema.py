"""What is shown, as OpenAPI: structs take the place of DRF's serializers in ``extend_schema``."""

from datetime import datetime
from typing import Annotated, Any, NamedTuple, get_type_hints

import msgspec
from drf_spectacular.extensions import OpenApiSerializerExtension
from msgspec import Meta, inspect

from clients.values import MAX_ID

WebUrl = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
Id = Annotated[int, Meta(ge=1, le=MAX_ID)]

# For what is made here, and is never sent.
READ_ONLY = Meta(extra_json_schema={"readOnly": True})


class ShownAs(NamedTuple):
    """Declares what stands in a field whose JSON is there already as bytes."""

    shown: type[msgspec.Struct]


_PLAIN: dict[type[inspect.Type], dict[str, Any]] = {
    inspect.BoolType: {"type": "boolean"},
    inspect.StrType: {"type": "string"},
    inspect.DateTimeType: {"type": "string", "format": "date-time"},
}
_MAX_INT32 = 2**31 - 1


class Freshness(msgspec.Struct):
    """How fresh a page is."""

    as_of: Annotated[datetime, Meta(description="When the upstream service last confirmed this page.")]
    stale: Annotated[bool, Meta(description="True when the page is older than it should be.")]


class ListEnvelope(msgspec.Struct, kw_only=True):
    """What every list is answered in, around its ``results``."""

    count: Annotated[int, Meta(ge=0)]
    next: WebUrl | None
    previous: WebUrl | None
    meta: Freshness


class StructExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # it has no types
    """Makes a component of a struct."""

    target_class = msgspec.Struct
    match_subclasses = True

    def get_name(self, auto_schema: Any, direction: Any) -> str:
        return "Meta" if self.target is Freshness else str(self.target.__name__)

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        hints = get_type_hints(self.target, include_extras=True)
        properties = {}
        for field in msgspec.structs.fields(self.target):
            declared = getattr(hints[field.name], "__metadata__", ())
            shown = next((meta.shown for meta in declared if isinstance(meta, ShownAs)), None)
            info = inspect.type_info(Annotated[shown | None, *declared] if shown else field.type)
            properties[field.encode_name] = _schema_of(
                info, lambda cls: auto_schema.resolve_serializer(cls, direction).ref
            )
        # A docstring of the struct itself; those that other structs inherit are of their bases.
        text = vars(self.target).get("__doc__") if self.target is not Freshness else None
        return {
            "type": "object",
            **({"description": text} if text else {}),
            "properties": properties,
            "required": sorted(properties),
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
            return {"enum": list(values), "type": "string"}
    return dict(_PLAIN[type(kind)])
