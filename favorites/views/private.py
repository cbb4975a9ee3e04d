"""What routes about kept things share: how their answers are cached, and what they may end in."""

from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from drf_spectacular.utils import OpenApiResponse
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from favorites.models import Entry
from favorites.services.showing import show
from proxy.parameters import NoQuery, Query
from proxy.reads import RowPage, freshness, page_of
from proxy.views import CallerView

Row = TypeVar("Row", bound=Model)

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
            self.params = query.read(request.query_params)

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


def shelf_page(view: PrivateView, kind: str, rows: QuerySet[Entry], shown_as: Any, **more: Any) -> Response:
    """Return the page of kept items of a kind that a view's caller asks for, ``more`` in its envelope."""
    page = view.page_of(rows)
    showing = show(kind, page.rows, viewer=view.person, caller=view.caller, on_miss=view.hit_limit)
    results = [shown_as.of(shown, showing.marks) for shown in showing.shown]
    meta = freshness(showing.items, is_partial=showing.is_partial)
    return Response(page.envelope(results, meta=meta, **more))
