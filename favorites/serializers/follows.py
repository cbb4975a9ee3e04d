"""favorites: followed creators, asked for and shown. It knows no rule and no status."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.bodies import Body
from favorites.models import Follow
from favorites.serializers.favorites import as_json
from favorites.serializers.fields import Id, Shape
from flyers_proxy.serializers import MAX_ID, CreatorSerializer, PageSerializer, Query, WholeNumber
from proxy.rendering import Marks


class FollowStatusQuery(Query):
    user_id = WholeNumber(min_value=1, max_value=MAX_ID, help_text="Id of a creator.")


class NewFollow(Body):
    """A creator by their id."""

    followed_id = Id()


FOLLOW_EXAMPLE = {"followed_id": 3, "created_at": "2026-05-01T12:00:00Z"}


@extend_schema_serializer(examples=[OpenApiExample("A follow", value=FOLLOW_EXAMPLE)])
class FollowSerializer(Shape):
    """Whom a person follows, and since when."""

    followed_id = serializers.IntegerField(
        source="creator_id", min_value=1, max_value=MAX_ID, help_text="Id of the creator."
    )
    created_at = serializers.DateTimeField(help_text="Since when they are followed.")


class FollowedSerializer(FollowSerializer):
    """Whom a person follows, with the creator's profile."""

    creator = serializers.SerializerMethodField(
        help_text="The creator's profile; null when there is none any more or the flyer service does not tell."
    )

    @extend_schema_field(CreatorSerializer(allow_null=True))
    def get_creator(self, follow: Follow) -> Any:
        answer = self.context["creators"].get(follow.creator_id)
        return as_json(answer, Marks((), {follow.creator_id})) if answer else None


class FollowPageSerializer(PageSerializer):
    results = FollowedSerializer(many=True)


class FollowStatusSerializer(Shape):
    """Whether the caller follows a creator."""

    is_following = serializers.BooleanField()
    followed_user_id = serializers.IntegerField(min_value=1, max_value=MAX_ID)
