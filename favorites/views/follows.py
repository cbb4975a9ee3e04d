"""The HTTP of follows."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from favorites.serializers.follows import (
    Follow,
    Followed,
    FollowPage,
    FollowStatus,
    FollowStatusQuery,
    NewFollow,
)
from favorites.services import follows
from favorites.views.personal import DONE, NO_CREATOR, OUTAGE, PersonalView, PrivateView
from proxy.batches import get_many
from proxy.parameters import PageQuery
from proxy.reads import freshness


class FollowList(PersonalView):
    @extend_schema(
        operation_id="follows_list", tags=["follows"], parameters=[PageQuery], responses=FollowPage
    )
    def get(self, request: Request) -> Response:
        """Whom the caller follows, newest first, each with the creator's profile."""
        page = self.page_of(follows.follows_of(self.person), PageQuery.read(request.query_params))
        ids = [follow.creator_id for follow in page.rows]
        creators = get_many("creator", ids, caller=self.caller, on_miss=self.hit_limit)
        results = [Followed.with_creator(row, creators.found.get(row.creator_id)) for row in page.rows]
        meta = freshness(creators.found.values(), is_partial=bool(creators.unknown))
        return Response(page.envelope(results, meta=meta))

    @extend_schema(
        operation_id="follow_add",
        tags=["follows"],
        request=NewFollow,
        responses={
            201: Follow,
            200: Follow,
            404: NO_CREATOR,
            **OUTAGE,
        },
    )
    def post(self, request: Request) -> Response:
        """Follow a creator: 201 when that is new, 200 when they were followed already, 400 `SELF_FOLLOW` if it is oneself."""
        creator_id = NewFollow.read(request.data)["followed_id"]
        follow, created = follows.add_follow(user=self.person, creator_id=creator_id)
        return Response(Follow.of(follow), status=201 if created else 200)


class FollowDetail(PersonalView):
    @extend_schema(operation_id="follow_remove", tags=["follows"], responses={204: DONE})
    def delete(self, request: Request, followed_id: int) -> Response:
        """Follow a creator no longer, or still not."""
        follows.remove_follow(user=self.person, creator_id=followed_id)
        return Response(status=204)


class FollowStatusDetail(PrivateView):
    @extend_schema(
        operation_id="follow_status",
        tags=["follows"],
        parameters=[FollowStatusQuery],
        responses={200: FollowStatus, 404: NO_CREATOR},
    )
    def get(self, request: Request) -> Response:
        """Whether the caller follows a creator; an anonymous caller follows nobody."""
        creator_id = FollowStatusQuery.read(request.query_params)["user_id"]
        is_following = follows.is_following(
            user=cast("User | None", request.user), creator_id=creator_id, on_miss=self.hit_limit
        )
        return Response(FollowStatus(is_following, creator_id))
