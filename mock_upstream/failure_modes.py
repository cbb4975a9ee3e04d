"""The answers of the modes in which the service fails."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from mock_upstream.knobs import Knobs
from mock_upstream.messages import JSON, Answer, answer_json, error

BROKEN_DELIVERIES = frozenset({"cut", "reset", "drip_headers", "drip_body"})
HUGE_BYTES = 4 * 1024 * 1024

_GARBAGE = b'{"count": 366, "next": null, "results": [{"id": 17, "title": "Fla\xff\x00\xfe<<<<<<< HEAD'
_PAGE = (
    b"<!doctype html><html><head><title>Welcome!</title></head>"
    b"<body><h1>It works!</h1><p>The site will be back shortly.</p></body></html>\n"
)


def answer_in_mode(knobs: Knobs, regular: Callable[[], Answer]) -> Answer:
    """Return the answer of a mode; ``regular`` gives the one that the contract specifies."""
    later = {} if knobs.retry_after is None else {"Retry-After": str(knobs.retry_after)}
    match knobs.mode:
        case "down":
            return error(HTTPStatus.SERVICE_UNAVAILABLE, "the flyer service is down")
        case "maintenance":
            return error(HTTPStatus.SERVICE_UNAVAILABLE, "the flyer service is being looked after", later)
        case "throttled":
            return error(HTTPStatus.TOO_MANY_REQUESTS, "too many requests, come back later", later)
        case "garbage":
            return Answer(HTTPStatus.OK, _GARBAGE, {"Content-Type": JSON})
        case "html":
            return Answer(HTTPStatus.OK, _PAGE, {"Content-Type": "text/html; charset=utf-8"})
        case "huge":
            return answer_json(
                {"count": 0, "next": None, "previous": None, "results": [], "x": "x" * HUGE_BYTES}
            )
        case "redirect":
            moved = {"Location": "http://elsewhere.example/api/v1/flyers/feed/"}
            return error(HTTPStatus.FOUND, "the flyer service has moved", moved)
        case mode if mode in BROKEN_DELIVERIES:
            return replace(regular(), delivery=mode)
        case _:
            return regular()


def failed() -> Answer:
    """Return the answer of a request that fails by chance or by count."""
    return error(HTTPStatus.INTERNAL_SERVER_ERROR, "the flyer service failed, as its knobs told it to")
