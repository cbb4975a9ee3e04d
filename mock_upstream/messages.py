"""Requests and answers as values, and what answers one with the other."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

JSON = "application/json"
Headers = Mapping[str, str]


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
    """One answer. ``delivery`` is how it is sent: ``whole``, or a mode that damages it."""

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
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    return Answer(status, body, {"Content-Type": JSON, **(headers or {})})


def error(status: int, detail: str, headers: Headers | None = None) -> Answer:
    """Return an error as the flyer service has it, and ``/_control`` of every service: ``{"error": "not_found", "detail": "..."}``."""
    code = HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_")
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
    return replace(answer, headers=headers)


def packed(answer: Answer) -> Answer:
    """Return the answer in gzip, whatever the caller takes."""
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    return replace(answer, body=gzip.compress(answer.body, mtime=0), headers=headers)
