"""Traces (OpenTelemetry) and error reports (Sentry).

Both are off unless the settings have an address for them, and their packages are extras. They are allow-lists: no query,
header, body, cookie, local variable, name or e-mail address leaves this process.
"""

# ruff: noqa: PLC0415 - the packages are extras, imported only when they are used.

import os
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.logging import scrubbed
from config.metrics import route_of

# The parts of an error report that say where it happened; others may contain what a person sent.
_REPORTED = ("event_id", "timestamp", "level", "logger", "platform", "environment", "release", "server_name")
_REPORTED_TEXTS = ("message", "logentry", "exception", "transaction")


def start() -> None:
    """Start reports and traces if the settings turn them on; called once in each process."""
    if settings.SENTRY_DSN:
        _start_sentry()
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        _start_tracing()


def _start_sentry() -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,  # they contain URLs with queries
        auto_session_tracking=False,
        before_send=reported,
    )


def reported(event: dict[str, Any], hint: object = None) -> dict[str, Any]:
    """Return the parts of a Sentry event that may leave this process."""
    found = {name: event[name] for name in _REPORTED if name in event}
    found |= {name: _scrubbed(event[name]) for name in _REPORTED_TEXTS if name in event}
    return found | {"tags": {"request_id": structlog.contextvars.get_contextvars().get("request_id")}}


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, dict):
        return {name: _scrubbed(inner) for name, inner in value.items()}
    return [_scrubbed(inner) for inner in value] if isinstance(value, list | tuple) else value


def _start_tracing() -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    os.environ.setdefault("OTEL_SERVICE_NAME", "flyers-bff")
    provider = TracerProvider()  # configured by OpenTelemetry's own variables
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    # Calls to upstream, which get our trace's id. The query is left out: it contains what a person searches for.
    URLLib3Instrumentor().instrument(url_filter=lambda url: url.partition("?")[0])


class Traced:
    """Makes a span of each request that reaches Django and binds its trace id to the log lines.

    Each request begins a new trace: a trace id that a client sends is not trusted.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        from opentelemetry import trace

        self.get_response = get_response
        self.tracer = trace.get_tracer("flyers-bff")
        self.server = trace.SpanKind.SERVER
        self.error = trace.StatusCode.ERROR

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with self.tracer.start_as_current_span("request", kind=self.server) as span:
            structlog.contextvars.bind_contextvars(trace_id=f"{span.get_span_context().trace_id:032x}")
            response = self.get_response(request)
            route = route_of(request)
            span.update_name(f"{request.method} {route}")
            span.set_attribute("http.request.method", request.method)
            span.set_attribute("http.route", route)
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                span.set_status(self.error)
            return response
