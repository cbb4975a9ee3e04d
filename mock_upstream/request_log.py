"""A bounded log of the requests to a service, without credentials."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock
from time import perf_counter
from typing import Any

from mock_upstream.service import Request

MAX_REQUESTS = 1000
MAX_PATHS = 1000
OTHERS = "(others)"

LoggedRequest = dict[str, Any]


class RequestLog:
    """The last 1000 requests, and counts of all since the start or the last ``clear``.

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
