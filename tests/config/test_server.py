"""What the server reports when it starts."""

import json
import os
import subprocess
import sys
from platform import libc_ver

import pytest

from config.allocator import MAX_ARENAS

REPORT = "import json; from config.server import reported_settings; print(json.dumps(reported_settings()))"


def logged_by_start(**environment):
    said = subprocess.run(
        [sys.executable, "-c", REPORT],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return json.loads(said), said


def test_the_settings_that_matter_are_logged():
    facts, _ = logged_by_start(
        WORKERS="3", FLYERS_FRESH_SECONDS="45", TRUSTED_PROXIES="1", JWT_PREVIOUS_KEYS="k" * 32
    )

    assert (facts["WORKERS"], facts["FLYERS_FRESH_SECONDS"], facts["TRUSTED_PROXIES"]) == (3, 45, 1)
    assert facts["JWT_KEYS"] == 2


def test_of_secrets_only_whether_there_is_one():
    facts, said = logged_by_start(
        SECRET_KEY="hush1" * 10,
        JWT_SIGNING_KEY="hush2" * 10,
        JWT_PREVIOUS_KEYS="hush3" * 10,
        FLYERS_API_TOKEN="hush",
        METRICS_TOKEN="",
        EMAIL_URL="smtp://hush:hush@mail.example:25",
        SENTRY_DSN="",
        DATABASE_URL="postgres://hush:hush@db.example/flyers?sslpassword=hush",
        CACHE_URL="rediss://hush:hush@cache.example:6380/2?password=hush",
        FLYERS_API_URL="https://hush:hush@flyers.example",
    )

    assert (facts["FLYERS_API_TOKEN"], facts["METRICS_TOKEN"]) == ("set", "empty")
    assert facts["DATABASE_URL"] == "postgresql db.example:5432/flyers"
    assert facts["CACHE_URL"] == "rediss://cache.example:6380/2"
    assert "hush" not in said


HEAPS = """
import ctypes, threading
from config import server

server._load("os:getcwd")
all_there = threading.Barrier(9)

def work():
    taken = bytes(100_000)
    all_there.wait(10)

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
all_there.wait(10)
ctypes.CDLL(None).malloc_stats()
"""


@pytest.mark.skipif(libc_ver()[0] != "glibc", reason="other C libraries have other allocators")
def test_the_threads_of_a_worker_share_few_heaps():
    said = subprocess.run(
        [sys.executable, "-c", HEAPS],
        env={**os.environ, "FLYERS_CHECK_AT_START": "False"},
        check=True,
        capture_output=True,
        text=True,
    ).stderr

    assert 1 <= said.count("Arena ") <= MAX_ARENAS
