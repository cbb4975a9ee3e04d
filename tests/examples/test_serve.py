"""The example app's own server, on a real socket."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import requests

SERVE = [sys.executable, "examples/spa/serve.py", "--api", "http://api.test:8000"]


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    process = subprocess.Popen([*SERVE, "--port", str(port)])
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            requests.get(address, timeout=1)
        except requests.ConnectionError:
            assert process.poll() is None
            time.sleep(0.05)
        else:
            break
    yield address
    process.terminate()
    process.wait(10)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/?next=1", "text/html; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/views/wall.js", "text/javascript; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
    ],
)
def test_every_file_of_the_app_has_its_type_and_is_asked_for_afresh(app, path, kind):
    answer = requests.get(f"{app}{path}", timeout=5)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_scripts_come_from_here_and_calls_go_to_the_api_only(app):
    policy = requests.get(app, timeout=5).headers["Content-Security-Policy"]

    assert "script-src 'self';" in policy
    assert "connect-src http://api.test:8000;" in policy
    assert "default-src 'none';" in policy
    assert requests.get(f"{app}/config.js", timeout=5).text == 'export const API = "http://api.test:8000";\n'


@pytest.mark.parametrize(
    "path", ["/serve.py", "/README.md", "/views/", "/nothing.js", "/../../manage.py", "/%2e%2e/serve.py"]
)
def test_nothing_else_can_be_had(app, path):
    session = requests.Session()
    request = requests.Request("GET", app).prepare()
    request.url = f"{app}{path}"  # as it is: requests would tidy it up

    assert session.send(request, timeout=5).status_code == 404


@pytest.mark.parametrize(
    "api", ["javascript:alert(1)", 'http://a";x', "http://a; script-src *", "localhost:8000"]
)
def test_what_is_no_origin_is_refused_at_the_start(api):
    run = subprocess.run([*SERVE, "--api", api], capture_output=True, text=True, timeout=10, check=False)

    assert run.returncode == 2
    assert "--api" in run.stderr
