"""The middleware of this service."""

import random
import re
import time
from collections.abc import Callable
from urllib.parse import SplitResult

import structlog
from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.log import log_response

from accounts.models import Session
from config import errors, metrics
from proxy.reads import LIBRARY_VERSION

logger = structlog.get_logger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")

# Swagger UI needs inline styles and data: images; its scripts are files of ours.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"


def request_id_of(header: str | None) -> str:
    """Return the client's request id if it is valid, else a new one."""
    return header if header and _REQUEST_ID.fullmatch(header) else f"{random.getrandbits(128):032x}"


class RequestId:
    """Gives each request an id: in the answer, in log lines and in calls of upstream."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_of(request.headers.get("X-Request-ID"))
        structlog.contextvars.clear_contextvars()  # a thread serves one request after the other
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class RequestLog:
    """Logs and counts each request, and reports its time to the browser (Server-Timing)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - start
        ms = round(seconds * 1000, 1)
        route = (request.resolver_match and request.resolver_match.route) or "none"
        request.META[metrics.ROUTE] = route
        metrics.observe(
            route=route, method=request.method or "", status=response.status_code, seconds=seconds
        )
        upstream_ms = structlog.contextvars.get_contextvars().get("upstream_ms")
        response["Server-Timing"] = f"app;dur={ms}" + (f", upstream;dur={upstream_ms}" if upstream_ms else "")
        logger.info(  # with request_id, and user_id and upstream_ms where they were bound on the way
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=ms,
            cache=response.get("X-Cache"),
        )
        return response


class LibraryVersion(MiddlewareMixin):
    """Says in every answer to a signed-in caller how often what they save has changed.

    It looks when the view is done, as a write raises the version of the very person whom DRF's authentication has left
    on the request, and left there with errors, too. The admin site's own sign-in leaves none.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = getattr(request, "auth", None)
        if isinstance(session, Session):
            response[LIBRARY_VERSION] = str(session.user.library_version)
        return response


class SecurityHeaders(MiddlewareMixin):
    """Adds the security headers to every answer, errors and assets too, unless a view has set its own."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_page = response.get("Content-Type", "").startswith("text/html")
        headers = {
            "Content-Security-Policy": _PAGE_POLICY if is_page else _API_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin" if is_page else "no-referrer",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        if settings.SECURE_HSTS_SECONDS:
            headers["Strict-Transport-Security"] = (
                f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"
            )
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response


class OptionalSlash(MiddlewareMixin):
    """Serves every route with and without its last slash: a redirect would lose the body of a POST."""

    def process_request(self, request: HttpRequest) -> None:
        if not request.path_info.endswith("/"):
            request.path_info += "/"


class PlainErrors(MiddlewareMixin):
    """Answers failures in the envelope with DEBUG, too: Django's pages for them are long and full of settings."""

    def __init__(self, get_response: Handler) -> None:
        if not settings.DEBUG:
            raise MiddlewareNotUsed
        super().__init__(get_response)

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        try:
            request.get_host()  # CommonMiddleware does the same, where nobody can catch it
        except DisallowedHost as error:
            return errors.bad_request(request, error)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        answer = errors.answer_exception(error)
        if answer is None:
            answer = errors.server_error(request)
            log_response("%s", request.path, response=answer, request=request, exception=error)
        return answer


class ExactCors(CorsMiddleware):
    """Compares a whole origin with ``CORS_ALLOWED_ORIGINS``; the library compares only scheme and host."""

    def origin_found_in_white_lists(self, origin: str, url: SplitResult) -> bool:
        return origin in settings.CORS_ALLOWED_ORIGINS
