"""The Makefile's targets of production: what each runs, and that none starts with made-up secrets."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.files import ROOT, compose, text

SECRET, OTHER = "qP3-vN8_xT5bR1kZ7mW2yC9hJ4sL6gD0", "fH6_jK1-uB8nE3wQ5rY0tA7cX2zV9iM4"
ENV = f"SECRET_KEY={SECRET}\nJWT_SIGNING_KEY={OTHER}\nDATABASE_URL=postgres://flyers:{SECRET[:20]}@db:5432/flyers\n"
TARGETS = {
    "prod-build": "build",
    "prod-up": "up --detach --wait",
    "prod-down": "down",
    "prod-logs": "logs --follow --tail 100",
    "prod-migrate": "run --rm migrate",
    "prod-shell": "exec bff-1 python manage.py shell",
}


def printed(target: str) -> list[str]:
    """Return the commands that make would run."""
    command = ["make", "--no-print-directory", "-n", target]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()


@pytest.fixture
def machine(tmp_path) -> Path:
    """A machine in production, with a program in the place of Docker that writes down how it is called."""
    for name in ("Makefile", "tools/check_secrets.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy/production.env").write_text(ENV)
    (tmp_path / "deploy/production.env").chmod(0o600)
    docker = tmp_path / "bin/docker"
    docker.parent.mkdir()
    docker.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/called\n')
    docker.chmod(0o755)
    return tmp_path


def make(machine: Path, *targets: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{machine}/bin:{os.environ['PATH']}"}
    command = ["make", "--no-print-directory", *targets]
    return subprocess.run(command, cwd=machine, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_one_command_of_compose(target):
    *before, command = printed(target)

    expected = f"docker compose -f compose.yaml -f deploy/compose.production.yaml {TARGETS[target]}"
    assert command == expected
    assert before == (printed("check-secret") if target == "prod-up" else [])


@pytest.mark.parametrize("target", [*TARGETS, "check-secret"])
def test_a_target_names_files_and_services_that_there_are(target):
    commands = " ".join(printed(target))

    files = re.findall(r"\S+\.(?:yaml|py)\b", commands)
    services = re.findall(r"(?:run --rm|exec) (\S+)", commands)

    assert files
    assert all((ROOT / file).is_file() for file in files)
    assert set(services) <= set(compose())


def test_the_file_of_secrets_that_is_checked_is_the_one_that_the_servers_read():
    (command,) = printed("check-secret")

    (read,) = compose("deploy/compose.production.yaml")["bff-1"]["env_file"]
    assert command.split()[-1] == read["path"]


@pytest.mark.parametrize("target", [*TARGETS, "check-secret"])
def test_make_help_and_the_readmes_name_every_target(target):
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert re.search(rf"(?m)^  make {target} +production\b", said)
    assert f"make {target}" in text("README.md")
    assert re.search(rf"make (prod-\S+ )?{target}\b", text("deploy/README.md"))


def test_everything_starts_when_the_secrets_are_real(machine):
    ran = make(machine, "prod-up")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert (machine / "called").read_text() == (
        "compose -f compose.yaml -f deploy/compose.production.yaml up --detach --wait\n"
    )


def test_nothing_starts_with_a_placeholder(machine):
    (machine / "deploy/production.env").write_text(ENV.replace(SECRET, "generate-me", 1))

    ran = make(machine, "prod-up")

    assert ran.returncode != 0
    assert "deploy/production.env has a placeholder" in ran.stderr
    assert SECRET[:20] not in ran.stdout + ran.stderr
    assert not (machine / "called").exists()


def test_the_data_outlive_the_services():
    assert "--volumes" not in printed("prod-down")[-1].split()
    assert "-v" not in printed("prod-down")[-1].split()
