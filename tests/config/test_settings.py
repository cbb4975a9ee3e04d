"""Every setting is named in `.env.example`, and nothing else is; a name that is nearly one stops the start."""

import os
import shutil
import subprocess
import sys

import pytest

from config import environment
from tests.deploy.files import ROOT, pairs
from tests.operations.programs import SECRETS


@pytest.fixture
def start(tmp_path):
    """Import a copy of the settings, which has a `.env` of its own, and return what it complained about."""
    package = tmp_path / "config"
    package.mkdir()
    for module in ("__init__", "environment", "settings", "logging"):
        shutil.copy(ROOT / "config" / f"{module}.py", package)

    def start(env_file="", **variables):
        (tmp_path / ".env").write_text(env_file)
        done = subprocess.run(
            [sys.executable, "-c", "import config.settings"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **SECRETS, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr

    return start


def test_the_example_names_every_setting_and_no_other():
    assert environment.names == set(pairs(".env.example"))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("FLYERS_API_TOKN", "FLYERS_API_TOKEN"),
        ("FLYER_API_TOKEN", "FLYERS_API_TOKEN"),
        ("FLYERS_API_TOKEM", "FLYERS_API_TOKEN"),
        ("FLYERS_STALE_SECOND", "FLYERS_STALE_SECONDS"),
        ("FLYERS_MAX_CONCURENCY", "FLYERS_MAX_CONCURRENCY"),
        ("THROTTLE_ANNON", "THROTTLE_ANON"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("ALLOWED_HSOTS", "ALLOWED_HOSTS"),
        ("CORS_ALLOWED_ORIGIN", "CORS_ALLOWED_ORIGINS"),
        ("DATABASE_ULR", "DATABASE_URL"),
        ("JWT_PREVIOUS_KEY", "JWT_PREVIOUS_KEYS"),
    ],
)
def test_a_misspelt_name_stops_the_start(start, name, meant):
    sentence = f"flyers-bff cannot start: {name} is no setting of this service; did you mean {meant}?\n"

    assert start(**{name: "a-value"}) == sentence


def test_a_misspelt_name_in_the_env_file_does_as_well(start):
    complaint = start("THROTTLE_ANNON=1/d\n")

    assert complaint.startswith("flyers-bff cannot start: THROTTLE_ANNON is no setting of this service;")


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"FLYERS_API_OFFERS": "Feed"}, "FLYERS_API_OFFERS must be one of all, feed."),
        (
            {"FLYERS_API_TOKEN": ""},
            "FLYERS_API_TOKEN must be set to the flyer service's key, printable ASCII without spaces.",
        ),
        (
            {"FLYERS_API_OFFERS": "feed", "FLYERS_API_TOKEN": "two words"},
            "FLYERS_API_TOKEN must be set to the flyer service's key, printable ASCII without spaces, or empty.",
        ),
        (
            {"FLYERS_SNAPSHOT_MAX_ITEMS": "0"},
            "FLYERS_SNAPSHOT_MAX_ITEMS must be a whole number from 1 to 20000.",
        ),
        ({"FLYERS_SNAPSHOT_SECONDS": "1h"}, "FLYERS_SNAPSHOT_SECONDS must be a whole number from 1 to 300."),
    ],
)
def test_what_a_flyer_service_offers_is_said_in_words_that_are_known(start, variables, sentence):
    assert start(**variables) == f"flyers-bff cannot start: {sentence}\n"


def test_a_service_that_offers_its_feed_alone_needs_no_key(start):
    assert start(FLYERS_API_OFFERS="feed", FLYERS_API_TOKEN="") == ""


@pytest.mark.parametrize("zone", ["Europe/Madrd", "UTC+2", "", "../etc/passwd"])
def test_a_place_is_in_a_time_zone_that_there_is(start, zone):
    sentence = "RESERVATIONS_TIME_ZONE must be a time zone by its name, such as Europe/Madrid."

    assert start(RESERVATIONS_TIME_ZONE=zone) == f"flyers-bff cannot start: {sentence}\n"


def test_time_zones_are_known_on_a_machine_that_brings_none(start):
    assert start(RESERVATIONS_TIME_ZONE="Europe/Madrid", PYTHONTZPATH="") == ""


def test_what_platforms_and_other_programs_set_does_not(start):
    services = [
        "FLYERS",
        "FLYERS_BFF",
        "FLYERS_API",
        "DATABASE",
        "CACHE",
        "EMAIL",
        "LOG",
        "METRICS",
        "PUBLIC",
    ]
    links = {  # as Kubernetes names the services beside a pod
        f"{service}_{end}"
        for service in services
        for end in (
            *("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT"),
            *("PORT_9000_TCP", "PORT_9000_TCP_PROTO", "PORT_9000_TCP_PORT", "PORT_9000_TCP_ADDR"),
        )
    }
    others = {
        *("DATABASE_HOST", "DATABASE_NAME", "DATABASE_URI", "DATABASE_URL_2", "DATABASE_URL2", "DB_URL"),
        *(
            "LOG_DIR",
            "LOG_FILE",
            "LOGLEVEL",
            "LOG_PATH",
            "EMAIL",
            "EMAIL_HOST",
            "EMAIL_PORT",
            "MAIL_FROM",
            "MAIL_URL",
        ),
        *("CACHE_DIR", "CACHE_URI", "REDIS_URL", "HOSTS", "HOSTNAME", "PORTS", "WORKER", "THREAD", "DEBUGS"),
        *(
            "JWT_SECRET",
            "JWT_KEY",
            "SECRET_NAME",
            "SECRET",
            "CORS_ORIGINS",
            "PUBLIC_HOSTS",
            "PUBLIC_URI",
            "SENTRY_URL",
        ),
        *(
            "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "OTEL_EXPORTER_OTLP_HEADERS",
        ),
    }

    assert start(**dict.fromkeys(links | others, "a-value")) == ""
