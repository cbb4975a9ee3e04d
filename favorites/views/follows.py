"""The HTTP of follows, and of what those who are followed publish."""

from collections.abc import Sequence
from functools import partial

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.api import Response
from favorites.models import Entry
from favorites.serializers import follows as serializers
from favorites.services import follows, news
from favorites.services.pages import Row
from favorites.services.shelves import FOLLOWS
from favorites.services.showing import Showing, show
from flyers_proxy.catalog import CREATOR
from proxy.parameters import PageQuery
from proxy.reads import freshness, page_of, page_of_list
from proxy.views import DONE, OUTAGE, PersonalView, PrivateView

follows_operation = partial(extend_schema, tags=["follows"])

NO_CREATOR = {404: OpenApiResponse(description="`NOT_FOUND`: the flyer service has no such creator.")}
FOLLOW = {201: serializers.Follow, 200: serializers.Follow, **NO_CREATOR, **OUTAGE}
FOLLOW_STATUS = {200: serializers.FollowStatus, **NO_CREATOR}


class ProfilesView(PersonalView):
    """A list of follows, each with the creator's profile."""

    query = PageQuery

    def profiles(self, rows: Sequence[Entry] | Sequence[Row]) -> Showing:
        """Return these with the creators as they are now, all of whom the caller follows."""
        marks = {(FOLLOWS.name, CREATOR.name): {row.item_id for row in rows}}
        return show(CREATOR.name, rows, viewer=None, caller=self.caller, on_miss=self.hit_limit, marks=marks)


class FollowList(ProfilesView):
    @follows_operation("follows_list", parameters=[PageQuery], responses=serializers.FollowPage)
    def get(self, request: Request) -> Response:
        """Whom the caller follows, newest first, each with the creator's profile."""
        page = page_of(*follows.page_of_follows(user=self.person, **self.params), request, **self.params)
        showing = self.profiles(page.rows)
        results = [serializers.Followed.of_shown(shown) for shown in showing.shown]
        meta = freshness(showing.answers, is_partial=showing.is_partial)
        return Response(page.envelope(results, meta=meta))

    @follows_operation("follow_add", request=serializers.NewFollow, responses=FOLLOW)
    def post(self, request: Request) -> Response:
        """Follow a creator: 201 when that is new, 200 when they were followed already, 400 `SELF_FOLLOW` if it is oneself."""
        creator_id = serializers.NewFollow.read(request.data)["followed_id"]
        follow, created = follows.add_follow(user=self.person, creator_id=creator_id)
        return Response(serializers.Follow.of(follow), status=201 if created else 200)


class FollowDetail(PersonalView):
    @follows_operation("follow_remove", responses=DONE)
    def delete(self, request: Request, followed_id: int) -> Response:
        """Follow a creator no longer, or still not."""
        follows.remove_follow(user=self.person, creator_id=followed_id)
        return Response(status=204)


class FollowStatusDetail(PrivateView):
    query = serializers.FollowStatusQuery

    @follows_operation("follow_status", parameters=[serializers.FollowStatusQuery], responses=FOLLOW_STATUS)
    def get(self, request: Request) -> Response:
        """Whether the caller follows a creator; an anonymous caller follows nobody."""
        creator_id = self.params["user_id"]
        is_following = follows.is_following(user=self.person, creator_id=creator_id, on_miss=self.hit_limit)
        return Response(serializers.FollowStatus(is_following, creator_id))


class FollowNews(ProfilesView):
    @follows_operation("follows_news", parameters=[PageQuery], responses=serializers.NewsPage)
    def get(self, request: Request) -> Response:
        """Whom the caller follows and who has published since they last looked (`POST follows/seen/`), or followed them."""
        found = news.news_of(user=self.person, on_miss=self.hit_limit)
        page = page_of_list(found.news, request, **self.params)
        showing = self.profiles([each.follow for each in page.rows])
        results = [
            serializers.Publisher.of_news(each, shown)
            for each, shown in zip(page.rows, showing.shown, strict=True)
        ]
        # As of when flyers were looked for, whatever the age of the profiles: the caller has seen all until then.
        is_partial = showing.is_partial or any(profile.is_stale for profile in showing.answers)
        meta = freshness(found.pages, is_partial=is_partial)
        return Response(page.envelope(results, meta=meta, is_complete=found.is_complete))


class FollowSeen(PersonalView):
    @follows_operation("follows_seen", request=serializers.SeenUntil, responses=serializers.Seen)
    def post(self, request: Request) -> Response:
        """Store that the caller has looked at what is new, by default until now; it never goes back."""
        until = serializers.SeenUntil.read(request.data).get("until")
        return Response(serializers.Seen(news.mark_seen(user=self.person, until=until)))
