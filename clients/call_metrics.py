"""Prometheus metrics and log lines of each call to an upstream service.

The logger is ``clients``. Its records carry these fields (``extra``), where they apply: ``upstream``, ``request_id``,
``path``, ``outcome`` (as in ``UpstreamError.outcome``), ``reason``, ``attempts``, ``duration_ms``, and ``state`` (of the
breaker). Levels: error for a refused key; warning for every other failure and for a change of the breaker; info for a
retry and for a call that was not made; nothing for a success and for an item that does not exist.
"""

import logging
import time
from contextlib import ExitStack

import msgspec
from prometheus_client import Counter, Gauge, Histogram

from clients.breaker import State
from clients.errors import UpstreamError, UpstreamNotFoundError, UpstreamRefusedError

_log = logging.getLogger("clients")

_SECONDS = Histogram(
    "flyers_bff_upstream_seconds",
    "Duration of calls to the upstream service, a retry included.",
    ["upstream", "outcome"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_NOT_MADE = Counter(
    "flyers_bff_upstream_not_made",
    "Calls that were not made: unavailable (breaker open, or cooldown) or busy (all slots taken).",
    ["upstream", "outcome"],
)
_RETRIES = Counter("flyers_bff_upstream_retries", "Calls that were retried.", ["upstream"])
_BREAKER_OPENED = Counter(
    "flyers_bff_upstream_breaker_opened", "Times that a process opened its breaker.", ["upstream"]
)
_BREAKER_OPEN = Gauge(
    "flyers_bff_upstream_breaker_open",
    "Processes whose breaker is not closed.",
    ["upstream"],
    multiprocess_mode="livesum",
)
_IN_USE = Gauge("flyers_bff_upstream_in_use", "Calls in progress.", ["upstream"], multiprocess_mode="livesum")
_SLOTS = Gauge(
    "flyers_bff_upstream_slots", "Calls allowed at once.", ["upstream"], multiprocess_mode="livesum"
)


class Call(msgspec.Struct):
    """One call and its progress; times in seconds on the monotonic clock.

    ``until_decoded`` releases what the call holds until its answer is decoded. ``may_have_worked``: a write that was sent,
    and to which the service has not said no.
    """

    path: str
    request_id: str | None
    started_at: float
    ends_at: float
    is_write: bool = False
    may_have_worked: bool = False
    attempts: int = 0
    until_decoded: ExitStack = msgspec.field(default_factory=ExitStack)

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline of the call."""
        return self.ends_at - time.monotonic()

    @property
    def seconds_spent(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.started_at


class CallMetrics:
    """Counts the calls to one upstream service and logs them; safe to use from many threads."""

    def __init__(self, upstream: str, *, slots: int, logs: bool) -> None:
        """``slots``: calls allowed at once. Without ``logs`` it only counts."""
        self._upstream = upstream
        self._logs = logs
        self.last_success: float | None = None  # Unix seconds
        self.in_use = _IN_USE.labels(upstream)
        _SLOTS.labels(upstream).set(slots)
        # Every series exists from the start: one that begins with its first failure shows that failure to no alert.
        for metric in (_RETRIES, _BREAKER_OPENED, _BREAKER_OPEN):
            metric.labels(upstream)
        for outcome in ("ok", "not_modified", *(kind.outcome for kind in UpstreamError.__subclasses__())):
            _SECONDS.labels(upstream, outcome)
        for outcome in ("unavailable", "busy"):
            _NOT_MADE.labels(upstream, outcome)

    def succeeded(self, call: Call, outcome: str) -> None:
        """Count a useful answer."""
        _SECONDS.labels(self._upstream, outcome).observe(call.seconds_spent)
        self.last_success = time.time()

    def failed(self, call: Call, failure: UpstreamError) -> None:
        """Count and log a failure; without an attempt it is a call that was not made."""
        if call.attempts:
            _SECONDS.labels(self._upstream, failure.outcome).observe(call.seconds_spent)
        else:
            _NOT_MADE.labels(self._upstream, failure.outcome).inc()
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
        """Count and log a retry because of ``failure``."""
        _RETRIES.labels(self._upstream).inc()
        self._write(
            logging.INFO, "upstream call retried", call, outcome=failure.outcome, reason=failure.reason
        )

    def breaker_changed(self, call: Call, state: State) -> None:
        """Count and log that this call changed the breaker's state."""
        _BREAKER_OPEN.labels(self._upstream).set(state != "closed")
        _BREAKER_OPENED.labels(self._upstream).inc(state == "open")
        self._write(logging.WARNING, "upstream breaker changed", call, state=state)

    def _write(self, level: int, message: str, call: Call, **fields: object) -> None:
        if not self._logs:
            return
        if call.request_id:  # None would hide the one that the application has bound to its log.
            fields["request_id"] = call.request_id
        _log.log(level, message, extra={"upstream": self._upstream, "path": call.path} | fields)
