"""flyers_proxy: what may be asked, and what is answered (for the schema). It knows no upstream."""

import re
from functools import cache
from typing import Any, Self

from django.core.validators import RegexValidator
from django.http import QueryDict
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

MAX_ID = 2**63 - 1
MAX_PAGE = 2**31 - 1
MAX_LIMIT = 100
MAX_CATEGORIES = 20
DEFAULT_RADIUS = 5.0  # km

# ``int()`` and ``float()`` read more than this: other digits, underscores, "nan". Of more digits nobody has use.
_WHOLE = re.compile(r"-?[0-9]{1,1000}")
_DECIMAL = re.compile(r"-?[0-9]{1,1000}(\.[0-9]{1,1000})?([eE][+-]?[0-9]{1,1000})?")
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,50}")

PASSED_BOUND = {"min_value": "At least {min_value}.", "max_value": "At most {max_value}."}
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


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "string", "pattern": f"^{_SLUG.pattern}$"},
        "minItems": 1,
        "maxItems": MAX_CATEGORIES,
    }
)
class Slugs(CommaSeparated):
    """Slugs, read as a sorted tuple without repeats."""

    default_error_messages = {"slugs": f"Give 1 to {MAX_CATEGORIES} slugs separated by commas."}

    def to_internal_value(self, data: object) -> tuple[str, ...]:
        slugs = self.words(data)
        if len(slugs) > MAX_CATEGORIES or not all(map(_SLUG.fullmatch, slugs)):
            self.fail("slugs")
        return tuple(sorted(set(slugs)))


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
        errors: dict[str, Any] = {}
        for name, values in params.lists():
            if name not in reader.fields:
                errors[name[:50]] = ["There is no such parameter."]
            elif len(values) > 1 and not isinstance(reader.fields[name], CommaSeparated):
                errors[name] = ["Give it once."]
            elif any("\ufffd" in value for value in values):  # what Django puts where bytes are not UTF-8
                errors[name] = ["This is not valid UTF-8."]
        try:
            given = {name: ",".join(values) for name, values in params.lists()}
            checked: dict[str, Any] = reader.run_validation(given)
        except serializers.ValidationError as error:
            errors = {**error.detail, **errors} if isinstance(error.detail, dict) else errors
        if errors:
            raise serializers.ValidationError(errors)
        return checked


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


class PositionQuery(Query):
    lat = Decimal(required=False, min_value=-90, max_value=90, help_text="Degrees north. Goes with `lng`.")
    lng = Decimal(required=False, min_value=-180, max_value=180, help_text="Degrees east. Goes with `lat`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for given, missing in (("lat", "lng"), ("lng", "lat")):
            if given in attrs and missing not in attrs:
                raise serializers.ValidationError({missing: [f"Give it together with {given}."]})
        return attrs


class CreatorFlyersQuery(PageQuery, PositionQuery):
    """What a creator's flyers may be asked with."""


class DiscoverQuery(PageQuery, PositionQuery):
    # Without defaults, as it matters whether they were given.
    near_me = Flag(
        required=False,
        help_text="Only flyers within `radius` of the position. True if a `radius` is given; `false` switches that off.",
    )
    radius = Decimal(
        required=False,
        min_value=0.01,
        max_value=100,
        help_text=f"Kilometres, {DEFAULT_RADIUS:g} if `near_me` comes without. Needs `lat` and `lng`, as `near_me` does.",
    )
    categories = Slugs(required=False, help_text="Category slugs; ANY of them matches.")
    creator = WholeNumber(required=False, min_value=1, max_value=MAX_ID, help_text="Flyers of one creator.")
    filter = serializers.ChoiceField(
        choices=["all", "following"], default="all", help_text="`following` needs a signed-in caller."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        is_near = attrs.get("near_me", "radius" in attrs)
        if is_near and "lat" not in attrs:
            # A filter that is not applied would look like one that matches everything.
            asked = [name for name in ("near_me", "radius") if name in attrs]
            raise serializers.ValidationError(
                {name: ["Give it together with lat and lng."] for name in asked}
            )
        return {"radius": DEFAULT_RADIUS, **attrs, "near_me": is_near}


class SearchQuery(DiscoverQuery):
    query = serializers.CharField(
        max_length=200,
        validators=[RegexValidator(r"\S")],  # for the schema: what is blank is refused before
        help_text="Part of a title, description, address or creator's name.",
    )


# --- Answers, for the schema alone: proxy.rendering writes them ------------------------------


FLYER_EXAMPLE: dict[str, Any] = {
    "id": 7,
    "title": "Jazz by the river",
    "description": "Three bands, one bridge, bring a blanket.",
    "categories": ["events", "nightlife"],
    "creator": {
        "id": 3,
        "username": "casa-del-jazz",
        "profile_picture": "https://img.example/creators/3.svg",
        "is_following": None,
    },
    "images": [{"url": "https://img.example/flyers/7.svg", "order": 0}],
    "location": {"address": "Calle Mayor 1, Madrid", "lat": 40.4169, "lng": -3.7035, "distance_km": 0.028},
    "validity": {
        "valid_from": "2026-01-01T18:00:00Z",
        "valid_until": "2099-01-01T23:00:00Z",
        "is_valid": True,
    },
    "created_at": "2026-01-01T09:30:00Z",
    "is_favorited": None,
}
FLYER_PAGE_EXAMPLE = {
    "count": 12,
    "next": "http://localhost:8000/api/v1/flyers/discover/?lat=40.4168&lng=-3.7038&limit=1&page=2",
    "previous": None,
    "results": [FLYER_EXAMPLE],
    "meta": {"as_of": "2026-05-01T12:00:00Z", "stale": False},
}


class CreatorSummarySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    username = serializers.CharField()
    profile_picture = serializers.URLField(allow_null=True)
    is_following = serializers.BooleanField(
        allow_null=True, help_text="Whether the caller follows this creator; null for an anonymous caller."
    )


class ImageSerializer(serializers.Serializer[Any]):
    url = serializers.URLField()
    order = serializers.IntegerField()


class LocationSerializer(serializers.Serializer[Any]):
    address = serializers.CharField(allow_blank=True)
    lat = serializers.FloatField(min_value=-90, max_value=90)
    lng = serializers.FloatField(min_value=-180, max_value=180)
    distance_km = serializers.FloatField(
        allow_null=True, help_text="From the caller's exact position; null without one."
    )


class ValiditySerializer(serializers.Serializer[Any]):
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField()
    is_valid = serializers.BooleanField(  # type: ignore[assignment]  # a field's name, not the method
        help_text="Whether it is valid at the moment of the answer."
    )


@extend_schema_serializer(examples=[OpenApiExample("A flyer", value=FLYER_EXAMPLE)])
class FlyerSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    title = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    categories = serializers.ListField(child=serializers.CharField())
    creator = CreatorSummarySerializer()
    images = ImageSerializer(many=True)
    location = LocationSerializer()
    validity = ValiditySerializer()
    created_at = serializers.DateTimeField(allow_null=True)
    is_favorited = serializers.BooleanField(
        allow_null=True, help_text="Whether the caller keeps this flyer; null for an anonymous caller."
    )


class MetaSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateTimeField(help_text="When the flyer service last confirmed this page.")
    stale = serializers.BooleanField(help_text="True when the page is older than it should be.")


class PageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=0)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    meta = MetaSerializer()


@extend_schema_serializer(examples=[OpenApiExample("A page of flyers", value=FLYER_PAGE_EXAMPLE)])
class FlyerPageSerializer(PageSerializer):
    results = FlyerSerializer(many=True)


class CategorySerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    flyer_count = serializers.IntegerField(allow_null=True)


class CategoryPageSerializer(PageSerializer):
    results = CategorySerializer(many=True)


class CreatorSerializer(CreatorSummarySerializer):
    bio = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
