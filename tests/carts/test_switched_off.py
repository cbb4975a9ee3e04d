"""Without a store there are no routes of carts; but who had one can still leave, and it goes with them."""

import json
import os
import subprocess
import sys

import pytest

from tests.deploy.files import ROOT

SECRETS = {
    "SECRET_KEY": "a-secret-of-the-tests-which-is-long-enough",
    "JWT_SIGNING_KEY": "another-secret-of-the-tests-also-long-enough",
    "FLYERS_API_TOKEN": "a-key",
}


@pytest.fixture(scope="module")
def off(tmp_path_factory):
    """What a service without an address of a store answers, in a process and a database of its own."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        **SECRETS,
        "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('off') / 'db.sqlite3'}",
        "CACHE_URL": "",
        "ALLOWED_HOSTS": "testserver",
        "LOG_LEVEL": "ERROR",
        "STORE_API_URL": "",
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.carts.without_a_store"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return json.loads(run.stdout)


def test_there_are_no_routes(off):
    assert off["answers"] == [404] * 5


def test_nothing_stands_in_the_schema(off):
    assert "/api/v1/flyers/discover/" in off["paths"]
    assert not [path for path in off["paths"] if "cart" in path]
    assert not [name for name in off["components"] if "Cart" in name]


def test_an_account_is_deleted_with_the_cart_that_nobody_can_see(off):
    assert off["there"] == [1, 1]
    assert off["left"] == 204
    assert off["rows"] == [0, 0, 0]
