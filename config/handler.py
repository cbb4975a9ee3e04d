"""Django's handler of requests, without what it does for each and none of ours needs."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch

from config.urls import ROUTES


class Handler(WSGIHandler):
    """Finds the view without the resolver of the whole, and sends no signal that nobody needs.

    What remains is that a request that ends gives its connection back, or closes one that broke. Nobody changes the
    urlconf of a request, has a cache that is closed, or serves this application below a path of its own; statements are
    recorded with DEBUG alone.
    """

    def __init__(self) -> None:
        super().__init__()
        if not settings.DEBUG:
            request_started.disconnect(reset_queries)
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_caches)
        request_finished.disconnect(reset_urlconf)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> HttpResponseBase:
        """Answer a request, as PEP 3333 says."""
        response: Any = self.get_response(self.request_class(environ))
        cookies = [("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values()]
        pairs = [*response.headers._store.values(), *cookies]  # noqa: SLF001 - to ask for each by its name takes longer
        start_response(f"{response.status_code} {response.reason_phrase}", pairs)
        return response  # type: ignore[no-any-return]

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Return the view of a request's address; it is remembered there and shared."""
        request.resolver_match = match = ROUTES.resolve(request.path_info.removeprefix("/"))
        return match
