"""clients: what became of each call: counted, and logged once. It knows no HTTP and sees no key or answer.

The logger is ``clients``. Its records carry these fields (``extra``), where they apply: ``request_id``, ``path``,
``outcome`` (as in ``UpstreamError.outcome``), ``reason``, ``attempts``, ``duration_ms``, and ``state`` (of the
breaker). Levels: error for a refused key; warning for every other failure and for a change of the breaker; info
for a retry and for a call that was not made; nothing for what worked and for what does not exist.
"""

import logging
import threading
import time
from collections import Counter
from contextlib import ExitStack

import msgspec

from clients import counters
from clients.breaker import State
from clients.errors import UpstreamError, UpstreamNotFoundError, UpstreamRefusedError

_log = logging.getLogger("clients")


class Call(msgspec.Struct):
    """One question and how far it has come; times in seconds on the monotonic clock.

    ``until_decoded`` gives back what the call holds until its answer is decoded.
    """

    path: str
    request_id: str | None
    started_at: float
    ends_at: float
    attempts: int = 0
    until_decoded: ExitStack = msgspec.field(default_factory=ExitStack)

    @property
    def seconds_left(self) -> float:
        """Seconds until the call has to be over."""
        return self.ends_at - time.monotonic()

    @property
    def seconds_spent(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.started_at


class Counts(msgspec.Struct, frozen=True):
    """What became of all calls since the start, and how often the breaker came into each state.

    ``calls`` by outcome; of them ``refused``, not made; ``retries``, made again; last success in Unix seconds.
    """

    calls: dict[str, int]
    refused: int
    retries: int
    breaker_changes: dict[str, int]
    last_success: float | None


class Journal:
    """Counts and logs; safe to use from many threads."""

    def __init__(self, *, logs: bool = True) -> None:
        """Start from zero; without ``logs`` it counts alone."""
        self._logs = logs
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._refused = 0
        self._retries = 0
        self._breaker_changes: Counter[str] = Counter()
        self._last_success: float | None = None

    def counts(self) -> Counts:
        """Return the counts as they are now."""
        with self._lock:
            return Counts(
                dict(self._calls),
                self._refused,
                self._retries,
                dict(self._breaker_changes),
                self._last_success,
            )

    def worked(self, call: Call, outcome: str) -> None:
        """Take note of a useful answer."""
        counters.SECONDS.labels(outcome).observe(call.seconds_spent)
        with self._lock:
            self._calls[outcome] += 1
            self._last_success = time.time()

    def failed(self, call: Call, failure: UpstreamError) -> None:
        """Take note of a failure; without an attempt it is a call that was not made."""
        if call.attempts:
            counters.SECONDS.labels(failure.outcome).observe(call.seconds_spent)
        else:
            counters.NOT_MADE.labels(failure.outcome).inc()
        with self._lock:
            self._calls[failure.outcome] += 1
            self._refused += not call.attempts
        if isinstance(failure, UpstreamNotFoundError):
            return
        level = logging.ERROR if isinstance(failure, UpstreamRefusedError) else logging.WARNING
        self._write(
            level if call.attempts else logging.INFO,
            "upstream call failed" if call.attempts else "upstream call not made",
            call,
            outcome=failure.outcome,
            reason=failure.reason,
            attempts=call.attempts,
            duration_ms=round(call.seconds_spent * 1000),
        )

    def retried(self, call: Call, failure: UpstreamError) -> None:
        """Take note that a call is made once more because of ``failure``."""
        counters.RETRIES.inc()
        with self._lock:
            self._retries += 1
        self._write(
            logging.INFO, "upstream call retried", call, outcome=failure.outcome, reason=failure.reason
        )

    def breaker_changed(self, call: Call, state: State) -> None:
        """Take note that this call brought the breaker into ``state``."""
        counters.BREAKER_OPEN.set(state != "closed")
        counters.BREAKER_OPENED.inc(state == "open")
        with self._lock:
            self._breaker_changes[state] += 1
        self._write(logging.WARNING, "upstream breaker changed", call, state=state)

    def _write(self, level: int, message: str, call: Call, **fields: object) -> None:
        if not self._logs:
            return
        if (
            call.request_id
        ):  # Without one, a field of that name would hide the one that the application knows.
            fields["request_id"] = call.request_id
        _log.log(level, message, extra={"path": call.path} | fields)
