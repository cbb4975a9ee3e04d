"""The middleware of this service."""

import random
import re
import time
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import SplitResult

import structlog
from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin
from django.utils.log import log_response

from accounts.models import User
from config import errors, metrics
from config.logging import log_request
from proxy.reads import LIBRARY_VERSION

Handler = Callable[[HttpRequest], HttpResponse]

# Names of this service that were found to be allowed are remembered, so many; a wildcard allows any number.
MAX_HOSTS, MAX_HOST_LENGTH = 100, 260

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")

# Swagger UI needs inline styles and data: images; its scripts are files of ours.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
if settings.SECURE_HSTS_SECONDS:
    _HEADERS["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"


def _by_key(headers: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {name.lower(): (name, value) for name, value in headers.items()}


_PAGE_HEADERS = _by_key(
    {"Content-Security-Policy": _PAGE_POLICY, "Referrer-Policy": "same-origin", **_HEADERS}
)
_API_HEADERS = _by_key({"Content-Security-Policy": _API_POLICY, "Referrer-Policy": "no-referrer", **_HEADERS})


def request_id_of(header: str | None) -> str:
    """Return the client's request id if it is valid, else a new one."""
    return header if header and _REQUEST_ID.fullmatch(header) else f"{random.getrandbits(128):032x}"


class EveryRequest:
    """What every request passes: its id, its line in the log and its metrics, and the headers of every answer.

    One layer for all of that, as each layer of Django's costs as much as what most of these do.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        request_id = request_id_of(request.META.get("HTTP_X_REQUEST_ID"))
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
            bound = structlog.contextvars.get_contextvars()
        finally:
            structlog.contextvars.clear_contextvars()  # a thread serves one request after the other
        seconds = time.perf_counter() - start
        ms = round(seconds * 1000, 1)
        request.META[metrics.ROUTE] = route = metrics.route_of(request)
        metrics.observe(
            route=route, method=request.method or "", status=response.status_code, seconds=seconds
        )
        upstream_ms = bound.get("upstream_ms")
        headers = {
            "X-Request-ID": request_id,
            "Server-Timing": f"app;dur={ms}" + (f", upstream;dur={upstream_ms}" if upstream_ms else ""),
        }
        # The view is done, as a write raises the version of the very person whom DRF's authentication has left on the
        # request, and left there with errors, too. The admin site's own sign-in leaves no ``auth``.
        if getattr(request, "auth", None) is not None:
            headers[LIBRARY_VERSION] = str(cast("User", request.user).library_version)
        if not response.streaming and "Content-Length" not in response:
            headers["Content-Length"] = str(len(response.content))
        _add(response, headers)
        log_request(
            {
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "ms": ms,
                "cache": response.get("X-Cache"),
                **bound,
            }
        )
        return response


def _add(response: HttpResponse, headers: dict[str, str]) -> None:
    """Set these headers, and the security headers of every answer, error or asset, that its view has not set.

    They are ours: Django would examine each for letters that no header may hold, which takes 2 µs a header.
    """
    is_page = response.get("Content-Type", "").startswith("text/html")
    common = _PAGE_HEADERS if is_page else _API_HEADERS
    mapping = response.headers
    mapping._store = {**common, **mapping._store, **_by_key(headers)}  # noqa: SLF001 - it takes them no other way


class Routing:
    """Serves every route with and without its last slash, as a redirect would lose the body of a POST, to known hosts alone.

    Django's middleware for sessions, forms, sign-in and messages is for the admin site: the API takes no cookie but those
    of accounts, and no form.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        with_messages = MessageMiddleware(get_response)
        signed_in = AuthenticationMiddleware(with_messages)
        self.forms = CsrfViewMiddleware(signed_in)
        self.admin_site = SessionMiddleware(self.forms)
        self.known_hosts: set[str | None] = set()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.META.get("HTTP_HOST")
        if host not in self.known_hosts:
            try:
                request.get_host()
            except DisallowedHost as error:
                return errors.bad_request(request, error)
            if len(self.known_hosts) < MAX_HOSTS and host and len(host) <= MAX_HOST_LENGTH:
                self.known_hosts.add(host)
        if not request.path_info.endswith("/"):
            request.path_info += "/"
        answer: Handler = (
            self.admin_site if request.path_info.startswith("/admin/") else self.get_response  # type: ignore[assignment]  # it may be asynchronous, says its stub
        )
        return answer(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Have Django examine the forms of the admin site."""
        is_admin = request.path_info.startswith("/admin/")
        return self.forms.process_view(request, view, args, kwargs) if is_admin else None


class PlainErrors(MiddlewareMixin):
    """Answers failures in the envelope with DEBUG, too: Django's pages for them are long and full of settings."""

    def __init__(self, get_response: Handler) -> None:
        if not settings.DEBUG:
            raise MiddlewareNotUsed
        super().__init__(get_response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        answer = errors.answer_exception(error)
        if answer is None:
            answer = errors.server_error(request)
            log_response("%s", request.path, response=answer, request=request, exception=error)
        return answer


class ExactCors(CorsMiddleware):
    """Compares a whole origin with ``CORS_ALLOWED_ORIGINS``; the library compares only scheme and host."""

    def __call__(self, request: HttpRequest) -> Any:
        if "HTTP_ORIGIN" in request.META or request.method == "OPTIONS":
            return super().__call__(request)
        # To whoever names no origin the library says only that the answer depends on it.
        response: Any = self.get_response(request)
        vary = response.get("Vary", "")
        if "origin" not in vary.lower():
            response["Vary"] = f"{vary}, origin" if vary else "origin"
        return response

    def origin_found_in_white_lists(self, origin: str, url: SplitResult) -> bool:
        return origin in settings.CORS_ALLOWED_ORIGINS
