"""mock_upstream: a bounded log of what the flyer service was asked; knows no sockets and keeps no secret."""

from collections import Counter, deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from threading import Lock
from time import perf_counter
from typing import Any

from mock_upstream.messages import Request

KEPT = 1000
PATHS_COUNTED = 1000
OTHERS = "(others)"


@dataclass(slots=True)
class Visit:
    """One request; ``status`` and ``ms`` are None until it is answered, ``status`` for ever if it never is."""

    at: str
    method: str
    path: str
    query: str
    request_id: str | None
    status: int | None = None
    ms: float | None = None


class Journal:
    """The last 1000 requests, and counts of all since the start or the last ``clear``."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._visits: deque[Visit] = deque(maxlen=KEPT)
        self._by_path: Counter[str] = Counter()
        self._total = self._in_flight = self._peak = 0

    def arrive(self, request: Request) -> tuple[Visit, float]:
        """Write a request down before it is answered; give the ticket back to ``leave``."""
        visit = Visit(
            at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            method=request.method[:20],
            path=request.path[:200],
            query=request.query[:2000],
            request_id=request.headers.get("x-request-id", "")[:200] or None,
        )
        with self._lock:
            self._visits.append(visit)
            self._total += 1
            known = visit.path in self._by_path or len(self._by_path) < PATHS_COUNTED
            self._by_path[visit.path if known else OTHERS] += 1
            self._in_flight += 1
            self._peak = max(self._peak, self._in_flight)
        return visit, perf_counter()

    def leave(self, ticket: tuple[Visit, float], status: int | None) -> None:
        """Note how a request ended; None: without an answer."""
        visit, began = ticket
        with self._lock:
            visit.status, visit.ms = status, round((perf_counter() - began) * 1000, 2)
            self._in_flight -= 1

    def clear(self) -> None:
        """Forget all, but how many requests still wait for their answer."""
        with self._lock:
            self._visits.clear()
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
                "requests": [asdict(visit) for visit in self._visits],
            }
