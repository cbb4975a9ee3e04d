"""config: `python -m config.server` is the production server; it knows the settings, and nothing of the service."""

import logging
import os
import signal
import socket
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from urllib.parse import urlsplit

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from config import allocator, settings

# Time for the calls under way to be answered, and still less than a supervisor usually waits before it kills.
STOP_SECONDS = 8
# A connection that sends no whole request in this time is closed.
IDLE_SECONDS = 30
# Workers that end are replaced. When this many had to be in this time and still one ends at once, they can't work here.
MAX_RESPAWNS, RESPAWN_SECONDS = 5, 60

# What an operator asks first of a server that was just started, as the settings name it; of secrets only whether
# there is one.
_TOLD = (
    *("DEBUG", "HOST", "PORT", "WORKERS", "THREADS", "PUBLIC_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES"),
    *("DATABASE_CONNECTIONS", "DATABASE_STATEMENT_SECONDS"),
    *("CORS_ALLOWED_ORIGINS", "THROTTLE_AUTH", "THROTTLE_ANON", "THROTTLE_USER", "LOG_LEVEL"),
    *("FLYERS_FRESH_SECONDS", "FLYERS_STALE_SECONDS", "FLYERS_DEADLINE_SECONDS", "FLYERS_MAX_CONCURRENCY"),
)
_SECRET = ("SECRET_KEY", "FLYERS_API_TOKEN", "METRICS_TOKEN", "SENTRY_DSN")


def serve(target: str = "config.wsgi:application") -> None:
    """Serve an application over plain HTTP/1.1 until SIGTERM or SIGINT; TLS is for the proxy in front."""
    _refuse_taken_port()
    # The processes count in files that they share, a set for each start; prometheus_client asks for the folder when
    # a worker imports it.
    with tempfile.TemporaryDirectory(prefix="flyers-bff-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        _serve(target)


def _serve(target: str) -> None:
    server = _Server(
        target,
        address=settings.HOST,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=settings.WORKERS,
        blocking_threads=settings.THREADS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_SECONDS * 1000),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels(settings.LOG_LEVEL.lower()),
        log_dictconfig={"loggers": {}} | settings.LOGGING,
    )
    # It warns of more threads than processors; ours wait for upstream, not for a processor.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    structlog.get_logger("config.server").info("starting", **told())
    server.serve(target_loader=_load)


class _Server(MPServer):
    """A server that outlives workers which are killed shortly after each other, as by a machine short of memory.

    Granian sees a crash loop in any worker that ends within 5.5 s of its start as a successor, and ends the healthy
    ones, too. Here it has to have replaced ``MAX_RESPAWNS`` within ``RESPAWN_SECONDS`` before it may see one.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._respawns: deque[float] = deque(maxlen=MAX_RESPAWNS)  # the moments of the last ones

    def _respawn_workers(self, workers: list[int], *args: Any, **options: Any) -> None:
        super()._respawn_workers(workers, *args, **options)
        self._respawns.extend([time.monotonic()] * len(workers))
        if len(self._respawns) < MAX_RESPAWNS or self._respawns[-1] - self._respawns[0] > RESPAWN_SECONDS:
            self.respawned_wrks.clear()  # where Granian looks for when each successor was started


def _load(target: str) -> Any:
    """Return the application, in a worker that loads it; the first one then has the flyer service examined."""
    # Until it serves, a worker has the handlers of the process it was forked from, which would swallow the parent's word
    # to stop: it would go on to serve, and have to be killed. Ctrl-C reaches the parent too, which then says that word.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    allocator.restrain()  # before there are threads: each takes its heap when it first needs one
    application = resolve_name(target)
    if settings.FLYERS_CHECK_AT_START and _is_first("flyer-service-examined"):
        # Not imported above: it needs Django, which this process has only now.
        resolve_name("flyers_proxy.management.commands.check_upstream:report_in_background")()
    return application


def _is_first(job: str) -> bool:
    """Say whether no worker of this start has taken on the job, and take it on."""
    try:
        Path(os.environ["PROMETHEUS_MULTIPROC_DIR"], job).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def told() -> dict[str, object]:
    """Return the settings that matter, by name and fit to be shown: no secret, no user of a store."""
    values: Mapping[str, object] = vars(settings)
    return {
        **{name: values[name] for name in _TOLD},
        **{name: "set" if values[name] else "empty" for name in _SECRET},
        "JWT_KEYS": len(settings.JWT_KEYS),
        "DATABASE_URL": _database(),
        "CACHE_URL": _without_user(settings.CACHE_URL) or "empty",
        "FLYERS_API_URL": _without_user(settings.FLYERS_API_URL),
        "OTEL_EXPORTER_OTLP_ENDPOINT": _without_user(settings.OTEL_EXPORTER_OTLP_ENDPOINT) or "empty",
    }


def _database() -> str:
    database = settings.DATABASES["default"]
    kind = database["ENGINE"].rpartition(".")[2]
    if kind == "sqlite":
        return f"sqlite {database['NAME']}"
    return f"{kind} {database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"


def _without_user(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _refuse_taken_port() -> None:
    """End the start with one sentence: the workers share their port, and would share it with a stranger, too."""
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    try:
        socket.create_server((settings.HOST, settings.PORT), family=family).close()
    except OSError as error:
        raise SystemExit(
            f"flyers-bff cannot start: port {settings.PORT} can't be used: {error.strerror}."
        ) from None


if __name__ == "__main__":
    serve()
