"""The format of log lines, and what is removed from them."""

import logging
import re
import sys
from typing import Any

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
                "()": structlog.stdlib.ProcessorFormatter,
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
