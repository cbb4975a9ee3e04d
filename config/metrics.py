"""config: what is counted of every request, and `/metrics`. It knows routes and no rule.

Other rooms keep counters of their own beside what they count; all of them are shown here, added up over the
server's processes where `PROMETHEUS_MULTIPROC_DIR` says so (the server sets it).
"""

import functools
import hmac
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from rest_framework.exceptions import NotAuthenticated

from config.errors import answer_exception

REQUESTS = Counter("flyers_bff_requests", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram(
    "flyers_bff_request_seconds",
    "How long an answer took.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

# Where a request's WSGI environment tells its route, for the path that answers the next one without Django.
ROUTE: Final = "flyers_bff.route"

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def observe(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    REQUESTS.labels(route, method if method in _METHODS else "other", str(status)).inc()
    SECONDS.labels(route).observe(seconds)


def counter(environ: Mapping[str, Any]) -> Callable[[str, str], None]:
    """Return what counts the next answers at a request's address: it takes their method and status.

    Such an answer is not in the histogram: it takes some 50 microseconds, and to observe that would cost two of them.
    """
    return _counter(environ.get(ROUTE, "none"))


@functools.cache  # there are as many routes as stand in config.urls
def _counter(route: str) -> Callable[[str, str], None]:
    counts = {
        (method, status): REQUESTS.labels(route, method, status)
        for method in ("GET", "HEAD")
        for status in ("200", "304")
    }

    def count(method: str, status: str) -> None:
        counts[method, status].inc()

    return count


def metrics(request: HttpRequest) -> HttpResponse:
    """Show every counter in Prometheus' text format to whoever has the token; without a token set, to this machine."""
    if not _is_allowed(request):
        refused = answer_exception(NotAuthenticated(), {})
        assert refused is not None  # noqa: S101 - NotAuthenticated is in the table
        return refused
    registry = REGISTRY
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        _forget_what_the_dead_held(Path(folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it ships no types
    return HttpResponse(
        generate_latest(registry), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


def _forget_what_the_dead_held(folder: Path) -> None:
    """Drop the gauges of processes that are gone; what they counted stays counted."""
    pids = {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*_*.db")}
    for pid in pids:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid)  # type: ignore[no-untyped-call]  # it ships no types


def _is_allowed(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    # A proxy on this machine also comes from here; what it forwards is told by its header.
    return (
        request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and "X-Forwarded-For" not in request.headers
    )
