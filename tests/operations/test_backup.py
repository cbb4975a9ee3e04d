"""Backup: the database is backed up, lost and restored under a running server."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.deploy.files import ROOT
from tests.operations.programs import PASSWORD, Server, running
from tests.operations.stores import program

ALICE = {"email": "alice@flyers.test", "password": PASSWORD}
FAVORITES, FOLLOWS = "/api/v1/users/me/favorites/", "/api/v1/follows/"
DOUBLES = """
from django.db import IntegrityError, transaction
from favorites.models import Entry
for shelf in ("favorites", "follows"):
    double = Entry.objects.filter(shelf=shelf).latest("pk")
    double.pk = None
    try:
        with transaction.atomic():
            double.save(force_insert=True)
    except IntegrityError:
        print("refused", end=" ")
"""
IS_POSTGRES_MEANT = os.environ.get("TEST_DATABASE_URL", "").startswith("postgres")


def tool(name: str, url: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a tool; what it says of a mistake is in ``stderr``."""
    folder = Path(program("pg_dump")).parent if url.startswith("postgres") else ROOT
    environment = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "DATABASE_URL": url}
    command = ["sh", f"tools/{name}.sh", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=60
    )


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgres",
            marks=pytest.mark.skipif(not IS_POSTGRES_MEANT, reason="TEST_DATABASE_URL names no PostgreSQL"),
        ),
    ]
)
def url(request, tmp_path):
    """An empty database of the test's own; that of PostgreSQL is as old as the ``pg_dump`` that is installed."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/db.sqlite3"
    program("pg_dump")
    return request.getfixturevalue("postgres").url


def saved_by(server: Server, token: str) -> tuple[list[int], list[int]]:
    """Return the ids of somebody's favorites and follows."""
    favorites = server.request(FAVORITES, token=token).json()["results"]
    follows = server.request(FOLLOWS, token=token).json()["results"]
    return [row["flyer_id"] for row in favorites], [row["followed_id"] for row in follows]


def test_what_was_backed_up_is_there_again_after_everything_was_lost(url, tmp_path, flyer_service):
    backup = tmp_path / "backup"
    with running(Server(tmp_path, upstream=flyer_service.url, WORKERS="1", DATABASE_URL=url)) as server:
        token = server.sign_in("alice")
        flyers = server.request("/api/v1/flyers/discover/").json()["results"]
        first, second, third = [flyer["id"] for flyer in flyers[:3]]
        creator = flyers[0]["creator"]["id"]
        for flyer in (first, second):
            assert server.request(f"/api/v1/flyers/{flyer}/favorite/", "PUT", token=token).status == 201
        assert server.request(FOLLOWS, "POST", {"followed_id": creator}, token=token).status == 201

        made = tool("backup", url, backup)
        assert (made.returncode, made.stderr) == (0, "")
        server.manage("flush", "--no-input", "--verbosity=0")
        assert server.request(FAVORITES, token=token).status == 401
        restored = tool("restore", url, backup)
        assert (restored.returncode, restored.stderr) == (0, "")

        assert saved_by(server, token) == ([second, first], [creator])
        assert server.request("/api/v1/auth/login/", "POST", ALICE).status == 200
        assert server.request("/api/v1/auth/register/", "POST", ALICE).status == 400
        assert server.manage("shell", "--verbosity=0", "--command", DOUBLES).split() == ["refused", "refused"]
        assert server.request(f"/api/v1/flyers/{third}/favorite/", "PUT", token=token).status == 201
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_backup_is_never_written_over(tmp_path):
    (tmp_path / "backup").write_text("precious")

    refused = tool("backup", f"sqlite:///{tmp_path}/db.sqlite3", tmp_path / "backup")

    assert refused.returncode == 1
    assert refused.stderr == f"{tmp_path}/backup is there already; a backup is never written over.\n"
    assert (tmp_path / "backup").read_text() == "precious"


def test_a_backup_that_fails_leaves_no_file(tmp_path):
    failed = tool("backup", f"sqlite:///{tmp_path}/none.sqlite3", tmp_path / "backup")

    assert failed.returncode == 1
    assert "unable to open database file.\nNothing was backed up.\n" in failed.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", ["", "not a database at all, and long enough to look like one" * 40])
def test_what_is_no_backup_replaces_nothing(tmp_path, content):
    (tmp_path / "backup").write_text(content)

    refused = tool("restore", f"sqlite:///{tmp_path}/db.sqlite3", tmp_path / "backup")

    assert refused.returncode == 1
    assert "is no backup of this service" in refused.stderr
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.parametrize("name", ["backup", "restore"])
@pytest.mark.parametrize("url", ["", "mysql://somewhere/name"])
def test_an_address_of_no_database_of_ours_is_a_sentence(name, url, tmp_path):
    refused = tool(name, url, tmp_path / "backup")

    assert refused.returncode == 1
    assert refused.stderr.startswith("DATABASE_URL must be an address such as ")
