"""The HTTP of what a person saves: what the routes share, then favorites, the library, follows, the shared list."""

from functools import partial
from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from favorites import models, serializers
from favorites.services import favorites, follows, library, sharing
from favorites.services.showing import show
from proxy.batches import get_many
from proxy.parameters import NoQuery, PageQuery, Query
from proxy.reads import RowPage, freshness, page_of
from proxy.views import CallerView

Row = TypeVar("Row", bound=Model)

favorites_operation = partial(extend_schema, tags=["favorites"])
follows_operation = partial(extend_schema, tags=["follows"])
sharing_operation = partial(extend_schema, tags=["sharing"])

# For the schema: when a route ends in what.
DONE = {204: OpenApiResponse(description="Done.")}
NO_FLYER = {404: OpenApiResponse(description="`NOT_FOUND`: the flyer service has no such flyer.")}
NO_CREATOR = {404: OpenApiResponse(description="`NOT_FOUND`: the flyer service has no such creator.")}
OUTAGE = {
    502: OpenApiResponse(description="The flyer service gave no answer that can be used."),
    503: OpenApiResponse(description="`UPSTREAM_UNAVAILABLE`: try again after `Retry-After` seconds."),
    504: OpenApiResponse(description="`UPSTREAM_TIMEOUT`: the flyer service did not answer in time."),
}
FAVORITE = {201: serializers.Favorite, 200: serializers.Favorite, **NO_FLYER, **OUTAGE}
NOT_SAVED = {404: OpenApiResponse(description="`NOT_FOUND`: it is not kept.")}
NOT_REMOVED = {404: OpenApiResponse(description="`NOT_FOUND`: it was not kept.")}
BATCH = {200: favorites.KeptBatch, **OUTAGE}
STATE = {200: serializers.FavoriteState, **NO_FLYER, **OUTAGE}
FOLLOW = {201: serializers.Follow, 200: serializers.Follow, **NO_CREATOR, **OUTAGE}
FOLLOW_STATUS = {200: serializers.FollowStatus, **NO_CREATOR}
SHARED_LIST = {201: serializers.SharedList, 200: serializers.SharedList}
NOT_SHARED = {404: OpenApiResponse(description="`NOT_FOUND`: nothing is shared.")}
NO_LIST = {
    404: OpenApiResponse(description="`NOT_FOUND`: there is no such list."),
    410: OpenApiResponse(description="`GONE`: its owner has taken the link back."),
}


class PrivateView(CallerView):
    """Answers that only the caller's own cache may store, which revalidates them each time.

    A GET takes the parameters of ``query``: checked, they are in ``params``.
    """

    query: type[Query] = NoQuery
    params: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in {"GET", "HEAD"} and "GET" in self.allowed_methods:
            self.params = self.query.read(request.query_params)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization", "Origin", "Accept-Encoding"])
        if request.method in {"GET", "HEAD"} and response.status_code == 200:
            response.add_post_render_callback(self._conditional)
        return response

    def _conditional(self, response: Any) -> HttpResponseBase | None:
        """Answer 304 when the caller has just this (RFC 9110, 13.1.2)."""
        etag = set_response_etag(response)["ETag"]
        return get_conditional_response(cast("HttpRequest", self.request), etag=etag, response=response)

    def page_of(self, rows: QuerySet[Row]) -> RowPage[Row]:
        """Return the page of these rows that ``params`` ask for."""
        return page_of(rows, self.request, page=self.params["page"], limit=self.params["limit"])


class PersonalView(PrivateView):
    """A route about the caller's own things: signed in."""

    permission_classes = (IsAuthenticated,)

    @property
    def person(self) -> User:
        """Return who calls."""
        return cast("User", self.request.user)


def flyer_page(
    view: PrivateView, rows: QuerySet[models.Favorite], shown_as: type[serializers.SharedFlyer], **more: Any
) -> Response:
    """Return the page of saved flyers that a view's caller asks for, ``more`` in its envelope."""
    page = view.page_of(rows)
    showing = show(page.rows, viewer=view.person, caller=view.caller, on_miss=view.hit_limit)
    results = [shown_as.of(shown, showing.marks) for shown in showing.items]
    meta = freshness(showing.flyers, is_partial=showing.is_partial)
    return Response(page.envelope(results, meta=meta, **more))


class FavoriteDetail(PersonalView):
    @favorites_operation("favorite_detail", responses={200: serializers.Favorite, **NOT_SAVED})
    def get(self, request: Request, flyer_id: int) -> Response:
        """Whether the caller keeps this flyer, and since when."""
        return Response(serializers.Favorite.of(favorites.get_favorite(user=self.person, flyer_id=flyer_id)))

    @favorites_operation("favorite_add", request=None, responses=FAVORITE)
    def put(self, request: Request, flyer_id: int) -> Response:
        """Keep a flyer: 201 when that is new, 200 when it was kept already."""
        favorite, created = favorites.add_favorite(user=self.person, flyer_id=flyer_id)
        return Response(serializers.Favorite.of(favorite), status=201 if created else 200)

    @favorites_operation("favorite_post", request=None, responses=FAVORITE)
    def post(self, request: Request, flyer_id: int) -> Response:
        """The same as PUT, for those who prefer to POST."""
        return self.put(request, flyer_id)

    @favorites_operation("favorite_remove", responses=DONE | NOT_REMOVED)
    def delete(self, request: Request, flyer_id: int) -> Response:
        """Keep a flyer no longer; 404 if it was not kept."""
        favorites.remove_favorite(user=self.person, flyer_id=flyer_id)
        return Response(status=204)


class FavoriteList(PersonalView):
    query = serializers.FavoritesQuery

    @favorites_operation(
        "favorites_list", parameters=[serializers.FavoritesQuery], responses=serializers.KeptFlyerPage
    )
    def get(self, request: Request) -> Response:
        """What the caller keeps, newest first: each with its flyer, or with what is remembered of it."""
        expiring, sort = self.params["expiring"], self.params["sort"]
        rows = favorites.favorites_of(user=self.person, expiring=expiring, sort=sort)
        return flyer_page(self, rows, serializers.KeptFlyer)

    @favorites_operation("favorites_add", request=serializers.FlyerIds, responses=BATCH)
    def put(self, request: Request) -> Response:
        """Keep several flyers, each judged by itself; all or none when there is no room for all."""
        flyers = serializers.FlyerIds.read(request.data)
        return Response(favorites.add_favorites(user=self.person, **flyers))


class FavoriteStates(FavoriteList):
    """The short address of the list; it sets one favorite at a time."""

    http_method_names = ["get", "head", "post", "options"]

    @favorites_operation(
        "favorites_list_short", parameters=[serializers.FavoritesQuery], responses=serializers.KeptFlyerPage
    )
    def get(self, request: Request) -> Response:
        """The same as `users/me/favorites/`."""
        return super().get(request)

    @favorites_operation("favorite_set", request=serializers.FavoriteStateBody, responses=STATE)
    def post(self, request: Request) -> Response:
        """Keep a flyer or keep it no longer, as the body says; it never toggles."""
        state = serializers.FavoriteStateBody.read(request.data)
        favorites.set_favorite(user=self.person, **state)
        return Response(serializers.FavoriteState(**state))


class FavoriteRemoval(PersonalView):
    @favorites_operation("favorites_remove", request=serializers.FlyerIds, responses=favorites.RemovedBatch)
    def post(self, request: Request) -> Response:
        """Keep several flyers no longer; those that were not kept are told as absent."""
        flyers = serializers.FlyerIds.read(request.data)
        return Response(favorites.remove_favorites(user=self.person, **flyers))


class OwnLibrary(PersonalView):
    @favorites_operation("library_export", responses=serializers.Library)
    def get(self, request: Request) -> Response:
        """Everything that the caller keeps, newest first, as POST takes it."""
        saved, followed = favorites.favorites_of(user=self.person), follows.follows_of(user=self.person)
        return Response(serializers.Library.of(saved, followed))

    @favorites_operation("library_import", request=serializers.LibraryImport, responses=library.MergedLibrary)
    def post(self, request: Request) -> Response:
        """Add an exported library to what the caller keeps; what is there already stays as it is."""
        entries = serializers.LibraryImport.read(request.data)
        return Response(library.merge_library(user=self.person, **entries))


class LibraryContains(PersonalView):
    query = serializers.ContainsQuery

    @favorites_operation(
        "library_contains", parameters=[serializers.ContainsQuery], responses=library.Contains
    )
    def get(self, request: Request) -> Response:
        """Which of these flyers the caller keeps, and which of these creators they follow."""
        return Response(library.contains(user=self.person, **self.params))


class FollowList(PersonalView):
    query = PageQuery

    @follows_operation("follows_list", parameters=[PageQuery], responses=serializers.FollowPage)
    def get(self, request: Request) -> Response:
        """Whom the caller follows, newest first, each with the creator's profile."""
        page = self.page_of(follows.follows_of(user=self.person))
        ids = [follow.creator_id for follow in page.rows]
        creators = get_many("creator", ids, caller=self.caller, on_miss=self.hit_limit)
        results = [serializers.Followed.of(row, creators.found.get(row.creator_id)) for row in page.rows]
        meta = freshness(creators.found.values(), is_partial=bool(creators.unknown))
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


class OwnSharedList(PersonalView):
    @sharing_operation("share_detail", responses={200: serializers.SharedList, **NOT_SHARED})
    def get(self, request: Request) -> Response:
        """The link by which the caller shares their favorites; 404 when they don't."""
        return Response(serializers.SharedList.of(sharing.get_own_list(user=self.person)))

    @sharing_operation("share", request=serializers.ListName, responses=SHARED_LIST)
    def post(self, request: Request) -> Response:
        """Share the caller's favorites: 201 with a new link; 200 when there is one, which is kept and renamed."""
        shared, created = sharing.share_favorites(user=self.person, **serializers.ListName.read(request.data))
        return Response(serializers.SharedList.of(shared), status=201 if created else 200)

    @sharing_operation("share_revoke", responses=DONE)
    def delete(self, request: Request) -> Response:
        """Take the link back, for good: sharing again gives another one."""
        sharing.revoke_link(user=self.person)
        return Response(status=204)


class SharedFavorites(PrivateView):
    """What whoever has the link sees: no search engine lists it, and no other site learns of it by a referrer."""

    query = PageQuery

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "no-referrer"
        return super().finalize_response(request, response, *args, **kwargs)

    @sharing_operation(
        "shared_favorites", parameters=[PageQuery], responses={200: serializers.SharedFlyerPage, **NO_LIST}
    )
    def get(self, request: Request, slug: str) -> Response:
        """Somebody's favorites as they are now, with the marks of whoever asks; 410 once the link is taken back."""
        shared = sharing.get_shared_list(slug=slug)
        named = {"list_name": shared.list_name, "owner": shared.owner.display_name}
        return flyer_page(self, favorites.favorites_of(user=shared.owner), serializers.SharedFlyer, **named)
