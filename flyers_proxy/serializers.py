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

_DIGITS = re.compile(r"[0-9]{1,19}")
# Programs write a number that is nearly 0 with an exponent: 1e-7.
_DECIMAL = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?(e-[0-9]{1,3})?")
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,50}")


class WholeNumber(serializers.IntegerField):
    """A whole number in at most 19 ASCII digits: what ``int()`` reads beyond that is a surprise."""

    def to_internal_value(self, data: object) -> int:
        if not _DIGITS.fullmatch(str(data)):
            self.fail("invalid")
        return super().to_internal_value(str(data))


class Decimal(serializers.FloatField):
    """A decimal number in ASCII digits; no NaN, no infinity, no exponent that makes it large."""

    def to_internal_value(self, data: object) -> float:
        if not _DECIMAL.fullmatch(str(data)):
            self.fail("invalid")
        return super().to_internal_value(str(data))


class Flag(serializers.BooleanField):
    """``true`` or ``false``, ``1`` or ``0``."""

    def to_internal_value(self, data: object) -> bool:
        words = {"true": True, "1": True, "false": False, "0": False}
        if str(data).lower() not in words:
            self.fail("invalid", input=data)
        return words[str(data).lower()]


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "string", "pattern": f"^{_SLUG.pattern}$"},
        "minItems": 1,
        "maxItems": MAX_CATEGORIES,
    }
)
class Slugs(serializers.CharField):
    """Comma-separated slugs, read as a sorted tuple without repeats."""

    default_error_messages = {"slugs": f"Give 1 to {MAX_CATEGORIES} slugs separated by commas."}

    def to_internal_value(self, data: Any) -> Any:
        slugs = [slug.strip() for slug in super().to_internal_value(data).split(",")]
        if len(slugs) > MAX_CATEGORIES or not all(map(_SLUG.fullmatch, slugs)):
            self.fail("slugs")
        return tuple(sorted(set(slugs)))


class Query(serializers.Serializer[Any]):
    """Query parameters of one route: each is known and given once, or the answer is a 400 that names it."""

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
        for name in params:
            if name not in reader.fields:
                errors[name[:50]] = ["There is no such parameter."]
            elif len(params.getlist(name)) > 1:
                errors[name] = ["Give it once."]
            elif "\ufffd" in params[name]:  # what Django puts where bytes are not UTF-8
                errors[name] = ["This is not valid UTF-8."]
        try:
            checked: dict[str, Any] = reader.run_validation(params.dict())
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
    near_me = Flag(default=False, help_text="Only flyers within `radius` of the position.")
    radius = Decimal(default=5.0, min_value=0.01, max_value=100, help_text="Kilometres, with `near_me`.")
    categories = Slugs(required=False, help_text="Category slugs, comma-separated; ANY of them matches.")
    creator = WholeNumber(required=False, min_value=1, max_value=MAX_ID, help_text="Flyers of one creator.")
    filter = serializers.ChoiceField(
        choices=["all", "following"], default="all", help_text="`following` needs a signed-in caller."
    )


class SearchQuery(DiscoverQuery):
    query = serializers.CharField(
        max_length=200,
        validators=[RegexValidator(r"\S")],  # for the schema: what is blank is refused before
        help_text="Part of a title, description, address or creator's name.",
    )


# --- Answers, for the schema alone: flyers_proxy.rendering writes them ------------------------------


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
