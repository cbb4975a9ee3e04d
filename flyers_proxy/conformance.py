"""flyers_proxy: whether the flyer service can do what these routes need, asked apart from all other calls."""

import threading
from typing import Final

import structlog
from django.conf import settings

from clients import conformance
from clients.breaker import Breaker
from clients.call_metrics import Journal
from clients.conformance import Finding, Verdict
from clients.flyers import FlyerClient
from clients.transport import Transport
from flyers_proxy.services import rounded

log = structlog.get_logger(__name__)

MAX_SECONDS: Final = 20.0
_NEVER: Final = 1_000_000


def examine() -> list[Finding]:
    """Ask the flyer service what it can do, for at most ``MAX_SECONDS``.

    The calls have a transport of their own. They are counted at /metrics like others, but what they find does not open
    the breaker of those who are served, nor does that one keep them from asking, and none of them is logged.
    """
    transport = Transport(
        settings.FLYERS_API_URL,
        settings.FLYERS_API_TOKEN,
        deadline=settings.FLYERS_DEADLINE_SECONDS,
        max_concurrency=settings.FLYERS_MAX_CONCURRENCY,
        breaker=Breaker(failures_in_a_row=_NEVER, window_calls=_NEVER),
        journal=Journal(logs=False),
    )
    lat, lng = rounded(None)
    try:
        return conformance.examine(FlyerClient(transport), lat=lat, lng=lng, seconds=MAX_SECONDS)
    finally:
        transport.close()


def missing(findings: list[Finding]) -> list[str]:
    """Return what the service should be able to do and can't."""
    return [finding.subject for finding in findings if finding.verdict is Verdict.MISSING]


def is_silent(findings: list[Finding]) -> bool:
    """Say whether the service gave no answer from which anything could be told."""
    return all(finding.verdict is Verdict.UNKNOWN for finding in findings)


def report_in_background() -> None:
    """Log one warning if the flyer service lacks something, and nothing if it does not; return at once."""
    threading.Thread(target=_report, name="conformance", daemon=True).start()


def _report() -> None:
    findings = examine()
    if lacking := missing(findings):
        log.warning(
            "the flyer service lacks what it has to offer", missing=lacking, see="manage.py check_upstream"
        )
    elif is_silent(findings):
        log.info("the flyer service could not be examined", reason=findings[1].detail)
