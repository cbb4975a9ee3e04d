"""The wire to TMDb, the two kinds of titles, and a clock that a test sets."""

import pytest
import time_machine

from tests.movies_proxy.titles import KINDS, MOVIE, SHOW, give_genres
from tests.proxy.conftest import application, full_stack, hit_path

__all__ = ["application", "full_stack", "hit_path"]


@pytest.fixture
def tmdb(upstream):
    """The wire to TMDb: it answers only what a test has registered, and all of that must be requested."""
    return upstream


@pytest.fixture(params=KINDS, ids=[kind.name for kind in KINDS])
def kind(request):
    """Movies, and then shows."""
    return request.param


@pytest.fixture
def genres(tmdb, kind):
    """TMDb has the usual genres of the kind, in the usual language."""
    give_genres(tmdb, kind)


@pytest.fixture
def genres_of_both(tmdb):
    for each in (MOVIE, SHOW):
        give_genres(tmdb, each)


@pytest.fixture
def clock():
    """Noon of a day in May; request it before those who sign in."""
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        yield clock
