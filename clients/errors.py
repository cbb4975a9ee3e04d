"""clients: the one tree of what can go wrong when the flyer service is asked. It knows no HTTP answer of ours.

UpstreamError
├── UpstreamNotFoundError      404, 410: there is no such thing
├── UpstreamRefusedError       401, 403: our key is bad
├── UpstreamThrottledError     429: we ask too much; come back after ``retry_after``
├── UpstreamTimeoutError       no whole answer within the deadline
├── UpstreamUnavailableError   connection refused or lost, 5xx, or not asked because it is known to be down
├── UpstreamMalformedError     an answer that is not what the contract promises, redirects and other 4xx included
└── UpstreamBusyError          not asked: as many calls as we allow are already waiting
"""

from typing import ClassVar


class UpstreamError(Exception):
    """The flyer service could not give what was asked.

    ``reason`` is a short phrase for the log, always in our own words: it never holds an address, a key or a
    text that the service sent. ``outcome`` is one word for logs and counters.
    """

    outcome: ClassVar[str] = "failed"

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class UpstreamNotFoundError(UpstreamError):
    """The service answered that there is no such thing, or no longer (404, 410).

    ``kind`` is a word for what was asked for ("flyer") and ``number`` its id; ``None`` where only the answer is known.
    """

    outcome = "not_found"

    def __init__(self, reason: str = "", *, kind: str | None = None, number: int | None = None) -> None:
        super().__init__(reason)
        self.kind = kind
        self.number = number


class UpstreamRefusedError(UpstreamError):
    """The service does not accept our key (401, 403): for an operator to mend, not for a caller."""

    outcome = "refused"


class UpstreamThrottledError(UpstreamError):
    """The service asks us to slow down (429)."""

    outcome = "throttled"

    def __init__(self, reason: str = "", *, retry_after: float) -> None:
        """``retry_after``: seconds until asking again makes sense, kept within 1 and 60."""
        super().__init__(reason)
        self.retry_after = _bounded(retry_after)


class UpstreamTimeoutError(UpstreamError):
    """The service gave no whole answer within the deadline."""

    outcome = "timeout"


class UpstreamUnavailableError(UpstreamError):
    """The service is down, or is known to be down and was not asked."""

    outcome = "unavailable"

    def __init__(
        self, reason: str = "", *, retry_after: float | None = None, is_momentary: bool = False
    ) -> None:
        """``retry_after``: as above, ``None`` when nobody knows; ``is_momentary``: asking once more may help."""
        super().__init__(reason)
        self.retry_after = None if retry_after is None else _bounded(retry_after)
        self.is_momentary = is_momentary


class UpstreamMalformedError(UpstreamError):
    """The service answered something that its contract does not allow."""

    outcome = "malformed"


class UpstreamBusyError(UpstreamError):
    """As many calls as we allow are already waiting for the service, so this one was not made."""

    outcome = "busy"


def _bounded(seconds: float) -> float:
    return min(max(seconds, 1.0), 60.0)
