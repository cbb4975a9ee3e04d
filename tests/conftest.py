"""The standing cast. A test names what it needs."""

from collections.abc import Iterator

import pytest
import redis
import responses
from django.conf import settings
from django.core.cache import caches
from hypothesis import settings as hypothesis
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import open_session
from favorites.services.pages import forget_totals
from flyers_proxy.lists import offers_feed_alone
from proxy.catalog import catalogs
from proxy.marks import forget_marks
from proxy.single_flight import waiters
from tests.feed_alone import left_out

UPSTREAM = "http://upstream.test/api/v1"
PASSWORD = "a-long-walk-by-the-river"

# Every run tries the same examples, however busy the machine is.
hypothesis.register_profile("the same each time", derandomize=True, deadline=None)
hypothesis.load_profile("the same each time")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if offers_feed_alone():
        left_out.choose(config, items)


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    """Let each test begin like a new process: empty caches, no remembered marks, and no caller's counts."""
    caches["local"].clear()
    forget_marks()
    forget_totals()
    if settings.CACHE_URL:
        with redis.Redis.from_url(settings.CACHE_URL) as shared:  # more patient than the service's own
            shared.flushdb()
    yield
    for catalog in catalogs().values():
        catalog.stop()
    waiters.cache_clear()


@pytest.fixture
def upstream() -> Iterator[responses.RequestsMock]:
    """The wire to the flyer service: it answers only what a test has registered, and all of that must be requested."""
    with responses.RequestsMock(assert_all_requests_are_fired=True) as wire:
        yield wire


@pytest.fixture
def anyone() -> APIClient:
    """Somebody who is not signed in."""
    return APIClient()


@pytest.fixture
def alice(db: None) -> User:
    """Somebody who uses the service."""
    return User.objects.create_user(email="alice@example.com", password=PASSWORD, first_name="Alice")


@pytest.fixture
def bob(db: None) -> User:
    """Somebody else."""
    return User.objects.create_user(email="bob@example.com", password=PASSWORD, first_name="Bob")


@pytest.fixture
def as_alice(alice: User) -> APIClient:
    """Alice, signed in."""
    return signed_in(alice)


@pytest.fixture
def as_bob(bob: User) -> APIClient:
    """Bob, signed in."""
    return signed_in(bob)


def signed_in(user: User) -> APIClient:
    """Return a client that shows a true access token of a session of its own."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {open_session(user=user).access}")
    return client
