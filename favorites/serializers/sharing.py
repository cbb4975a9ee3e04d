"""Requests and answers about shared lists."""

from typing import Annotated, Self

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import UNSET, Meta, Struct, UnsetType

from accounts.bodies import Body
from favorites import models
from favorites.fields import KindName, Name
from favorites.serializers.entries import SharedFlyer, SharedItem
from favorites.serializers.kinds import FLYER
from favorites.services.shelves import FAVORITES
from proxy.shapes import READ_ONLY, ListEnvelope, WebUrl


class ListName(Body):
    """What the list is called; on one line, without invisible characters."""

    list_name = Name(max_length=100)
    kind = KindName(shelf=FAVORITES, default=FLYER, help_text="What is shared: favorites of this kind.")


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
    kind: Annotated[str | UnsetType, Meta(description="Of another kind than flyers.")] = UNSET

    @classmethod
    def of(cls, row: models.SharedList) -> Self:
        url = f"{settings.PUBLIC_URL}/api/v1/favorites/shared/{row.slug}/"
        return cls(row.list_name, row.slug, url, UNSET if row.kind == FLYER else row.kind)


_OWNER = Annotated[str, Meta(description="The name that its owner shows to others.")]


class SharedFlyerPage(ListEnvelope, kw_only=True):
    """A page of somebody's shared favorites."""

    list_name: str
    owner: _OWNER
    results: list[SharedFlyer]


class SharedItemPage(ListEnvelope, kw_only=True):
    """A page of somebody's shared favorites of another kind."""

    list_name: str
    owner: _OWNER
    results: list[SharedItem]
