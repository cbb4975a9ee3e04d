"""The HTTP of the shared list: its owner's side, and that of whoever has the link."""

from typing import Any, cast

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from favorites.serializers.favorites import SharedFlyer
from favorites.serializers.sharing import ListName, SharedFlyerPage, SharedList
from favorites.services import sharing
from favorites.services.favorites import favorites_of
from favorites.services.showing import show
from favorites.views.personal import DONE, PersonalView, PrivateView
from proxy.parameters import NoQuery, PageQuery
from proxy.reads import freshness


class OwnSharedList(PersonalView):
    @extend_schema(
        operation_id="share_detail",
        tags=["sharing"],
        responses={
            200: SharedList,
            404: OpenApiResponse(description="`NOT_FOUND`: nothing is shared."),
        },
    )
    def get(self, request: Request) -> Response:
        """The link by which the caller shares their favorites; 404 when they don't."""
        NoQuery.read(request.query_params)
        return Response(SharedList.of(sharing.get_shared_list_of(self.person)))

    @extend_schema(
        operation_id="share",
        tags=["sharing"],
        request=ListName,
        responses={201: SharedList, 200: SharedList},
    )
    def post(self, request: Request) -> Response:
        """Share the caller's favorites: 201 with a new link; 200 when there is one, which is kept and renamed."""
        shared, created = sharing.share_favorites(user=self.person, **ListName.read(request.data))
        return Response(SharedList.of(shared), status=201 if created else 200)

    @extend_schema(operation_id="share_revoke", tags=["sharing"], responses={204: DONE})
    def delete(self, request: Request) -> Response:
        """Take the link back, for good: sharing again gives another one."""
        sharing.revoke_link(self.person)
        return Response(status=204)


class SharedFavorites(PrivateView):
    """What whoever has the link sees: no search engine lists it, and no other site learns of it by a referrer."""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "no-referrer"
        return super().finalize_response(request, response, *args, **kwargs)

    @extend_schema(
        operation_id="shared_favorites",
        tags=["sharing"],
        parameters=[PageQuery],
        responses={
            200: SharedFlyerPage,
            404: OpenApiResponse(description="`NOT_FOUND`: there is no such list."),
            410: OpenApiResponse(description="`GONE`: its owner has taken the link back."),
        },
    )
    def get(self, request: Request, slug: str) -> Response:
        """Somebody's favorites as they are now, with the marks of whoever asks; 410 once the link is taken back."""
        query = PageQuery.read(request.query_params)
        shared = sharing.get_shared_list(slug)
        page = self.page_of(favorites_of(shared.owner), query)
        showing = show(page.rows, caller=self.caller, on_miss=self.hit_limit)
        marks = showing.marks_for(cast("User | None", request.user))
        results = [SharedFlyer.of(shown, marks) for shown in showing.items]
        meta = freshness(showing.flyers, is_partial=showing.is_partial)
        owner = shared.owner.display_name
        return Response(page.envelope(results, meta=meta, list_name=shared.list_name, owner=owner))
