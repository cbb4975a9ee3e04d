"""Lists of movies and shows, from the public route down to the wire."""

import pytest

from tests import payloads_tmdb as payloads
from tests.movies_proxy.titles import GENRES, MOVIE, NOTICE, PICTURES, SHOW, give_page

# Each list by its address of ours and by TMDb's.
LISTS = {
    "discover/": "discover/{}",
    "search/?query=matrix": "search/{}",
    "trending/": "trending/{}/day",
    "7/recommendations/": "{}/7/recommendations",
}

SHOWN_MOVIE = {
    "kind": "movie",
    "id": 605,
    "title": "Movie 605",
    "original_title": "Movie 605",
    "is_translated": True,
    "overview": "A programmer learns what is real.",
    "release_date": "1999-03-31",
    "poster": {size: f"{PICTURES}/{size}/poster605.jpg" for size in ("w185", "w342", "w500", "original")},
    "backdrop": {
        size: f"{PICTURES}/{size}/backdrop605.jpg" for size in ("w300", "w780", "w1280", "original")
    },
    "genres": [{"id": 28, "name": "Action"}, {"id": 878, "name": "Science Fiction"}],
    "vote": {"average": 8.2, "count": 24000},
    "language": "en",
    "is_favorited": None,
    "is_on_watchlist": None,
}
SHOWN_SHOW = SHOWN_MOVIE | {
    "kind": "tv",
    "title": "Show 605",
    "original_title": "Show 605",
    "overview": "A family keeps a secret.",
    "release_date": "2008-01-20",
    "genres": [{"id": 18, "name": "Drama"}, {"id": 10765, "name": "Sci-Fi & Fantasy"}],
    "vote": {"average": 8.9, "count": 12000},
}
SHOWN = {"movie": SHOWN_MOVIE, "tv": SHOWN_SHOW}


@pytest.mark.usefixtures("genres")
@pytest.mark.parametrize("route", LISTS)
def test_every_list_shows_a_title_in_our_own_shape_and_nothing_else_of_it(anyone, tmdb, kind, route):
    give_page(tmdb, kind, kind.item(605, secret="not for browsers", media_type=kind.name), of=LISTS[route])

    response = anyone.get(kind.route(route))

    body = response.json()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert list(body) == ["count", "next", "previous", "results", "meta"]
    assert (body["count"], body["next"], body["previous"]) == (1, None, None)
    assert list(body["meta"]) == ["as_of", "stale", "attribution"]
    assert (body["meta"]["stale"], body["meta"]["attribution"]) == (False, [NOTICE])
    assert body["results"] == [SHOWN[kind.name]]
    assert list(body["results"][0]) == list(SHOWN[kind.name])


@pytest.mark.usefixtures("genres")
@pytest.mark.parametrize("route", LISTS)
def test_every_list_answers_without_its_last_slash_and_under_the_alias(anyone, tmdb, kind, route):
    give_page(tmdb, kind, kind.item(605), of=LISTS[route])
    path, _, query = kind.route(route).partition("?")

    answers = [
        anyone.get(f"{address}?{query}")
        for address in (path, path.rstrip("/"), path.replace("/api/v1/", "/api/"))
    ]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer["X-Cache"] for answer in answers] == ["MISS", "HIT", "HIT"]


def test_genres_come_on_one_page(anyone, tmdb, kind, genres):
    with_slash, without = anyone.get(kind.route("genres/")), anyone.get(kind.route("genres"))

    body = with_slash.json()
    names = GENRES[kind.name]
    assert (body["count"], body["next"], body["previous"]) == (len(names), None, None)
    assert body["results"] == [{"id": id_, "name": name} for id_, name in names.items()]
    assert body["meta"]["attribution"] == [NOTICE]
    assert without.json() == body


@pytest.mark.usefixtures("genres_of_both")
def test_a_movie_and_a_show_of_one_number_are_two_titles(anyone, tmdb):
    for kind in (MOVIE, SHOW):
        give_page(tmdb, kind, kind.item(605))

    titles = [anyone.get(kind.route("discover/")).json()["results"][0] for kind in (MOVIE, SHOW)]

    assert titles == [SHOWN_MOVIE, SHOWN_SHOW]


@pytest.mark.usefixtures("genres")
def test_what_is_missing_is_null_or_empty(anyone, tmdb, kind):
    give_page(tmdb, kind, {"id": 7, kind.title: "Jazz", "genre_ids": {}, "vote_average": 8})

    (title,) = anyone.get(kind.route("discover/")).json()["results"]

    assert (title["title"], title["original_title"], title["overview"]) == ("Jazz", "Jazz", "")
    assert (title["release_date"], title["poster"], title["backdrop"]) == (None, None, None)
    assert (title["genres"], title["vote"]) == ([], {"average": 8.0, "count": 0})
    assert title["language"] == ""


@pytest.mark.usefixtures("genres")
def test_a_title_that_is_none_is_left_out_and_the_others_are_shown(anyone, tmdb, kind):
    other = payloads.show if kind is MOVIE else payloads.movie
    give_page(
        tmdb, kind, kind.item(1), {"id": "x"}, other(2), kind.item(3, media_type="person"), kind.item(4)
    )

    body = anyone.get(kind.route("discover/")).json()

    assert [title["id"] for title in body["results"]] == [1, 4]


@pytest.mark.usefixtures("genres")
def test_a_list_without_titles_is_an_empty_page(anyone, tmdb, kind):
    give_page(tmdb, kind, of="search/{}", total_pages=0)

    response = anyone.get(kind.route("search/?query=zzzz"))

    assert (response.status_code, response.json()["results"], response.json()["count"]) == (200, [], 0)


@pytest.mark.usefixtures("genres")
def test_recommendations_for_a_title_that_is_not_there_are_a_404_that_names_it(anyone, tmdb, kind):
    tmdb.get(f"http://tmdb.test/3/{kind.name}/7/recommendations", status=404, json=payloads.error(34))

    answers = [anyone.get(kind.route("7/recommendations/")) for _ in range(2)]

    noun = {"movie": "movie", "tv": "show"}[kind.name]
    for answer in answers:
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["details"]) == (404, "NOT_FOUND", {"id": ["7"]})
        assert error["message"] == f"There is no such {noun}."
    assert len(tmdb.calls) == 2  # one of them for genres
