"""config: how log lines look, and what never stands in one. It knows no route and no store."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.types import EventDict, Processor

# Nothing here logs an address or a token on purpose; these catch what a driver or a library puts into its messages.
_SECRETS = (
    (re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]+"), r"\1 [token]"),
    (re.compile(r"//[^/\s:@]+:[^/\s@]+@"), "//[credentials]@"),
)


def scrubbed(text: str) -> str:
    """Return a line without e-mail addresses, tokens and credentials."""
    for pattern, stand_in in _SECRETS:
        text = pattern.sub(stand_in, text)
    return text


class _Scrubbed:
    """A renderer's line, scrubbed."""

    def __init__(self, render: Processor) -> None:
        self.render = render

    def __call__(self, logger: Any, name: str, event: EventDict) -> str:
        return scrubbed(str(self.render(logger, name, event)))


class _Bugs(logging.Filter):
    """Lets through what has a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.exc_info is not None


def configuration(*, log_format: str, level: str) -> dict[str, Any]:
    """Return the ``LOGGING`` setting: one line an event, ``json`` for machines or ``console`` for people.

    Lines carry ``timestamp``, ``level``, ``logger``, ``event``, the request's id and what was given as ``extra``.
    Tracebacks come without local variables, which hold tokens and passwords.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: list[Processor]
    if log_format == "json":
        render = [
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
            ),
            _Scrubbed(structlog.processors.JSONRenderer()),
        ]
    else:
        plain = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        render = [_Scrubbed(plain)]
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
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
            }
        },
        "filters": {"bugs": {"()": _Bugs}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Each request has its line already; of these only a bug's traceback is news.
            "django.request": {"level": "ERROR", "filters": ["bugs"]},
            "django.security": {"level": "CRITICAL"},
            "django.server": {"level": "ERROR"},
        },
    }
