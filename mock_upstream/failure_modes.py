"""The answers of the modes in which a service fails."""

from dataclasses import replace
from http import HTTPStatus

from mock_upstream.knobs import Knobs
from mock_upstream.messages import JSON, Answer, Request, Service, answer_json

BROKEN_DELIVERIES = frozenset({"cut", "reset", "drip_headers", "drip_body"})
HUGE_BYTES = 4 * 1024 * 1024

_GARBAGE = b'{"count": 366, "next": null, "results": [{"id": 17, "title": "Fla\xff\x00\xfe<<<<<<< HEAD'
_PAGE = (
    b"<!doctype html><html><head><title>Welcome!</title></head>"
    b"<body><h1>It works!</h1><p>The site will be back shortly.</p></body></html>\n"
)


def answer_in_mode(service: Service, request: Request, knobs: Knobs) -> Answer:
    """Return the answer of a mode; in most of them the service is not asked for its own."""
    later = {} if knobs.retry_after is None else {"Retry-After": str(knobs.retry_after)}
    match knobs.mode:
        case "down":
            return service.error(HTTPStatus.SERVICE_UNAVAILABLE, f"the {service.name} is down")
        case "maintenance":
            return service.error(
                HTTPStatus.SERVICE_UNAVAILABLE, f"the {service.name} is being looked after", later
            )
        case "throttled":
            return service.error(HTTPStatus.TOO_MANY_REQUESTS, "too many requests, come back later", later)
        case "garbage":
            return Answer(HTTPStatus.OK, _GARBAGE, {"Content-Type": JSON})
        case "html":
            return Answer(HTTPStatus.OK, _PAGE, {"Content-Type": "text/html; charset=utf-8"})
        case "huge":
            return answer_json(
                {"count": 0, "next": None, "previous": None, "page": 1, "results": [], "x": "x" * HUGE_BYTES}
            )
        case "refused":
            answer = service.error(HTTPStatus.UNAUTHORIZED, f"the {service.name} does not want to")
            return replace(answer, status=HTTPStatus.OK)
        case "redirect":
            moved = {"Location": f"http://elsewhere.example{request.path}"}
            return service.error(HTTPStatus.FOUND, f"the {service.name} has moved", moved)
        case mode if mode in BROKEN_DELIVERIES:
            return replace(service.answer(request, knobs), delivery=mode)
        case _:
            return service.answer(request, knobs)


def failed(service: Service) -> Answer:
    """Return the answer of a request that fails by chance or by count."""
    return service.error(
        HTTPStatus.INTERNAL_SERVER_ERROR, f"the {service.name} failed, as its knobs told it to"
    )
