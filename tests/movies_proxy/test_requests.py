"""What TMDb is asked, from the address of ours to the wire: all that a route takes, under TMDb's names, and no more."""

import json
import re

import pytest

from tests import payloads_tmdb as payloads
from tests.movies_proxy.titles import MOVIE, SHOW, TMDB

USUAL = {"language": "en-US", "page": "1"}
POPULAR = USUAL | {"sort_by": "popularity.desc", "include_adult": "false"}
POPULAR_MOVIES = POPULAR | {"include_video": "false"}
FILTERS = (
    "language=pt-BR&sort_by=vote_average.desc&genres=878,28&genres=28&year=1999&min_rating=7.5&min_votes=200"
    "&original_language=en&include_adult=true&page=3&limit=20"
)
FILTERED = {
    "language": "pt-BR",
    "page": "3",
    "sort_by": "vote_average.desc",
    "with_genres": "28,878",
    "vote_average.gte": "7.5",
    "vote_count.gte": "200",
    "with_original_language": "en",
    "include_adult": "true",
}
APPENDED = {
    "movie": "videos,credits,watch/providers",
    "tv": "videos,credits,watch/providers,external_ids",
}

# Address of ours, without the kind: path and parameters of the one request for it.
ASKED = {
    "movie": {
        "discover/": ("discover/movie", POPULAR_MOVIES),
        f"discover/?{FILTERS}&region=BR&include_video=true": (
            "discover/movie",
            FILTERED | {"primary_release_year": "1999", "region": "BR", "include_video": "true"},
        ),
        "discover/?min_rating=0&min_votes=0&sort_by=revenue.asc": (
            "discover/movie",
            POPULAR_MOVIES | {"vote_average.gte": "0", "vote_count.gte": "0", "sort_by": "revenue.asc"},
        ),
        "search/?query=am%C3%A9lie+%26+co&year=2001&region=FR&language=fr&include_adult=1&page=2": (
            "search/movie",
            {
                "query": "amélie & co",
                "language": "fr",
                "page": "2",
                "primary_release_year": "2001",
                "region": "FR",
                "include_adult": "true",
            },
        ),
        "search/?query=%20%20lost%20": ("search/movie", USUAL | {"query": "lost", "include_adult": "false"}),
    },
    "tv": {
        "discover/": ("discover/tv", POPULAR),
        f"discover/?{FILTERS}": ("discover/tv", FILTERED | {"first_air_date_year": "1999"}),
        "discover/?sort_by=first_air_date.asc": ("discover/tv", POPULAR | {"sort_by": "first_air_date.asc"}),
        "search/?query=lost&year=2004": (
            "search/tv",
            USUAL | {"query": "lost", "first_air_date_year": "2004", "include_adult": "false"},
        ),
    },
}
for _kind, _routes in ASKED.items():
    _routes |= {
        "trending/": (f"trending/{_kind}/day", USUAL),
        "trending/?window=week&language=de&page=4": (
            f"trending/{_kind}/week",
            {"language": "de", "page": "4"},
        ),
        "605/recommendations/": (f"{_kind}/605/recommendations", USUAL),
        "605/recommendations/?language=es&page=2": (
            f"{_kind}/605/recommendations",
            {"language": "es", "page": "2"},
        ),
        "605/": (
            f"{_kind}/605",
            {
                "language": "en-US",
                "append_to_response": APPENDED[_kind],
                "include_video_language": "en,null",
            },
        ),
        "605/?language=pt-BR&region=BR": (
            f"{_kind}/605",
            {
                "language": "pt-BR",
                "append_to_response": APPENDED[_kind],
                "include_video_language": "pt,en,null",
            },
        ),
        "genres/": (f"genre/{_kind}/list", {"language": "en-US"}),
        "genres/?language=pt": (f"genre/{_kind}/list", {"language": "pt"}),
    }
ASKS = [(kind, route) for kind in (MOVIE, SHOW) for route in ASKED[kind.name]]


def answer_anything(tmdb, kind):
    """Let TMDb answer any question about this kind."""
    tmdb.assert_all_requests_are_fired = False
    number = re.compile(r"[?&]page=(\d+)")

    def answer(request):
        path = request.url.partition("?")[0].removeprefix(f"{TMDB}/")
        if path.startswith("genre/"):
            return 200, {}, json.dumps({"genres": [{"id": 28, "name": "Action"}]})
        if path == f"{kind.name}/605":
            return 200, {}, json.dumps(kind.detail(605))
        page = int(number.search(request.url)[1])
        return 200, {}, json.dumps(payloads.page(kind.item(605), number=page, total_pages=9))

    tmdb.add_callback("GET", re.compile(f"{TMDB}/"), answer)


def sent(call):
    """Return method, path and parameters of a request, each of which must be there once."""
    url = call.request.url
    path, _, query = url.removeprefix(f"{TMDB}/").partition("?")
    assert len(query.split("&")) == len(call.request.params)
    return call.request.method, path, call.request.params


@pytest.mark.parametrize(
    ("kind", "route"), ASKS, ids=[f"{kind.at}/{route}" for kind, route in ASKS], indirect=["kind"]
)
def test_a_route_asks_tmdb_one_question_with_all_that_it_was_given_and_no_more(anyone, tmdb, kind, route):
    answer_anything(tmdb, kind)
    path, params = ASKED[kind.name][route]

    response = anyone.get(kind.route(route))

    assert response.status_code == 200, response.content
    about_genres = {f"genre/{kind.name}/list"} - {path}
    questions = [sent(call) for call in tmdb.calls]
    assert [question for question in questions if question[1] not in about_genres] == [("GET", path, params)]


@pytest.mark.parametrize(
    ("language", "asked"),
    [("", ["en-US"]), ("?language=es", ["en-US", "es"]), ("?language=en", ["en-US", "en"])],
)
def test_a_list_asks_for_the_names_of_genres_in_english_and_in_its_language(
    anyone, tmdb, kind, language, asked
):
    answer_anything(tmdb, kind)

    anyone.get(kind.route(f"trending/{language}"))

    about_genres = [params for _, path, params in map(sent, tmdb.calls) if path == f"genre/{kind.name}/list"]
    assert about_genres == [{"language": each} for each in asked]


def test_the_usual_language_is_that_of_the_settings(anyone, tmdb, kind, settings):
    settings.TMDB_LANGUAGE = "pt-BR"
    answer_anything(tmdb, kind)

    # What no parameters at all stand for is read once in a process, so each has one here.
    for route in ("discover/?page=1", "search/?query=x", "trending/?page=1", "605/?region=BR"):
        anyone.get(kind.route(route))

    asked = {params["language"] for _, path, params in map(sent, tmdb.calls) if not path.startswith("genre/")}
    assert asked == {"pt-BR"}
    assert anyone.get(kind.route("discover/?language=pt-BR"))["X-Cache"] == "HIT"


def test_the_token_travels_in_one_header_and_nothing_of_the_caller_but_the_request_id(as_alice, tmdb, kind):
    answer_anything(tmdb, kind)

    response = as_alice.get(
        kind.route("discover/"),
        headers={"X-Request-ID": "abc-123", "Cookie": "refresh_token=hers", "User-Agent": "Alice's"},
    )

    assert response["X-Request-ID"] == "abc-123"
    for call in tmdb.calls:
        assert dict(call.request.headers) == {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "flyers-bff",
            "Authorization": "Bearer the-tmdb-token-of-the-tests",
            "X-Request-ID": "abc-123",
        }
        assert "the-tmdb-token-of-the-tests" not in call.request.url
        assert call.request.body is None


def test_equal_questions_are_one_however_they_are_written(anyone, tmdb, kind):
    answer_anything(tmdb, kind)

    answers = [
        anyone.get(kind.route(f"discover/?{query}"))
        for query in (
            "genres=28,878&min_rating=7",
            "limit=20&page=1&genres=878&genres=28,28&min_rating=7.0",
            "language=en-US&include_adult=0&sort_by=popularity.desc&min_rating=7e0&genres=878,28",
        )
    ]

    assert [answer["X-Cache"] for answer in answers] == ["MISS", "HIT", "HIT"]


def test_a_title_that_is_saved_is_asked_for_without_what_no_list_shows(as_alice, tmdb, kind):
    answer_anything(tmdb, kind)

    as_alice.put(kind.route("605/favorite/"))

    assert [sent(call) for call in tmdb.calls] == [("GET", f"{kind.name}/605", {"language": "en-US"})]
