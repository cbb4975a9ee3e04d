"""tests of flyer reads: which of them need the shared cache on Redis, and the two ways that a hit can be answered."""

import os

import pytest

from tests.proxy.ways import Counted, Way, django, short_way

# Set TEST_CACHE_URL to have them run; an address that does not answer then fails them.
collect_ignore = (
    []
    if os.environ.get("TEST_CACHE_URL")
    else [
        "test_redis_level.py",
        "test_cache_commands_on_redis.py",
        "test_stored_shapes.py",
        "test_two_servers.py",
    ]
)


@pytest.fixture
def behind() -> Counted:
    """What stands behind the short way, and counts what gets there."""
    return Counted()


@pytest.fixture
def short(behind: Counted) -> Way:
    """The short way, with the rest behind it."""
    return short_way(behind)


@pytest.fixture
def whole() -> Way:
    """The way through all of Django."""
    return Way(django())
