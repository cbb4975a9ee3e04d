"""`tools/setup.sh` on machines of all kinds. The Python that installs is a stand-in; the script is the real one."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]

# Makes environments and installs packages in no time, and notes both; for all else it is the Python of these tests.
STAND_IN = f"""#!/bin/sh
case "$*" in
    '-m venv --clear '*) rm -rf "$4"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
    '-m poetry '*) ;;
    '-m pip '*)
        if [ -e no-index ]; then echo 'ERROR: No matching distribution found'; exit 1; fi ;;
    *) exec {sys.executable} "$@" ;;
esac
echo "${{VIRTUAL_ENV-}}$* ${{POETRY_PYPI_MIRROR_URL-}}" >>calls
"""
SHIM = "#!/bin/sh\necho 'python: command not found' >&2\nexit 127\n"
WITHOUT_VENV = f"""#!/bin/sh
case "$*" in *ensurepip*) exit 1 ;; esac
exec {sys.executable} "$@"
"""


@dataclass
class Machine:
    """A clone on a machine that has a POSIX shell's tools, and the Pythons that a test gives it."""

    clone: Path
    tools: Path

    def give(self, name: str, program: str) -> None:
        (self.tools / name).write_text(program)
        (self.tools / name).chmod(0o755)

    def set_up(self, goal: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the set-up; its notes are in ``calls``."""
        (self.clone / "calls").write_text("")
        return subprocess.run(
            ["sh", "tools/setup.sh", *goal.split()],
            cwd=self.clone,
            env={"PATH": str(self.tools), **environment},
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )

    @property
    def calls(self) -> str:
        return (self.clone / "calls").read_text()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    clone, tools = tmp_path / "a clone", tmp_path / "bin"
    (clone / "tools").mkdir(parents=True)
    tools.mkdir()
    shutil.copy(PROJECT / "tools" / "setup.sh", clone / "tools")
    for name in ("pyproject.toml", "poetry.lock"):
        (clone / name).write_text(name)
    for name in ("sh", "cat", "cksum", "cp", "dirname", "grep", "mkdir", "rm", "tail"):
        where = shutil.which(name)
        assert where
        (tools / name).symlink_to(where)
    return Machine(clone, tools)


def test_a_machine_without_python_is_told_so_in_one_sentence(machine):
    done = machine.set_up()

    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed")
    assert done.stderr.count("\n") == 1


def test_a_shim_that_does_not_run_is_passed_over(machine):
    machine.give("python3.12", SHIM)
    machine.give("python3.11", STAND_IN)

    done = machine.set_up()

    assert done.returncode == 0, done.stderr
    assert "pip install --no-deps --require-hashes" in machine.calls


def test_a_python_without_its_venv_module_is_told_what_to_install(machine):
    machine.give("python3.11", WITHOUT_VENV)

    done = machine.set_up()

    assert done.returncode == 1
    assert "apt-get install python3.11-venv" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_second_set_up_says_and_does_nothing(machine):
    machine.give("python3", STAND_IN)
    machine.set_up()

    again = machine.set_up()

    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert machine.calls == ""


def test_a_changed_lock_makes_the_environment_anew_and_leaves_poetry(machine):
    machine.give("python3", STAND_IN)
    machine.set_up()
    (machine.clone / "poetry.lock").write_text("another")

    machine.set_up()

    assert "venv --clear .venv" in machine.calls
    assert "venv --clear .poetry" not in machine.calls


def test_extras_come_and_go_with_the_word_for_them(machine):
    machine.give("python3", STAND_IN)
    machine.set_up()

    with_extras = machine.set_up(EXTRAS="otel sentry"), machine.calls
    again = machine.set_up(EXTRAS="otel sentry"), machine.calls
    without = machine.set_up(), machine.calls

    assert "--extras otel sentry" in with_extras[1]
    assert again[1] == ""
    assert "venv --clear .venv" in without[1]


def test_a_set_up_that_was_cut_off_is_made_anew(machine):
    machine.give("python3", STAND_IN)
    machine.set_up()
    (machine.clone / ".venv" / "stamp").unlink()  # It is written last.

    machine.set_up()

    assert "venv --clear .venv" in machine.calls
    assert "pip install --no-deps --require-hashes" in machine.calls


def test_an_environment_whose_python_is_gone_is_made_anew(machine):
    machine.give("python3", STAND_IN)
    machine.set_up()
    (machine.clone / ".venv" / "bin" / "python").unlink()

    done = machine.set_up()

    assert done.returncode == 0, done.stderr
    assert "venv --clear .venv" in machine.calls


def test_an_environment_that_is_linked_from_elsewhere_is_left_alone(machine, tmp_path):
    machine.give("python3", STAND_IN)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "somebody's").touch()
    (machine.clone / ".venv").symlink_to(elsewhere)

    done = machine.set_up()

    assert done.returncode == 0, done.stderr
    assert (elsewhere / "somebody's").exists()
    assert not (machine.clone / ".venv").is_symlink()


def test_an_index_out_of_reach_is_one_sentence_and_the_next_set_up_works(machine):
    machine.give("python3", STAND_IN)
    (machine.clone / "no-index").touch()

    failed = machine.set_up()
    (machine.clone / "no-index").unlink()
    done = machine.set_up()

    assert failed.returncode == 1
    assert failed.stderr.startswith("Set-up stopped: ERROR: No matching distribution found")
    assert ".run/setup.log" in failed.stderr
    assert failed.stderr.count("\n") == 1
    assert done.returncode == 0, done.stderr


def test_an_environment_that_the_terminal_was_left_in_does_not_matter(machine):
    machine.give("python3", STAND_IN)

    done = machine.set_up(VIRTUAL_ENV="/of/another/project", PYTHONHOME="/nowhere", PIP_TARGET="/elsewhere")

    assert done.returncode == 0, done.stderr
    assert machine.calls
    assert "/of/another/project" not in machine.calls


def test_the_lock_is_renewed_from_the_index_that_pip_is_set_to_use(machine):
    machine.give("python3", STAND_IN)

    done = machine.set_up("lock", PIP_INDEX_URL="http://mirror.test/simple")

    assert done.returncode == 0, done.stderr
    assert machine.calls.splitlines()[-1] == "-m poetry lock http://mirror.test/simple"
    assert not (machine.clone / ".venv").exists()


def test_an_unknown_goal_is_refused(machine):
    machine.give("python3", STAND_IN)

    done = machine.set_up("everything")

    assert done.returncode == 1
    assert (
        done.stderr
        == "There is no set-up of everything: it is 'sh tools/setup.sh' or 'sh tools/setup.sh lock'.\n"
    )
