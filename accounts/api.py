"""What every view of the API stands on: DRF's views, without what they negotiate where there is one answer."""

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

# Values of ``Accept`` whose outcome is remembered (clients have a handful of them), and the longest one worth it.
MAX_ACCEPTED: Final = 200
MAX_ACCEPT_LENGTH: Final = 200

# The headers of each view's answers; the views are those of the routes.
_headers: Final[dict[type[APIView], dict[str, str]]] = {}


class Response(HttpResponse):
    """An answer in JSON: of dicts, structs, and JSON that is there already as bytes (``msgspec.Raw``); empty without data."""

    def __init__(self, data: Any = None, *, status: int = 200) -> None:
        body = b"" if data is None else msgspec.json.encode(data)
        super().__init__(body, status=status, content_type="application/json")
        if not body:
            del self["Content-Type"]


class ApiView(APIView):
    """A view that answers in JSON alone.

    What DRF makes anew for each request and has no state is made once: parsers, authenticators, permissions.
    """

    def get_parsers(self) -> list[Any]:
        return _made(self.parser_classes)

    def get_authenticators(self) -> list[Any]:
        return _made(self.authentication_classes)

    def get_permissions(self) -> list[Any]:
        return _made(self.permission_classes)

    def get_content_negotiator(self) -> Any:
        return _NEGOTIATOR

    def perform_authentication(self, request: Request) -> None:
        """Learn who asks, at once: ``request.user`` first asks both requests whether that is known already."""
        request._authenticate()  # type: ignore[attr-defined]  # noqa: SLF001 - the rest of ``request.user``

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Return what every answer of the route says: which methods it takes."""
        view = type(self)
        if view not in _headers:
            _headers[view] = {"Allow": ", ".join(self.allowed_methods)}
        return _headers[view]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the answer as it is sent."""
        for name, value in self.headers.items():
            response[name] = value
        return response

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Return the renderer and media type for the caller's ``Accept``; ``NotAcceptable`` if JSON is none of it."""
        accept = request.META.get("HTTP_ACCEPT", "*/*")
        if force or len(accept) > MAX_ACCEPT_LENGTH:
            return super().perform_content_negotiation(request, force)
        return _negotiated(accept)


_NEGOTIATOR: Final = DefaultContentNegotiation()


def _made(classes: Iterable[Callable[[], Any]]) -> list[Any]:
    return [_one(each) for each in classes]


@cache  # the classes are those that views name
def _one(class_: Callable[[], Any]) -> Any:
    return class_()


@lru_cache(MAX_ACCEPTED)
def _negotiated(accept: str) -> Any:
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = accept
    return _NEGOTIATOR.select_renderer(Request(request), ApiView().get_renderers())
