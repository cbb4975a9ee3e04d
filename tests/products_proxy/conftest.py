"""The store on the wire, an administrator, and a clock that a test sets."""

import pytest
import responses
import time_machine

from accounts.models import User
from tests.conftest import PASSWORD, signed_in
from tests.products_proxy.store import ASKED, Store
from tests.proxy.conftest import application, full_stack, hit_path

__all__ = ["application", "full_stack", "hit_path"]


@pytest.fixture
def wire():
    """The wire to all services, which answers for those that a test names."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


@pytest.fixture
def store(wire):
    """The store, with nothing in it yet. Whatever a test does, it is asked for products alone."""
    store = Store(wire)
    yield store
    for received in store.all_received:
        assert ASKED.fullmatch(received.path), received
        assert "password" not in str(received).lower()
        assert not {"Authorization", "Cookie"} & received.headers.keys()


@pytest.fixture
def clock():
    """Noon of a day in May; request it before those who sign in."""
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def carol(db):
    """An administrator."""
    return User.objects.create_user(email="carol@example.com", password=PASSWORD, is_staff=True)


@pytest.fixture
def as_carol(carol):
    """Carol, signed in."""
    return signed_in(carol)
