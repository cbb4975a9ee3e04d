"""Requests and answers about a whole library: which ids are in it, export and import."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import UNSET, Meta, Struct, UnsetType
from rest_framework import serializers

from accounts.bodies import Body
from favorites import models
from favorites.fields import MAX_IDS, Ids, KindName, Rating
from favorites.serializers.follows import FOLLOW_EXAMPLE, Follow
from favorites.services.library import CREATORS, FLYERS, ImportedEntry
from favorites.services.shelves import Key
from proxy import shapes
from proxy.fields import BoundedList, Id, Text
from proxy.parameters import Query

MAX_IMPORTED = 5_000


class ContainsQuery(Query):
    flyers = Ids(default=tuple, help_text="Ids of flyers.")
    creators = Ids(default=tuple, help_text="Ids of creators.")
    kind = KindName(required=False, help_text="The kind of `ids`.")
    ids = Ids(required=False, help_text=f"Ids of items of this kind; at most {MAX_IDS} ids in all.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for given, missing in (("kind", "ids"), ("ids", "kind")):
            if given in attrs and missing not in attrs:
                raise serializers.ValidationError({missing: [f"Give it together with {given}."]})
        if sum(len(attrs.get(name, ())) for name in ("flyers", "creators", "ids")) > MAX_IDS:
            raise serializers.ValidationError({"flyers": [f"Ask for at most {MAX_IDS} ids in all."]})
        return attrs


class ExportQuery(Query):
    kind = KindName(required=False, help_text="Of one kind alone.")


class FavoriteRow(serializers.Serializer[Any]):
    """A flyer in an exported library; of its other fields nothing is read."""

    flyer_id = Id()
    created_at = serializers.DateTimeField(required=False)

    def validate(self, attrs: dict[str, Any]) -> Any:
        return ImportedEntry(Key(*FLYERS, attrs["flyer_id"]), attrs.get("created_at"))


class FollowRow(serializers.Serializer[Any]):
    """A creator in an exported library."""

    followed_id = Id()
    created_at = serializers.DateTimeField(required=False)

    def validate(self, attrs: dict[str, Any]) -> Any:
        return ImportedEntry(Key(*CREATORS, attrs["followed_id"]), attrs.get("created_at"))


class EntryRow(serializers.Serializer[Any]):
    """An item on another shelf or of another kind in an exported library."""

    shelf = Text(max_length=20)
    kind = Text(max_length=20)
    id = Id()
    rating = Rating(required=False, allow_null=True)
    created_at = serializers.DateTimeField(required=False)

    def validate(self, attrs: dict[str, Any]) -> Any:
        key = Key(attrs["shelf"], attrs["kind"], attrs["id"])
        return ImportedEntry(key, attrs.get("created_at"), attrs.get("rating"))


class LibraryImport(Body):
    """A library as it was exported, or a part of one: at most 5,000 rows in all. A moment may be left out."""

    favorites = BoundedList(child=FavoriteRow(), default=list, max_length=MAX_IMPORTED)
    follows = BoundedList(child=FollowRow(), default=list, max_length=MAX_IMPORTED)
    entries = BoundedList(child=EntryRow(), default=list, max_length=MAX_IMPORTED)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        rows = [*attrs["favorites"], *attrs["follows"], *attrs["entries"]]
        if len(rows) > MAX_IMPORTED:
            raise serializers.ValidationError({"favorites": [f"Send at most {MAX_IMPORTED:,} rows in all."]})
        return {"entries": rows}


class ExportedFavorite(Struct):
    """A favorite, with what its flyer was called for whoever reads the file."""

    flyer_id: shapes.Id
    created_at: datetime
    title: str


class ExportedEntry(Struct):
    """What stands on another shelf or is of another kind."""

    shelf: str
    kind: str
    id: shapes.Id
    created_at: datetime
    title: str
    rating: Annotated[int | None, Meta(description="Of ratings: 1 to 5.")]


LIBRARY_EXAMPLE = {
    "favorites": [{"flyer_id": 7, "created_at": "2026-05-01T12:00:00Z", "title": "Jazz by the river"}],
    "follows": [FOLLOW_EXAMPLE],
}


@extend_schema_serializer(examples=[OpenApiExample("A library", value=LIBRARY_EXAMPLE)])
class Library(Struct):
    """Everything that a person keeps, newest first; ``entries`` only if there is more than flyers and creators."""

    favorites: list[ExportedFavorite]
    follows: list[Follow]
    entries: list[ExportedEntry] | UnsetType = UNSET

    @classmethod
    def of(cls, rows: Iterable[models.Entry]) -> Self:
        library = cls([], [])
        more = []
        for row in rows:
            if (row.shelf, row.kind) == FLYERS:
                library.favorites.append(ExportedFavorite(row.item_id, row.created_at, row.title))
            elif (row.shelf, row.kind) == CREATORS:
                library.follows.append(Follow.of(row))
            else:
                more.append(
                    ExportedEntry(row.shelf, row.kind, row.item_id, row.created_at, row.title, row.value)
                )
        library.entries = more or UNSET
        return library
