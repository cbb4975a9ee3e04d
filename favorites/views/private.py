"""What routes about kept things share: how their answers are cached, and what they may end in."""

from typing import Any, Final, cast

from django.http import QueryDict
from django.utils.cache import set_response_etag
from drf_spectacular.utils import OpenApiResponse
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.api import Response
from accounts.models import User
from favorites.services.pages import ShelfPage
from favorites.services.showing import show
from proxy.catalog import find_kind
from proxy.parameters import NoQuery, Query
from proxy.reads import freshness, page_of
from proxy.views import CallerView, if_changed

_EMPTY: Final = QueryDict("")  # To make one takes as long as a small statement.

# For the schema: when a route ends in what.
DONE = {204: OpenApiResponse(description="Done.")}
OUTAGE = {
    502: OpenApiResponse(description="The service behind gave no answer that can be used."),
    503: OpenApiResponse(description="`UPSTREAM_UNAVAILABLE`: try again after `Retry-After` seconds."),
    504: OpenApiResponse(description="`UPSTREAM_TIMEOUT`: the service behind did not answer in time."),
}


class PrivateView(CallerView):
    """Answers that only the caller's own cache may store, which revalidates them each time.

    Parameters are those of ``query``: checked, they are in ``params``. What has a body says everything there.
    """

    query: type[Query] = NoQuery
    params: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in self.allowed_methods and request.method != "OPTIONS":
            query = NoQuery if request.method in {"POST", "PUT"} else self.query
            self.params = query.read(request.query_params if request.META.get("QUERY_STRING") else _EMPTY)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response["Vary"] = "Authorization, Origin, Accept-Encoding"
        if request.method in {"GET", "HEAD"} and response.status_code == 200:
            return if_changed(request, set_response_etag(response))
        return response


class PersonalView(PrivateView):
    """A route about the caller's own things: signed in."""

    permission_classes = (IsAuthenticated,)

    @property
    def person(self) -> User:
        """Return who calls."""
        return cast("User", self.request.user)


def shelf_page(view: PrivateView, kind: str, found: ShelfPage, shown_as: Any, **more: Any) -> Response:
    """Return the page of kept items of a kind that a view's caller asks for, ``more`` in its envelope."""
    page = page_of(*found, view.request, page=view.params["page"], limit=view.params["limit"])
    showing = show(kind, page.rows, viewer=view.person, caller=view.caller, on_miss=view.hit_limit)
    results = [shown_as.of(shown) for shown in showing.shown]
    catalog, _ = find_kind(kind)
    meta = freshness(showing.answers, is_partial=showing.is_partial, attribution=catalog.attribution)
    return Response(page.envelope(results, meta=meta, **more))
