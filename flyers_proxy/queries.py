"""Query parameters of flyer reads."""

import re
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients.values import MAX_ID
from flyers_proxy.lists import offers_feed_alone
from proxy.parameters import NOT_BLANK, CommaSeparated, Decimal, Flag, PageQuery, Query, WholeNumber

MAX_CATEGORIES = 20
DEFAULT_RADIUS = 5.0  # km
NO_CATEGORIES = "The flyer service behind names no categories, so flyers can't be filtered by them."

_SLUG = re.compile(r"[A-Za-z0-9_-]{1,50}")


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


class PositionQuery(Query):
    lat = Decimal(required=False, min_value=-90, max_value=90, help_text="Degrees north. Goes with `lng`.")
    lng = Decimal(required=False, min_value=-180, max_value=180, help_text="Degrees east. Goes with `lat`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for given, missing in (("lat", "lng"), ("lng", "lat")):
            if given in attrs and missing not in attrs:
                raise serializers.ValidationError({missing: [f"Give it together with {given}."]})
        return attrs


class CreatorFlyersQuery(PageQuery, PositionQuery):
    """Of a creator's flyers."""


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
        if "categories" in attrs and offers_feed_alone():
            raise serializers.ValidationError({"categories": [NO_CATEGORIES]})
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
        validators=[NOT_BLANK],
        help_text="Part of a title, description, address or creator's name.",
    )
