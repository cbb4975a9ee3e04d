"""Error reports and traces: off unless the settings turn them on, and never with what a person sent.

The packages are extras. What needs them is skipped where they are not installed (``EXTRAS="otel sentry" make test``).
"""

import gzip
import http.server
import importlib.util
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Self

import pytest

from config.telemetry import reported
from mock_upstream.server import start
from tests.operations.programs import SECRETS, UPSTREAM_KEY, Server, running, until

SETTINGS = {"SENTRY_DSN": "sentry", "OTEL_EXPORTER_OTLP_ENDPOINT": "otel"}


def cannot_start(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    return done.stderr


@pytest.mark.parametrize("setting", SETTINGS)
def test_an_address_without_the_packages_for_it_is_one_sentence(setting):
    package = {"SENTRY_DSN": "sentry_sdk", "OTEL_EXPORTER_OTLP_ENDPOINT": "opentelemetry"}[setting]
    if importlib.util.find_spec(package):
        pytest.skip(f"{package} is installed")

    said = cannot_start(**{setting: "https://key@reports.example/1"})

    extra = SETTINGS[setting]
    assert said == (
        f"flyers-bff cannot start: {setting} needs packages that are not installed: "
        f"set EXTRAS={extra}, and `make setup`.\n"
    )


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_is_no_address_is_one_sentence(setting):
    said = cannot_start(**{setting: "reports"})

    assert said == (
        f"flyers-bff cannot start: {setting} must be empty or an address such as https://reports.example.\n"
    )


def test_an_error_report_says_where_it_happened_and_nothing_that_a_person_sent():
    event = {
        "level": "error",
        "transaction": "/api/v1/favorites/",
        "exception": {
            "values": [
                {
                    "type": "ValueError",
                    "value": "no such person: alice@example.com",
                    "stacktrace": {"frames": [{"filename": "favorites/services.py", "lineno": 7}]},
                }
            ]
        },
        "request": {"url": "https://flyers.test/", "query_string": "query=private", "data": {"a": "private"}},
        "user": {"email": "alice@example.com", "ip_address": "203.0.113.9"},
        "breadcrumbs": {"values": [{"message": "private"}]},
        "extra": {"sys.argv": ["private"]},
    }

    report = reported(event)

    assert report["exception"]["values"][0]["value"] == "no such person: [e-mail]"
    assert report["exception"]["values"][0]["stacktrace"]["frames"][0]["lineno"] == 7
    assert report["transaction"] == "/api/v1/favorites/"
    assert not set(report) & {"request", "user", "breadcrumbs", "extra"}
    for secret in ("private", "alice", "203.0.113.9"):
        assert secret not in repr(report)


class Collector:
    """Takes whatever is sent to it."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        taken = self.taken

        class Take(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                taken.append(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Take)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


def test_a_request_and_its_calls_to_the_flyer_service_are_one_trace_without_the_query(collector, tmp_path):
    pytest.importorskip("opentelemetry.instrumentation.urllib3", reason="the extra otel is not installed")
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{collector.address}",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    with (
        start(key=UPSTREAM_KEY) as upstream,
        running(Server(tmp_path, upstream=upstream.url, **settings)) as server,
    ):
        assert server.request("/api/v1/flyers/search/?query=private&limit=100").status == 200
        [line] = [line for line in server.lines() if line.get("route") == "api/v1/flyers/search/"]
        trace = bytes.fromhex(line["trace_id"])
        # The request, and both pages that it asked for.
        until(lambda: b"".join(collector.taken).count(trace) >= 3, what="one trace")

    spans = b"".join(collector.taken)
    assert b"GET api/v1/flyers/search/" in spans
    assert b"/api/v1/flyers/feed/" in spans
    for secret in ("private", *SECRETS.values()):
        assert secret.encode() not in spans


def test_an_alarm_is_reported_without_the_query(collector, tmp_path):
    pytest.importorskip("sentry_sdk", reason="the extra sentry is not installed")
    settings = {"SENTRY_DSN": f"http://public@{collector.address}/1"}
    with (
        start(key="another-key") as upstream,
        running(Server(tmp_path, upstream=upstream.url, **settings)) as server,
    ):
        refused = server.request("/api/v1/flyers/search/?query=private", X_Request_ID="abc-123")
        until(lambda: b"abc-123" in b"".join(collector.taken), what="a report")

    assert refused.status == 502
    said = b"".join(collector.taken)
    for secret in ("private", *SECRETS.values()):
        assert secret.encode() not in said
