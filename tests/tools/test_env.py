"""`tools/env.py`: the .env that `make run` writes on a fresh clone."""

import stat
import subprocess
import sys
from pathlib import Path

ENV = Path(__file__).parents[2] / "tools" / "env.py"
EXAMPLE = """\
# Not this one: SECRET_KEY=generate-me
SECRET_KEY=generate-me
JWT_SIGNING_KEY=generate-me
NOTE=generate-me-not
PORT=8000
"""


def write_env(folder: Path) -> str:
    """Run the command in a folder that has an example; return what it prints."""
    (folder / ".env.example").write_text(EXAMPLE)
    command = [sys.executable, ENV, ".env.example", ".env"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def values(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_a_fresh_env_has_secrets_of_its_own(tmp_path):
    write_env(tmp_path)

    written = values(tmp_path)

    assert len(written["SECRET_KEY"]) >= 50
    assert len(written["JWT_SIGNING_KEY"]) >= 50
    assert written["SECRET_KEY"] != written["JWT_SIGNING_KEY"]


def test_two_clones_never_share_a_secret(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()

    write_env(here)
    write_env(there)

    assert values(here)["SECRET_KEY"] != values(there)["SECRET_KEY"]


def test_only_a_value_that_is_exactly_the_mark_is_replaced(tmp_path):
    write_env(tmp_path)

    text = (tmp_path / ".env").read_text()

    assert "# Not this one: SECRET_KEY=generate-me\n" in text
    assert values(tmp_path)["NOTE"] == "generate-me-not"
    assert values(tmp_path)["PORT"] == "8000"


def test_an_env_that_is_there_is_never_touched(tmp_path):
    (tmp_path / ".env").write_text("MINE=1\n")

    said = write_env(tmp_path)

    assert (tmp_path / ".env").read_text() == "MINE=1\n"
    assert said == ""


def test_only_its_owner_may_read_an_env(tmp_path):
    write_env(tmp_path)

    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
