"""The measured programs: started, stopped, and their use of processor and memory."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.catalogs import CATALOGS

ROOT = Path(__file__).resolve().parent.parent
_TICK = os.sysconf("SC_CLK_TCK")
# Processor time that a server takes in half a second in which it does nothing, with something to spare.
_IDLE_SECONDS = 0.03


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def fetch(address: str, token: str | None = None) -> tuple[int, bytes]:
    """Return status and body of one GET over a connection of its own."""
    request = urllib.request.Request(address)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Program:
    """A running program and all it started. What they print goes to a file, as in production."""

    def __init__(self, *command: str, environment: Mapping[str, str], answers_at: str, log: Path) -> None:
        self._log = log
        with log.open("ab") as file:  # appending, so that it can be emptied meanwhile
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=environment,
                start_new_session=True,
                stdout=file,
                stderr=file,
            )
        give_up = time.monotonic() + 30
        while True:
            try:
                fetch(answers_at)
            except OSError:
                if self.process.poll() is not None or time.monotonic() > give_up:
                    self.stop()
                    raise SystemExit(f"{command} did not start:\n{log.read_text()[-4000:]}") from None
                time.sleep(0.05)
            else:
                self._wait_until_idle(give_up)
                return

    def _wait_until_idle(self, give_up: float) -> None:
        """Return when nothing is loaded any more: one worker may answer long before the other."""
        used = -1.0
        while self.cpu_seconds > used + _IDLE_SECONDS and time.monotonic() < give_up:
            used = self.cpu_seconds
            time.sleep(0.5)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def forget_log(self) -> None:
        """Empty the log, which a load fills with megabytes."""
        os.truncate(self._log, 0)

    @property
    def pids(self) -> list[int]:
        """Return the process and its descendants."""
        parents = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(path.parent.name)] = int(fields[1])
        family = {self.process.pid}
        while grown := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= grown
        return sorted(family)

    @property
    def cpu_seconds(self) -> float:
        """Return the processor time used so far."""
        total = 0
        for pid in self.pids:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / _TICK

    @property
    def memory_mb(self) -> float:
        """Return the memory in MB: proportional set size, in which what processes share counts once."""
        return self._memory_mb("Pss:")

    @property
    def resident_mb(self) -> float:
        """Return the memory in MB as the sum of what each process has resident."""
        return self._memory_mb("Rss:")

    def _memory_mb(self, field: str) -> float:
        total = 0
        for pid in self.pids:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith(field))
        return total * 1024 / 1e6


class Database(NamedTuple):
    """A database to measure on; ``label`` is appended to the names of rows."""

    label: str
    url: str


class Bench:
    """Everything that runs for a benchmark: the stub, floors and products, each with its own settings.

    ``databases`` has SQLite first, unless another one is given in its place, and a PostgreSQL beside it, if there is one.
    """

    def __init__(self, folder: Path, database_url: str, postgresql_url: str, cache_url: str) -> None:
        self.folder = folder
        self.cache_url = cache_url
        self.databases = [Database("", database_url or f"sqlite:///{folder}/bench.sqlite3")]
        if postgresql_url:
            self.databases.append(Database(" PG", postgresql_url))
        self.running: list[Program] = []
        self.started = 0
        port = free_port()
        self.stub_url = f"http://127.0.0.1:{port}"
        self.environment = {
            name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}
        }
        self.environment |= _example() | {
            "DEBUG": "False",
            "SECRET_KEY": "benchmark-secret-key-that-is-long-enough",
            "JWT_SIGNING_KEY": "benchmark-signing-key-that-is-long-enough",
            "DATABASE_URL": self.databases[0].url,
            "THROTTLE_ANON": "1000000/s",
            "THROTTLE_USER": "1000000/s",
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "INFO",
            "FLYERS_CHECK_AT_START": "False",
        }
        for catalog in CATALOGS:
            self.environment |= {
                f"{catalog.upstream}_API_URL": self.stub_url,
                f"{catalog.upstream}_FRESH_SECONDS": "3600",
            }
        self._start("-m", "benchmarks.stub", str(port), answers_at=f"{self.stub_url}/_calls")
        for database in self.databases:
            self.manage("manage.py", "migrate", "--verbosity=0", database=database)

    def _start(self, *command: str, answers_at: str, **changes: str) -> Program:
        self.started += 1
        log = self.folder / f"{self.started}.log"
        environment = self.environment | changes
        program = Program(*command, environment=environment, answers_at=answers_at, log=log)
        self.running.append(program)
        return program

    def manage(self, *command: str, database: Database) -> str:
        """Run Python with the product's settings; return what it prints."""
        return subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment | {"DATABASE_URL": database.url},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    @contextmanager
    def server(
        self, target: str = "config.wsgi:application", **changes: str
    ) -> Iterator[tuple[Program, str]]:
        """Run an application on the production server; give the program and its address."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        command = f"from config.server import serve; serve({target!r})"
        program = self._start("-c", command, answers_at=f"{address}/health/live", PORT=str(port), **changes)
        try:
            yield program, address
        finally:
            program.stop()
            self.running.remove(program)

    def floor(self, name: str, body: bytes = b"{}") -> AbstractContextManager[tuple[Program, str]]:
        """Run a floor, on a server with the product's settings; the bare one answers these bytes."""
        file = self.folder / "body"
        file.write_bytes(body)
        return self.server(f"benchmarks.floors:{name}", FLOOR_BODY=str(file))

    def latency(self, milliseconds: float) -> None:
        """Set the stub's latency."""
        fetch(f"{self.stub_url}/_set?latency_ms={milliseconds}")

    @property
    def calls(self) -> int:
        """Return the number of the stub's answers."""
        return int(json.loads(fetch(f"{self.stub_url}/_calls")[1])["calls"])

    def people(
        self, number: int, favorites: int, kind: str = "flyer", database: Database | None = None
    ) -> list[dict[str, Any]]:
        """Store people with favorites, in the first database unless another is named; return what ``people`` prints."""
        command = ("-m", "benchmarks.people", str(number), str(favorites), kind)
        found: list[dict[str, Any]] = json.loads(
            self.manage(*command, database=database or self.databases[0])
        )
        return found

    def stop(self) -> None:
        """End every program."""
        for program in self.running:
            program.stop()


def _example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@contextmanager
def running_bench(
    database_url: str = "", *, postgresql_url: str = "", cache_url: str = ""
) -> Iterator[Bench]:
    """Start a bench in a temporary folder. Empty addresses: SQLite, and no rows that need PostgreSQL or Redis."""
    with tempfile.TemporaryDirectory(prefix="flyers-bff-bench-") as folder:
        bench = Bench(Path(folder), database_url, postgresql_url, cache_url)
        try:
            yield bench
        finally:
            bench.stop()
