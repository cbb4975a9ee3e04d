"""Requests and answers, in this order: favorites, follows, the whole library, the shared list."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self, get_args

import msgspec
from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct
from rest_framework import serializers

from accounts.bodies import Body
from clients.values import MAX_ID
from favorites import models
from favorites.fields import MAX_IDS, Boolean, BoundedList, Id, Ids, Name
from favorites.services.showing import Availability, Shown
from flyers_proxy.shapes import FLYER_EXAMPLE, Creator, Flyer
from proxy import shapes
from proxy.parameters import Flag, PageQuery, Query, WholeNumber
from proxy.rendering import Marks
from proxy.shapes import READ_ONLY, ListEnvelope, ShownAs, WebUrl
from proxy.store import Answer

MAX_BATCH = 50
MAX_IMPORTED = 5_000


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
    favorite = Boolean(default=True)


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
SavedAt = Annotated[datetime, Meta(description="Since when it is kept.")]
Title = Annotated[str, Meta(description="As it was last seen.")]


@extend_schema_serializer(examples=[OpenApiExample("A favorite", value=FAVORITE_EXAMPLE)])
class Favorite(Struct):
    """A favorite, and what is remembered of its flyer."""

    id: FavoriteId
    flyer_id: shapes.Id
    created_at: SavedAt
    title: Title
    image_url: WebUrl | None
    valid_until: datetime | None

    @classmethod
    def of(cls, row: models.Favorite) -> Self:
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
    flyer_id: shapes.Id
    created_at: SavedAt


@extend_schema_serializer(examples=[OpenApiExample("A page of favorites", value=SAVED_FLYER_PAGE_EXAMPLE)])
class KeptFlyerPage(ListEnvelope, kw_only=True):
    results: list[KeptFlyer]


class FavoriteState(Struct):
    """What is so now."""

    flyer_id: shapes.Id
    favorite: bool


class FollowStatusQuery(Query):
    user_id = WholeNumber(min_value=1, max_value=MAX_ID, help_text="Id of a creator.")


class NewFollow(Body):
    """A creator by their id."""

    followed_id = Id()


_PROFILE = "The creator's profile; null when there is none any more or the flyer service does not tell."
FOLLOW_EXAMPLE = {"followed_id": 3, "created_at": "2026-05-01T12:00:00Z"}


@extend_schema_serializer(examples=[OpenApiExample("A follow", value=FOLLOW_EXAMPLE)])
class Follow(Struct):
    """Whom a person follows, and since when."""

    followed_id: Annotated[shapes.Id, Meta(description="Id of the creator.")]
    created_at: Annotated[datetime, Meta(description="Since when they are followed.")]

    @classmethod
    def of(cls, row: models.Follow) -> Self:
        return cls(row.creator_id, row.created_at)


class Followed(Follow):
    """Whom a person follows, with the creator's profile."""

    creator: Annotated[msgspec.Raw | None, ShownAs(Creator), READ_ONLY, Meta(description=_PROFILE)]

    @classmethod
    def of(cls, row: models.Follow, creator: Answer | None = None) -> Self:
        marks = {("follows", "creator"): {row.creator_id}}  # those of the follow's owner
        return cls(row.creator_id, row.created_at, creator.json(marks) if creator else None)


class FollowPage(ListEnvelope, kw_only=True):
    results: list[Followed]


class FollowStatus(Struct):
    """Whether the caller follows a creator."""

    is_following: bool
    followed_user_id: shapes.Id


class ContainsQuery(Query):
    flyers = Ids(default=tuple, help_text="Ids of flyers.")
    creators = Ids(default=tuple, help_text=f"Ids of creators; at most {MAX_IDS} ids in all.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs["flyers"]) + len(attrs["creators"]) > MAX_IDS:
            raise serializers.ValidationError({"flyers": [f"Ask for at most {MAX_IDS} ids in all."]})
        return attrs


class FavoriteEntry(serializers.Serializer[Any]):
    """A row of an exported library; of its other fields nothing is read."""

    flyer_id = Id(source="id")
    created_at = serializers.DateTimeField(required=False)


class FollowEntry(serializers.Serializer[Any]):
    """A row of an exported library."""

    followed_id = Id(source="id")
    created_at = serializers.DateTimeField(required=False)


class LibraryImport(Body):
    """A library as it was exported, or a part of one: at most 5,000 rows in all. A moment may be left out."""

    favorites = BoundedList(child=FavoriteEntry(), default=list, max_length=MAX_IMPORTED)
    follows = BoundedList(child=FollowEntry(), default=list, max_length=MAX_IMPORTED)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs["favorites"]) + len(attrs["follows"]) > MAX_IMPORTED:
            raise serializers.ValidationError({"favorites": [f"Send at most {MAX_IMPORTED:,} rows in all."]})
        return attrs


class ExportedFavorite(Struct):
    """A favorite, with what its flyer was called for whoever reads the file."""

    flyer_id: shapes.Id
    created_at: datetime
    title: str


LIBRARY_EXAMPLE = {
    "favorites": [{"flyer_id": 7, "created_at": "2026-05-01T12:00:00Z", "title": "Jazz by the river"}],
    "follows": [FOLLOW_EXAMPLE],
}


@extend_schema_serializer(examples=[OpenApiExample("A library", value=LIBRARY_EXAMPLE)])
class Library(Struct):
    """Everything that a person keeps, newest first."""

    favorites: list[ExportedFavorite]
    follows: list[Follow]

    @classmethod
    def of(cls, favorites: Iterable[models.Favorite], follows: Iterable[models.Follow]) -> Self:
        return cls(
            [ExportedFavorite(row.flyer_id, row.created_at, row.title) for row in favorites],
            [Follow.of(row) for row in follows],
        )


class ListName(Body):
    """What the list is called; on one line, without invisible characters."""

    list_name = Name(max_length=100)


SHARED_LIST_EXAMPLE = {
    "list_name": "My weekend",
    "slug": "my-weekend-JxW0yIuUOEf1nWmLQpsbSg",
    "url": "http://localhost:8000/api/v1/favorites/shared/my-weekend-JxW0yIuUOEf1nWmLQpsbSg/",
}


@extend_schema_serializer(examples=[OpenApiExample("A shared list", value=SHARED_LIST_EXAMPLE)])
class SharedList(Struct):
    """The link by which favorites are shared; it ends in 128 random bits."""

    list_name: str
    slug: str
    url: Annotated[WebUrl, READ_ONLY]

    @classmethod
    def of(cls, row: models.SharedList) -> Self:
        url = f"{settings.PUBLIC_URL}/api/v1/favorites/shared/{row.slug}/"
        return cls(row.list_name, row.slug, url)


class SharedFlyerPage(ListEnvelope, kw_only=True):
    """A page of somebody's shared favorites."""

    list_name: str
    owner: Annotated[str, Meta(description="The name that its owner shows to others.")]
    results: list[SharedFlyer]
