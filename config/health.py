"""Liveness and readiness of a process."""

import functools
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from clients.transport import Health
from proxy.catalog import catalogs


class UnmigratedError(Exception):
    """The database answers but lacks migrations of this version."""


_NO_STORE = {"Cache-Control": "no-store"}


def live(request: HttpRequest) -> JsonResponse:
    """Answer without any check: the process is alive."""
    return JsonResponse({"status": "ok"}, headers=_NO_STORE)


def ready(request: HttpRequest) -> JsonResponse:
    """Check our stores: ``ok``, ``degraded`` (Redis or upstream fails) or ``unavailable`` (no database, 503)."""
    checks = {
        "database": _check(_query_database),
        "redis": _check(_query_redis) if settings.CACHE_URL else {"status": "skipped", "latency_ms": None},
    }
    upstreams = {name: _upstream(catalog.transport.health()) for name, catalog in catalogs().items()}
    broken = checks["database"]["status"] == "fail"
    weak = checks["redis"]["status"] == "fail" or any(row["status"] != "ok" for row in upstreams.values())
    return JsonResponse(
        {
            "status": "unavailable" if broken else "degraded" if weak else "ok",
            "checks": checks,
            "upstreams": upstreams,
        },
        status=503 if broken else 200,
        headers=_NO_STORE | ({"Retry-After": "2"} if broken else {}),
    )


def _upstream(health: Health) -> dict[str, Any]:
    """Return how it goes with a service, as this process knows it."""
    last = health.last_success and datetime.fromtimestamp(int(health.last_success), UTC)
    return {
        "status": "ok" if health.retry_in == 0 and health.state == "closed" else "down",
        "breaker": health.state,
        "retry_in": math.ceil(health.retry_in),
        "in_use": health.in_use,
        "limit": health.limit,
        "last_success": last and last.isoformat().replace("+00:00", "Z"),
    }


def _check(query: Callable[[], None]) -> dict[str, Any]:
    start = time.perf_counter()
    status, details = "fail", {}
    try:
        query()
        status = "ok"
    except UnmigratedError as error:
        details = {"detail": str(error)}
    except Exception:  # noqa: BLE001, S110 - whatever a driver raises, the check has failed
        pass
    return {"status": status, "latency_ms": round((time.perf_counter() - start) * 1000, 1), **details}


def _query_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    require_migrations()


@functools.cache
def require_migrations() -> None:
    """Raise ``UnmigratedError`` while migrations are pending. Success is cached, failure is not."""
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        raise UnmigratedError(f"{len(pending)} migrations are pending: run manage.py migrate")


def _query_redis() -> None:
    cache.get("health")
