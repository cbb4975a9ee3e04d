"""mock_upstream: what is answered while the service is not itself; knows no flyers and no sockets."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from mock_upstream.knobs import Knobs
from mock_upstream.messages import JSON, Answer, answer_json, error

ON_THE_WIRE = frozenset({"cut", "reset", "drip_headers", "drip_body"})
HUGE_BYTES = 4 * 1024 * 1024

_GARBAGE = b'{"count": 366, "next": null, "results": [{"id": 17, "title": "Fla\xff\x00\xfe<<<<<<< HEAD'
_PAGE = (
    b"<!doctype html><html><head><title>Welcome!</title></head>"
    b"<body><h1>It works!</h1><p>The site will be back shortly.</p></body></html>\n"
)


def in_mood(knobs: Knobs, honest: Callable[[], Answer]) -> Answer:
    """Return the answer of a mode; ``honest`` gives the one that the contract asks for."""
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
        case mode if mode in ON_THE_WIRE:
            return replace(honest(), delivery=mode)
        case _:
            return honest()


def failed() -> Answer:
    """Return the answer of a request that was unlucky."""
    return error(HTTPStatus.INTERNAL_SERVER_ERROR, "the flyer service failed, as its knobs told it to")
