"""TMDb in an outage, on real sockets: flyers are as they were, one deadline holds, and copies are served."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from rest_framework.test import APIClient

from flyers_proxy.catalog import FLYERS
from movies_proxy.catalog import MOVIES
from tests import payloads_tmdb as payloads
from tests.flyers_proxy import faulty_service as flyer_service
from tests.hostile import FAULTS, HostileServer
from tests.movies_proxy.faulty_tmdb import PAGE
from tests.movies_proxy.titles import NOTICE
from tests.proxy.fills import eventually

# Not for queries: a request that begins looks whether its thread's connection is still good.
pytestmark = pytest.mark.django_db

DISCOVER = "/api/v1/movies/discover/"
FLYERS_PAGE = "/api/v1/flyers/discover/"


@pytest.fixture
def tmdb(settings):
    """TMDb in good order until a test makes it during."""
    with HostileServer(PAGE.healthy) as server:
        settings.TMDB_API_URL = server.url
        yield server


@pytest.fixture
def flyers(settings):
    with HostileServer(flyer_service.healthy) as server:
        settings.FLYERS_API_URL = server.url
        yield server


def timed(address):
    start = time.monotonic()
    response = APIClient().get(address)
    return response.status_code, time.monotonic() - start


def test_while_tmdb_hangs_flyers_that_nobody_has_asked_for_come_as_fast_as_ever(settings, tmdb, flyers):
    settings.TMDB_MAX_CONCURRENCY = 4
    settings.TMDB_DEADLINE_SECONDS = 1.2
    tmdb.behaviour = FAULTS["hang"]

    with ThreadPoolExecutor(4) as threads:
        hanging = [threads.submit(timed, f"/api/v1/movies/{number}/") for number in range(1, 5)]
        assert eventually(lambda: MOVIES.transport.health().in_use == 4)
        misses = [timed(f"{FLYERS_PAGE}?page={number}") for number in range(1, 4)]
        refused, seconds = timed("/api/v1/movies/5/")
        still = MOVIES.transport.health().in_use

    assert [status for status, _ in misses] == [200] * 3
    assert min(seconds for _, seconds in misses) < 0.5  # the machine may be busy; the hang would hold up all
    assert still == 4
    assert (refused, seconds < 0.75) == (503, True)
    assert [each.result()[0] for each in hanging] == [504] * 4
    health = FLYERS.transport.health()
    assert (health.state, health.retry_in) == ("closed", 0)


def test_an_outage_of_tmdb_opens_its_breaker_alone_and_shows_in_its_row_of_health(anyone, tmdb, flyers):
    assert anyone.get(FLYERS_PAGE).status_code == 200
    before = anyone.get("/health/ready").json()
    tmdb.behaviour = FAULTS["504"]
    for number in range(1, 7):
        anyone.get(f"{DISCOVER}?page={number}")

    during = anyone.get("/health/ready")

    assert before["upstreams"]["movies"] == {
        "status": "ok",
        "breaker": "closed",
        "retry_in": 0,
        "in_use": 0,
        "limit": 12,
        "last_success": None,
    }
    assert (during.status_code, during.json()["status"]) == (200, "degraded")
    rows = during.json()["upstreams"]
    assert {name: (row["status"], row["breaker"]) for name, row in rows.items()} == {
        "flyers": ("ok", "closed"),
        "movies": ("down", "open"),
        "products": ("ok", "closed"),
    }
    assert len(tmdb.received) == 5
    assert anyone.get(f"{FLYERS_PAGE}?page=2").status_code == 200


def test_a_page_and_the_genres_on_it_have_one_deadline_and_the_next_try_has_the_genres(
    anyone, settings, tmdb
):
    settings.TMDB_DEADLINE_SECONDS = 0.5  # for one call, not for two in a row

    def slow(exchange):
        exchange.stopping.wait(0.3)
        PAGE.healthy(exchange)

    tmdb.behaviour = slow

    late, in_time = anyone.get(DISCOVER), anyone.get(DISCOVER)

    assert (late.status_code, late.json()["error"]["code"]) == (504, "UPSTREAM_TIMEOUT")
    assert (in_time.status_code, in_time["X-Cache"]) == (200, "MISS")


def test_names_of_genres_in_two_languages_have_the_deadline_of_the_page(settings, tmdb):
    settings.TMDB_DEADLINE_SECONDS = 0.7

    def slow_and_then_silent(exchange):
        if "language=es" in exchange.query:
            return exchange.wait_for_hangup()
        exchange.stopping.wait(0.6)
        return PAGE.healthy(exchange)

    tmdb.behaviour = slow_and_then_silent

    status, seconds = timed(f"{DISCOVER}?language=es")

    assert status == 504
    assert seconds < 1.2  # with a deadline for each of the two it takes 1.3


def test_the_calls_of_a_page_are_made_side_by_side(anyone, tmdb):
    anyone.get("/api/v1/movies/genres/")
    all_there = threading.Barrier(3)

    def answer(exchange):
        all_there.wait(10)  # each of the three would wait in vain for one that comes after it
        number = int(exchange.query.partition("page=")[2].partition("&")[0])
        movies = [payloads.movie(id_) for id_ in range(number * 20 - 19, number * 20 + 1)]
        exchange.answer_json(payloads.page(*movies, number=number, total_pages=3, total_results=60))

    tmdb.behaviour = answer

    response = anyone.get(DISCOVER, {"limit": 60})

    assert [movie["id"] for movie in response.json()["results"]] == list(range(1, 61))


@pytest.mark.parametrize("address", [DISCOVER, "/api/v1/movies/7/?region=BR"])
def test_a_stale_answer_says_so_and_carries_what_tmdb_wants_shown(anyone, tmdb, address):
    tmdb.behaviour = PAGE.healthy_but_never_fresh
    fresh = anyone.get(address)
    tmdb.behaviour = FAULTS["504"]

    stale = anyone.get(address)
    MOVIES.cache.settle()

    assert (fresh["X-Cache"], stale["X-Cache"]) == ("MISS", "STALE")
    meta = stale.json()["meta"]
    assert meta["attribution"] == fresh.json()["meta"]["attribution"]
    assert meta["attribution"][0] == NOTICE
    assert meta.get("stale", True) is True
