"""Requests and answers about what stands on a shelf: rows of flyers, and rows of other kinds."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, Self, get_args

import msgspec
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct
from rest_framework import serializers

from accounts.bodies import Body
from favorites import models
from favorites.fields import KindName
from favorites.fields import Rating as RatingField
from favorites.serializers.kinds import FLYER, other_shapes
from favorites.services.shelves import FAVORITES, RATINGS, WATCHLIST
from favorites.services.showing import Availability, Shown
from flyers_proxy.shapes import FLYER_EXAMPLE, Flyer
from proxy import shapes
from proxy.fields import Boolean, BoundedList, Id
from proxy.parameters import Flag, PageQuery, Query
from proxy.shapes import READ_ONLY, ListEnvelope, ShownAs, WebUrl

MAX_BATCH = 50
KIND_HELP = "Of which kind."


class ShelfQuery(PageQuery):
    expiring = Flag(default=False, help_text="Only those that end within 48 hours.")
    sort = serializers.ChoiceField(
        choices=["-created_at", "valid_until"],
        default="-created_at",
        help_text="Newest first, or what ends first; an end that is not known comes last.",
    )


class FavoritesQuery(ShelfQuery):
    kind = KindName(shelf=FAVORITES, default=FLYER, help_text=KIND_HELP)


class WatchlistQuery(ShelfQuery):
    kind = KindName(shelf=WATCHLIST, default=FLYER, help_text=KIND_HELP)


class RatingsQuery(ShelfQuery):
    kind = KindName(shelf=RATINGS, default=FLYER, help_text=KIND_HELP)


class SharedKindQuery(Query):
    kind = KindName(shelf=FAVORITES, default=FLYER, help_text=KIND_HELP)


class FlyerIds(Body):
    """Flyers by their ids; one that is given twice counts once."""

    flyer_ids = BoundedList(child=Id(), min_length=1, max_length=MAX_BATCH)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"kind": FLYER, "ids": attrs["flyer_ids"]}


class ItemIds(Body):
    """Items of any kind by their ids; one that is given twice counts once."""

    kind = KindName(shelf=FAVORITES)
    ids = BoundedList(child=Id(), min_length=1, max_length=MAX_BATCH)

    @classmethod
    def read_any(cls, data: Any) -> dict[str, Any]:
        """Return the checked ids and their kind, of a body like this or of ``FlyerIds``."""
        is_of_kind = isinstance(data, dict) and not data.keys().isdisjoint({"kind", "ids"})
        return (cls if is_of_kind else FlyerIds).read(data)


class WatchlistIds(ItemIds):
    """The same of those that may be on a watchlist."""

    kind = KindName(shelf=WATCHLIST)


@extend_schema_serializer(component_name="FavoriteState")
class FavoriteStateBody(Body):
    """What is to be so, whatever it was."""

    flyer_id = Id()
    favorite = Boolean(default=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"kind": FLYER, "item_id": attrs["flyer_id"], "favorite": attrs["favorite"]}

    @classmethod
    def read_any(cls, data: Any) -> dict[str, Any]:
        """Return the checked state, of a body like this or of ``TitleStateBody``."""
        is_title = isinstance(data, dict) and not data.keys().isdisjoint({"media_type", "movie_id"})
        return (TitleStateBody if is_title else cls).read(data)


class TitleStateBody(Body):
    """The same of a movie or another title."""

    media_type = KindName(shelf=FAVORITES, but=FLYER)
    movie_id = Id()
    favorite = Boolean(default=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"kind": attrs["media_type"], "item_id": attrs["movie_id"], "favorite": attrs["favorite"]}


class RatingBody(Body):
    """What the caller thinks of it; the last one counts."""

    rating = RatingField()


_SAVED = {"id": 12, "flyer_id": 7, "created_at": "2026-05-01T12:00:00Z"}
_REMEMBERED = {
    "title": "Jazz by the river",
    "image_url": "https://img.example/flyers/7.svg",
    "valid_until": "2099-01-01T23:00:00Z",
}
FAVORITE_EXAMPLE = {**_SAVED, **_REMEMBERED}
SAVED_FLYER_PAGE_EXAMPLE = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [
        {
            **_SAVED,
            "availability": "live",
            **_REMEMBERED,
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

FavoriteId = Annotated[shapes.Id, Meta(description="Of the favorite, not of the flyer.")]
ItemId = Annotated[shapes.Id, Meta(description="Of the item.")]
KeptSince = Annotated[datetime, Meta(description="Since when it is kept.")]
Title = Annotated[str, Meta(description="As it was last seen.")]
Stars = Annotated[int, Meta(ge=1, le=5, description="What the person thinks of it.")]


@extend_schema_serializer(examples=[OpenApiExample("A favorite", value=FAVORITE_EXAMPLE)])
class Favorite(Struct):
    """A favorite, and what is remembered of its flyer."""

    id: FavoriteId
    flyer_id: shapes.Id
    created_at: KeptSince
    title: Title
    image_url: WebUrl | None
    valid_until: datetime | None

    @classmethod
    def of(cls, row: models.Entry) -> Self:
        return cls(row.id, row.item_id, row.created_at, row.title, row.image_url, row.valid_until)


class KeptEntry(Struct):
    """What is kept of another kind than flyers, and what is remembered of it."""

    kind: str
    id: ItemId
    created_at: KeptSince
    title: Title
    image_url: WebUrl | None
    valid_until: datetime | None

    @classmethod
    def of(cls, row: models.Entry) -> Self:
        return cls(row.kind, row.item_id, row.created_at, row.title, row.image_url, row.valid_until)


class _Row(Struct):
    availability: Annotated[
        Availability,
        Meta(
            description=(
                "`expired`: past its own end; `gone`: the service has it no more; `unknown`: the service does not tell. "
                "The item itself is there only while it is `live`."
            ),
            extra_json_schema={"enum": list(get_args(Availability))},  # in this order
        ),
    ]
    title: Title
    image_url: WebUrl | None
    valid_until: datetime | None

    @classmethod
    def of(cls, shown: Shown) -> Self:
        """Return an entry as it is shown."""
        return cls(*_reader(cls)(shown))


@cache
def _reader(row: type[_Row]) -> Callable[[Shown], Sequence[Any]]:
    """Return what reads the values of a row's fields, in their order."""
    sources = {
        "availability": "availability",
        "flyer": "item",
        "item": "item",
        "flyer_id": "entry.item_id",
        # Flyers were favorites with an id of their own when there was no other kind.
        "id": "entry.id" if "flyer_id" in row.__struct_fields__ else "entry.item_id",
        "rating": "entry.value",
    }
    return attrgetter(*(sources.get(name, f"entry.{name}") for name in row.__struct_fields__))


class SharedFlyer(_Row):
    """A favorite as others see it: nothing says who keeps it, or since when."""

    flyer: Annotated[msgspec.Raw | None, ShownAs(lambda: [Flyer]), READ_ONLY]


class KeptFlyer(SharedFlyer):
    """A flyer that is kept, with the flyer or with what is remembered of it."""

    id: FavoriteId
    flyer_id: shapes.Id
    created_at: KeptSince


class RatedFlyer(KeptFlyer):
    """A flyer that is rated, with the flyer or with what is remembered of it."""

    rating: Stars


class SharedItem(_Row):
    """An item of another kind as others see it: nothing says who keeps it, or since when."""

    kind: str
    id: ItemId
    item: Annotated[
        msgspec.Raw | None,
        ShownAs(other_shapes),
        READ_ONLY,
        Meta(description="As the lists of its kind show it."),
    ]


class KeptItem(SharedItem):
    """An item of another kind that is kept, with the item or with what is remembered of it."""

    created_at: KeptSince


class RatedItem(KeptItem):
    """An item of another kind that is rated, with the item or with what is remembered of it."""

    rating: Stars


@extend_schema_serializer(examples=[OpenApiExample("A page of favorites", value=SAVED_FLYER_PAGE_EXAMPLE)])
class KeptFlyerPage(ListEnvelope, kw_only=True):
    results: list[KeptFlyer]


class KeptItemPage(ListEnvelope, kw_only=True):
    results: list[KeptItem]


class RatedFlyerPage(ListEnvelope, kw_only=True):
    results: list[RatedFlyer]


class RatedItemPage(ListEnvelope, kw_only=True):
    results: list[RatedItem]


class FavoriteState(Struct):
    """What is so now."""

    flyer_id: shapes.Id
    favorite: bool


class TitleState(Struct):
    """What is so now."""

    media_type: str
    movie_id: shapes.Id
    favorite: bool


def state_of(*, kind: str, item_id: int, favorite: bool) -> FavoriteState | TitleState:
    """Return what is so now, in the words of whoever asked."""
    return FavoriteState(item_id, favorite) if kind == FLYER else TitleState(kind, item_id, favorite)
