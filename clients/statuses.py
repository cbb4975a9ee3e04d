"""HTTP statuses of answers: which are failures, and of which kind."""

from datetime import UTC, datetime
from typing import Final

import requests

from clients import errors, headers

GOOD_OF_A_READ: Final = frozenset({200})
GOOD_OF_A_WRITE: Final = frozenset({200, 201})


def is_refusal(response: requests.Response) -> bool:
    """Return whether the service says no (4xx): it has not done what was asked."""
    return 400 <= response.status_code <= 499


def raise_if_broken(response: requests.Response, good: frozenset[int]) -> None:
    """Raise for answers of no service in good order: 5xx, redirects, and what was not requested."""
    status = response.status_code
    if 500 <= status <= 599:
        seconds = _retry_after(response) if status == 503 else None
        is_momentary = status in {500, 502, 503} and seconds is None
        raise errors.UpstreamUnavailableError(
            f"status {status}", retry_after=seconds, is_momentary=is_momentary
        )
    if not (status in good or is_refusal(response)):
        raise errors.UpstreamMalformedError(f"status {status}")


def raise_for_refusal(response: requests.Response, *, has_key: bool) -> None:
    """Raise for the 4xx of a service in good order; ``has_key``: a key was sent, which it may not accept."""
    if not is_refusal(response):
        return
    reason = f"status {response.status_code}"
    match response.status_code:
        case 404 | 410:
            raise errors.UpstreamNotFoundError(reason)
        case 401 | 403 if has_key:
            raise errors.UpstreamRefusedError(reason)
        case 401 | 403:
            # It comes from something in front of the service, as a page for people that stops machines.
            raise errors.UpstreamUnavailableError(f"{reason}, and it needs no key")
        case 429:
            raise errors.UpstreamThrottledError(reason, retry_after=_retry_after(response))
        case _:
            raise errors.UpstreamMalformedError(reason)


def _retry_after(response: requests.Response) -> float | None:
    return headers.retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC))
