"""The whole product as processes: flyer service, store, BFF, the app, and the app on an origin that is not allowed."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
READY_SECONDS = 30
STOP_SECONDS = 20
PASSWORD = "a-long-walk-by-the-river"
FRESH_SECONDS = 2
STORE_SECONDS = 1  # for so long its answers are fresh, and then stale; after that nobody knows
ADMINISTRATOR = "administrator@example.com"  # the password is ``PASSWORD``, too


@dataclass(frozen=True)
class Stage:
    """Addresses without a slash at the end. The app at ``stranger`` is the same one, on an origin that is not allowed."""

    upstream: str
    store: str
    api: str
    app: str
    stranger: str
    mails: Path
    numbers: Iterator[int]

    def turn(self, **knobs: Any) -> None:
        """Turn the flyer service's knobs; none: back to how it was started."""
        self._turn(self.upstream, knobs)

    def turn_store(self, **knobs: Any) -> None:
        """Turn the store's knobs in the same way; what was written to it stays."""
        self._turn(self.store, knobs)

    def sign_up(self, first_name: str = "Alice") -> str:
        """Register somebody new and return their e-mail address; the password is ``PASSWORD``."""
        email = f"{first_name.lower()}{next(self.numbers)}@example.com"
        person = {"email": email, "password": PASSWORD, "first_name": first_name}
        self._send("POST", f"{self.api}/api/v1/auth/register/", person)
        return email

    def mail_to(self, email: str) -> str:
        """Return the mail to this address, which is sent a moment after the answer."""
        give_up = time.monotonic() + READY_SECONDS
        while time.monotonic() < give_up:
            for mail in self.mails.read_text().split("-" * 79):
                if f"To: {email}" in mail:
                    return mail
            time.sleep(0.05)
        raise AssertionError(f"no mail came to {email}")

    def _turn(self, service: str, knobs: dict[str, Any]) -> None:
        self._send("PATCH" if knobs else "DELETE", f"{service}/_control", knobs or None)

    def _send(self, method: str, address: str, body: Any) -> None:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        with _direct().open(urllib.request.Request(address, data, headers, method=method), timeout=10):
            pass


@contextmanager
def raised(folder: Path, **settings: str) -> Iterator[Stage]:
    """Start everything on free ports, with its data in ``folder``; stop it all at the end."""
    upstream_port, store_port, api_port, app_port, strange_port = _free_ports(5)
    # "localhost" throughout: to a cookie, ports of one host are one site, as app. and api. of one domain are.
    stage = Stage(
        upstream=f"http://localhost:{upstream_port}",
        store=f"http://localhost:{store_port}",
        api=f"http://localhost:{api_port}",
        app=f"http://localhost:{app_port}",
        stranger=f"http://localhost:{strange_port}",
        mails=folder / "mails.txt",
        numbers=count(1),
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "False",
        "SECRET_KEY": "a-secret-of-the-tests-which-is-long-enough",
        "JWT_SIGNING_KEY": "another-secret-of-the-tests-also-long-enough",
        "FLYERS_API_TOKEN": "the-upstream-key-of-the-tests",
        "ALLOWED_HOSTS": "localhost",
        "LOG_LEVEL": "WARNING",
        "PORT": str(api_port),
        "WORKERS": "1",
        "PUBLIC_URL": stage.api,
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "CACHE_URL": "",
        "CORS_ALLOWED_ORIGINS": stage.app,
        "PASSWORD_RESET_URL": f"{stage.app}/#/reset/{{token}}",
        "EMAIL_URL": "consolemail://",
        "PYTHONUNBUFFERED": "1",
        "FLYERS_API_URL": f"http://127.0.0.1:{upstream_port}",
        "FLYERS_FRESH_SECONDS": str(FRESH_SECONDS),
        "STORE_API_URL": f"http://127.0.0.1:{store_port}",
        "STORE_FRESH_SECONDS": str(STORE_SECONDS),
        "STORE_STALE_SECONDS": str(STORE_SECONDS),
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        # Everybody here comes from one address, and quickly.
        "THROTTLE_AUTH": "10000/min",
        "THROTTLE_ANON": "100000/min",
        "THROTTLE_USER": "100000/min",
        **settings,
    }
    python = sys.executable
    for words in (
        ["migrate", "--verbosity=0"],
        ["createsuperuser", "--no-input", "--email", ADMINISTRATOR, "--verbosity=0"],
    ):
        subprocess.run([python, "manage.py", *words], cwd=ROOT, env=environment, check=True)
    mock = ["-m", "mock_upstream", "--services"]
    commands = {
        f"{stage.upstream}/_control/health": [*mock, "flyers", "--port", str(upstream_port)],
        f"{stage.store}/_control/health": [*mock, "store", "--port", str(store_port)],
        f"{stage.api}/health/live": ["-m", "config.server"],
        stage.app: ["examples/spa/serve.py", "--port", str(app_port), "--api", stage.api],
        stage.stranger: ["examples/spa/serve.py", "--port", str(strange_port), "--api", stage.api],
    }
    running: list[subprocess.Popen[bytes]] = []
    try:
        with stage.mails.open("wb") as mails:  # what is printed is mails; the log goes to standard error
            running.extend(
                subprocess.Popen([python, *words], cwd=ROOT, env=environment, stdout=mails)
                for words in commands.values()
            )
        for address, process in zip(commands, running, strict=True):
            _wait_for(address, process)
        yield stage
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(STOP_SECONDS)


def _free_ports(number: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [server.getsockname()[1] for server in held]
    for server in held:
        server.close()
    return ports


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise RuntimeError(f"what should answer at {address} ended at its start")
        try:
            _direct().open(address, timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{address} did not answer in {READY_SECONDS} s")


def _direct() -> urllib.request.OpenerDirector:
    """Return what opens addresses without a proxy: all of ours are on this machine."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
