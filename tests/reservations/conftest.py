"""Fixtures of the reservations tests: a Friday in May at noon, an administrator, and a place that is open all day."""

import pytest
import time_machine

from accounts.models import User
from reservations.models import PlaceSettings
from tests.conftest import PASSWORD, signed_in


@pytest.fixture(autouse=True)
def clock():
    """Noon of a Friday; request it before those who sign in."""
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def root(db):
    """An administrator."""
    return User.objects.create_user(
        email="root@example.com", password=PASSWORD, first_name="Root", is_staff=True
    )


@pytest.fixture
def as_root(root):
    return signed_in(root)


@pytest.fixture
def carol(db):
    """A third person."""
    return User.objects.create_user(email="carol@example.com", password=PASSWORD, first_name="Carol")


@pytest.fixture
def as_carol(carol):
    return signed_in(carol)


@pytest.fixture
def open_all_day(db):
    """The longest hours that a place can have."""
    return PlaceSettings.objects.create(pk=1, business_start_time="00:00", business_end_time="23:55")
