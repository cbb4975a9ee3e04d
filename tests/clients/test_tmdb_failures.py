"""Tests of TMDb's failures: its statuses, its codes with a status of 200, and answers to another question."""

import gzip
import json

import pytest

from clients import errors
from clients.breaker import Breaker
from clients.tmdb import DiscoverQuery, TMDbClient
from tests import payloads_tmdb as payloads
from tests.clients.answers import KEY, NAME, TMDB
from tests.counts import Counts
from tests.hostile import answers, in_turn

MOVIE = f"{TMDB}/3/movie/605"


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (400, 22, errors.UpstreamMalformedError),
        (400, 27, errors.UpstreamMalformedError),
        (401, 7, errors.UpstreamRefusedError),
        (401, 10, errors.UpstreamRefusedError),
        (403, 45, errors.UpstreamRefusedError),
        (404, 6, errors.UpstreamNotFoundError),
        (404, 34, errors.UpstreamNotFoundError),
        (405, 4, errors.UpstreamMalformedError),
        (422, 5, errors.UpstreamMalformedError),
        (429, 25, errors.UpstreamThrottledError),
        (501, 2, errors.UpstreamUnavailableError),
        (504, 24, errors.UpstreamUnavailableError),
        # The status decides, whatever the body says.
        (404, 7, errors.UpstreamNotFoundError),
        (401, 34, errors.UpstreamRefusedError),
    ],
)
def test_every_status_has_its_failure_and_none_repeats_what_the_service_said(
    wire, tmdb, status, code, failure
):
    wire.get(MOVIE, json=payloads.error(code), status=status)

    with pytest.raises(failure) as raised:
        tmdb.get_movie(605)

    for secret in (KEY, TMDB, "secret"):
        assert secret not in repr(raised.value)


CODES = {
    errors.UpstreamNotFoundError: [6, 34],
    errors.UpstreamThrottledError: [25],
    errors.UpstreamRefusedError: [3, 7, 10, 14, 16, 17, 26, 30, 31, 32, 33, 35, 36, 38, 39, 45],
    errors.UpstreamMalformedError: [1, 2, 5, 9, 11, 22, 27, 40, 44, 999, 0, -1, "34", None, [34], True],
}
ASKING = {
    "a movie": lambda tmdb: tmdb.get_movie(605),
    "a show": lambda tmdb: tmdb.get_show(605),
    "a list": lambda tmdb: tmdb.discover("tv", DiscoverQuery(), 1),
    "genres": lambda tmdb: tmdb.list_genres("tv"),
}


@pytest.mark.parametrize(
    ("failure", "code"), [(failure, code) for failure in CODES for code in CODES[failure]]
)
@pytest.mark.parametrize("asked", ASKING)
def test_an_error_that_comes_with_a_200_is_the_failure_of_its_code(
    server, transport_to, asked, failure, code
):
    server.behaviour = answers(json.dumps(payloads.error(code)))

    with pytest.raises(errors.UpstreamError) as raised:
        ASKING[asked](TMDbClient(transport_to(server.url)))

    assert type(raised.value) is failure


def test_an_error_need_not_say_that_it_is_none(wire, tmdb):
    wire.get(MOVIE, json={"status_code": 25, "status_message": "Over the limit."})

    with pytest.raises(errors.UpstreamThrottledError) as raised:
        tmdb.get_movie(605)

    assert (raised.value.retry_after, raised.value.upstream) == (1, NAME)


@pytest.mark.parametrize(
    "behaviour",
    [
        answers(json.dumps(payloads.error(25))),
        answers(json.dumps(payloads.error(25)), 429),
        answers(json.dumps(payloads.error(25)), 429, Retry_After="1"),
    ],
    ids=["with a 200", "without Retry-After", "with Retry-After"],
)
def test_a_limit_is_kept_for_a_second_wherever_it_is_said(server, transport_to, clock, behaviour):
    server.behaviour = in_turn(behaviour, answers(json.dumps(payloads.movie_detail(605))))
    tmdb = TMDbClient(transport_to(server.url, breaker=Breaker(clock=clock)))

    with pytest.raises(errors.UpstreamThrottledError):
        tmdb.get_movie(605)
    with pytest.raises(errors.UpstreamUnavailableError, match="wait"):
        tmdb.get_movie(605)
    assert len(server.received) == 1

    clock.now += 1
    assert tmdb.get_movie(605).value.id == 605


def test_what_the_service_does_not_have_never_opens_the_breaker(wire, transport_to):
    wire.get(MOVIE, json=payloads.error(34))
    transport = transport_to(TMDB)

    for _ in range(20):
        with pytest.raises(errors.UpstreamNotFoundError):
            TMDbClient(transport).get_movie(605)

    assert transport.health().state == "closed"


@pytest.mark.parametrize(
    "answer",
    [
        payloads.movie_detail(606),
        payloads.show_detail(605),
        {},
        [],
        None,
        payloads.error(34, status_code=None),
    ],
    ids=["another movie", "a show", "nothing", "a list", "null", "an error without a code"],
)
def test_what_is_not_the_movie_asked_for_is_malformed(wire, tmdb, answer):
    wire.get(MOVIE, json=answer)

    with pytest.raises(errors.UpstreamMalformedError):
        tmdb.get_movie(605)


def test_another_show_than_the_one_asked_for_is_malformed(wire, tmdb):
    wire.get(f"{TMDB}/3/tv/605", json=payloads.show_detail(606))

    with pytest.raises(errors.UpstreamMalformedError, match="another question"):
        tmdb.get_show(605)


def test_an_answer_in_gzip_is_read_though_it_was_not_asked_for(server, transport_to):
    body = gzip.compress(json.dumps(payloads.movie_detail(605)).encode())
    server.behaviour = answers(body, Content_Encoding="gzip")
    counted = Counts()

    assert TMDbClient(transport_to(server.url)).get_movie(605).value.title == "Movie 605"
    assert counted("flyers_bff_upstream_seconds_count", upstream=NAME, outcome="ok") == 1
