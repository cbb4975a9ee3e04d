"""The format of log lines, and what is removed from them."""

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from structlog.types import Processor

# Nothing here logs an e-mail address or a token on purpose; these catch them in messages of drivers and libraries.
_SECRETS = (
    (re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]+"), r"\1 [token]"),
    (re.compile(r"//[^/\s:@]+:[^/\s@]+@"), "//[credentials]@"),
)


def scrubbed(text: str) -> str:
    """Return a text without e-mail addresses, tokens and credentials."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def _scrub(logger: Any, name: str, line: Any) -> str:
    return scrubbed(line)


class _RequestLine(logging.LogRecord):
    """The line of a request: ``fields`` holds words and numbers of ours alone."""

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__(_requests.name, logging.INFO, "", 0, {"event": "request", **fields}, None, None)
        self.fields = fields
        self._logger, self._name = _requests, "info"  # what structlog gives its formatter


class JSONLines(structlog.stdlib.ProcessorFormatter):
    """Structlog's formatter, and for the lines of requests an encoder: each answer waits for its own."""

    def format(self, record: logging.LogRecord) -> str:
        if not isinstance(record, _RequestLine):
            return super().format(record)
        moment = datetime.fromtimestamp(record.created, UTC)
        common = {"event": "request", "level": "info", "logger": record.name, "timestamp": moment}
        return msgspec.json.encode(record.fields | common).decode()


_requests = logging.getLogger("config.middleware")


def log_request(fields: dict[str, Any]) -> None:
    """Log one answered request. Nothing is removed from these fields: they may hold nothing that a caller has written."""
    if _requests.isEnabledFor(logging.INFO):
        _requests.handle(_RequestLine(fields))


def _has_traceback(record: logging.LogRecord) -> bool:
    return record.exc_info is not None


def configuration(*, log_format: str, level: str) -> dict[str, Any]:
    """Return the ``LOGGING`` setting: one line an event, ``json`` for machines or ``console`` for people.

    Lines have ``timestamp``, ``level``, ``logger``, ``event``, the request's id and what was passed as ``extra``.
    Tracebacks come without local variables, which contain tokens and passwords.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if log_format == "json":
        tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
        render = [structlog.processors.ExceptionRenderer(tracebacks), structlog.processors.JSONRenderer()]
    else:
        formatter = structlog.dev.plain_traceback
        render = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=formatter)]
    # What no line says need not be looked up for each.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": JSONLines if log_format == "json" else structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render, _scrub],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Each request has its line already; these add only the traceback of a bug.
            "django.request": {"level": "ERROR", "filters": [_has_traceback]},
            "django.security": {"level": "CRITICAL"},
            "django.server": {"level": "ERROR"},
        },
    }
