"""The control endpoint: knobs and the request log, without a key."""

import json
from http import HTTPStatus

from mock_upstream.knob_readers import BadKnobError
from mock_upstream.knobs import Board
from mock_upstream.messages import Answer, Request, answer_json, error
from mock_upstream.request_log import RequestLog

ROOT = "/_control"
NO_STORE = {"Cache-Control": "no-store"}


def control(request: Request, board: Board, request_log: RequestLog) -> Answer:
    """Answer a request to ``/_control...``; what is wrong with it is said in a 400, 404 or 405."""
    try:
        match request.method, request.path.removeprefix(ROOT).rstrip("/"):
            case "GET" | "HEAD", "":
                return answer_json(board.now.as_json(), headers=NO_STORE)
            case "PATCH", "":
                return answer_json(board.turn(_changes(request.body)).as_json(), headers=NO_STORE)
            case "DELETE", "":
                return answer_json(board.reset().as_json(), headers=NO_STORE)
            case "GET" | "HEAD", "/requests":
                return answer_json(request_log.as_json(), headers=NO_STORE)
            case "DELETE", "/requests":
                request_log.clear()
                return Answer(HTTPStatus.NO_CONTENT)
            case "GET" | "HEAD", "/health":
                return answer_json({"status": "ok"}, headers=NO_STORE)
            case method, "" | "/requests" | "/health" as path:
                allowed = {"": "GET, HEAD, PATCH, DELETE", "/requests": "GET, HEAD, DELETE"}.get(
                    path, "GET, HEAD"
                )
                detail = f"{method} is not allowed here"
                return error(HTTPStatus.METHOD_NOT_ALLOWED, detail, {"Allow": allowed})
            case _:
                return error(HTTPStatus.NOT_FOUND, f"there are {ROOT}, {ROOT}/requests and {ROOT}/health")
    except BadKnobError as wrong:
        return error(HTTPStatus.BAD_REQUEST, str(wrong))


def _changes(body: bytes) -> dict[str, object]:
    try:
        changes = json.loads(body)
    except (ValueError, RecursionError):
        changes = None
    if not isinstance(changes, dict):
        raise BadKnobError('the body must be a JSON object such as {"latency_ms": 300}')
    return changes
