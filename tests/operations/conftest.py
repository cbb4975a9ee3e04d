"""Stores and a flyer service for each module of operations tests."""

import os
from collections.abc import Iterator

import pytest

from mock_upstream.server import MockUpstream, start
from tests.operations import stores
from tests.operations.programs import UPSTREAM_KEY

# They take their time, so that they run where the stores are real: in CI, and with TEST_DATABASE_URL set.
collect_ignore_glob = (
    [] if os.environ.get("TEST_DATABASE_URL", "").startswith("postgres") else ["test_live_*.py"]
)


@pytest.fixture(scope="module")
def postgres() -> Iterator[stores.Postgres]:
    with stores.postgres() as store:
        yield store


@pytest.fixture(scope="module")
def redis() -> Iterator[stores.Redis]:
    with stores.redis() as store:
        yield store


@pytest.fixture(scope="module")
def flyer_service() -> Iterator[MockUpstream]:
    with start(key=UPSTREAM_KEY) as service:
        yield service
