"""Query parameters, read strictly: a typo must not look like a default, or like a filter that matches everything."""

import re
from collections.abc import Callable
from functools import cache, cached_property
from typing import Any, Self

from django.core.validators import RegexValidator
from django.http import QueryDict
from rest_framework import serializers

from clients.values import MAX_ID

MAX_PAGE = 2**31 - 1
MAX_LIMIT = 100

# ``int()`` and ``float()`` read more than this: other digits, underscores, "nan". Of more digits nobody has use.
_WHOLE = re.compile(r"-?[0-9]{1,1000}")
_DECIMAL = re.compile(r"-?[0-9]{1,1000}(\.[0-9]{1,1000})?([eE][+-]?[0-9]{1,1000})?")

PASSED_BOUND = {"min_value": "At least {min_value}.", "max_value": "At most {max_value}."}
# For the schema alone: a text that is blank is refused before. JavaScript's `\s` lacks some of what counts as blank here.
NOT_BLANK = RegexValidator(r"[^\s\x1c-\x1f\x85]")
NO_WHOLE_NUMBER = "Give a whole number."


class WholeNumber(serializers.IntegerField):
    """A whole number in ASCII digits."""

    default_error_messages = {"invalid": NO_WHOLE_NUMBER, **PASSED_BOUND}

    def to_internal_value(self, data: object) -> int:
        if not _WHOLE.fullmatch(str(data)):
            self.fail("invalid")
        return int(str(data))


class Decimal(serializers.FloatField):
    """A decimal number in ASCII digits, perhaps with an exponent, as programs write it: 1e-7.

    One that is too large for a float is infinite, so give it bounds.
    """

    default_error_messages = {"invalid": "Give a number.", **PASSED_BOUND}

    def to_internal_value(self, data: object) -> float:
        if not _DECIMAL.fullmatch(str(data)):
            self.fail("invalid")
        return float(str(data))


class Flag(serializers.BooleanField):
    """``true`` or ``false``, ``1`` or ``0``."""

    def to_internal_value(self, data: object) -> bool:
        words = {"true": True, "1": True, "false": False, "0": False}
        if str(data).lower() not in words:
            self.fail("invalid", input=data)
        return words[str(data).lower()]


class CommaSeparated(serializers.Field[tuple[Any, ...], Any, Any, Any]):
    """A list in the query, its values joined by commas: in one parameter, or in several of one name."""

    def words(self, data: object) -> list[str]:
        """Return the values as they were given, without blanks around them."""
        return [word.strip() for word in str(data).split(",")]


_NOTHING = object()


class Query(serializers.Serializer[Any]):
    """Query parameters of one route: each is known and, unless it is a list, given once; else a 400 names it."""

    @classmethod
    @cache
    def _reader(cls) -> Self:
        """Return the one reader of this route: copying a serializer's fields costs more than reading with them."""
        return cls()

    @classmethod
    def read(cls, params: QueryDict) -> dict[str, Any]:
        """Return the checked parameters with defaults filled in; raise ``ValidationError``."""
        reader = cls._reader()
        if not params and reader.of_nothing is not None:
            return dict(reader.of_nothing)
        fields = reader.fields
        errors: dict[str, Any] = {}
        given: dict[str, str] = {}
        for name, values in params.lists():
            if name not in fields:
                errors[name[:50]] = ["There is no such parameter."]
            elif len(values) > 1 and not isinstance(fields[name], CommaSeparated):
                errors[name] = ["Give it once."]
            elif any("\ufffd" in value for value in values):  # what Django puts where bytes are not UTF-8
                errors[name] = ["This is not valid UTF-8."]
            given[name] = ",".join(values)
        try:
            checked: dict[str, Any] = reader.run_validation(given)
        except serializers.ValidationError as error:
            errors = {**error.detail, **errors} if isinstance(error.detail, dict) else errors
        if errors:
            raise serializers.ValidationError(errors)
        return checked

    @cached_property
    def of_nothing(self) -> dict[str, Any] | None:
        """Return what no parameters at all stand for, None if that is an error."""
        try:
            return dict(self.run_validation({}))
        except serializers.ValidationError:
            return None

    def to_internal_value(self, data: dict[str, str]) -> dict[str, Any]:
        """Check what is given, field by field as DRF does; what is not given was examined once."""
        checked: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for name, check in self._checks.items():
            if name in data:
                try:
                    checked[name] = check(data[name])
                except serializers.ValidationError as error:
                    errors[name] = error.detail
            elif (absent := self._absent[name]) is not _NOTHING:
                (errors if isinstance(absent, list) else checked)[name] = absent
        if errors:
            raise serializers.ValidationError(errors)
        return checked

    @cached_property
    def _checks(self) -> dict[str, Callable[[Any], Any]]:
        """Return by name what checks a field: it does itself, and perhaps a method of the reader after it."""

        def check(field: Any, method: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
            return (lambda value: method(field.run_validation(value))) if method else field.run_validation

        return {
            name: check(field, getattr(self, f"validate_{name}", None)) for name, field in self.fields.items()
        }

    @cached_property
    def _absent(self) -> dict[str, Any]:
        """Return by name what a parameter that is not given stands for: a value, nothing, or the messages of an error."""
        found: dict[str, Any] = {}
        for name, check in self._checks.items():
            try:
                found[name] = check(serializers.empty)
            except serializers.SkipField:
                found[name] = _NOTHING
            except serializers.ValidationError as error:
                found[name] = error.detail
        return found


class NoQuery(Query):
    """A route that takes no parameters."""


class PageQuery(Query):
    page = WholeNumber(default=1, min_value=1, max_value=MAX_PAGE, help_text="Which page, from 1.")
    limit = WholeNumber(
        default=10,
        min_value=1,
        max_value=MAX_ID,
        help_text=f"Results a page; more than {MAX_LIMIT} gives {MAX_LIMIT}.",
    )

    def validate_limit(self, limit: int) -> int:
        return min(limit, MAX_LIMIT)
