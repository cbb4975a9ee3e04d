"""A cluster of two hosts with the real server behind the real nginx, on real stores."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from mock_upstream.server import DEFAULT_KEY, MockUpstream, start
from tests.deploy.files import ROOT, pairs

NAME = "flyers.test"
READY_SECONDS = 30
# A database of Redis for these servers alone: other tests clear theirs.
REDIS_DATABASE = 9


@dataclass(frozen=True)
class Answer:
    """What nginx or a server answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> Any:
        return json.loads(self.body)


def request(
    where: tuple[str, int],
    method: str,
    path: str,
    body: object = None,
    *,
    token: str | None = None,
    client: str = "127.0.0.1",
    **headers: str,
) -> Answer:
    """Send a request over a connection of its own, from the address ``client``; ``X_Forwarded_For`` is X-Forwarded-For."""
    connection = http.client.HTTPConnection(*where, timeout=20, source_address=(client, 0))
    given = {"Host": NAME, **{name.replace("_", "-"): value for name, value in headers.items()}}
    if token:
        given["Authorization"] = f"Bearer {token}"
    if body is not None and not isinstance(body, bytes):
        body, given["Content-Type"] = json.dumps(body).encode(), "application/json"
    try:
        connection.request(method, path, body=body, headers=given)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


def until(true: Callable[[], bool], *, what: str) -> None:
    """Return when it is true; ``AssertionError`` when it takes too long."""
    end = time.monotonic() + READY_SECONDS
    while not true():
        assert time.monotonic() < end, f"{what} took longer than {READY_SECONDS} s"
        time.sleep(0.05)


def free_port(address: str) -> int:
    with socket.create_server((address, 0)) as listener:
        return int(listener.getsockname()[1])


class Host:
    """One host: a server with two processes, at an address of its own."""

    def __init__(self, address: str, environment: dict[str, str], log: Path) -> None:
        self.where = (address, free_port(address))
        self._environment = {**environment, "HOST": address, "PORT": str(self.where[1])}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, and return when it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "config.server"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self._is_ready, what=f"starting {self.where}")

    def stop(self) -> None:
        """End the server as a supervisor does: SIGTERM, and wait."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def kill(self) -> None:
        """End all its processes at once, as a power cut does."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)
            self._process = None

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()
        try:
            return request(self.where, "GET", "/health/ready").status == 200
        except OSError:
            return False


class Nginx:
    """The nginx of deploy/nginx, with other addresses and folders, and nothing else changed."""

    def __init__(self, folder: Path, hosts: list[Host]) -> None:
        self.where = ("127.0.0.1", free_port("127.0.0.1"))
        self._folder = folder
        site = (ROOT / "deploy/nginx/flyers-bff.conf").read_text()
        for name, host in zip(("bff-1:8000", "bff-2:8000"), hosts, strict=True):
            assert site.count(f"server {name} ") == 2
            site = site.replace(f"server {name} ", "server {}:{} ".format(*host.where))
        changes = {
            "listen 8080;": "listen {}:{};".format(*self.where),
            "/var/cache/flyers-bff": str(folder / "cache"),
            "/var/log/nginx/access.log": str(folder / "access.log"),
            "/etc/nginx/flyers-bff.d": str(folder / "flyers-bff.d"),
        }
        for shipped, here in changes.items():
            assert site.count(shipped) == 1, f"nginx's file has not one {shipped}"
            site = site.replace(shipped, here)
        (folder / "flyers-bff.d").mkdir()
        (folder / "site.conf").write_text(site)
        temporary = "".join(
            f"{what}_temp_path {folder}/{what};\n"
            for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"{'user root;' if os.getuid() == 0 else ''}\n"
            f"daemon off;\nworker_processes 2;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
            f"events {{}}\nhttp {{\n{temporary}include {folder}/site.conf;\n}}\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command())
        until(self._answers, what="starting nginx")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def verdict(self, **additions: str) -> str:
        """Return what ``nginx -t`` says when these files (name without .conf, text) are added."""
        files = {self._folder / "flyers-bff.d" / f"{name}.conf": text for name, text in additions.items()}
        for file, content in files.items():
            file.write_text(content)
        try:
            check = subprocess.run([*self._command(), "-t"], capture_output=True, text=True, check=False)
        finally:
            for file in files:
                file.unlink()
        return check.stderr

    def visits(self, request_id: str, *, count: int = 1) -> list[dict[str, Any]]:
        """Return the access log's lines for the requests with this id, once there are as many as that."""

        def lines() -> list[dict[str, Any]]:
            log = (self._folder / "access.log").read_text().splitlines()
            return [line for line in map(json.loads, log) if line["request_id"] == request_id]

        until(lambda: len(lines()) >= count, what="nginx's log")
        return lines()

    def _command(self) -> list[str]:
        return ["nginx", "-e", f"{self._folder}/error.log", "-c", f"{self._folder}/nginx.conf"]

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "error.log").read_text()
        try:
            return request(self.where, "GET", "/").status == 404
        except OSError:
            return False


@dataclass
class Cluster:
    """Everything that runs, and ways to call it."""

    upstream: MockUpstream
    hosts: list[Host]
    nginx: Nginx
    _people: int = field(default=0)

    def request(self, method: str, path: str, body: object = None, **how: Any) -> Answer:
        """Send a request to nginx; see ``request``."""
        return request(self.nginx.where, method, path, body, **how)

    def sign_in(self) -> str:
        """Return the access token of somebody new, who calls from an address of their own."""
        self._people += 1
        person = {"email": f"person{self._people}@flyers.test", "password": "a-fine-long-passphrase"}
        client = f"127.1.0.{self._people}"
        assert self.request("POST", "/api/v1/auth/register/", person, client=client).status == 201
        signed_in = self.request("POST", "/api/v1/auth/login/", person, client=client)
        assert signed_in.status == 200, signed_in.body
        token: str = signed_in.json()["tokens"]["access"]
        return token


@contextmanager
def database_of_its_own(url: str) -> Iterator[str]:
    """Create a database beside the tests' one, and yield its address; it is dropped at the end."""
    name = f"flyers_deploy_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_cluster(folder: Path, *, database_url: str, cache_url: str) -> Iterator[Cluster]:
    """Start the flyer service, two hosts and nginx; stop all of them at the end."""
    assert shutil.which("nginx")
    cache_url = urlunsplit(urlsplit(cache_url)._replace(path=f"/{REDIS_DATABASE}"))
    cache = redis.Redis.from_url(cache_url)
    cache.flushdb()
    with database_of_its_own(database_url) as own_database, start() as upstream:
        environment = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(folder),  # what a server leaves that is killed goes with its folder
            **pairs(".env.example"),
            "DEBUG": "False",
            "SECRET_KEY": "a-secret-of-the-tests-which-is-long-enough",
            "JWT_SIGNING_KEY": "another-secret-of-the-tests-also-long-enough",
            "FLYERS_API_URL": upstream.url,
            "FLYERS_CHECK_AT_START": "False",  # tests count the requests to the service
            "FLYERS_API_TOKEN": DEFAULT_KEY,
            "STORE_API_URL": "",
            "TMDB_API_TOKEN": "",  # so that there is room for a crowd of those who wait for flyers
            "ALLOWED_HOSTS": NAME,
            "PUBLIC_URL": f"https://{NAME}",
            "DATABASE_URL": own_database,
            "CACHE_URL": cache_url,
            "TRUSTED_PROXIES": "1",
            "THROTTLE_AUTH": "10/d",
            "THROTTLE_ANON": "100000/min",
            "THROTTLE_USER": "100000/min",
            "LOG_LEVEL": "WARNING",
        }
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        hosts = [
            Host(address, environment, folder / f"{address}.log") for address in ("127.0.0.2", "127.0.0.3")
        ]
        nginx = Nginx(folder, hosts)
        try:
            for host in hosts:
                host.start()
            nginx.start()
            yield Cluster(upstream, hosts, nginx)
        finally:
            nginx.stop()
            for host in hosts:
                host.kill()
            cache.flushdb()
            cache.close()
