"""A whole library, asked about, exported and imported."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Struct
from rest_framework import serializers

from accounts.bodies import Body
from favorites import models
from favorites.serializers.fields import MAX_ASKED, BoundedList, Id, Ids
from favorites.serializers.follows import FOLLOW_EXAMPLE, Follow
from favorites.services.library import Entry, Merged
from proxy import shapes as schema
from proxy.parameters import Query

MAX_IMPORTED = 5_000


class ContainsQuery(Query):
    flyers = Ids(default=tuple, help_text="Ids of flyers.")
    creators = Ids(default=tuple, help_text=f"Ids of creators; at most {MAX_ASKED} ids in all.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs["flyers"]) + len(attrs["creators"]) > MAX_ASKED:
            raise serializers.ValidationError({"flyers": [f"Ask for at most {MAX_ASKED} ids in all."]})
        return attrs


class _Entry(serializers.Serializer[Any]):
    """A row: an id, and a moment that may be left out."""

    def to_internal_value(self, data: Any) -> Any:
        (id_, created_at) = map(super().to_internal_value(data).get, self.fields)
        return Entry(id_, created_at)


class FavoriteEntry(_Entry):
    """A row of an exported library; of its other fields nothing is read."""

    flyer_id = Id()
    created_at = serializers.DateTimeField(required=False)


class FollowEntry(_Entry):
    """A row of an exported library."""

    followed_id = Id()
    created_at = serializers.DateTimeField(required=False)


class LibraryImport(Body):
    """A library as it was exported, or a part of one: at most 5,000 rows in all. A moment may be left out."""

    favorites = BoundedList(child=FavoriteEntry(), default=list, max_length=MAX_IMPORTED)
    follows = BoundedList(child=FollowEntry(), default=list, max_length=MAX_IMPORTED)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs["favorites"]) + len(attrs["follows"]) > MAX_IMPORTED:
            raise serializers.ValidationError({"favorites": [f"Send at most {MAX_IMPORTED:,} rows in all."]})
        return attrs


class Contains(Struct):
    """For each id that was asked about, whether it is in the library."""

    flyers: dict[str, bool]
    creators: dict[str, bool]


class ExportedFavorite(Struct):
    """A favorite, with what its flyer was called for whoever reads the file."""

    flyer_id: schema.Id
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
        """Return saved rows as they are exported."""
        return cls(
            [ExportedFavorite(row.flyer_id, row.created_at, row.title) for row in favorites],
            [Follow.of(row) for row in follows],
        )


class MergedLibrary(Struct):
    """What became of a library that was brought in."""

    favorites: Merged
    follows: Merged
