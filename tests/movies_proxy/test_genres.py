"""The names of genres, fetched once for many pages."""

import pytest

from movies_proxy.catalog import GENRES_FRESH_SECONDS, MOVIES
from tests import payloads_tmdb as payloads
from tests.movies_proxy.titles import GENRES, MOVIE, SHOW, TMDB, give_genres, give_page


def questions(wire):
    """Return how often TMDb was asked for genres."""
    return sum("/genre/" in call.request.url for call in wire.calls)


def names_on(response):
    return [genre["name"] for title in response.json()["results"] for genre in title["genres"]]


@pytest.mark.usefixtures("genres")
def test_genres_are_asked_for_once_for_many_pages_and_their_own(anyone, tmdb, kind):
    for of in ("discover/{}", "trending/{}/week", "search/{}"):
        give_page(tmdb, kind, kind.item(605), of=of)

    for route in ("discover/", "discover/?year=1999", "trending/?window=week", "search/?query=x", "genres/"):
        assert anyone.get(kind.route(route)).status_code == 200

    assert questions(tmdb) == 1


@pytest.mark.usefixtures("genres_of_both")
def test_movies_and_shows_have_genres_of_their_own(anyone, tmdb):
    for kind in (MOVIE, SHOW):
        give_page(tmdb, kind, kind.item(605, genre_ids=[28, 18]))

    shown = [names_on(anyone.get(kind.route("discover/"))) for kind in (MOVIE, SHOW)]

    assert shown == [["Action"], ["Drama"]]


@pytest.mark.usefixtures("genres")
def test_genres_are_fresh_for_half_a_day(anyone, tmdb, kind, clock):
    first = anyone.get(kind.route("genres/"))
    clock.shift(GENRES_FRESH_SECONDS * 0.89)
    still = anyone.get(kind.route("genres/"))
    clock.shift(GENRES_FRESH_SECONDS * 0.22)
    old = anyone.get(kind.route("genres/"))
    MOVIES.cache.settle()

    assert [answer["X-Cache"] for answer in (first, still, old)] == ["MISS", "HIT", "STALE"]
    assert first["Cache-Control"].startswith(f"public, max-age={GENRES_FRESH_SECONDS}, ")
    assert questions(tmdb) == 2


def test_genres_are_fresh_no_longer_than_tmdb_says(anyone, tmdb, kind, clock):
    genres = {"genres": [{"id": 28, "name": "Action"}]}
    tmdb.get(f"{TMDB}/genre/{kind.name}/list", json=genres, headers={"Cache-Control": "max-age=3600"})

    answer = anyone.get(kind.route("genres/"))

    assert answer["Cache-Control"].startswith("public, max-age=3600, ")


def test_stale_genres_name_those_of_a_page_while_they_cannot_be_fetched(anyone, tmdb, kind, clock):
    give_page(tmdb, kind, kind.item(605))
    give_genres(tmdb, kind)
    tmdb.get(f"{TMDB}/genre/{kind.name}/list", status=503)
    anyone.get(kind.route("genres/"))
    clock.shift(GENRES_FRESH_SECONDS * 1.2)

    page = anyone.get(kind.route("discover/"))
    MOVIES.cache.settle()

    assert (page.status_code, page["X-Cache"]) == (200, "MISS")
    assert names_on(page) == [GENRES[kind.name][id_] for id_ in kind.item()["genre_ids"]]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"status": 504}, 503, "UPSTREAM_UNAVAILABLE"),
        ({"status": 429, "json": payloads.error(25)}, 503, "UPSTREAM_UNAVAILABLE"),
        ({"status": 401, "json": payloads.error(7)}, 502, "UPSTREAM_ERROR"),
        ({"status": 404, "json": payloads.error(34)}, 502, "UPSTREAM_BAD_RESPONSE"),
        ({"json": {"genres": [{"id": 0, "name": "None"}]}}, 502, "UPSTREAM_BAD_RESPONSE"),
        ({"json": {"genres": None}}, 502, "UPSTREAM_BAD_RESPONSE"),
    ],
)
@pytest.mark.parametrize("route", ["discover/", "7/recommendations/"])
def test_a_page_whose_genres_cannot_be_named_is_the_failure_and_no_page_without_names(
    anyone, tmdb, kind, route, fault, status, code
):
    tmdb.get(f"{TMDB}/genre/{kind.name}/list", **fault)

    response = anyone.get(kind.route(route))

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, code)
    assert error["message"].startswith("The movie service ")


def test_when_genres_are_well_again_so_is_the_page(anyone, tmdb, kind):
    give_page(tmdb, kind, kind.item(605))
    tmdb.get(f"{TMDB}/genre/{kind.name}/list", status=404)
    give_genres(tmdb, kind)

    answers = [anyone.get(kind.route("discover/")) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [502, 200]


def test_a_name_in_no_language_is_left_out(anyone, tmdb, kind):
    give_page(tmdb, kind, kind.item(605, genre_ids=[1, 2]))
    tmdb.get(
        f"{TMDB}/genre/{kind.name}/list",
        json={"genres": [{"id": 1, "name": None}, {"id": 2, "name": "Two"}]},
    )

    page, genres = anyone.get(kind.route("discover/")), anyone.get(kind.route("genres/"))

    assert names_on(page) == ["Two"]
    assert genres.json()["results"] == [{"id": 2, "name": "Two"}]
