"""The HTTP of shared lists."""

from functools import partial
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.api import Response
from favorites.serializers import sharing as serializers
from favorites.serializers.entries import SharedFlyer, SharedItem, SharedKindQuery
from favorites.serializers.kinds import by_kind, of_kinds
from favorites.services import sharing
from favorites.services.entries import KeptBatch
from favorites.services.pages import page_of_shelf
from favorites.services.shelves import FAVORITES
from favorites.views.pages import shelf_page
from proxy.parameters import PageQuery
from proxy.views import DONE, OUTAGE, PersonalView, PrivateView

sharing_operation = partial(extend_schema, tags=["sharing"])

SHARED_LIST = {201: serializers.SharedList, 200: serializers.SharedList}
NOT_SHARED = {404: OpenApiResponse(description="`NOT_FOUND`: nothing is shared.")}
NO_LIST = {
    404: OpenApiResponse(description="`NOT_FOUND`: there is no such list."),
    410: OpenApiResponse(description="`GONE`: its owner has taken the link back."),
}
SHARED = of_kinds(FAVORITES, "SharedPage", serializers.SharedFlyerPage, serializers.SharedItemPage)


class OwnSharedList(PersonalView):
    query = SharedKindQuery

    @sharing_operation(
        "share_detail", parameters=[SharedKindQuery], responses={200: serializers.SharedList, **NOT_SHARED}
    )
    def get(self, request: Request) -> Response:
        """The link by which the caller shares their favorites of a kind; 404 when they don't."""
        return Response(serializers.SharedList.of(sharing.get_own_list(user=self.person, **self.params)))

    @sharing_operation("share", request=serializers.ListName, responses=SHARED_LIST)
    def post(self, request: Request) -> Response:
        """Share the caller's favorites of a kind: 201 with a new link; 200 when there is one, which is kept and renamed."""
        shared, created = sharing.share_favorites(user=self.person, **serializers.ListName.read(request.data))
        return Response(serializers.SharedList.of(shared), status=201 if created else 200)

    @sharing_operation("share_revoke", parameters=[SharedKindQuery], responses=DONE)
    def delete(self, request: Request) -> Response:
        """Take the link back, for good: sharing again gives another one."""
        sharing.revoke_link(user=self.person, **self.params)
        return Response(status=204)


class SharedFavorites(PrivateView):
    """What whoever has the link sees: no search engine lists it, and no other site learns of it by a referrer."""

    query = PageQuery

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "no-referrer"
        return super().finalize_response(request, response, *args, **kwargs)

    @sharing_operation("shared_favorites", parameters=[PageQuery], responses={200: SHARED, **NO_LIST})
    def get(self, request: Request, slug: str) -> Response:
        """Somebody's favorites as they are now, with the marks of whoever asks; 410 once the link is taken back."""
        shared = sharing.get_shared_list(slug=slug)
        named = {"list_name": shared.list_name, "owner": shared.owner.display_name}
        page = page_of_shelf(user=shared.owner, shelf=FAVORITES.name, kind=shared.kind, **self.params)
        return shelf_page(self, shared.kind, page, by_kind(shared.kind, SharedFlyer, SharedItem), **named)


class SharedListCopy(PersonalView):
    @sharing_operation("shared_favorites_copy", request=None, responses={200: KeptBatch, **NO_LIST, **OUTAGE})
    def post(self, request: Request, slug: str) -> Response:
        """Add what a shared list shows as live to the caller's favorites; send it again for what is `unknown`."""
        return Response(sharing.copy_list(user=self.person, slug=slug, on_miss=self.hit_limit))
