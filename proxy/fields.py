"""Fields of bodies, read strictly: a typo must not look like a default."""

from typing import Any

from rest_framework import serializers

from clients.values import MAX_ID
from proxy.parameters import WholeNumber


class Whole(WholeNumber):
    """A whole JSON number: no text, no fraction, no boolean.

    7.0 is the integer 7 (JSON Schema, and every browser), up to where such numbers are exact.
    """

    def to_internal_value(self, data: object) -> int:
        if type(data) is float and data.is_integer() and not 2**53 < abs(data) <= MAX_ID:
            return int(data)  # past MAX_ID, too, so that the error names that bound
        if type(data) is not int:
            self.fail("invalid")
        return data


class Id(Whole):
    """An id of an upstream service."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=MAX_ID, **kwargs)


class Boolean(serializers.BooleanField):
    """A JSON boolean: no text, no number."""

    def to_internal_value(self, data: object) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class Text(serializers.CharField):
    """A JSON string, and no number that looks like one."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class BoundedList(serializers.ListField):
    """A list with a ``max_length``; one that is longer is refused before any of it is read."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)
