"""What all routes about a person's own things share."""

from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from drf_spectacular.utils import OpenApiResponse
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.throttles import caller_of, hit_read_limit
from proxy.reads import RowPage, page_of

Row = TypeVar("Row", bound=Model)

# For the schema: when a route ends in what.
DONE = OpenApiResponse(description="Done.")
NO_FLYER = OpenApiResponse(description="`NOT_FOUND`: the flyer service has no such flyer.")
NO_CREATOR = OpenApiResponse(description="`NOT_FOUND`: the flyer service has no such creator.")
OUTAGE = {
    502: OpenApiResponse(description="The flyer service gave no answer that can be used."),
    503: OpenApiResponse(description="`UPSTREAM_UNAVAILABLE`: try again after `Retry-After` seconds."),
    504: OpenApiResponse(description="`UPSTREAM_TIMEOUT`: the flyer service did not answer in time."),
}


class PrivateView(APIView):
    """Answers that no cache but the caller's own may store, and that one only to ask whether they are still true."""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization", "Origin", "Accept-Encoding"])
        if request.method in {"GET", "HEAD"} and response.status_code == 200:
            response.add_post_render_callback(lambda full: _conditional(request, full))
        return response

    @property
    def caller(self) -> str:
        """Return who calls, signed in or not."""
        return caller_of(self.request)

    def hit_limit(self) -> None:
        """Count one read that has to ask upstream."""
        hit_read_limit(self.request)

    def page_of(self, rows: QuerySet[Row], query: dict[str, Any]) -> RowPage[Row]:
        """Return the page of these rows that the checked ``query`` asks for."""
        return page_of(rows, self.request, page=query["page"], limit=query["limit"])


class PersonalView(PrivateView):
    """A route about the caller's own things: signed in."""

    permission_classes = (IsAuthenticated,)

    @property
    def person(self) -> User:
        """Return who calls."""
        return cast("User", self.request.user)


def _conditional(request: Request, response: Any) -> HttpResponseBase | None:
    """Answer 304 when the caller has just this (RFC 9110, 13.1.2)."""
    etag = set_response_etag(response)["ETag"]
    return get_conditional_response(cast("HttpRequest", request), etag=etag, response=response)
