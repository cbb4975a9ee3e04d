"""Follows: what may be asked and sent, and how they are shown."""

from datetime import datetime
from typing import Annotated, Self

import msgspec
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct

from accounts.bodies import Body
from clients.values import MAX_ID
from favorites import models
from favorites.serializers.fields import Id
from flyers_proxy.shapes import Creator
from proxy import shapes as schema
from proxy.parameters import Query, WholeNumber
from proxy.shapes import READ_ONLY, ListEnvelope, ShownAs
from proxy.store import Answer


class FollowStatusQuery(Query):
    user_id = WholeNumber(min_value=1, max_value=MAX_ID, help_text="Id of a creator.")


class NewFollow(Body):
    """A creator by their id."""

    followed_id = Id()


FOLLOW_EXAMPLE = {"followed_id": 3, "created_at": "2026-05-01T12:00:00Z"}


@extend_schema_serializer(examples=[OpenApiExample("A follow", value=FOLLOW_EXAMPLE)])
class Follow(Struct):
    """Whom a person follows, and since when."""

    followed_id: Annotated[schema.Id, Meta(description="Id of the creator.")]
    created_at: Annotated[datetime, Meta(description="Since when they are followed.")]

    @classmethod
    def of(cls, row: models.Follow) -> Self:
        """Return a saved row as it is shown."""
        return cls(row.creator_id, row.created_at)


class Followed(Follow):
    """Whom a person follows, with the creator's profile."""

    creator: Annotated[
        msgspec.Raw | None,
        ShownAs(Creator),
        READ_ONLY,
        Meta(
            description="The creator's profile; null when there is none any more or the flyer service does not tell."
        ),
    ]

    @classmethod
    def with_creator(cls, row: models.Follow, creator: Answer | None) -> Self:
        """Return a saved row with what is known of the creator, whom its owner follows."""
        marks = {("follows", "creator"): {row.creator_id}}
        return cls(row.creator_id, row.created_at, creator.json(marks) if creator else None)


class FollowPage(ListEnvelope, kw_only=True):
    results: list[Followed]


class FollowStatus(Struct):
    """Whether the caller follows a creator."""

    is_following: bool
    followed_user_id: schema.Id
