"""The control endpoint, without a key: the knobs, and a bounded log of the requests to a service."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from threading import Lock
from time import perf_counter
from typing import Any

from mock_upstream.knobs import Board
from mock_upstream.readers import BadValueError, plain, reader
from mock_upstream.service import Answer, Request, answer_json, error

ROOT = "/_control"
MAX_REQUESTS = 1000
MAX_PATHS = 1000
OTHERS = "(others)"

LoggedRequest = dict[str, Any]

_changes = reader('a JSON object such as {"latency_ms": 300}', lambda it: isinstance(it, dict))


class RequestLog:
    """The last 1000 requests, without credentials, and counts of all since the start or the last ``clear``.

    ``status`` and ``ms`` of a request are None until it is answered, ``status`` for ever if it never is.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: deque[LoggedRequest] = deque(maxlen=MAX_REQUESTS)
        self._by_path: Counter[str] = Counter()
        self._total = self._in_flight = self._peak = 0

    @contextmanager
    def logged(self, request: Request) -> Iterator[LoggedRequest]:
        """Log a request before it is answered; whoever answers it adds the status, unless there was no answer."""
        path, began = request.path[:200], perf_counter()
        logged: LoggedRequest = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "method": request.method[:20],
            "path": path,
            "query": request.query[:2000],
            "request_id": request.headers.get("x-request-id", "")[:200] or None,
            "status": None,
            "ms": None,
        }
        with self._lock:
            self._requests.append(logged)
            self._total += 1
            known = path in self._by_path or len(self._by_path) < MAX_PATHS
            self._by_path[path if known else OTHERS] += 1
            self._in_flight += 1
            self._peak = max(self._peak, self._in_flight)
        try:
            yield logged
        finally:
            with self._lock:
                logged["ms"] = round((perf_counter() - began) * 1000, 2)
                self._in_flight -= 1

    def clear(self) -> None:
        """Remove all entries; the number of requests in flight stays."""
        with self._lock:
            self._requests.clear()
            self._by_path.clear()
            self._total, self._peak = 0, self._in_flight

    def as_json(self) -> dict[str, Any]:
        """Return ``{total, in_flight, peak_in_flight, by_path, requests}``, requests oldest first."""
        with self._lock:
            return {
                "total": self._total,
                "in_flight": self._in_flight,
                "peak_in_flight": self._peak,
                "by_path": dict(self._by_path),
                "requests": [dict(logged) for logged in self._requests],
            }


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
