"""favorites: a whole library, asked about, going out and coming in. It knows no rule and no status."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.bodies import Body
from favorites.models import Favorite
from favorites.serializers.fields import MAX_ASKED, BoundedList, Id, Ids, Shape
from favorites.serializers.follows import FOLLOW_EXAMPLE, FollowSerializer
from favorites.services.library import Entry
from flyers_proxy.serializers import MAX_ID, Query

MAX_IMPORTED = 5_000


class ContainsQuery(Query):
    flyers = Ids(default=tuple, help_text="Ids of flyers.")
    creators = Ids(default=tuple, help_text=f"Ids of creators; at most {MAX_ASKED} ids in all.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs["flyers"]) + len(attrs["creators"]) > MAX_ASKED:
            raise serializers.ValidationError({"flyers": [f"Ask for at most {MAX_ASKED} ids in all."]})
        return attrs


class FavoriteEntry(serializers.Serializer[Any]):
    """A row of an exported library; of its other fields nothing is read."""

    flyer_id = Id()
    created_at = serializers.DateTimeField(required=False)

    def to_internal_value(self, data: Any) -> Any:
        row = super().to_internal_value(data)
        return Entry(row["flyer_id"], row.get("created_at"))


class FollowEntry(serializers.Serializer[Any]):
    """A row of an exported library."""

    followed_id = Id()
    created_at = serializers.DateTimeField(required=False)

    def to_internal_value(self, data: Any) -> Any:
        row = super().to_internal_value(data)
        return Entry(row["followed_id"], row.get("created_at"))


class LibraryImport(Body):
    """A library as it was exported, or a part of one: at most 5,000 rows in all. A moment may be left out."""

    favorites = BoundedList(child=FavoriteEntry(), default=list, max_length=MAX_IMPORTED)
    follows = BoundedList(child=FollowEntry(), default=list, max_length=MAX_IMPORTED)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs["favorites"]) + len(attrs["follows"]) > MAX_IMPORTED:
            raise serializers.ValidationError({"favorites": [f"Send at most {MAX_IMPORTED:,} rows in all."]})
        return attrs


class ContainsSerializer(Shape):
    """For each id that was asked about, whether it is in the library."""

    flyers = serializers.DictField(child=serializers.BooleanField())
    creators = serializers.DictField(child=serializers.BooleanField())


class ExportedFavoriteSerializer(serializers.Serializer[Favorite]):
    """A favorite, with what its flyer was called for whoever reads the file."""

    flyer_id = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    created_at = serializers.DateTimeField()
    title = serializers.CharField(allow_blank=True)


LIBRARY_EXAMPLE = {
    "favorites": [{"flyer_id": 7, "created_at": "2026-05-01T12:00:00Z", "title": "Jazz by the river"}],
    "follows": [FOLLOW_EXAMPLE],
}


@extend_schema_serializer(examples=[OpenApiExample("A library", value=LIBRARY_EXAMPLE)])
class LibrarySerializer(Shape):
    """Everything that a person keeps, newest first."""

    favorites = ExportedFavoriteSerializer(many=True)
    follows = FollowSerializer(many=True)


class MergedSerializer(serializers.Serializer[Any]):
    """What became of each row, in the order they were given."""

    added = serializers.ListField(child=serializers.IntegerField())
    existing = serializers.ListField(child=serializers.IntegerField())
    refused = serializers.ListField(child=serializers.IntegerField(), help_text="Nobody follows themselves.")


class MergedLibrarySerializer(Shape):
    """What became of a library that was brought in."""

    favorites = MergedSerializer()
    follows = MergedSerializer()
