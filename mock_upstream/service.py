"""What the bundled services have in common: routes behind a key, and pictures that everybody may see."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from hmac import compare_digest
from http import HTTPStatus
from typing import Any, ClassVar

from mock_upstream.knobs import Knobs
from mock_upstream.messages import (
    Answer,
    Headers,
    RefusedRequestError,
    Request,
    answer_json,
    cacheable,
    error,
)
from mock_upstream.readers import BadValueError

PICTURE_LIFETIME = "public, max-age=3600"
PICTURE_HEADERS = {
    "Content-Type": "image/svg+xml; charset=utf-8",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


class Service(ABC):
    """What answers on a port. ``name`` is for sentences; paths that begin with ``media`` are neither logged nor ill.

    A route is the pattern of a whole path, and a handler of what ``asked`` returns and of the pattern's groups, which
    returns a document, or the text of an SVG under ``media``.
    """

    name: ClassVar[str]
    media: ClassVar[str]
    knobs: ClassVar[Knobs]  # at rest
    lifetime: ClassVar[str | None] = None  # the Cache-Control of documents
    routes: ClassVar[Sequence[tuple[str, Callable[..., Any]]]]

    def __init__(self, *, key: str, clock: Callable[[], datetime]) -> None:
        self._key = key.encode()
        self._clock = clock

    @abstractmethod
    def asked(self, request: Request, knobs: Any) -> Any:
        """Return what the handlers need to know."""

    def error(self, status: int, detail: str, headers: Headers | None = None) -> Answer:
        """Return an error in the service's own shape."""
        return error(status, detail, headers)

    def answer(self, request: Request, knobs: Knobs) -> Answer:
        """Answer any request; what breaks the contract is answered with an error."""
        try:
            return self._routed(request, knobs)
        except RefusedRequestError as refused:
            return self.error(refused.status, refused.detail, refused.headers)
        except BadValueError as wrong:
            return self.error(HTTPStatus.BAD_REQUEST, str(wrong))

    def _routed(self, request: Request, knobs: Knobs) -> Answer:
        for pattern, handle in self.routes:
            if found := re.fullmatch(pattern, request.path):
                public = request.path.startswith(self.media)
                self._check(request, public=public)
                document = handle(self.asked(request, knobs), *found.groups())
                if not public:
                    return cacheable(answer_json(document), request, self.lifetime)
                drawing = Answer(HTTPStatus.OK, document.encode(), PICTURE_HEADERS)
                return cacheable(drawing, request, PICTURE_LIFETIME)
        raise RefusedRequestError(HTTPStatus.NOT_FOUND, "there is no such address")

    def _check(self, request: Request, *, public: bool) -> None:
        if request.method not in {"GET", "HEAD"}:
            detail = f"{request.method} is not allowed here"
            raise RefusedRequestError(HTTPStatus.METHOD_NOT_ALLOWED, detail, {"Allow": "GET, HEAD"})
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if not public and (scheme.lower() != "bearer" or not compare_digest(key.strip().encode(), self._key)):
            detail = "the key is wrong" if scheme else "a bearer key is needed"
            raise RefusedRequestError(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})
