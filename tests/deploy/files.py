"""Readers of the deployment's files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
MANIFESTS = ROOT / "deploy/kubernetes"
COMPOSE = ("compose.yaml", "compose.override.yaml", "deploy/compose.production.yaml")
BASE_SETTINGS = "deploy/kubernetes/base/config/settings.env"
PRODUCTION_SETTINGS = "deploy/kubernetes/overlays/production/settings/settings.env"


def text(name: str) -> str:
    return (ROOT / name).read_text()


def manifest(name: str) -> dict[str, Any]:
    return yaml.safe_load((MANIFESTS / name).read_text())


def pairs(name: str) -> dict[str, str]:
    """Return the names and values of an env file."""
    lines = (line for line in text(name).splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def pods() -> Iterator[dict[str, Any]]:
    """Yield the specification of each kind of pod there is."""
    yield manifest("base/app/deployment.yaml")["spec"]["template"]["spec"]
    yield manifest("base/app/chores.yaml")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    yield manifest("base/migrate/job.yaml")["spec"]["template"]["spec"]


def containers() -> Iterator[dict[str, Any]]:
    for pod in pods():
        yield from pod.get("initContainers", []) + pod["containers"]


def server_container() -> dict[str, Any]:
    return next(container for container in containers() if container["name"] == "server")


def seconds_of(duration: str) -> int:
    return int(duration.removesuffix("s"))


def bytes_of(amount: str) -> int:
    """Return a number of MiB, as Compose (``768m``) and Kubernetes (``768Mi``) write it, in bytes."""
    return int(amount.removesuffix("i").removesuffix("m").removesuffix("M")) * 2**20


def nginx_says(directive: str) -> list[str]:
    """Return what each line with this directive says in nginx's file."""
    return re.findall(rf"(?m)^ *{directive} +([^;{{}}]+);", text("deploy/nginx/flyers-bff.conf"))


def compose(name: str = "compose.yaml") -> dict[str, Any]:
    """Return the services of one of Compose's files."""
    return yaml.safe_load(text(name))["services"]
