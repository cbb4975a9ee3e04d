"""Dates and times of day as people write them, and texts of several lines."""

import re
from datetime import date, datetime, time
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from proxy.fields import Text

_DAY: Final = r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME: Final = r"([01][0-9]|2[0-3]):[0-5][05](:00)?"
MAX_TEXT: Final = 500

DAY_HELP: Final = "By the clock of the place."
START_HELP: Final = "From when."
END_HELP: Final = "Until when."
TIME_SCHEMA: Final = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"}


# Without an example: Swagger UI would fill it in, as a filter that nobody asked for.
@extend_schema_field({"type": "string", "format": "date", "pattern": f"^{_DAY}$"})
class Day(serializers.Field[date, Any, Any, Any]):
    """A date."""

    default_error_messages = {"invalid": "Give a date such as 2026-05-01, of the years 2000 to 2099."}

    def to_internal_value(self, data: object) -> date:
        if not isinstance(data, str) or not re.fullmatch(_DAY, data):
            self.fail("invalid")
        try:
            return date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")


@extend_schema_field({"type": "string", "pattern": f"^{_TIME}$", "example": "09:30:00"})
class TimeOfDay(serializers.Field[time, Any, Any, Any]):
    """A time of day on the grid of five minutes."""

    default_error_messages = {
        "invalid": "Give a time of day such as 09:30:00, from 00:00:00 to 23:55:00 in steps of 5 minutes."
    }

    def to_internal_value(self, data: object) -> time:
        if not isinstance(data, str) or not re.fullmatch(_TIME, data):
            self.fail("invalid")
        return time.fromisoformat(data)


class Lines(Text):
    """A text that may have several lines."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_TEXT, **options)


def shown_time(wall: time | datetime) -> str:
    """Return a time of day as answers have it: ``HH:MM:SS``."""
    return f"{wall:%H:%M:%S}"
