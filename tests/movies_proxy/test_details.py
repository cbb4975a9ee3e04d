"""A movie and a show in full."""

import pytest

from tests import payloads_tmdb as payloads
from tests.movies_proxy.test_lists import SHOWN
from tests.movies_proxy.titles import JUSTWATCH, NOTICE, PICTURES, TMDB

PROVIDERS = {
    "region": "BR",
    "link": "https://www.themoviedb.org/movie/605/watch?locale=BR",
    "stream": [{"id": 8, "name": "Provider 8", "logo": f"{PICTURES}/w92/logo8.jpg"}],
    "rent": [],
    "buy": [],
}
IN_FULL = {
    "tagline": "Free your mind.",
    "status": "Released",
    "countries": ["US"],
    "videos": [
        {
            "name": "Official Trailer",
            "site": "YouTube",
            "key": "aaaaaaaaaaa",
            "url": "https://www.youtube.com/watch?v=aaaaaaaaaaa",
            "type": "Trailer",
            "is_official": True,
        }
    ],
    "providers": PROVIDERS,
    "meta": {"attribution": [NOTICE, JUSTWATCH]},
}
NEO = {"id": 6384, "name": "Person 6384", "character": "Neo", "picture": f"{PICTURES}/w185/person6384.jpg"}
DIRECTOR = {
    "id": 9339,
    "name": "Person 9339",
    "job": "Director",
    "picture": f"{PICTURES}/w185/person9339.jpg",
}
CREATOR = {"id": 66633, "name": "Vince", "job": "Creator", "picture": None}
ACTION = {"genres": [{"id": 28, "name": "Action"}]}
SHOWN_IN_FULL = {
    "movie": SHOWN["movie"]
    | IN_FULL
    | ACTION
    | {
        "runtime_minutes": 136,
        "credits": {"cast": [NEO], "crew": [DIRECTOR]},
        "imdb_id": "tt0133093",
    },
    "tv": SHOWN["tv"]
    | IN_FULL
    | ACTION
    | {
        "runtime_minutes": None,
        "credits": {"cast": [NEO], "crew": [CREATOR, DIRECTOR]},
        "imdb_id": "tt0903747",
        "seasons": 5,
        "episodes": 62,
        "in_production": True,
        "next_episode": {"season": 5, "number": 16, "name": "Felina", "air_date": "2013-09-29"},
        "networks": [{"id": 174, "name": "AMC", "logo": f"{PICTURES}/w92/amc.png"}],
    },
}


@pytest.fixture
def detail(anyone, tmdb, kind):
    """Return the answer to whoever looks at title 605, of which TMDb says something else."""

    def look(query="", **changes):
        tmdb.get(f"{TMDB}/{kind.name}/605", json=kind.detail(605, **changes))
        return anyone.get(kind.route(f"605/{query}")).json()

    return look


def test_a_title_in_full_is_shown_in_our_own_shape_and_nothing_else_of_it(detail, kind):
    body = detail("?region=BR", secret="not for browsers", budget=63_000_000)

    assert body == SHOWN_IN_FULL[kind.name]


def test_a_title_in_full_answers_without_its_last_slash_and_under_the_alias(anyone, tmdb, kind):
    tmdb.get(f"{TMDB}/{kind.name}/605", json=kind.detail(605))

    answers = [anyone.get(path) for path in (kind.route("605/"), kind.route("605"), f"/api/{kind.at}/605/")]

    assert [(answer.status_code, answer["X-Cache"]) for answer in answers] == [
        (200, "MISS"),
        (200, "HIT"),
        (200, "HIT"),
    ]


def test_a_movie_and_a_show_of_one_number_are_two_titles_in_full(anyone, tmdb):
    tmdb.get(f"{TMDB}/movie/605", json=payloads.movie_detail(605))
    tmdb.get(f"{TMDB}/tv/605", json=payloads.show_detail(605))

    movie, show = anyone.get("/api/v1/movies/605/").json(), anyone.get("/api/v1/tv/605/").json()

    assert (movie["kind"], movie["title"], show["kind"], show["title"]) == (
        *("movie", "Movie 605"),
        *("tv", "Show 605"),
    )


@pytest.mark.parametrize(("query", "is_known"), [("", False), ("?region=JP", False), ("?region=BR", True)])
def test_providers_are_those_of_the_region_asked_for_and_justwatch_is_named_with_them(
    detail, query, is_known
):
    body = detail(query)

    assert body["providers"] == (PROVIDERS if is_known else None)
    assert body["meta"]["attribution"] == ([NOTICE, JUSTWATCH] if is_known else [NOTICE])


def test_where_nobody_offers_it_providers_are_null(detail):
    assert detail("?region=BR", **{"watch/providers": {"results": {}}})["providers"] is None


def test_one_region_after_the_other_is_shown_what_it_is(anyone, tmdb, kind):
    both = {"results": {region: payloads.offers(buy=[payloads.provider()]) for region in ("BR", "FR")}}
    tmdb.get(f"{TMDB}/{kind.name}/605", json=kind.detail(605, **{"watch/providers": both}))

    shown = [anyone.get(kind.route(f"605/?region={region}")).json() for region in ("BR", "FR", "BR")]

    assert [each["providers"]["region"] for each in shown] == ["BR", "FR", "BR"]


def test_pictures_that_are_missing_are_null(detail, kind):
    person = payloads.person(profile_path=None)
    body = detail(
        "?region=BR",
        poster_path=None,
        backdrop_path=None,
        credits={"cast": [person], "crew": []},
        networks=[{"id": 174, "logo_path": None, "name": "AMC"}],
        **{"watch/providers": {"results": {"BR": payloads.offers(rent=[payloads.provider(logo_path=None)])}}},
    )

    assert (body["poster"], body["backdrop"]) == (None, None)
    assert body["credits"]["cast"][0]["picture"] is None
    assert body["providers"]["rent"][0]["logo"] is None
    if kind.name == "tv":
        assert body["networks"][0]["logo"] is None


def test_pictures_are_on_the_host_of_the_settings(detail, settings):
    settings.TMDB_IMAGE_URL = "https://img.example/t/p"

    body = detail("?region=BR")

    assert body["poster"]["w342"] == "https://img.example/t/p/w342/poster605.jpg"
    assert PICTURES not in str(body)


def test_parts_that_are_missing_hide_no_title(anyone, tmdb, kind):
    tmdb.get(f"{TMDB}/{kind.name}/605", json={"id": 605, kind.title: "Jazz"})

    body = anyone.get(kind.route("605/?region=BR")).json()

    nothing = {"title": "Jazz", "tagline": "", "status": "", "runtime_minutes": None, "countries": []}
    nothing |= {"videos": [], "providers": None, "credits": {"cast": [], "crew": []}, "imdb_id": None}
    if kind.name == "tv":
        nothing |= {"seasons": 0, "episodes": 0, "in_production": False, "next_episode": None, "networks": []}
    assert {name: body[name] for name in nothing} == nothing


def test_a_title_that_is_not_there_is_a_404_that_names_it_and_is_remembered(anyone, tmdb, kind):
    tmdb.get(f"{TMDB}/{kind.name}/7", status=404, json=payloads.error(34))

    answers = [anyone.get(kind.route("7/")) for _ in range(2)]

    noun = {"movie": "movie", "tv": "show"}[kind.name]
    for answer in answers:
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["details"]) == (404, "NOT_FOUND", {"id": ["7"]})
        assert error["message"] == f"There is no such {noun}."
    assert len(tmdb.calls) == 1


@pytest.mark.usefixtures("genres")
def test_a_title_that_was_on_a_page_is_still_asked_for_in_full(anyone, tmdb, kind):
    tmdb.get(f"{TMDB}/discover/{kind.name}", json=payloads.page(kind.item(605)))
    tmdb.get(f"{TMDB}/{kind.name}/605", json=kind.detail(605))
    anyone.get(kind.route("discover/"))

    detail = anyone.get(kind.route("605/"))

    assert detail["X-Cache"] == "MISS"
    assert detail.json()["videos"]
