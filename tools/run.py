"""`make run`: the flyer service, the BFF and an app side by side."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from config import settings  # It puts .env into the environment, or ends the start with a sentence.

ROOT = Path(__file__).resolve().parent.parent
TICK_SECONDS = 0.05
READY_SECONDS = 60.0
STOP_SECONDS = 10.0


class CannotRunError(Exception):
    """Why we can't start or go on, in one sentence for the person at the terminal."""


class StopRequestedError(Exception):
    """Somebody wants the end."""


@dataclass(frozen=True)
class Service:
    """A program that is ready once ``url`` answers. When a vital one ends, the others are stopped too."""

    name: str
    command: Sequence[str]
    url: str
    vital: bool = True


class Supervisor:
    """Prepares, starts and watches programs, and stops them all, the last one first.

    Every method but ``stop`` raises ``StopRequestedError`` once a signal asked for the end, or who started us has ended.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Take over the signals that mean stop; every program gets this environment."""
        self._environment = environment
        self._running: list[tuple[Service, subprocess.Popen[bytes]]] = []
        self._parent = os.getppid()
        self._asked_to_stop = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Only a flag: an exception between a start and its place in the list would leave an orphan.
            signal.signal(number, self._ask_to_stop)

    def prepare(self, *command: str) -> str:
        """Run a command of manage.py to its end and return its last words; ``CannotRunError`` has them if it fails."""
        log = ROOT / ".run" / f"{command[0]}.log"
        log.parent.mkdir(exist_ok=True)
        whole = [sys.executable, "manage.py", *command]
        with log.open("wb") as out:
            code = subprocess.call(whole, cwd=ROOT, env=self._environment, stdout=out, stderr=out)
        self._check()
        said = [line for line in log.read_text(errors="replace").splitlines() if line[:1].strip()]
        words = said[-1] if said else f"exit code {code}"
        if code:
            raise CannotRunError(f"'{command[0]}' failed: {words} (The whole story: {log.relative_to(ROOT)})")
        return words

    def start(self, service: Service) -> None:
        """Start a program, in a session of its own: Ctrl-C reaches us alone, and we stop each in turn."""
        self._check()
        process = subprocess.Popen(service.command, cwd=ROOT, env=self._environment, start_new_session=True)
        self._running.append((service, process))

    def wait_until_ready(self) -> None:
        """Return when every program answers; ``CannotRunError`` if one ends, or takes too long."""
        waiting = [service for service, _ in self._running]
        for _ in self._ticks(READY_SECONDS):
            for service, process in self._running:
                if process.poll() is not None:
                    raise CannotRunError(
                        f"{service.name} ended at its start ({_ending(process)}); see above."
                    )
            waiting = [service for service in waiting if not _answers(service.url)]
            if not waiting:
                return
        raise CannotRunError(
            f"{waiting[0].name} did not answer at {waiting[0].url} in {READY_SECONDS:.0f} s."
        )

    def watch(self) -> None:
        """Stay until a vital program ends: ``CannotRunError``."""
        for _ in self._ticks():
            for service, process in list(self._running):
                if process.poll() is not None:
                    ending = f"{service.name} ended ({_ending(process)})"
                    if service.vital:
                        raise CannotRunError(f"{ending}, so everything is stopped.")
                    print(f"{ending}; the rest goes on without it.", flush=True)
                    self._running.remove((service, process))

    def stop(self) -> None:
        """End every program: first by request, so that calls under way are answered, and then by force."""
        for _, process in reversed(self._running):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            with suppress(ProcessLookupError):  # What is left of its session, if anything is.
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _ask_to_stop(self, *_: object) -> None:
        self._asked_to_stop = True

    def _check(self) -> None:
        if self._asked_to_stop or os.getppid() != self._parent:
            raise StopRequestedError

    def _ticks(self, seconds: float = float("inf")) -> Iterator[None]:
        """Come round now and then until the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._check()
            yield
            time.sleep(TICK_SECONDS)


def _ending(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _answers(url: str) -> bool:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=1)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("GET", address.path)
        return connection.getresponse().status < 500
    return False


def refuse_taken_ports(ports: Mapping[str, str]) -> None:
    """Return if every port is free; ``CannotRunError`` names one that is not. Ports are keyed by their variable."""
    with ExitStack() as held:  # All at once, so that two variables can't name the same one.
        for name, port in ports.items():
            try:
                held.enter_context(socket.create_server(("127.0.0.1", int(port))))
            except (OSError, ValueError, OverflowError) as error:
                raise CannotRunError(f"Port {port} can't be used ({error}): choose another {name}.") from None


def run() -> None:
    """Check, prepare, start, say where everything is, and stay."""
    mock_port, app_port = os.environ.get("MOCK_PORT", "9000"), os.environ.get("APP_PORT", "5173")
    refuse_taken_ports({"PORT": str(settings.PORT), "MOCK_PORT": mock_port, "APP_PORT": app_port})
    # The services count on from MOCK_PORT.
    tmdb_port, store_port = str(int(mock_port) + 1), str(int(mock_port) + 2)
    for port in (tmdb_port, store_port):
        refuse_taken_ports({"PORT": str(settings.PORT), "MOCK_PORT": port, "APP_PORT": app_port})
    bff_url, upstream_url = f"http://localhost:{settings.PORT}", f"http://localhost:{mock_port}"
    app_url = f"http://localhost:{app_port}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "FLYERS_API_URL": f"http://127.0.0.1:{mock_port}",
        "MOCK_OFFERS": settings.FLYERS_API_OFFERS,
        "CORS_ALLOWED_ORIGINS": ",".join({*settings.CORS_ALLOWED_ORIGINS, app_url}),
        "PYTHONUNBUFFERED": "1",
    }
    if _is_here(settings.TMDB_API_URL):  # and not the real one, for whoever has a key
        environment["TMDB_API_URL"] = f"http://127.0.0.1:{tmdb_port}"
        environment["TMDB_IMAGE_URL"] = f"http://127.0.0.1:{tmdb_port}/t/p"
    if _is_here(settings.STORE_API_URL):
        environment["STORE_API_URL"] = f"http://127.0.0.1:{store_port}"
    if _is_here(settings.PUBLIC_URL):
        environment["PUBLIC_URL"] = bff_url  # Links lead here, whichever port this run was given.

    mock = [sys.executable, "-m", "mock_upstream", "--port", mock_port]
    bff = [sys.executable, "-m", "config.server"]
    app = [sys.executable, "examples/spa/serve.py", "--port", app_port, "--api", bff_url]
    supervisor = Supervisor(environment)
    try:
        # Not vital: the BFF stays up without it, and that is worth seeing.
        supervisor.start(Service("The bundled upstream", mock, f"{upstream_url}/_control", vital=False))
        supervisor.prepare("migrate", "--no-input")
        account = supervisor.prepare("sample_user") if settings.DEBUG else ""  # it is for development alone
        supervisor.start(Service("The BFF", bff, f"{bff_url}/health/live"))
        supervisor.start(Service("The example app", app, f"{app_url}/", vital=False))
        supervisor.wait_until_ready()
        print(f"\nReady.   The example app  {app_url}")
        if account:
            print(f"         Sign in with     {account}")
        print(f"         Flyers           {bff_url}/api/v1/flyers/discover/")
        if settings.TMDB_API_TOKEN:
            print(
                f"         Movies and TV    {bff_url}/api/v1/movies/discover/ and {bff_url}/api/v1/tv/discover/"
            )
        if settings.STORE_API_URL:
            print(f"         Products         {bff_url}/api/v1/products/")
        print(f"         Documentation    {bff_url}/api/docs/")
        print(f"         Flyer service    {upstream_url}/_control (make it slow, broken or silent)")
        print(
            f"         Movie service    http://localhost:{tmdb_port}/_control (the same; it stands in for TMDb)"
        )
        print(
            f"         Store service    http://localhost:{store_port}/_control (the same; it stands in for FakeStore)"
        )
        print("Ctrl-C stops everything.\n", flush=True)
        supervisor.watch()
    finally:
        supervisor.stop()


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in {"localhost", "127.0.0.1"}


def main() -> int:
    """Run; return the exit code: 0 when the end was wanted."""
    try:
        run()
    except CannotRunError as error:
        print(error, file=sys.stderr)
        return 1
    except StopRequestedError:
        print("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
