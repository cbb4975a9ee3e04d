"""config: what every request and answer passes through. It knows HTTP and no flyers."""

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
from django.utils.log import log_response

from config import errors, metrics

logger = structlog.get_logger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")

# Swagger UI styles itself with inline styles and data: images; its scripts are files of ours.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ANSWER_POLICY = "default-src 'none'; frame-ancestors 'none'"


def request_id_of(header: str | None) -> str:
    """Return the caller's request id when it is a plain short one, else a new one."""
    return header if header and _REQUEST_ID.fullmatch(header) else f"{random.getrandbits(128):032x}"


class RequestId:
    """Give each request an id: in the answer, in every log line, and in what is asked of upstream."""

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
    """Write one line for each request, count it, and tell the browser where the time went (Server-Timing)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - start
        route = (request.resolver_match and request.resolver_match.route) or "none"
        request.META[metrics.ROUTE] = route
        metrics.observe(
            route=route, method=request.method or "", status=response.status_code, seconds=seconds
        )
        upstream_ms = structlog.contextvars.get_contextvars().get("upstream_ms")
        timing = f"app;dur={seconds * 1000:.1f}"
        response["Server-Timing"] = timing + (f", upstream;dur={upstream_ms}" if upstream_ms else "")
        logger.info(  # with request_id, and user_id and upstream_ms where they were bound on the way
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            cache=response.get("X-Cache"),
        )
        return response


def security_headers(*, page: bool) -> dict[str, str]:
    """Return the headers that every answer carries; ``page`` is true for what a person opens in a browser."""
    headers = {
        "Content-Security-Policy": _PAGE_POLICY if page else _ANSWER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin" if page else "no-referrer",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"
    return headers


class SecurityHeaders:
    """Put the security headers on every answer, errors and assets too, unless a view has set its own."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.pages = security_headers(page=True)
        self.answers = security_headers(page=False)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        for name, value in (self.pages if is_page else self.answers).items():
            response.headers.setdefault(name, value)
        return response


class OptionalSlash:
    """Serve every route with and without its last slash: a redirect would lose the body of a POST."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.endswith("/"):
            request.path_info += "/"
        return self.get_response(request)


class PlainErrors:
    """Answer failures with DEBUG, too, in the envelope: Django has long pages for them then, full of settings."""

    def __init__(self, get_response: Handler) -> None:
        if not settings.DEBUG:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()  # CommonMiddleware does the same, where nobody can catch it
        except DisallowedHost as error:
            return errors.bad_request(request, error)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """Answer what a view ended in."""
        answer = errors.answer_exception(error, {})
        if answer is None:
            answer = errors.server_error(request)
            log_response("%s", request.path, response=answer, request=request, exception=error)
        return answer


class ExactCors(CorsMiddleware):
    """Let pages of ``CORS_ALLOWED_ORIGINS`` read answers, to the letter: the library looks at scheme and host alone."""

    def origin_found_in_white_lists(self, origin: str, url: SplitResult) -> bool:
        return origin in settings.CORS_ALLOWED_ORIGINS
