"""Bodies of requests, read strictly: a typo must not look like a default."""

from itertools import islice
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers

MAX_REPORTED = 20


class Body(serializers.Serializer[Any]):
    """Fields other than these are refused by name; so they are where it stands inside of another."""

    @classmethod
    def read(cls, data: object) -> dict[str, Any]:
        """Return the checked fields with defaults filled in; raise ``ValidationError``."""
        body = cls(data=data)
        body.is_valid(raise_exception=True)
        return body.validated_data  # type: ignore[no-any-return]  # DRF types it as Any

    def to_internal_value(self, data: Any) -> Any:
        names = data if isinstance(data, dict) else ()
        unknown = islice((name for name in names if name not in self.fields), MAX_REPORTED)
        errors: dict[str, Any] = {str(name)[:50]: ["There is no such field."] for name in unknown}
        try:
            checked = super().to_internal_value(data)
        except serializers.ValidationError as error:
            errors = {**dict(error.detail), **errors}  # type: ignore[arg-type]  # by field
        if errors:
            raise serializers.ValidationError(errors)
        return checked


class BodyScheme(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # it has no types
    """``additionalProperties: false`` in the schema."""

    target_class = Body
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        shape: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001 - as its documentation has it
        return {**shape, "additionalProperties": False}
