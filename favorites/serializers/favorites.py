"""Favorites: what may be asked and sent, and how they are shown."""

from datetime import datetime
from typing import Annotated, Self, get_args

import msgspec
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct
from rest_framework import serializers

from accounts.bodies import Body
from favorites import models
from favorites.serializers.fields import BoundedList, Id, Truth
from favorites.services.showing import Availability, Shown
from flyers_proxy.shapes import FLYER_EXAMPLE, Flyer
from proxy import shapes as schema
from proxy.parameters import Flag, PageQuery
from proxy.rendering import Marks
from proxy.shapes import READ_ONLY, ListEnvelope, ShownAs, WebUrl

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


@extend_schema_serializer(component_name="FavoriteState")
class FavoriteStateBody(Body):
    """What is to be so, whatever it was."""

    flyer_id = Id()
    favorite = Truth(default=True)


# --- What is shown ---------------------------------------------------------------------------------

FAVORITE_EXAMPLE = {
    "id": 12,
    "flyer_id": 7,
    "created_at": "2026-05-01T12:00:00Z",
    "title": "Jazz by the river",
    "image_url": "https://img.example/flyers/7.svg",
    "valid_until": "2099-01-01T23:00:00Z",
}
SAVED_FLYER_PAGE_EXAMPLE = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [
        {
            **{name: FAVORITE_EXAMPLE[name] for name in ("id", "flyer_id", "created_at")},
            "availability": "live",
            **{name: FAVORITE_EXAMPLE[name] for name in ("title", "image_url", "valid_until")},
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

FavoriteId = Annotated[schema.Id, Meta(description="Of the favorite, not of the flyer.")]
SavedAt = Annotated[datetime, Meta(description="Since when it is kept.")]
Title = Annotated[str, Meta(description="As it was last seen.")]


@extend_schema_serializer(examples=[OpenApiExample("A favorite", value=FAVORITE_EXAMPLE)])
class Favorite(Struct):
    """A favorite, and what is remembered of its flyer."""

    id: FavoriteId
    flyer_id: schema.Id
    created_at: SavedAt
    title: Title
    image_url: WebUrl | None
    valid_until: datetime | None

    @classmethod
    def of(cls, row: models.Favorite) -> Self:
        """Return a saved row as it is shown."""
        return cls(row.id, row.flyer_id, row.created_at, row.title, row.image_url, row.valid_until)


class SharedFlyer(Struct):
    """A favorite as others see it: nothing says who keeps it, or since when."""

    availability: Annotated[
        Availability,
        Meta(
            description=(
                "`expired`: past its own end; `gone`: the flyer service has it no more; `unknown`: the flyer service "
                "does not tell. `flyer` is there only while it is `live`."
            ),
            extra_json_schema={"enum": list(get_args(Availability))},  # in this order
        ),
    ]
    title: Title
    image_url: WebUrl | None
    valid_until: datetime | None
    flyer: Annotated[msgspec.Raw | None, ShownAs(Flyer), READ_ONLY]

    @classmethod
    def of(cls, shown: Shown, marks: Marks | None) -> Self:
        """Return a favorite as it is shown to somebody with these marks."""
        row = shown.favorite
        named = {field: getattr(row, field) for field in cls.__struct_fields__ if hasattr(row, field)}
        flyer = shown.flyer.json(marks) if shown.flyer else None
        return cls(availability=shown.availability, flyer=flyer, **named)


class KeptFlyer(SharedFlyer):
    """A favorite with its flyer, or with what is remembered of it."""

    id: FavoriteId
    flyer_id: schema.Id
    created_at: SavedAt


@extend_schema_serializer(examples=[OpenApiExample("A page of favorites", value=SAVED_FLYER_PAGE_EXAMPLE)])
class KeptFlyerPage(ListEnvelope, kw_only=True):
    results: list[KeptFlyer]


class FavoriteState(Struct):
    """What is so now."""

    flyer_id: schema.Id
    favorite: bool
