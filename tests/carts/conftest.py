"""Fixtures of the carts tests: a store, a clock, an administrator, and what a cart looks like from outside."""

import pytest
import responses
import time_machine

from accounts.models import User
from tests.carts.store import Store
from tests.conftest import PASSWORD, signed_in

CARTS = "/api/v1/carts/"


@pytest.fixture
def wire():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


@pytest.fixture(autouse=True)
def store(wire):
    """A store that has products 1 to 9."""
    store = Store(wire)
    store.has(*range(1, 10))
    return store


@pytest.fixture
def clock():
    """Noon of a day in May; request it before those who sign in."""
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def root(db):
    """An administrator."""
    return User.objects.create_user(email="root@example.com", password=PASSWORD, is_staff=True)


@pytest.fixture
def as_root(root):
    return signed_in(root)
