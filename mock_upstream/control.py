"""The control endpoint: knobs and the request log, without a key."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from mock_upstream.knobs import Board
from mock_upstream.readers import BadValueError, plain, reader
from mock_upstream.request_log import RequestLog
from mock_upstream.service import Answer, Request, answer_json, error

ROOT = "/_control"


def control(request: Request, board: Board, request_log: RequestLog) -> Answer:
    """Answer a request to ``/_control...``; what is wrong with it is said in a 400, 404 or 405."""
    addresses: dict[str, dict[str, Callable[[], Any]]] = {
        "": {
            "GET": board.now.as_json,
            "PATCH": lambda: board.turn(_changes("the body", plain(request.body))).as_json(),
            "DELETE": lambda: board.reset().as_json(),
        },
        "/requests": {"GET": request_log.as_json, "DELETE": request_log.clear},
        "/health": {"GET": lambda: {"status": "ok"}},
    }
    if (actions := addresses.get(request.path.removeprefix(ROOT).rstrip("/"))) is None:
        return error(HTTPStatus.NOT_FOUND, f"there are {ROOT}, {ROOT}/requests and {ROOT}/health")
    method = "GET" if request.method == "HEAD" else request.method
    if method not in actions:
        allowed = {"Allow": ", ".join(actions).replace("GET", "GET, HEAD")}
        return error(HTTPStatus.METHOD_NOT_ALLOWED, f"{method} is not allowed here", allowed)
    try:
        document = actions[method]()
    except BadValueError as wrong:
        return error(HTTPStatus.BAD_REQUEST, str(wrong))
    if document is None:
        return Answer(HTTPStatus.NO_CONTENT)
    return answer_json(document, headers={"Cache-Control": "no-store"})


_changes = reader('a JSON object such as {"latency_ms": 300}', lambda it: isinstance(it, dict))
