"""What every view of the API stands on: DRF's views, without what they negotiate where there is one answer."""

from functools import lru_cache
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

# Values of ``Accept`` whose outcome is remembered (clients have a handful of them), and the longest one worth it.
MAX_ACCEPTED: Final = 200
MAX_ACCEPT_LENGTH: Final = 200

# The methods that each view takes; the views are those of the routes.
_allowed: Final[dict[type[APIView], list[str]]] = {}


class Response(HttpResponse):
    """An answer in JSON: of dicts, structs, and JSON that is there already as bytes (``msgspec.Raw``); empty without data."""

    def __init__(self, data: Any = None, *, status: int = 200) -> None:
        body = b"" if data is None else msgspec.json.encode(data)
        super().__init__(body, status=status, content_type="application/json")
        if not body:
            del self["Content-Type"]


class ApiView(APIView):
    """A view that answers in JSON alone."""

    @property
    def allowed_methods(self) -> list[str]:
        """Return the methods that the route takes."""
        view = type(self)
        if view not in _allowed:
            _allowed[view] = super().allowed_methods
        return _allowed[view]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the answer as it is sent; here for its types."""
        return super().finalize_response(request, response, *args, **kwargs)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Return the renderer and media type for the caller's ``Accept``; ``NotAcceptable`` if JSON is none of it."""
        accept = request.META.get("HTTP_ACCEPT", "*/*")
        if force or len(accept) > MAX_ACCEPT_LENGTH:
            return super().perform_content_negotiation(request, force)
        return _negotiated(accept)


@lru_cache(MAX_ACCEPTED)
def _negotiated(accept: str) -> Any:
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = accept
    return DefaultContentNegotiation().select_renderer(Request(request), ApiView().get_renderers())
