"""favorites: kept flyers, asked for and shown. It knows no rule and no status."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.bodies import Body
from favorites.serializers.fields import BoundedList, Id, Shape, Truth
from favorites.services.showing import Shown
from flyers_proxy.serializers import FLYER_EXAMPLE, MAX_ID, Flag, FlyerSerializer, PageQuery, PageSerializer
from flyers_proxy.services import Answer
from proxy.rendering import Marks

MAX_BATCH = 50

# --- What may be asked and sent --------------------------------------------------------------------


class FavoritesQuery(PageQuery):
    expiring = Flag(default=False, help_text="Only those that end within 48 hours.")
    sort = serializers.ChoiceField(
        choices=["-created_at", "valid_until"],
        default="-created_at",
        help_text="Newest first, or what ends first; an end that is not known comes last.",
    )


class FlyerIds(Body):
    """Flyers by their ids; one that is given twice counts once."""

    flyer_ids = BoundedList(child=Id(), min_length=1, max_length=MAX_BATCH)


class FavoriteState(Body):
    """What is to be so, whatever it was."""

    flyer_id = Id()
    favorite = Truth(default=True)


# --- What is answered ------------------------------------------------------------------------------

FAVORITE_EXAMPLE = {
    "id": 12,
    "flyer_id": 7,
    "created_at": "2026-05-01T12:00:00Z",
    "title": "Jazz by the river",
    "image_url": "https://img.example/flyers/7.svg",
    "valid_until": "2099-01-01T23:00:00Z",
}
KEPT_FLYER_PAGE_EXAMPLE = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [
        {
            "id": 12,
            "flyer_id": 7,
            "created_at": "2026-05-01T12:00:00Z",
            "availability": "live",
            "title": "Jazz by the river",
            "image_url": "https://img.example/flyers/7.svg",
            "valid_until": "2099-01-01T23:00:00Z",
            "flyer": {
                **FLYER_EXAMPLE,
                "creator": {**FLYER_EXAMPLE["creator"], "is_following": False},
                "location": {**FLYER_EXAMPLE["location"], "distance_km": None},
                "is_favorited": True,
            },
        }
    ],
    "meta": {"as_of": "2026-05-01T12:00:00Z", "stale": False},
}
KEPT_BATCH_EXAMPLE = {"added": [7], "existing": [], "not_found": [99], "unknown": []}


def as_json(answer: Answer, marks: Marks | None) -> Any:
    """Return a flyer or a creator as it is shown everywhere, with the marks of whoever asks."""
    template = answer.rendered.template(as_of=answer.as_of, stale=answer.is_stale, now=time.time())
    body, _ = template.filled(marks)
    return msgspec.json.decode(body)


def meta(answers: Sequence[Answer], *, is_partial: bool) -> dict[str, Any]:
    """Return how fresh a page is: as the oldest answer on it, and stale if one is or is missing."""
    as_of = min((answer.as_of for answer in answers), default=time.time())
    is_stale = is_partial or any(answer.is_stale for answer in answers)
    return {"as_of": datetime.fromtimestamp(int(as_of), UTC), "stale": is_stale}


@extend_schema_serializer(examples=[OpenApiExample("A favorite", value=FAVORITE_EXAMPLE)])
class FavoriteSerializer(Shape):
    """A favorite, and what is remembered of its flyer."""

    id = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, help_text="Of the favorite, not of the flyer."
    )
    flyer_id = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    created_at = serializers.DateTimeField(help_text="Since when it is kept.")
    title = serializers.CharField(allow_blank=True, help_text="As it was last seen.")
    image_url = serializers.URLField(allow_null=True)
    valid_until = serializers.DateTimeField(allow_null=True)


class SharedFlyerSerializer(serializers.Serializer[Any]):
    """A favorite as others see it: nothing says who keeps it, or since when."""

    availability = serializers.ChoiceField(
        choices=["live", "expired", "gone", "unknown"],
        help_text=(
            "`expired`: past its own end; `gone`: the flyer service has it no more; `unknown`: the flyer service "
            "does not tell. `flyer` is there only while it is `live`."
        ),
    )
    title = serializers.CharField(source="favorite.title", allow_blank=True, help_text="As it was last seen.")
    image_url = serializers.URLField(source="favorite.image_url", allow_null=True)
    valid_until = serializers.DateTimeField(source="favorite.valid_until", allow_null=True)
    flyer = serializers.SerializerMethodField()

    @extend_schema_field(FlyerSerializer(allow_null=True))
    def get_flyer(self, shown: Shown) -> Any:
        return as_json(shown.flyer, self.context["marks"]) if shown.flyer else None


class KeptFlyerSerializer(SharedFlyerSerializer):
    """A favorite with its flyer, or with what is remembered of it."""

    id = serializers.IntegerField(
        source="favorite.id", min_value=1, max_value=MAX_ID, help_text="Of the favorite, not of the flyer."
    )
    flyer_id = serializers.IntegerField(source="favorite.flyer_id", min_value=1, max_value=MAX_ID)
    created_at = serializers.DateTimeField(source="favorite.created_at", help_text="Since when it is kept.")


@extend_schema_serializer(examples=[OpenApiExample("A page of favorites", value=KEPT_FLYER_PAGE_EXAMPLE)])
class KeptFlyerPageSerializer(PageSerializer):
    results = KeptFlyerSerializer(many=True)


@extend_schema_serializer(examples=[OpenApiExample("A batch", value=KEPT_BATCH_EXAMPLE)])
class KeptBatchSerializer(Shape):
    """What became of each flyer, in the order they were given."""

    added = serializers.ListField(child=serializers.IntegerField())
    existing = serializers.ListField(child=serializers.IntegerField())
    not_found = serializers.ListField(child=serializers.IntegerField())
    unknown = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Not judged and not written, as the flyer service did not tell: ask again for these.",
    )


class RemovedBatchSerializer(Shape):
    """What became of each flyer, in the order they were given."""

    removed = serializers.ListField(child=serializers.IntegerField())
    absent = serializers.ListField(child=serializers.IntegerField())


class FavoriteStateSerializer(Shape):
    """What is so now."""

    flyer_id = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    favorite = serializers.BooleanField()
