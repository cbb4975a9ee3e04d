"""The service and the bundled services for the documents' commands, started as `make run` does, on other ports."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from mock_upstream.server import MockUpstream, start, start_store, start_tmdb
from tests.docs.documents import ROOT
from tests.operations.programs import UPSTREAM_KEY, Server, running, until

SECONDS = 30
_END = "the-end-of-a-command"


@dataclass(frozen=True)
class Ran:
    """What became of a command."""

    code: int
    printed: str


@dataclass(frozen=True)
class Demo:
    """A running service, and a folder for what commands write."""

    server: Server
    upstream: MockUpstream
    tmdb: MockUpstream
    store: MockUpstream
    folder: Path

    def here(self, text: str) -> str:
        """Return a text with the addresses of this demo in the place of the documents'."""
        bundled = {"9000": self.upstream, "9001": self.tmdb, "9002": self.store}
        ports = {number: each.url.rpartition(":")[2] for number, each in bundled.items()}
        ports["8000"] = str(self.server.port)
        return re.sub(r"(localhost|127\.0\.0\.1):(\d+)", lambda match: f"{match[1]}:{ports[match[2]]}", text)

    def recover(self) -> None:
        """Heal the bundled services, and return when the flyer service is believed."""
        self.upstream.knobs.reset()
        self.tmdb.knobs.reset()
        self.store.knobs.reset()
        words = count()
        until(
            lambda: self.server.request(f"/api/v1/flyers/search/?query=word{next(words)}").status == 200,
            what="recovering",
        )

    def run_shell(self, commands: list[str]) -> list[Ran]:
        """Run commands in one shell, one after the other, whatever becomes of each."""
        script = "".join(f"{self.here(command)}\nprintf '\\n%s %s\\n' {_END} $?\n" for command in commands)
        printed = self._run("sh", "-c", script).printed
        parts = re.split(rf"\n{_END} (\d+)\n", printed)
        return [Ran(int(code), said) for said, code in zip(parts[::2], parts[1::2], strict=False)]

    def run_program(self, *command: str) -> Ran:
        """Run a program; what it complains of is printed, too."""
        return self._run(*command)

    def _run(self, *command: str) -> Ran:
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "no_proxy": "*", "NO_PROXY": "*"},
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
        return Ran(ran.returncode, ran.stdout)


@contextmanager
def shown(folder: Path) -> Iterator[Demo]:
    """Start it all, with the account that `make run` names."""
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    with start(key=UPSTREAM_KEY) as upstream, start_tmdb() as tmdb, start_store() as store:
        others = {"TMDB_API_URL": tmdb.url, "STORE_API_URL": store.url}
        server = Server(folder, upstream=upstream.url, **others, DEBUG="True", WORKERS="1")
        server.environment["PUBLIC_URL"] = f"http://localhost:{server.port}"
        with running(server):
            server.manage("sample_user")
            yield Demo(server, upstream, tmdb, store, folder)
