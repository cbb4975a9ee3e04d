"""Fixtures of the favorites tests: a flyer service and a clock."""

import pytest
import responses
import time_machine

from tests.favorites.flyer_service import FlyerService


@pytest.fixture
def service():
    """The flyer service, with nothing in it yet."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield FlyerService(wire)


@pytest.fixture
def clock():
    """Noon of a day in May; request it before those who sign in."""
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        yield clock
