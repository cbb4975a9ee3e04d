"""Fixtures of the engine's tests: a WSGI client through the hit path, and one through all of Django."""

import os

import pytest
import time_machine

from proxy import catalog
from tests.proxy import books
from tests.proxy.bookshop import SERVICE
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


@pytest.fixture
def clock():
    """Noon of a day in May; request it before those who sign in."""
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def books_on(settings, monkeypatch):
    """The made-up catalog turned on, as settings, registry and addresses do it."""
    settings.ROOT_URLCONF = "tests.proxy.bookshop"
    settings.BOOKS_API_URL, settings.BOOKS_API_TOKEN = SERVICE, ""
    settings.BOOKS_FRESH_SECONDS, settings.BOOKS_STALE_SECONDS = 60, 3_600
    settings.BOOKS_DEADLINE_SECONDS, settings.BOOKS_MAX_CONCURRENCY = 1.0, 4
    monkeypatch.setitem(catalog._CATALOGS, "books", books.BOOKS)
    yield
    books.BOOKS.stop()
