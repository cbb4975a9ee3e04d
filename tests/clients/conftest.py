"""Fixtures: clients on a replaced adapter, or on a real socket to a hostile server; no Django."""

from collections.abc import Callable, Iterator

import pytest
import responses

from clients.flyers import FlyerClient
from clients.tmdb import TMDbClient
from clients.tmdb_titles import ShowDetail, TitleDetail
from clients.transport import Transport
from tests import payloads_tmdb
from tests.clients.answers import KEY, NAME, TMDB, UPSTREAM
from tests.hostile import HostileServer, answers


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    """The replaced adapter: it answers only what a test has registered, and all of that must be requested."""
    with responses.RequestsMock(assert_all_requests_are_fired=True) as wire:
        yield wire


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """A service on a real socket, in good order until a test says otherwise."""
    with HostileServer(answers("[]")) as server:
        yield server


@pytest.fixture
def transport_to() -> Iterator[Callable[..., Transport]]:
    """Make transports to an address, with the pause before a retry left out."""
    made: list[Transport] = []

    def make(url: str, **options) -> Transport:
        made.append(Transport(NAME, url, KEY, **({"chance": lambda: 0.0} | options)))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def client(transport_to) -> FlyerClient:
    return FlyerClient(transport_to(UPSTREAM))


@pytest.fixture
def tmdb(transport_to) -> TMDbClient:
    return TMDbClient(transport_to(TMDB))


@pytest.fixture
def movie_of(wire, tmdb) -> Callable[..., TitleDetail]:
    """Return the movie 605 that is made of a document with these changes."""

    def ask(language: str = "en-US", **changes):
        wire.get(f"{TMDB}/3/movie/605", json=payloads_tmdb.movie_detail(605, **changes))
        return tmdb.get_movie(605, language).value

    return ask


@pytest.fixture
def show_of(wire, tmdb) -> Callable[..., ShowDetail]:
    """Return the show 605 that is made of a document with these changes."""

    def ask(language: str = "en-US", **changes):
        wire.get(f"{TMDB}/3/tv/605", json=payloads_tmdb.show_detail(605, **changes))
        return tmdb.get_show(605, language).value

    return ask
