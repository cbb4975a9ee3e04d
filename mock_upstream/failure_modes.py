"""The answers of the modes in which a service fails."""

from dataclasses import replace
from http import HTTPStatus

from mock_upstream.knobs import Knobs
from mock_upstream.messages import JSON, Answer, Request, answer_json
from mock_upstream.service import Service

BROKEN_DELIVERIES = frozenset({"cut", "reset", "drip_headers", "drip_body"})
HUGE_BYTES = 4 * 1024 * 1024
ERRORS = {
    "down": (HTTPStatus.SERVICE_UNAVAILABLE, "is down"),
    "maintenance": (HTTPStatus.SERVICE_UNAVAILABLE, "is being looked after"),
    "throttled": (HTTPStatus.TOO_MANY_REQUESTS, "has too many requests, come back later"),
    "refused": (HTTPStatus.UNAUTHORIZED, "does not want to"),
    "redirect": (HTTPStatus.FOUND, "has moved"),
}
_GARBAGE = b'{"count": 366, "next": null, "results": [{"id": 17, "title": "Fla\xff\x00\xfe<<<<<<< HEAD'
_PAGE = (
    b"<!doctype html><html><head><title>Welcome!</title></head>"
    b"<body><h1>It works!</h1><p>The site will be back shortly.</p></body></html>\n"
)
_EMPTY_LIST = {"count": 0, "next": None, "previous": None, "page": 1, "results": ()}


def answer_in_mode(service: Service, request: Request, knobs: Knobs) -> Answer:
    """Return the answer of a mode; in most of them the service is not asked for its own."""
    mode, headers = knobs.mode, {}
    if mode in {"maintenance", "throttled"} and knobs.retry_after is not None:
        headers["Retry-After"] = str(knobs.retry_after)
    if mode == "redirect":
        headers["Location"] = f"http://elsewhere.example{request.path}"
    if mode in ERRORS:
        status, words = ERRORS[mode]
        answer = service.error(status, f"the {service.name} {words}", headers)
        return replace(answer, status=HTTPStatus.OK) if mode == "refused" else answer
    match mode:
        case "garbage":
            return Answer(HTTPStatus.OK, _GARBAGE, {"Content-Type": JSON})
        case "html":
            return Answer(HTTPStatus.OK, _PAGE, {"Content-Type": "text/html; charset=utf-8"})
        case "huge":
            return answer_json({**_EMPTY_LIST, "x": "x" * HUGE_BYTES})
    answer = service.answer(request, knobs)
    return replace(answer, delivery=mode) if mode in BROKEN_DELIVERIES else answer
