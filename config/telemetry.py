"""config: traces (OpenTelemetry) and error reports (Sentry) for who wants them. It knows requests, and no rule.

Both are off unless the settings name an address, and their packages are extras. What leaves this process is named
here: no query, header, body, cookie or local variable, and nobody's name or address.
"""

# ruff: noqa: PLC0415 - the packages are extras, imported only when they are asked for.

import os
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.logging import scrubbed
from config.metrics import ROUTE

# Of an error report, what tells where it happened; the rest may hold what a person sent.
_REPORTED = ("event_id", "timestamp", "level", "logger", "platform", "environment", "release", "server_name")
_REPORTED_TEXTS = ("message", "logentry", "exception", "transaction")


def start() -> None:
    """Begin to report and to trace, as the settings say; once in each process."""
    if settings.SENTRY_DSN:
        _report_errors()
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        _trace()


def _report_errors() -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,  # they hold addresses with queries
        auto_session_tracking=False,
        before_send=reported,
    )


def reported(event: dict[str, Any], hint: object = None) -> dict[str, Any]:
    """Return of an event of Sentry's what may leave this process."""
    found = {name: event[name] for name in _REPORTED if name in event}
    found |= {name: _scrubbed(event[name]) for name in _REPORTED_TEXTS if name in event}
    return found | {"tags": {"request_id": structlog.contextvars.get_contextvars().get("request_id")}}


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, dict):
        return {name: _scrubbed(inner) for name, inner in value.items()}
    return [_scrubbed(inner) for inner in value] if isinstance(value, list | tuple) else value


def _trace() -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    os.environ.setdefault("OTEL_SERVICE_NAME", "flyers-bff")
    provider = TracerProvider()  # everything else is as OpenTelemetry's own variables say
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    # Calls to the flyer service, which get our trace's id. What a person looks for stands behind the question mark.
    URLLib3Instrumentor().instrument(url_filter=lambda url: url.partition("?")[0])


class Traced:
    """Make a span of each request that reaches Django; its log lines carry the id of its trace.

    Each request begins a trace of its own: what strangers send as theirs is not believed.
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
            route = request.META.get(ROUTE, "none")
            span.update_name(f"{request.method} {route}")
            span.set_attribute("http.request.method", request.method)
            span.set_attribute("http.route", route)
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                span.set_status(self.error)
            return response
