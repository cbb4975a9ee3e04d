"""Requests and answers about creators whom a person follows."""

from datetime import datetime
from typing import Annotated, Self

import msgspec
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct
from rest_framework import serializers

from accounts.bodies import Body
from clients.values import MAX_ID
from favorites import models
from favorites.services.news import News
from favorites.services.showing import Shown
from flyers_proxy.shapes import Creator
from proxy import shapes
from proxy.fields import Id
from proxy.parameters import Query, WholeNumber
from proxy.shapes import READ_ONLY, ListEnvelope, ShownAs


class FollowStatusQuery(Query):
    user_id = WholeNumber(min_value=1, max_value=MAX_ID, help_text="Id of a creator.")


class NewFollow(Body):
    """A creator by their id."""

    followed_id = Id()


class SeenUntil(Body):
    """Until when the caller has looked: the `as_of` of what they saw, or now."""

    until = serializers.DateTimeField(required=False)


_PROFILE = "The creator's profile; null when there is none any more or the flyer service does not tell."
FOLLOW_EXAMPLE = {"followed_id": 3, "created_at": "2026-05-01T12:00:00Z"}


@extend_schema_serializer(examples=[OpenApiExample("A follow", value=FOLLOW_EXAMPLE)])
class Follow(Struct):
    """Whom a person follows, and since when."""

    followed_id: Annotated[shapes.Id, Meta(description="Id of the creator.")]
    created_at: Annotated[datetime, Meta(description="Since when they are followed.")]

    @classmethod
    def of(cls, row: models.Entry) -> Self:
        return cls(row.item_id, row.created_at)


class Followed(Follow):
    """Whom a person follows, with the creator's profile."""

    creator: Annotated[msgspec.Raw | None, ShownAs(lambda: [Creator]), READ_ONLY, Meta(description=_PROFILE)]

    @classmethod
    def of_shown(cls, shown: Shown) -> Self:
        return cls(shown.entry.item_id, shown.entry.created_at, shown.item)


class FollowPage(ListEnvelope, kw_only=True):
    results: list[Followed]


class Publisher(Followed):
    """Whom a person follows, and what they have published since the person last looked."""

    new_flyers: Annotated[int, Meta(ge=1, description="How many that are valid now.")]
    published_at: Annotated[datetime, Meta(description="When the newest of them was published.")]

    @classmethod
    def of_news(cls, news: News, shown: Shown) -> Self:
        row = news.follow
        return cls(row.item_id, row.created_at, shown.item, news.new_flyers, news.published_at)


class NewsPage(ListEnvelope, kw_only=True):
    """A page of what is new, the newest first."""

    is_complete: Annotated[
        bool, Meta(description="False when there were more new flyers than could be looked through.")
    ]
    results: list[Publisher]


class FollowStatus(Struct):
    """Whether the caller follows a creator."""

    is_following: bool
    followed_user_id: shapes.Id


class Seen(Struct):
    """Until when the caller has looked."""

    until: datetime
