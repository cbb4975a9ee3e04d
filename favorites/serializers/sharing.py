"""favorites: the shared list, named by its owner and read by others. It knows no rule and no status."""

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.bodies import Body
from favorites.models import SharedList
from favorites.serializers.favorites import SharedFlyerSerializer
from favorites.serializers.fields import MAX_NAME, Name, Shape
from flyers_proxy.serializers import PageSerializer


class ListName(Body):
    """What the list is called; on one line, without invisible characters."""

    list_name = Name(max_length=MAX_NAME)


SHARED_LIST_EXAMPLE = {
    "list_name": "My weekend",
    "slug": "my-weekend-JxW0yIuUOEf1nWmLQpsbSg",
    "url": "http://localhost:8000/api/v1/favorites/shared/my-weekend-JxW0yIuUOEf1nWmLQpsbSg/",
}


@extend_schema_serializer(examples=[OpenApiExample("A shared list", value=SHARED_LIST_EXAMPLE)])
class SharedListSerializer(Shape):
    """The link by which favorites are shared; it ends in 128 random bits."""

    list_name = serializers.CharField()
    slug = serializers.CharField()
    url = serializers.SerializerMethodField()

    @extend_schema_field(serializers.URLField)
    def get_url(self, shared: SharedList) -> str:
        """Return where whoever has the link reads the list."""
        return f"{settings.PUBLIC_URL}/api/v1/favorites/shared/{shared.slug}/"


class SharedFlyerPageSerializer(PageSerializer):
    """A page of somebody's shared favorites."""

    list_name = serializers.CharField()
    owner = serializers.CharField(help_text="The name that its owner shows to others.")
    results = SharedFlyerSerializer(many=True)
