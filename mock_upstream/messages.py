"""Requests and answers as values, and what answers one with the other."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, Protocol

JSON = "application/json"
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
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``delivery`` is how it is sent: ``whole``, or a mode that damages it."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: str = "whole"


class Service(Protocol):
    """What answers on a port: ``name`` is for sentences, paths that begin with ``media`` are neither logged nor ill."""

    name: str
    media: str
    knobs: Any  # its knobs at rest, of a type of its own

    def answer(self, request: Request, knobs: Any) -> Answer:
        """Answer any request; what breaks the contract is answered with an error."""
        ...

    def error(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Return an error in the service's own shape."""
        ...


class RefusedRequestError(Exception):
    """The request breaks the contract; says how, in words for a developer."""

    def __init__(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}

    def as_answer(self) -> Answer:
        return error(self.status, self.detail, self.headers)


def as_json(value: Any) -> bytes:
    """Return compact JSON in UTF-8, with a line's end for whoever reads it in a terminal."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def answer_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, as_json(value), {"Content-Type": JSON, **(headers or {})})


def error(status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an error as the flyer service has it, and ``/_control`` of every service: ``{"error": "not_found", "detail": "..."}``."""
    code = status.phrase.lower().replace(" ", "_").replace("-", "_")
    return answer_json({"error": code, "detail": detail}, status, headers)


def cacheable(answer: Answer, request: Request, cache_control: str | None) -> Answer:
    """Give an answer its ETag and (if any) lifetime; 304 without a body for a caller that has it already."""
    etag = f'"{blake2b(answer.body, digest_size=16).hexdigest()}"'
    headers = {**answer.headers, "ETag": etag}
    if cache_control:
        headers["Cache-Control"] = cache_control
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {etag, "*"}:
        return Answer(HTTPStatus.NOT_MODIFIED, headers=headers)
    return Answer(answer.status, answer.body, headers)


def packed(answer: Answer) -> Answer:
    """Return the answer in gzip, whatever the caller takes."""
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    return replace(answer, body=gzip.compress(answer.body, mtime=0), headers=headers)


def picture(svg: str, request: Request) -> Answer:
    """Answer a drawing that every page may show."""
    return cacheable(Answer(HTTPStatus.OK, svg.encode(), PICTURE_HEADERS), request, PICTURE_LIFETIME)
