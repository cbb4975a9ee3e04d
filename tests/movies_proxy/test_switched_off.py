"""Without a token of TMDb there are no movies: no routes, nothing in the schema or in health, and the start says so."""

import json
import os
import subprocess
import sys

import pytest

from tests.config.test_server import logged_by_start
from tests.deploy.files import ROOT

ROUTES = [
    f"/api/v1/{at}/{rest}"
    for at in ("movies", "tv")
    for rest in (
        *("discover/", "search/?query=x", "trending/", "genres/", "605/", "605/recommendations/"),
        *("605/favorite/", "605/watchlist/", "605/rating/"),
    )
]
SCHEMA, READY, GOOD = "/api/schema/?format=json", "/health/ready", "/health/live"
SECRETS = {
    "SECRET_KEY": "a-secret-of-the-tests-which-is-long-enough",
    "JWT_SIGNING_KEY": "another-secret-of-the-tests-also-long-enough",
    "FLYERS_API_TOKEN": "a-key",
}


@pytest.fixture(scope="module")
def off(tmp_path_factory):
    """What a service without a token of TMDb answers and reports, in a process of its own."""
    database = tmp_path_factory.mktemp("off") / "db.sqlite3"
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        **SECRETS,
        "DATABASE_URL": f"sqlite:///{database}",
        "CACHE_URL": "",
        "ALLOWED_HOSTS": "localhost",
        "LOG_LEVEL": "ERROR",
        "TMDB_API_TOKEN": "",
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
    assert not [path for path in schema["paths"] if "movies" in path or "/tv/" in path]
    assert not {"Movie", "Show", "MoviePage", "MovieDetail"} & schema["components"]["schemas"].keys()
    assert "/api/v1/flyers/discover/" in schema["paths"]
    for word in ("TMDB", "TMDb", "JustWatch", "movie"):
        assert word not in json.dumps(schema), word


def test_nothing_stands_in_health(off):
    _, health = off["answers"][READY]

    assert list(health["upstreams"]) == ["flyers"]


def test_the_start_says_why(off):
    reported = off["settings"]

    assert reported["TMDB"] == "off: TMDB_API_TOKEN is empty"
    assert not [name for name in reported if name.startswith("TMDB_")]


def test_with_a_token_the_start_reports_the_settings_and_not_the_token():
    reported, said = logged_by_start(TMDB_API_TOKEN="hush-hush", TMDB_API_URL="https://hush@tmdb.example")

    assert (reported["TMDB_API_TOKEN"], reported["TMDB_FRESH_SECONDS"]) == ("set", 60)
    assert reported["TMDB_API_URL"] == "https://tmdb.example"
    assert "TMDB" not in reported
    assert "hush" not in said
