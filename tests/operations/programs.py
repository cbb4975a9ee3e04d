"""The server as a program of its own on a free port, and load on it."""

import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from mock_upstream.server import MockUpstream, start
from tests.deploy.files import ROOT, pairs

MAX_WAIT_SECONDS = 30
UPSTREAM_KEY = "an-upstream-key-of-the-tests"
TMDB_TOKEN = "a-tmdb-token-of-the-tests"
PASSWORD = "a-fine-long-passphrase"
SECRETS = {
    "SECRET_KEY": "a-secret-of-the-tests-which-is-long-enough",
    "JWT_SIGNING_KEY": "another-secret-of-the-tests-also-long-enough",
    "FLYERS_API_TOKEN": UPSTREAM_KEY,
    "METRICS_TOKEN": "a-metrics-token-of-the-tests",
}


# What the flyer service offers in front of which servers of tests run: all, or its feed alone.
OFFERS = os.environ.get("TEST_FLYERS_OFFERS") or "all"


@contextmanager
def flyer_service() -> Iterator[MockUpstream]:
    """Start the bundled flyer service, as ``OFFERS`` says."""
    with start(key=UPSTREAM_KEY) as service:
        service.knobs.turn({"offers": OFFERS})
        yield service


def until(is_true: Callable[[], Any], *, what: str) -> None:
    """Return once it is true; ``AssertionError`` when it takes too long. A broken connection is "not yet"."""
    end = time.monotonic() + MAX_WAIT_SECONDS
    while True:
        with suppress(OSError):
            if is_true():
                return
        assert time.monotonic() < end, f"{what} took longer than {MAX_WAIT_SECONDS} s"
        time.sleep(0.02)


def free_port() -> int:
    """Return a port that nobody uses, and that nobody's outgoing connection is given by chance before we do."""
    while True:
        port = random.randrange(10_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@dataclass(frozen=True)
class Answer:
    """What a server answered, and how many seconds that took."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The code of the envelope."""
        code: str = self.json()["error"]["code"]
        return code


class Server:
    """The production server, from a folder of its own; its log is in there."""

    def __init__(self, folder: Path, *, upstream: str, **settings: str) -> None:
        self.port = free_port()
        self.folder = folder
        self.log = folder / f"server-{self.port}.log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(folder),  # what a server leaves that is killed goes with its folder
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE")},
            **pairs(".env.example"),
            **SECRETS,
            "DEBUG": "False",
            "LOG_FORMAT": "json",
            "PORT": str(self.port),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "FLYERS_API_URL": upstream,
            "FLYERS_API_OFFERS": OFFERS,
            "FLYERS_CHECK_AT_START": "False",  # tests count the requests to the service
            "EMAIL_URL": "dummymail://",
            "THROTTLE_AUTH": "100000/min",
            "THROTTLE_ANON": "100000/min",
            "THROTTLE_USER": "100000/min",
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self._start_of_log = 0

    def manage(self, *command: str) -> str:
        """Run a command of manage.py with the server's settings; return what it printed."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def start(self) -> None:
        """Start it, and return when it is ready."""
        self.launch("-m", "config.server")
        until(self._is_ready, what="starting the server")

    def launch(self, *command: str) -> None:
        """Run a command of Python's with the server's settings, and return at once."""
        with self.log.open("ab") as log:
            self._start_of_log = log.tell()
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> int:
        """End it as a supervisor does, by SIGTERM; return its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(MAX_WAIT_SECONDS)

    def kill(self) -> None:
        """End all its processes at once, in the middle of whatever they do."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(MAX_WAIT_SECONDS)

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def said(self) -> str:
        """What it has logged since its last start."""
        return self.log.read_bytes()[self._start_of_log :].decode()

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def request(
        self,
        path: str,
        method: str = "GET",
        body: Any = None,
        *,
        token: str | None = None,
        timeout: float = 20,
        **headers: str,
    ) -> Answer:
        """Send a request over a connection of its own; ``X_Request_ID`` is X-Request-ID. ``OSError`` if nobody answers."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            given["Authorization"] = f"Bearer {token}"
        if body is not None:
            body, given["Content-Type"] = json.dumps(body), "application/json"
        start = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=given)
            response = connection.getresponse()
            read = response.read()
        except http.client.HTTPException as broken:  # The server ended in the middle of it.
            raise ConnectionError(str(broken)) from broken
        finally:
            connection.close()
        return Answer(response.status, dict(response.getheaders()), read, time.monotonic() - start)

    def connect(self, beginning: bytes) -> socket.socket:
        """Open a connection, send the beginning of a request, and leave it at that."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        connection.sendall(beginning)
        return connection

    def sign_in(self, name: str) -> str:
        """Register somebody and sign them in; return their access token."""
        person = {"email": f"{name}@flyers.test", "password": PASSWORD}
        registered = self.request("/api/v1/auth/register/", "POST", person)
        assert registered.status == 201, registered.body
        signed_in = self.request("/api/v1/auth/login/", "POST", person)
        assert signed_in.status == 200, signed_in.body
        token: str = signed_in.json()["tokens"]["access"]
        return token

    def metric(self, sample: str) -> float:
        """Return the value of a sample of `/metrics`, written as it stands there; 0 if it is not there."""
        text = self.request("/metrics", token=SECRETS["METRICS_TOKEN"]).body.decode()
        found = re.search(rf"(?m)^{re.escape(sample)} (\S+)$", text)
        return float(found[1]) if found else 0.0

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said()
        # The workers share the port: each has to be there, not just the first.
        are_all_up = self.said().count("Started worker-") == int(self.environment["WORKERS"])
        return are_all_up and self.request("/health/ready").status == 200


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Migrate and start a server; whatever happens, nothing of it goes on running."""
    server.manage("migrate", "--verbosity", "0")
    try:
        server.start()
        yield server
    finally:
        server.kill()


class Load:
    """Threads that repeat something for the duration of a ``with``."""

    def __init__(self, *what: Callable[[], Any]) -> None:
        self.done: list[Any] = []
        self.broken: list[OSError] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(do,)) for do in what]

    def _work(self, do: Callable[[], Any]) -> None:
        while not self._over.is_set():
            try:
                self.done.append(do())
            except OSError as error:
                self.broken.append(error)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(MAX_WAIT_SECONDS)
            assert not thread.is_alive()
