"""The table from exceptions to HTTP answers, and the one envelope of all of them.

``{"error": {"code", "message", "details", "request_id"}}``, whoever raised it: a view, a service, upstream or Django.
"""

import logging
import math
import sys
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, NamedTuple

import structlog
from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status

from accounts.authentication import OriginNotAllowedError
from accounts.idempotency import KeyInUseError, KeyReusedError, OutcomeUnknownError
from accounts.models import AccountRemovedError
from accounts.passwords import HashersBusyError
from accounts.services import FieldRefusedError, InvalidCredentialsError
from accounts.sessions import TokenExpiredError, TokenReusedError, TokenSupersededError
from accounts.throttles import TooManyCallsError
from accounts.tokens import InvalidTokenError
from carts.services.carts import CartMovedError, CartNotFoundError
from carts.services.lines import CartRefusedError
from clients import errors as upstream
from config.parsers import BodiesBusyError, PayloadTooLargeError
from favorites.services.changes import CursorError, CursorExpiredError
from favorites.services.entries import EntryNotFoundError
from favorites.services.follows import SelfFollowError
from favorites.services.sharing import ListNotFoundError, ListRevokedError
from favorites.services.writes import LibraryFullError
from products_proxy.catalog import UnknownCategoriesError
from proxy.catalog import catalogs
from proxy.pages import PageTooDeepError
from reservations.services.claims import SlotTakenError
from reservations.services.decisions import NotPendingError
from reservations.services.locks import MovedError
from reservations.services.place import PrimetimeNotFoundError
from reservations.services.reservations import NotEditableError, ReservationNotFoundError
from reservations.services.trades import (
    AlreadyOfferedError,
    NotTradableError,
    TradeClosedError,
    TradedNotFoundError,
    TradeNotFoundError,
)

logger = logging.getLogger(__name__)


class Failure(NamedTuple):
    """An HTTP status, the code of the envelope, and a sentence for the caller."""

    status: int
    code: str
    message: str


# The database is down, full, locked for too long, or (InternalError) a replica that takes no writes.
DATABASE_FAILURES = (OperationalError, InterfaceError, InternalError)

BAD_REQUEST = Failure(400, "VALIDATION_ERROR", "The request is not valid.")

# Subclasses come before their base classes: the first match is the answer.
FAILURES: dict[type[Exception], Failure] = {
    upstream.UpstreamNotFoundError: Failure(404, "NOT_FOUND", "There is nothing here."),
    # Our key was refused: nothing the caller can mend, and a 401 would send an app into a refresh loop.
    upstream.UpstreamRefusedError: Failure(502, "UPSTREAM_ERROR", "The {service} refused the request."),
    upstream.UpstreamMalformedError: Failure(
        502, "UPSTREAM_BAD_RESPONSE", "The {service} gave an answer that can't be used."
    ),
    upstream.UpstreamTimeoutError: Failure(504, "UPSTREAM_TIMEOUT", "The {service} did not answer in time."),
    upstream.UpstreamThrottledError: Failure(
        503, "UPSTREAM_UNAVAILABLE", "The {service} is busy. Try again soon."
    ),
    upstream.UpstreamBusyError: Failure(
        503, "UPSTREAM_UNAVAILABLE", "The {service} is busy. Try again soon."
    ),
    upstream.UpstreamUnavailableError: Failure(
        503, "UPSTREAM_UNAVAILABLE", "The {service} is not available."
    ),
    upstream.UpstreamError: Failure(502, "UPSTREAM_ERROR", "The {service} failed."),
    InvalidTokenError: Failure(401, "INVALID_TOKEN", "The token is not valid."),
    InvalidCredentialsError: Failure(
        401, "INVALID_CREDENTIALS", "The e-mail address or the password is wrong."
    ),
    TokenExpiredError: Failure(401, "TOKEN_EXPIRED", "The session is over. Sign in again."),
    TokenReusedError: Failure(
        401, "TOKEN_REUSED", "The token was used before. For safety the session was ended."
    ),
    TokenSupersededError: Failure(
        401, "TOKEN_SUPERSEDED", "The session was refreshed a moment ago. Try again."
    ),
    OriginNotAllowedError: Failure(403, "ORIGIN_NOT_ALLOWED", "Pages of this origin may not do this."),
    FieldRefusedError: BAD_REQUEST,
    TooManyCallsError: Failure(429, "THROTTLED", "Too many requests. Try again soon."),
    HashersBusyError: Failure(
        503, "SERVICE_UNAVAILABLE", "Too many people are signing in just now. Try again soon."
    ),
    AccountRemovedError: Failure(401, "INVALID_TOKEN", "The access token is not valid."),
    KeyReusedError: Failure(409, "CONFLICT", "This Idempotency-Key came with another request before."),
    KeyInUseError: Failure(
        409, "CONFLICT", "The request of this Idempotency-Key is being processed. Try again soon."
    ),
    OutcomeUnknownError: Failure(
        409,
        "CONFLICT",
        "Nobody knows what became of the request of this Idempotency-Key. Look before you send it with another.",
    ),
    LibraryFullError: Failure(400, "VALIDATION_ERROR", "There is no room for more."),
    EntryNotFoundError: Failure(404, "NOT_FOUND", "{noun} not found"),
    CartNotFoundError: Failure(404, "NOT_FOUND", "There is no such cart."),
    CartMovedError: Failure(409, "CONFLICT", "The cart was given to somebody else just now. Look again."),
    CartRefusedError: BAD_REQUEST,
    ReservationNotFoundError: Failure(404, "NOT_FOUND", "There is no such reservation."),
    SlotTakenError: Failure(409, "SLOT_TAKEN", "Somebody else holds some of that time."),
    NotEditableError: Failure(
        409,
        "NOT_EDITABLE",
        "The reservation can't be changed: it has begun, was cancelled, or was decided against.",
    ),
    NotPendingError: Failure(409, "NOT_EDITABLE", "The reservation is not pending, or not any more."),
    MovedError: Failure(409, "CONFLICT", "Somebody else changed it at the same time. Look again."),
    PrimetimeNotFoundError: Failure(404, "NOT_FOUND", "There is no such primetime."),
    TradeNotFoundError: Failure(404, "NOT_FOUND", "There is no such trade."),
    TradedNotFoundError: Failure(404, "NOT_FOUND", "There is no such reservation to swap."),
    NotTradableError: Failure(
        409, "NOT_EDITABLE", "Only confirmed reservations that are ahead can be swapped."
    ),
    AlreadyOfferedError: Failure(409, "CONFLICT", "This swap is on offer already."),
    TradeClosedError: Failure(409, "NOT_EDITABLE", "The trade is not open any more."),
    CursorError: BAD_REQUEST,
    CursorExpiredError: Failure(
        410, "CURSOR_EXPIRED", "What has changed since then is not known any more. Read the library anew."
    ),
    ListNotFoundError: Failure(404, "NOT_FOUND", "There is no such list."),
    ListRevokedError: Failure(410, "GONE", "This list is no longer shared."),
    PageTooDeepError: Failure(400, "VALIDATION_ERROR", "The list can't be shown that far."),
    UnknownCategoriesError: Failure(400, "VALIDATION_ERROR", "There is no such category."),
    SelfFollowError: Failure(400, "SELF_FOLLOW", "Nobody can follow themselves."),
    BodiesBusyError: Failure(
        503, "SERVICE_UNAVAILABLE", "Too many requests with a body are being read just now. Try again soon."
    ),
    Http404: Failure(404, "NOT_FOUND", "There is nothing here."),
    PermissionDenied: Failure(403, "PERMISSION_DENIED", "You may not do this."),
    PayloadTooLargeError: Failure(413, "PAYLOAD_TOO_LARGE", "The body is larger than 1 MB."),
    exceptions.NotAuthenticated: Failure(401, "NOT_AUTHENTICATED", "Sign in first."),
    exceptions.AuthenticationFailed: Failure(401, "INVALID_TOKEN", "The access token is not valid."),
    exceptions.PermissionDenied: Failure(403, "PERMISSION_DENIED", "You may not do this."),
    exceptions.NotFound: Failure(404, "NOT_FOUND", "There is nothing here."),
    exceptions.MethodNotAllowed: Failure(405, "METHOD_NOT_ALLOWED", "This route does not take that method."),
    exceptions.NotAcceptable: Failure(406, "NOT_ACCEPTABLE", "Answers are application/json only."),
    exceptions.UnsupportedMediaType: Failure(
        415, "UNSUPPORTED_MEDIA_TYPE", "Bodies are application/json only."
    ),
    exceptions.Throttled: Failure(429, "THROTTLED", "Too many requests. Try again soon."),
    exceptions.ValidationError: BAD_REQUEST,
    DisallowedHost: BAD_REQUEST._replace(message="This service does not answer to that host name."),
    TooManyFieldsSent: BAD_REQUEST._replace(message="There are too many parameters."),
    RequestDataTooBig: Failure(413, "PAYLOAD_TOO_LARGE", "The body is larger than 1 MB."),
    **dict.fromkeys((SuspiciousOperation, BadRequest, MultiPartParserError), BAD_REQUEST),
    **dict.fromkeys(
        DATABASE_FAILURES, Failure(503, "SERVICE_UNAVAILABLE", "This service can't store or read just now.")
    ),
}
SERVER_ERROR = Failure(500, "SERVER_ERROR", "Something went wrong here. It has been logged.")


def envelope(failure: Failure, *, details: dict[str, list[str]] | None = None) -> JsonResponse:
    """Return the answer to a failure; ``details`` maps fields to messages."""
    body = {
        "code": failure.code,
        "message": failure.message,
        "details": details or {},
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }
    return JsonResponse({"error": body}, status=failure.status, headers={"Cache-Control": "no-store"})


@cache
def _failure_of(kind: Any) -> Failure | None:
    return next((row for base, row in FAILURES.items() if issubclass(kind, base)), None)


def answer_exception(error: Exception, context: Any = None) -> HttpResponse | None:
    """Answer an exception of a view; ``None`` (a bug) makes Django log it and call ``server_error``."""
    kind: Any = type(error)  # mypy takes ``hash`` of the class for that of its instances
    failure = _failure_of(kind)
    details: dict[str, list[str]] = getattr(error, "details", {})
    if isinstance(error, upstream.UpstreamNotFoundError) and error.kind:
        failure = Failure(404, "NOT_FOUND", f"There is no such {error.kind}.")
        details = {} if error.number is None else {"id": [str(error.number)]}
    elif isinstance(error, exceptions.ParseError):
        failure = Failure(400, "VALIDATION_ERROR", str(error.detail))
    elif isinstance(error, exceptions.ValidationError):
        details = _details(error.detail)
    if failure is None:
        return None
    if isinstance(error, upstream.UpstreamError):
        failure = failure._replace(message=_sentence(error, failure.message))
        details = {"outcome": ["unknown"]} if error.outcome_unknown else details
    if isinstance(error, EntryNotFoundError):
        failure = failure._replace(message=failure.message.format(noun=error.noun))
    if isinstance(error, DATABASE_FAILURES):
        # Without a traceback: in an outage this is every second line, and the database's reason says it all.
        reason = str(error).partition("\n")[0]
        logger.error("the database failed", extra={"failure": type(error).__name__, "reason": reason})
    response = envelope(failure, details=details)
    if failure.status in {429, 503}:
        response["Retry-After"] = str(_retry_after(error))
    if failure.status == status.HTTP_401_UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _sentence(error: upstream.UpstreamError, message: str) -> str:
    """Return what failed, of which service; and whether it may have done what was asked all the same."""
    catalog = catalogs().get(error.upstream)
    sentence = message.format(service=catalog.service if catalog else "upstream service")
    if error.outcome_unknown:
        sentence += " Nobody knows whether it has done what was asked: look before you try again."
    return sentence


def _retry_after(error: Exception) -> int:
    """Return whole seconds, 1 to 60: those of the exception, else 2."""
    seconds = getattr(error, "retry_after", None) or getattr(error, "wait", None) or 2
    return min(60, max(1, math.ceil(seconds)))


def _details(detail: Any, field: str = "non_field_errors") -> dict[str, list[str]]:
    """Flatten DRF's nested messages to one level: ``flyer_ids.3`` → its messages."""
    found: dict[str, list[str]] = {}
    if isinstance(detail, dict):
        for name, inner in detail.items():
            found |= _details(inner, str(name) if field == "non_field_errors" else f"{field}.{name}")
    elif isinstance(detail, list) and any(isinstance(inner, (dict, list)) for inner in detail):
        for index, inner in enumerate(detail):
            found |= _details(inner, f"{field}.{index}") if inner else {}
    else:
        found[field] = [str(message) for message in (detail if isinstance(detail, list) else [detail])]
    return found


def reads_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Make a plain Django view answer other methods than GET and HEAD as the API's views do."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD"}:
            return view(request)
        response = envelope(FAILURES[exceptions.MethodNotAllowed])
        response["Allow"] = "GET, HEAD"
        return response

    return answered


# --- Handlers of Django, for what fails before or outside of a view of the API -----------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django refuses: another host, too many fields, a form that can't be read."""
    return answer_exception(exception) or envelope(BAD_REQUEST)


def permission_denied(
    request: HttpRequest, exception: Exception | None = None, reason: str = ""
) -> HttpResponse:
    """Answer Django's 403, and forms of the admin site without their CSRF token (``reason``)."""
    return envelope(FAILURES[PermissionDenied])


@csrf_exempt  # An unknown path is a 404 for every method.
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer Django's 404, and every path without a route."""
    return envelope(FAILURES[Http404])


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an unexpected exception, which Django has logged; from the admin site's views also a failed database."""
    error = sys.exception()
    answer = answer_exception(error) if isinstance(error, DATABASE_FAILURES) else None
    return answer or envelope(SERVER_ERROR)
