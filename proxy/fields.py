"""Fields of bodies, read strictly: a typo must not look like a default."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from rest_framework import serializers

from clients.values import MAX_ID
from proxy.parameters import WholeNumber

# RFC 3339, 5.6. ``fromisoformat`` reads more than this: days and weeks alone, other separators, seconds in a zone.
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])",
    re.IGNORECASE,
)
_FIRST_YEAR: Final = 1970


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


class Moment(serializers.DateTimeField):
    """A date and time with its zone, as RFC 3339 writes it, in UTC: of the years 1970 to 9999, to the microsecond."""

    default_error_messages = {
        "invalid": "Give a moment with its zone, such as 2026-05-01T12:00:00Z, of the years 1970 to 9999."
    }

    def to_internal_value(self, data: object) -> datetime:
        if not isinstance(data, str) or not _MOMENT.fullmatch(data):
            self.fail("invalid")
        try:
            moment = datetime.fromisoformat(data.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")
        if moment.year < _FIRST_YEAR:
            self.fail("invalid")
        return moment


class BoundedList(serializers.ListField):
    """A list with a ``max_length``; one that is longer is refused before any of it is read."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)
