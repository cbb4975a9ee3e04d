"""The metrics of requests, and `/metrics`, which shows these and those of all other rooms.

They are summed over the server's processes if `PROMETHEUS_MULTIPROC_DIR` is set (the server sets it).
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

# The key of a request's route in its WSGI environment; the hit path reads it.
ROUTE: Final = "flyers_bff.route"

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def route_of(request: HttpRequest) -> str:
    """Return the pattern of the address that was requested, ``none`` if it is no route."""
    return (request.resolver_match and request.resolver_match.route) or "none"


def observe(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    _requests(route, method if method in _METHODS else "other", status).inc()
    _seconds(route).observe(seconds)


# Each metric of given labels, looked up once: routes are those of config.urls, methods and statuses are few.
@functools.cache
def _requests(route: str, method: str, status: int) -> Counter:
    return REQUESTS.labels(route, method, str(status))


@functools.cache
def _seconds(route: str) -> Histogram:
    return SECONDS.labels(route)


def counter(environ: Mapping[str, Any]) -> Callable[[str, str], None]:
    """Return a function that counts answers of the hit path at a request's route, by their method and status.

    These answers are not in the histogram: one takes some 50 microseconds, and to observe it would cost two of them.
    """
    return _counter(environ.get(ROUTE, "none"))


@functools.cache  # routes are those of config.urls
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
    """Return all metrics in Prometheus' text format; needs ``METRICS_TOKEN``, or if there is none, this machine."""
    if not _is_allowed(request):
        return answer_exception(NotAuthenticated()) or HttpResponse(status=401)
    registry = REGISTRY
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        _remove_gauges_of_ended_processes(Path(folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it ships no types
    return HttpResponse(
        generate_latest(registry), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


def _remove_gauges_of_ended_processes(folder: Path) -> None:
    """Remove the gauges of processes that ended; their counters stay."""
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
    # A proxy on this machine has a local address, too; the header shows that it forwards for somebody else.
    is_local = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}
    return is_local and "X-Forwarded-For" not in request.headers
