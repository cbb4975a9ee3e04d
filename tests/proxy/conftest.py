"""Fixtures of the engine's tests: a WSGI client through the hit path, and one through all of Django."""

import os

import pytest

from tests.proxy.wsgi_client import CountedDjango, WsgiClient, hit_path_client, wsgi_handler

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
def application() -> CountedDjango:
    """Django behind the hit path, with a count of its calls."""
    return CountedDjango()


@pytest.fixture
def hit_path(application: CountedDjango) -> WsgiClient:
    """The hit path, with Django behind it."""
    return hit_path_client(application)


@pytest.fixture
def full_stack() -> WsgiClient:
    """All of Django, without the hit path."""
    return WsgiClient(wsgi_handler())
