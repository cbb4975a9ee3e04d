"""The production server: `python -m config.server`."""

import gc
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

from config import allocator, environment, settings

# For requests in progress to be answered; less than supervisors usually wait before they kill.
STOP_SECONDS = 8
# A connection that sends no whole request in this time is closed.
IDLE_SECONDS = 30
# After this many replaced workers in this time, one that ends at once counts as a crash loop.
MAX_RESPAWNS, RESPAWN_SECONDS = 5, 60

# Settings that are logged at the start; of secrets only whether there is one.
_REPORTED = (
    *("DEBUG", "HOST", "PORT", "WORKERS", "THREADS", "PUBLIC_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES"),
    *("DATABASE_CONNECTIONS", "DATABASE_PREPARE", "DATABASE_STATEMENT_SECONDS"),
    *(
        "CORS_ALLOWED_ORIGINS",
        "THROTTLE_AUTH",
        "THROTTLE_ANON",
        "THROTTLE_USER",
        "LOG_LEVEL",
        "FLYERS_API_OFFERS",
    ),
)
_REPORTED_OF_UPSTREAM = ("FRESH_SECONDS", "STALE_SECONDS", "DEADLINE_SECONDS", "MAX_CONCURRENCY")
_SECRET = ("SECRET_KEY", "METRICS_TOKEN", "SENTRY_DSN")


def serve(target: str = "config.wsgi:application") -> None:
    """Serve an application over plain HTTP/1.1 until SIGTERM or SIGINT; a proxy in front terminates TLS."""
    _refuse_taken_port()
    # The workers share their metrics in files, new ones at each start; prometheus_client reads the variable when it is
    # imported in a worker.
    with tempfile.TemporaryDirectory(prefix="flyers-bff-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
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
        # Granian warns of more threads than processors; ours wait for upstream, not for a processor.
        logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
        structlog.get_logger("config.server").info("starting", **reported_settings())
        server.serve(target_loader=_load)


class _Server(MPServer):
    """A server that survives when several workers are killed in a row, as by a machine short of memory.

    Granian sees a crash loop in any replaced worker that ends within 5.5 s of its start, and ends the healthy ones, too.
    Here it may do so only after ``MAX_RESPAWNS`` replacements within ``RESPAWN_SECONDS``.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._respawns: deque[float] = deque(maxlen=MAX_RESPAWNS)  # times of the last ones

    def _respawn_workers(self, workers: list[int], *args: Any, **options: Any) -> None:
        super()._respawn_workers(workers, *args, **options)
        self._respawns.extend([time.monotonic()] * len(workers))
        if len(self._respawns) < MAX_RESPAWNS or self._respawns[-1] - self._respawns[0] > RESPAWN_SECONDS:
            self.respawned_wrks.clear()  # Granian's record of when each replacement was started


def _load(target: str) -> Any:
    """Load the application in a worker; the first worker also starts the check of the flyer service."""
    # Until it serves, a worker has the signal handlers of the process it was forked from, which would swallow the parent's
    # SIGTERM: it would go on to serve, and have to be killed. Ctrl-C reaches the parent too, which then sends SIGTERM.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    allocator.limit_heaps()  # before there are threads: each takes its heap when it first allocates
    application = resolve_name(target)
    # The program is over a hundred thousand objects that stay. Whenever the collector looked through all objects it looked
    # through these, too, for 0.1 s in which nothing is answered.
    gc.collect()
    gc.freeze()
    if settings.FLYERS_CHECK_AT_START and _is_first("flyer-service-examined"):
        # Not imported above: it needs Django, which is set up only now.
        resolve_name("flyers_proxy.management.commands.check_upstream:report_in_background")()
    return application


def _is_first(job: str) -> bool:
    """Claim a job for this worker; False if another one of this start has it."""
    try:
        Path(os.environ["PROMETHEUS_MULTIPROC_DIR"], job).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def reported_settings() -> dict[str, object]:
    """Return the settings to log, by name, without secrets and user names."""
    values: Mapping[str, Any] = vars(settings)
    upstreams = environment.upstreams
    plain = [*_REPORTED, *(f"{upstream}_{name}" for upstream in upstreams for name in _REPORTED_OF_UPSTREAM)]
    secret = [*_SECRET, *(f"{upstream}_API_TOKEN" for upstream in upstreams)]
    urls = ["CACHE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT", *(f"{upstream}_API_URL" for upstream in upstreams)]
    database = settings.DATABASES["default"]
    is_sqlite = database["ENGINE"] == "config.sqlite"
    server = f"{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
    return {
        **{name: values[name] for name in plain},
        **{name: "set" if values[name] else "empty" for name in secret},
        **{name: _without_user(values[name]) or "empty" for name in urls},
        **{prefix: f"off: {name} is empty" for prefix, name in environment.off.items()},
        "JWT_KEYS": len(settings.JWT_KEYS),
        "DATABASE_URL": f"sqlite {database['NAME']}" if is_sqlite else f"postgresql {server}",
    }


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _refuse_taken_port() -> None:
    """Stop the start if the port is taken: workers share theirs, and would share it with another program, too."""
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    try:
        socket.create_server((settings.HOST, settings.PORT), family=family).close()
    except OSError as error:
        environment.stop(f"port {settings.PORT} can't be used: {error.strerror}.")


if __name__ == "__main__":
    serve()
