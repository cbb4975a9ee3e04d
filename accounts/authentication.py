"""Authentication by access token, and the check of a request's origin."""

from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import User
from accounts.sessions import person_of
from accounts.tokens import Claims, verify_access_token

if TYPE_CHECKING:  # DRF's views name this module in their defaults, and so have to be imported after it.
    from rest_framework.views import APIView


class BearerToken(BaseAuthentication):
    """``Authorization: Bearer …`` (RFC 6750): ``request.user`` is the person, ``request.auth`` what the token says.

    Without the header the caller is anonymous. With one it must be valid, on public routes too: an app whose token
    has expired has to learn that, and not to see a page without its marks.
    """

    def authenticate(self, request: Request) -> tuple[User, Claims] | None:
        if not request.META.get("HTTP_AUTHORIZATION"):
            return None
        claims = verify_access_token(shown_token(request))
        person = person_of(claims)
        structlog.contextvars.bind_contextvars(user_id=claims.user_id)  # for every line of this request
        return person, claims

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def shown_token(request: Request) -> str:
    """Return the token after ``Bearer`` in the request's header; an empty text if there is none."""
    # Not by ``request.headers``, which makes a mapping of all headers first.
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class OriginNotAllowedError(Exception):
    """A page of another site sent the request."""


class FromOurPages(BasePermission):
    """Refuses pages of other sites on the routes that read or set the cookie (request forgery).

    Browsers name the page in ``Origin`` with every POST: it must be one of ours, to the letter. Without ``Origin``,
    ``Sec-Fetch-Site`` must not say cross-site. What sends neither is no browser, and nobody's cookies go with it.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "none").strip().lower()
        is_foreign = site == "cross-site" if origin is None else origin not in settings.OWN_ORIGINS
        if is_foreign:
            raise OriginNotAllowedError
        return True


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it has no types
    """The token in the schema, for Swagger UI's Authorize."""

    target_class = BearerToken
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "`tokens.access` of `POST auth/login/`; good for 10 minutes.",
        }
