"""Without an address of a store there are no products: no routes, nothing in the schema or in health, and the start says so."""

import json
import os
import subprocess
import sys

import pytest

from tests.config.test_server import logged_by_start
from tests.deploy.files import ROOT

ROUTES = [
    *(
        f"/api/v1/products/{rest}"
        for rest in ("", "by-categories/?categoryIds=a", "7/", "7/favorite/", "7/rating/")
    ),
    *("/api/v1/categories/", "/api/v1/categories/garden/", "/api/v1/carts/"),
]
SCHEMA, READY, GOOD = "/api/schema/?format=json", "/health/ready", "/health/live"
SECRETS = {
    "SECRET_KEY": "a-secret-of-the-tests-which-is-long-enough",
    "JWT_SIGNING_KEY": "another-secret-of-the-tests-also-long-enough",
    "FLYERS_API_TOKEN": "a-key",
}


@pytest.fixture(scope="module")
def off(tmp_path_factory):
    """What a service without an address of a store answers and reports, in a process of its own."""
    database = tmp_path_factory.mktemp("off") / "db.sqlite3"
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        **SECRETS,
        "DATABASE_URL": f"sqlite:///{database}",
        "CACHE_URL": "",
        "ALLOWED_HOSTS": "localhost",
        "LOG_LEVEL": "ERROR",
        "STORE_API_URL": "",
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.movies_proxy.asked_once", *ROUTES, SCHEMA, READY, GOOD],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return json.loads(run.stdout)


def test_there_are_no_routes(off):
    statuses = {address: off["answers"][address][0] for address in [*ROUTES, GOOD]}

    assert statuses == dict.fromkeys(ROUTES, 404) | {GOOD: 200}
    assert {off["answers"][address][1]["error"]["code"] for address in ROUTES} == {"NOT_FOUND"}


def test_nothing_stands_in_the_schema(off):
    status, schema = off["answers"][SCHEMA]

    assert status == 200
    assert not [path for path in schema["paths"] if "products" in path or "/v1/categories" in path]
    assert not {"Product", "ProductPage", "StoreCategory"} & schema["components"]["schemas"].keys()
    assert "/api/v1/flyers/discover/" in schema["paths"]
    assert "product" not in json.dumps(schema).lower()


def test_nothing_stands_in_health(off):
    _, health = off["answers"][READY]

    assert list(health["upstreams"]) == ["flyers"]


def test_the_start_says_why(off):
    reported = off["settings"]

    assert reported["STORE"] == "off: STORE_API_URL is empty"
    assert not [name for name in reported if name.startswith("STORE_")]


def test_with_an_address_the_start_reports_the_settings_and_no_secret():
    reported, said = logged_by_start(STORE_API_URL="https://hush@store.example", STORE_API_TOKEN="hush-hush")

    assert (reported["STORE_API_TOKEN"], reported["STORE_FRESH_SECONDS"]) == ("set", 60)
    assert reported["STORE_API_URL"] == "https://store.example"
    assert "STORE" not in reported
    assert "hush" not in said
