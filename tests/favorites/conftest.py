"""Fixtures of the favorites tests: a flyer service, TMDb and a clock."""

import pytest
import responses
import time_machine

from tests.favorites.flyer_service import FlyerService
from tests.favorites.title_service import MOVIE, SHOW, TitleService


@pytest.fixture
def wire():
    """The wire to all services, which answers for those that a test names."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


@pytest.fixture
def service(wire):
    """The flyer service, with nothing in it yet."""
    return FlyerService(wire)


@pytest.fixture
def titles(wire):
    """TMDb, with nothing in it yet."""
    return TitleService(wire)


@pytest.fixture(params=[MOVIE, SHOW], ids=["movie", "tv"])
def way(request):
    """Either kind of titles."""
    return request.param


@pytest.fixture
def clock():
    """Noon of a day in May; request it before those who sign in."""
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        yield clock
