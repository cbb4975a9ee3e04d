"""The shared list: what its owner sends, and how it is shown."""

from typing import Annotated, Self

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct

from accounts.bodies import Body
from favorites import models
from favorites.serializers.favorites import SharedFlyer
from favorites.serializers.fields import MAX_NAME, Name
from proxy.shapes import READ_ONLY, ListEnvelope


class ListName(Body):
    """What the list is called; on one line, without invisible characters."""

    list_name = Name(max_length=MAX_NAME)


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
    url: Annotated[str, Meta(extra_json_schema={"format": "uri"}), READ_ONLY]

    @classmethod
    def of(cls, row: models.SharedList) -> Self:
        """Return a saved row as it is shown, with the address where whoever has the link reads the list."""
        url = f"{settings.PUBLIC_URL}/api/v1/favorites/shared/{row.slug}/"
        return cls(row.list_name, row.slug, url)


class SharedFlyerPage(ListEnvelope, kw_only=True):
    """A page of somebody's shared favorites."""

    list_name: str
    owner: Annotated[str, Meta(description="The name that its owner shows to others.")]
    results: list[SharedFlyer]
