"""What the bundled services have in common: requests and answers, routes, a key, and pictures for everybody."""

import gzip
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from hmac import compare_digest
from http import HTTPStatus
from typing import Any, ClassVar

from mock_upstream.knobs import MODES, Knobs
from mock_upstream.readers import BadValueError

Headers = Mapping[str, str]
Handler = Callable[..., Any]
HUGE_BYTES = 4 * 1024 * 1024
PICTURE_LIFETIME = "public, max-age=3600"
PICTURE_HEADERS = {
    "Content-Type": "image/svg+xml; charset=utf-8",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request: ``query`` is raw, header names are in lower case; ``site`` is the service's address, no slash at its end."""

    method: str
    path: str
    query: str = ""
    headers: Headers = field(default_factory=dict)
    body: bytes = b""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``delivery`` is how it is sent: ``whole``, ``never``, or a mode that damages it."""

    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=dict)
    delivery: str = "whole"


class RefusedRequestError(Exception):
    """The request breaks the contract; says how, in words for a developer."""

    def __init__(self, status: int, detail: str, headers: Headers | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def answer_json(value: Any, status: int = 200, headers: Headers | None = None) -> Answer:
    """Answer compact JSON in UTF-8, with a line's end for whoever reads it in a terminal."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace") + b"\n"
    return Answer(status, body, {"Content-Type": "application/json", **(headers or {})})


def error(status: int, detail: str, headers: Headers | None = None) -> Answer:
    """Return an error as the flyer service has it, and ``/_control`` of every service: ``{"error": "not_found", "detail": "..."}``."""
    code = HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_")
    return answer_json({"error": code, "detail": detail}, status, headers)


def cacheable(answer: Answer, request: Request, cache_control: str | None, *, weak: bool = False) -> Answer:
    """Give an answer its ETag and (if any) lifetime; 304 without a body for a caller that has it already."""
    etag = f'"{blake2b(answer.body, digest_size=16).hexdigest()}"'
    headers = {**answer.headers, "ETag": f"W/{etag}" if weak else etag}
    if cache_control:
        headers["Cache-Control"] = cache_control
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {etag, "*"}:
        return Answer(HTTPStatus.NOT_MODIFIED, headers=headers)
    return replace(answer, headers=headers)


def utc_now() -> datetime:
    return datetime.now(UTC)


def packed(answer: Answer) -> Answer:
    """Return the answer in gzip, whatever the caller takes."""
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    return replace(answer, body=gzip.compress(answer.body, mtime=0), headers=headers)


class Service(ABC):
    """What answers on a port. ``name`` is for sentences; paths that begin with ``media`` are neither logged nor ill.

    A route is the pattern of a whole path, and the handler of its GET, or handlers by method. A handler is called with
    what ``asked`` returns and the pattern's groups; it returns a document or an answer, under ``media`` the text of an SVG.
    """

    name: ClassVar[str]
    media: ClassVar[str]
    knobs: ClassVar[Knobs]  # at rest
    lifetime: ClassVar[str | None] = None  # the Cache-Control of documents
    has_weak_etags: ClassVar[bool] = False
    routes: ClassVar[Sequence[tuple[str, Handler | Mapping[str, Handler]]]]

    def __init__(self, *, key: str | None = None, clock: Callable[[], datetime] = utc_now) -> None:
        """Answer whoever has the ``key``; None: everybody."""
        self._key = key
        self._clock = clock

    @abstractmethod
    def asked(self, request: Request, knobs: Any) -> Any:
        """Return what the handlers need to know."""

    def has(self, path: str, knobs: Any) -> bool:
        """Return whether its knobs leave it the route of a path."""
        return True

    def key(self, knobs: Any) -> str | None:
        """Return the key that is wanted; None: it answers everybody."""
        return self._key

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

    def answer_in_mode(self, request: Request, knobs: Knobs) -> Answer:
        """Answer as a mode says; in most of them the service is not asked for its own answer."""
        mode, headers = MODES[knobs.mode], {}
        if "body" in mode:
            headers["Content-Type"] = mode["type"]
            return Answer(mode.get("status", 200), mode["body"].encode("latin-1"), headers)
        if knobs.mode == "huge":
            page = {"count": 0, "next": None, "previous": None, "page": 1, "results": ()}
            return answer_json({**page, "x": "x" * HUGE_BYTES})
        if "status" not in mode:
            answer = self.answer(request, knobs)
            return replace(answer, delivery=knobs.mode) if "damaged" in mode else answer
        if "retry_after" in mode and knobs.retry_after is not None:
            headers["Retry-After"] = str(knobs.retry_after)
        if mode["status"] == HTTPStatus.FOUND:
            headers["Location"] = f"http://elsewhere.example{request.path}"
        answer = self.error(mode["status"], f"the {self.name} {mode['says']}", headers)
        return replace(answer, status=mode.get("sent_as", answer.status))

    def _routed(self, request: Request, knobs: Knobs) -> Answer:
        method = "GET" if request.method == "HEAD" else request.method
        for pattern, handlers in self.routes:
            found = re.fullmatch(pattern, request.path)
            if found and self.has(request.path, knobs):
                by_method = {"GET": handlers} if callable(handlers) else handlers
                public = request.path.startswith(self.media)
                self._check(request, by_method, key=None if public else self.key(knobs))
                document = by_method[method](self.asked(request, knobs), *found.groups())
                if public:
                    drawing = Answer(HTTPStatus.OK, document.encode(), PICTURE_HEADERS)
                    return cacheable(drawing, request, PICTURE_LIFETIME)
                answer = document if isinstance(document, Answer) else answer_json(document)
                if method != "GET":
                    return answer
                return cacheable(answer, request, self.lifetime, weak=self.has_weak_etags)
        raise RefusedRequestError(HTTPStatus.NOT_FOUND, "there is no such address")

    def _check(self, request: Request, by_method: Mapping[str, Handler], *, key: str | None) -> None:
        allowed = ", ".join(by_method).replace("GET", "GET, HEAD")
        if request.method not in allowed.split(", "):
            detail = f"{request.method} is not allowed here"
            raise RefusedRequestError(HTTPStatus.METHOD_NOT_ALLOWED, detail, {"Allow": allowed})
        if key is None:
            return
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(sent.strip().encode(), key.encode()):
            detail = "the key is wrong" if scheme else "a bearer key is needed"
            raise RefusedRequestError(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})
