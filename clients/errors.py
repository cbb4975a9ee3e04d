"""The exceptions that a call to an upstream service can end with."""

from typing import ClassVar


class UpstreamError(Exception):
    """The service could not return what was requested.

    ``reason`` is a short phrase for the log, always in our own words: it never holds an address, a key or a text that
    the service sent. ``retry_after``: seconds to wait, 1 to 60, ``None`` if unknown. ``outcome`` is one word for logs and
    metrics, ``upstream`` the name of the service, set by its ``Transport``. ``outcome_unknown``: it was a write, which the
    service may have carried out all the same.
    """

    outcome: ClassVar[str] = "failed"

    def __init__(self, reason: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = None if retry_after is None else bounded(retry_after)
        self.upstream = ""
        self.outcome_unknown = False


class UpstreamNotFoundError(UpstreamError):
    """The service has no such item, or no longer: 404, 410, and nothing at all from a service that says it so.

    ``kind`` is a word for the item ("flyer") and ``number`` its id; ``None`` where only the answer is known.
    """

    outcome = "not_found"

    def __init__(self, reason: str = "", *, kind: str | None = None, number: int | None = None) -> None:
        super().__init__(reason)
        self.kind = kind
        self.number = number


class UpstreamRefusedError(UpstreamError):
    """The service does not accept the key it was sent (401, 403): for an operator to correct, not for a caller."""

    outcome = "refused"


class UpstreamThrottledError(UpstreamError):
    """The service limits our calls (429)."""

    outcome = "throttled"


class UpstreamTimeoutError(UpstreamError):
    """The service gave no complete answer within the deadline."""

    outcome = "timeout"


class UpstreamUnavailableError(UpstreamError):
    """Connection refused or lost, 5xx, or not called because of breaker or cooldown; if momentary a retry may help.

    Also a 401 or 403 where no key is needed: something in front of the service stops our calls.
    """

    outcome = "unavailable"

    def __init__(
        self, reason: str = "", *, retry_after: float | None = None, is_momentary: bool = False
    ) -> None:
        super().__init__(reason, retry_after=retry_after)
        self.is_momentary = is_momentary


class UpstreamMalformedError(UpstreamError):
    """The service broke its contract with an unusable answer, redirects and other 4xx included."""

    outcome = "malformed"


class UpstreamBusyError(UpstreamError):
    """Not called: as many calls as allowed are already waiting for the service."""

    outcome = "busy"


def bounded(seconds: float) -> float:
    """Return a time to wait, from 1 to 60 seconds."""
    return min(max(seconds, 1.0), 60.0)
