"""What views share: who calls, the answer of a catalog's read, and answers about what is somebody's own."""

import time
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import get_conditional_response, set_response_etag
from drf_spectacular.utils import OpenApiResponse
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request

from accounts.api import ApiView
from accounts.models import User
from accounts.throttles import caller_of, hit_read_limit
from clients.values import MAX_ID
from proxy.catalog import Catalog
from proxy.marks import marks_for
from proxy.parameters import NoQuery, Query
from proxy.reads import READ, Read, page_links
from proxy.store import Answer

_CONDITIONS = {
    *("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_MODIFIED_SINCE"),
}


_EMPTY: Final = QueryDict("")  # To make one takes as long as a small statement.

# For the schema: when a route ends in what.
DONE = {204: OpenApiResponse(description="Done.")}
OUTAGE = {
    502: OpenApiResponse(description="The service behind gave no answer that can be used."),
    503: OpenApiResponse(description="`UPSTREAM_UNAVAILABLE`: try again after `Retry-After` seconds."),
    504: OpenApiResponse(description="`UPSTREAM_TIMEOUT`: the service behind did not answer in time."),
}


class CallerView(ApiView):
    """A view that knows who calls."""

    @property
    def person(self) -> User | None:
        """Return who calls; None for an anonymous caller."""
        return cast("User | None", self.request.user)

    @property
    def caller(self) -> str:
        """Return the name by which calls are counted, signed in or not."""
        return caller_of(self.request)

    def hit_limit(self) -> None:
        """Count one read that misses the cache."""
        hit_read_limit(self.request)


class CatalogView(CallerView):
    """A read of a catalog: its answer, marks and headers."""

    catalog: Catalog[Any]

    def respond(
        self,
        answer: Answer,
        *,
        context: Any = None,
        page: tuple[int, int] | None = None,
        reachable: int = MAX_ID,
        is_shared: bool = True,
    ) -> HttpResponse:
        """Return the answer for this caller: body, validators and how long it may be cached.

        ``context`` is what the catalog's fillers take; ``page``: number and limit of a page of a list, of which
        ``reachable`` rows can be paged through. Not ``is_shared``: at the same address others get something else.
        """
        request = self.request
        links = page_links(request, *page, reachable) if page else None
        read = Read(self.catalog, answer.key if is_shared else None, context, links)
        request.META[READ] = read
        marks, now = None, time.time()
        template = read.template(answer, now=now)
        if (person := self.person) is not None:
            marks = marks_for(user_id=person.pk, version=person.library_version, ids=template.ids)
        body, etag = template.filled(marks)
        headers = dict(read.headers(answer, etag, is_public=marks is None, now=now))
        headers["Vary"] = "Authorization, Origin, Accept-Encoding"
        response: HttpResponse = if_changed(
            request, HttpResponse(body, content_type="application/json", headers=headers)
        )
        for name in ("Age", "X-Cache"):  # A 304, too, says how old and whence.
            response[name] = headers[name]
        return response


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
            if "ETag" not in response.headers:
                set_response_etag(response)
            return if_changed(request, response)
        return response


class PersonalView(PrivateView):
    """A route about the caller's own things: signed in."""

    permission_classes: tuple[type[BasePermission], ...] = (IsAuthenticated,)

    @property
    def person(self) -> User:
        """Return who calls."""
        return cast("User", self.request.user)


def if_changed(request: Request, response: Any) -> Any:
    """Return the answer, or 304 (or 412) when the caller's conditions about its ``ETag`` say so (RFC 9110, 13)."""
    if _CONDITIONS.isdisjoint(request.META):
        return response
    return get_conditional_response(cast("HttpRequest", request), etag=response["ETag"], response=response)
