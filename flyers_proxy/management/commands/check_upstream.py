"""`manage.py check_upstream`: conformance check of the flyer service."""

import threading
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clients import flyers_conformance
from clients.breaker import Breaker
from clients.flyers import FlyerClient
from clients.flyers_conformance import Finding, Verdict
from flyers_proxy.catalog import FLYERS
from flyers_proxy.lists import offers_feed_alone, rounded

log = structlog.get_logger(__name__)

MAX_SECONDS: Final = 20.0
_NEVER: Final = 1_000_000
ADVICE: Final = "Only the feed answers. Set FLYERS_API_OFFERS=feed: then lists, flyers and creators are cut from the feed."


class Command(BaseCommand):
    help = (
        "Ask the flyer service for each route and filter (with FLYERS_API_OFFERS=feed for the feed alone), and tell what is "
        "missing (exit code 1)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        findings = examine()
        width = max(len(finding.subject) for finding in findings)
        for subject, verdict, detail in findings:
            self.stdout.write(f"{subject:<{width}}  {verdict:<11}  {detail}")
        if _is_silent(findings):
            raise CommandError(
                f"The flyer service gave no answer within {settings.FLYERS_DEADLINE_SECONDS:g} seconds."
            )
        if _has_feed_alone(findings):
            raise CommandError(ADVICE)
        if missing := _missing(findings):
            raise CommandError(
                f"{len(missing)} of {len(findings)} are missing; docs/upstream.md says what they are for."
            )


def examine() -> list[Finding]:
    """Check the flyer service, for at most ``MAX_SECONDS``.

    The calls have a transport of their own: they appear in the metrics, but neither open nor obey the breaker of the
    requests being served, and are not logged.
    """
    breaker = Breaker(failures_in_a_row=_NEVER, window_calls=_NEVER)
    transport = FLYERS.new_transport(breaker=breaker, logs=False)
    lat, lng = rounded(None)
    try:
        return flyers_conformance.examine(
            FlyerClient(transport), lat=lat, lng=lng, seconds=MAX_SECONDS, feed_alone=offers_feed_alone()
        )
    finally:
        transport.close()


def report_in_background() -> None:
    """Log one warning if the flyer service lacks something, and nothing if it does not; return at once."""
    threading.Thread(target=_report, name="conformance", daemon=True).start()


def _report() -> None:
    findings = examine()
    if _has_feed_alone(findings):
        log.warning("the flyer service offers its feed alone", advice=ADVICE)
    elif missing := _missing(findings):
        log.warning(
            "the flyer service lacks what it has to offer", missing=missing, see="manage.py check_upstream"
        )
    elif _is_silent(findings):
        log.info("the flyer service could not be examined", reason=findings[1].detail)


def _missing(findings: list[Finding]) -> list[str]:
    return [finding.subject for finding in findings if finding.verdict is Verdict.MISSING]


def _has_feed_alone(findings: list[Finding]) -> bool:
    """Return whether the service has less than the settings say it has, and there is a setting for that."""
    return not offers_feed_alone() and flyers_conformance.offers_feed_alone(findings)


def _is_silent(findings: list[Finding]) -> bool:
    """Return whether no check has a verdict."""
    return all(finding.verdict is Verdict.UNKNOWN for finding in findings)
