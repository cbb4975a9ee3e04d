"""favorites: the HTTP of follows. It knows requests and headers, and no rule."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from favorites.serializers.favorites import meta
from favorites.serializers.follows import (
    FollowedSerializer,
    FollowPageSerializer,
    FollowSerializer,
    FollowStatusQuery,
    FollowStatusSerializer,
    NewFollow,
)
from favorites.services import follows
from favorites.views.personal import DONE, NO_CREATOR, OUTAGE, Kept, Personal
from flyers_proxy.serializers import PageQuery
from proxy.batches import get_creators


class FollowList(Personal):
    @extend_schema(
        operation_id="follows_list", tags=["follows"], parameters=[PageQuery], responses=FollowPageSerializer
    )
    def get(self, request: Request) -> Response:
        """Whom the caller follows, newest first, each with the creator's profile."""
        PageQuery.read(request.query_params)
        page = self.page_of(follows.follows_of(self.person))
        creators = get_creators(
            [follow.creator_id for follow in page], caller=self.caller, on_miss=self.spend_one
        )
        context = {"creators": creators.found}
        return self.get_paginated_response(
            {
                "results": FollowedSerializer(page, many=True, context=context).data,
                "meta": meta(list(creators.found.values()), is_partial=bool(creators.unknown)),
            }
        )

    @extend_schema(
        operation_id="follow_add",
        tags=["follows"],
        request=NewFollow,
        responses={
            201: FollowSerializer,
            200: FollowSerializer,
            404: NO_CREATOR,
            **OUTAGE,
        },
    )
    def post(self, request: Request) -> Response:
        """Follow a creator: 201 when that is new, 200 when they were followed already, 400 `SELF_FOLLOW` if it is oneself."""
        creator_id = NewFollow.read(request.data)["followed_id"]
        follow, created = follows.add_follow(user=self.person, creator_id=creator_id)
        return Response(FollowSerializer.of(follow), status=201 if created else 200)


class FollowDetail(Personal):
    @extend_schema(operation_id="follow_remove", tags=["follows"], responses={204: DONE})
    def delete(self, request: Request, followed_id: int) -> Response:
        """Follow a creator no longer, or still not."""
        follows.remove_follow(user=self.person, creator_id=followed_id)
        return Response(status=204)


class FollowStatus(Kept):
    @extend_schema(
        operation_id="follow_status",
        tags=["follows"],
        parameters=[FollowStatusQuery],
        responses={200: FollowStatusSerializer, 404: NO_CREATOR},
    )
    def get(self, request: Request) -> Response:
        """Whether the caller follows a creator; an anonymous caller follows nobody."""
        creator_id = FollowStatusQuery.read(request.query_params)["user_id"]
        is_following = follows.is_following(
            user=cast("User | None", request.user), creator_id=creator_id, on_miss=self.spend_one
        )
        return Response({"is_following": is_following, "followed_user_id": creator_id})
