"""A PostgreSQL and a Redis that a test may kill: on free ports, in temporary folders."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.operations.programs import MAX_WAIT_SECONDS, free_port, until

# Its server refuses to run as root.
POSTGRES_USER = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}


def program(name: str) -> str:
    """Return where a program is; skip the test without it, except in CI, which has to have it."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, folders), os.environ["PATH"]])
    found = shutil.which(name, path=path)
    if found:
        return found
    need = f"{name} is not installed (on Debian and Ubuntu: apt-get install postgresql redis-server)"
    if os.environ.get("CI"):
        pytest.fail(need)
    pytest.skip(need)


def _takes_connections(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


class Postgres:
    """PostgreSQL with one empty database, started and crashed at will."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self._data = folder / "data"
        self._log = folder / "log"
        self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8")
        with (self._data / "postgresql.conf").open("a") as settings:
            # What is tested is our server's death; the disk does not lose power.
            settings.write(f"port = {self.port}\nunix_socket_directories = ''\nfsync = off\n")

    def start(self) -> None:
        """Start it, and return when it takes connections."""
        self._run("pg_ctl", "start", f"--log={self._log}", "--wait", "--silent")

    def crash(self) -> None:
        """End it at once; what is not in its write-ahead log is lost."""
        self._run("pg_ctl", "stop", "--mode=immediate", "--wait", "--silent")

    def pause(self) -> None:
        """Let it hang: it accepts connections and queries, and answers none."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        head = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{head}/task/{head}/children").read_text()
        for pid in (head, *map(int, children.split())):
            os.kill(pid, number)

    @property
    def is_running(self) -> bool:
        return (self._data / "postmaster.pid").exists()

    def _run(self, name: str, *options: str) -> None:
        command = [program(name), f"--pgdata={self._data}", *options]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **POSTGRES_USER)


class Redis:
    """Redis without persistence; started, killed and paused at will."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it takes connections."""
        options = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        self._process = subprocess.Popen(
            [program("redis-server"), *options], cwd="/", stdout=subprocess.DEVNULL
        )
        until(lambda: _takes_connections(self.port), what="starting Redis")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(MAX_WAIT_SECONDS)

    def pause(self) -> None:
        """Let it hang: it accepts connections and queries, and answers none."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of one's own; it and its folder go at the end."""
    program("initdb")
    folder = Path(tempfile.mkdtemp(prefix="flyers-bff-postgres-", dir="/tmp"))
    try:
        if POSTGRES_USER:
            shutil.chown(folder, user="postgres", group="postgres")
        store = Postgres(folder)
        store.start()
        try:
            yield store
        finally:
            if store.is_running:
                store.crash()
    finally:
        shutil.rmtree(folder)


@contextmanager
def redis() -> Iterator[Redis]:
    """A Redis of one's own; it goes at the end."""
    store = Redis()
    store.start()
    try:
        yield store
    finally:
        store.kill()
