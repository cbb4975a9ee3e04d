"""The deployment's settings exist, hold no secret, and pass Django's deployment check."""

import os
import re
import subprocess
import sys

import pytest

from tests.deploy.files import (
    BASE_SETTINGS,
    COMPOSE,
    PRODUCTION_SETTINGS,
    ROOT,
    compose,
    containers,
    manifest,
    pairs,
    text,
)

SETTINGS = pairs(".env.example")
SECRETS = {
    "SECRET_KEY": "a-secret-that-is-made-up-for-this-check-of-a-deployment",
    "JWT_SIGNING_KEY": "another-one-that-is-made-up-for-this-check-of-a-deployment",
    "FLYERS_API_TOKEN": "a-key-of-the-flyer-service",
    "FLYERS_API_URL": "https://flyer-service.example",
}


def settings_in_compose(name: str) -> set[str]:
    ours = [service for title, service in compose(name).items() if title in {"bff-1", "bff-2", "migrate"}]
    return {setting for service in ours for setting in service.get("environment", {})}


@pytest.mark.parametrize(
    "names",
    [
        *(pytest.param(settings_in_compose(name), id=name) for name in COMPOSE),
        pytest.param(set(pairs("deploy/production.env.example")), id="production.env.example"),
        pytest.param(set(pairs(BASE_SETTINGS)), id="base/settings.env"),
        pytest.param(set(pairs(PRODUCTION_SETTINGS)), id="production/settings.env"),
        pytest.param(set(manifest("secret.example.yaml")["stringData"]), id="secret.example.yaml"),
        pytest.param(set(re.findall(r"ENV (HOST)=", text("Dockerfile"))), id="Dockerfile"),
    ],
)
def test_no_file_sets_what_is_no_setting(names):
    assert names <= set(SETTINGS)


def test_a_pod_sets_nothing_else_than_settings():
    for container in containers():
        variables = container.get("env", [])
        parts = set(re.findall(r"\$\((\w+)\)", str(variables)))
        assert {variable["name"] for variable in variables} - parts <= set(SETTINGS)


def test_a_value_in_a_pod_is_put_together_from_what_stands_above_it():
    for container in containers():
        above: set[str] = set()
        for variable in container.get("env", []):
            assert set(re.findall(r"\$\((\w+)\)", variable.get("value", ""))) <= above
            above.add(variable["name"])


def test_a_secret_has_no_value_here_and_is_no_plain_setting():
    secret = manifest("secret.example.yaml")["stringData"]
    production = pairs("deploy/production.env.example")

    assert not any(secret.values())
    assert not any(production[name] for name in ("SECRET_KEY", "JWT_SIGNING_KEY", "FLYERS_API_TOKEN"))
    assert not set(secret) & (set(pairs(BASE_SETTINGS)) | set(pairs(PRODUCTION_SETTINGS)))


def test_every_upstream_service_can_be_named_in_production():
    switches = {"FLYERS_API_URL", "TMDB_API_TOKEN", "STORE_API_URL"}
    keys = {"FLYERS_API_TOKEN", "TMDB_API_TOKEN", "STORE_API_TOKEN"}

    assert switches | keys <= set(pairs("deploy/production.env.example"))
    assert keys <= set(manifest("secret.example.yaml")["stringData"])
    assert switches - keys <= set(pairs(BASE_SETTINGS)) & set(pairs(PRODUCTION_SETTINGS))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(
            pairs(BASE_SETTINGS)
            | pairs(PRODUCTION_SETTINGS)
            | {"DATABASE_URL": "postgres://u:p@db:5432/flyers", "CACHE_URL": "redis://redis:6379/0"},
            id="kubernetes",
        ),
        pytest.param(
            {name: value for name, value in pairs("deploy/production.env.example").items() if value}
            | compose()["bff-1"]["environment"],
            id="compose",
        ),
    ],
)
def test_django_has_nothing_to_say_of_a_production_deployment(given):
    # Every setting is given, so that a developer's own .env has no say.
    environment = SETTINGS | {"DEBUG": "False"} | given | SECRETS

    check = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (check.returncode, check.stderr) == (0, "")
    assert "no issues" in check.stdout
