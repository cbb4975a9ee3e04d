"""Fixtures of the engine's tests: a WSGI client through the hit path, and one through all of Django."""

import os

import pytest
import time_machine

from proxy import catalog
from tests.proxy import books, bookshop, records, recordshop
from tests.proxy.wsgi_client import CountedDjango, WsgiClient, hit_path_client, wsgi_handler

# Set TEST_CACHE_URL to have them run; an address that does not answer then fails them.
collect_ignore = (
    []
    if os.environ.get("TEST_CACHE_URL")
    else [
        "test_invalidations_between_servers.py",
        "test_invalidations_shared.py",
        "test_redis_level.py",
        "test_snapshots_shared.py",
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
    settings.BOOKS_API_URL, settings.BOOKS_API_TOKEN = bookshop.SERVICE, ""
    settings.BOOKS_FRESH_SECONDS, settings.BOOKS_STALE_SECONDS = 60, 3_600
    settings.BOOKS_DEADLINE_SECONDS, settings.BOOKS_MAX_CONCURRENCY = 1.0, 4
    monkeypatch.setitem(catalog._CATALOGS, "books", books.BOOKS)
    yield
    books.BOOKS.stop()


@pytest.fixture
def records_on(settings, monkeypatch):
    """The made-up catalog with a snapshot turned on, in the same way."""
    settings.ROOT_URLCONF = "tests.proxy.recordshop"
    settings.RECORDS_API_URL, settings.RECORDS_API_TOKEN = recordshop.SERVICE, ""
    settings.RECORDS_FRESH_SECONDS, settings.RECORDS_STALE_SECONDS = 60, 3_600
    settings.RECORDS_DEADLINE_SECONDS, settings.RECORDS_MAX_CONCURRENCY = 1.0, 4
    settings.RECORDS_SNAPSHOT_MAX_ITEMS, settings.RECORDS_SNAPSHOT_SECONDS = 5_000, 20
    monkeypatch.setitem(catalog._CATALOGS, "records", records.RECORDS)
    yield
    records.RECORDS.stop()
