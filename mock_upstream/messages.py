"""Requests and answers as values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """One request: ``query`` is raw, header names are in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``delivery`` is how it is sent: ``whole``, or a mode that damages it."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: str = "whole"


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
    """Return an error as the contract has it: ``{"error": "not_found", "detail": "..."}``."""
    code = status.phrase.lower().replace(" ", "_").replace("-", "_")
    return answer_json({"error": code, "detail": detail}, status, headers)


def cacheable(answer: Answer, request: Request, cache_control: str) -> Answer:
    """Give an answer its ETag and lifetime; 304 without a body for a caller that has it already."""
    etag = f'"{blake2b(answer.body, digest_size=16).hexdigest()}"'
    headers = {**answer.headers, "ETag": etag, "Cache-Control": cache_control}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {etag, "*"}:
        return Answer(HTTPStatus.NOT_MODIFIED, headers=headers)
    return Answer(answer.status, answer.body, headers)
