"""Tests of TMDb's movies and shows in full: providers, credits, and parts that are broken."""

from datetime import date

import pytest

from clients.tmdb_titles import (
    CastMember,
    Company,
    Credits,
    CrewMember,
    Episode,
    Genre,
    Offers,
    ShowDetail,
    Title,
    TitleDetail,
    Video,
    Vote,
)
from tests import payloads_tmdb as payloads
from tests.clients.answers import TMDB

TRAILER = Video(
    "Official Trailer",
    "YouTube",
    "aaaaaaaaaaa",
    "https://www.youtube.com/watch?v=aaaaaaaaaaa",
    "Trailer",
    is_official=True,
)
OFFERS = Offers(
    "https://www.themoviedb.org/movie/605/watch?locale=BR",
    stream=(Company(8, "Provider 8", "/logo8.jpg"),),
    rent=(),
    buy=(),
)


def test_a_movie_becomes_our_type_and_unknown_fields_end_there(movie_of):
    assert movie_of(secret_margin=12) == TitleDetail(
        kind="movie",
        id=605,
        title="Movie 605",
        original_title="Movie 605",
        original_language="en",
        is_translated=True,
        overview="A programmer learns what is real.",
        release_date=date(1999, 3, 31),
        poster="/poster605.jpg",
        backdrop="/backdrop605.jpg",
        genre_ids=(28,),
        vote=Vote(8.2, 24000),
        genres=(Genre(28, "Action"),),
        tagline="Free your mind.",
        status="Released",
        runtime_minutes=136,
        countries=("US",),
        videos=(TRAILER,),
        providers={"BR": OFFERS},
        credits=Credits(
            cast=(CastMember(6384, "Person 6384", "Neo", "/person6384.jpg"),),
            crew=(CrewMember(9339, "Person 9339", "Director", "/person9339.jpg"),),
        ),
        imdb_id="tt0133093",
    )


def test_a_show_says_more(show_of):
    show = show_of(secret_margin=12)

    assert isinstance(show, ShowDetail)
    assert (show.kind, show.title, show.release_date) == ("tv", "Show 605", date(2008, 1, 20))
    assert (show.seasons, show.episodes, show.in_production) == (5, 62, True)
    assert show.next_episode == Episode(5, 16, "Felina", date(2013, 9, 29))
    assert show.networks == (Company(174, "AMC", "/amc.png"),)
    assert show.imdb_id == "tt0903747"
    assert show.credits.crew[0] == CrewMember(66633, "Vince", "Creator", None)


def test_what_a_list_shows_of_a_title_is_in_its_detail_too(movie_of):
    assert isinstance(movie_of(), Title)


APPENDED = ("videos", "credits", "watch/providers", "external_ids")


@pytest.mark.parametrize("how", ["missing", None, {}, [], "x", {"results": [], "cast": {}, "crew": None}])
def test_a_show_without_what_was_to_be_appended_is_shown_without_it(wire, tmdb, how):
    document = payloads.show_detail(605, created_by=None)
    for name in APPENDED:
        del document[name]
    wire.get(f"{TMDB}/3/tv/605", json=document | ({} if how == "missing" else dict.fromkeys(APPENDED, how)))

    show = tmdb.get_show(605).value

    assert (show.videos, show.providers, show.imdb_id) == ((), {}, None)
    assert show.credits == Credits((), ())


DETAILS = ("genres", "tagline", "status", "runtime", "production_countries", "imdb_id", "networks")
MORE = ("episode_run_time", "number_of_seasons", "number_of_episodes", "in_production", "next_episode_to_air")


@pytest.mark.parametrize("wrong", [None, "", {}, [], [7], [None], -1, 10**400, "\ud800"], ids=ascii)
def test_a_detail_that_is_wrong_is_taken_as_missing(show_of, wrong):
    show = show_of(**dict.fromkeys((*DETAILS, *MORE), wrong) | {"external_ids": {"imdb_id": wrong}})

    assert (show.genres, show.genre_ids, show.countries, show.networks) == ((), (), (), ())
    assert (show.tagline, show.status, show.imdb_id) == ("", "", None)
    assert (show.seasons, show.episodes, show.in_production, show.next_episode) == (0, 0, False, None)
    assert show.runtime_minutes in {None, 7}  # [7] is how shows say it


@pytest.mark.parametrize(
    ("runtime", "of_episodes", "understood"),
    [
        (136, [], 136),
        (0, [], None),
        (None, [0, 45, 60], 45),
        (True, ["45"], None),
        (-5, [-1], None),
        (2**40, {}, None),
    ],
    ids=str,
)
def test_the_runtime_is_known_or_none(show_of, runtime, of_episodes, understood):
    assert show_of(runtime=runtime, episode_run_time=of_episodes).runtime_minutes == understood


@pytest.mark.parametrize(
    "imdb_id",
    ["tt1", "nm0133093", "tt0133093/", "TT0133093", 133093, "tt\u0661\u0662\u0663\u0664\u0665\u0666\u0667"],
)
def test_what_is_no_id_of_imdb_is_none(movie_of, imdb_id):
    assert movie_of(imdb_id=imdb_id).imdb_id is None


def test_revenues_beyond_32_bits_hide_no_movie(movie_of):
    assert movie_of(revenue=2**40, budget=-1).id == 605


def test_a_title_without_a_translation_says_so_in_full_as_well(movie_of):
    movie = movie_of("pt-BR", title="", overview="", tagline="")

    assert (movie.title, movie.overview, movie.is_translated) == ("Movie 605", "", False)


# --- Providers ---------------------------------------------------------------------------------------


def test_providers_by_region_in_their_order(movie_of):
    results = {
        "US": payloads.offers(rent=[payloads.provider(2)], buy=[payloads.provider(3, logo_path=None)]),
        "BR": payloads.offers(
            flatrate=[
                payloads.provider(7, display_priority=5),
                payloads.provider(9, display_priority=1),
                payloads.provider(7, display_priority=7),
            ]
        ),
        "DE": payloads.offers(free=[payloads.provider(4)], ads=[payloads.provider(5)]),
        "FR": payloads.offers(),
    }

    providers = movie_of(**{"watch/providers": {"results": results}}).providers

    assert list(providers) == ["BR", "US"]
    assert [company.id for company in providers["BR"].stream] == [9, 7]
    assert providers["US"].rent == (Company(2, "Provider 2", "/logo2.jpg"),)
    assert providers["US"].buy == (Company(3, "Provider 3", None),)


def test_a_broken_region_or_provider_hides_no_other(movie_of):
    bad = [
        None,
        {},
        {"provider_id": 0, "provider_name": "x"},
        {"provider_id": 1},
        {"provider_id": 1, "provider_name": ""},
    ]
    results = {
        "BR": payloads.offers(flatrate=[*bad, payloads.provider(8)], rent={}, buy="x"),
        "br": payloads.offers(flatrate=[payloads.provider()]),
        "Atlantis": payloads.offers(flatrate=[payloads.provider()]),
        "US": [],
        "DE": None,
    }  # fmt: skip

    assert movie_of(**{"watch/providers": {"results": results}}).providers == {"BR": OFFERS}


@pytest.mark.parametrize("link", [None, "", "javascript:alert(1)", 7])
def test_a_link_that_no_browser_should_follow_is_none(movie_of, link):
    results = {"BR": payloads.offers(link=link, flatrate=[payloads.provider()])}

    assert movie_of(**{"watch/providers": {"results": results}}).providers["BR"].link is None


# --- Credits -----------------------------------------------------------------------------------------


def test_the_cast_is_in_its_order_each_person_once_and_cut(movie_of):
    cast = [payloads.person(number, order=number) for number in range(40, 1, -1)]
    again = payloads.person(2, order=90, character="Agent")

    found = movie_of(credits={"cast": [again, *cast], "crew": []}).credits.cast

    assert [member.id for member in found] == list(range(2, 22))
    assert found[0].character == "Neo"


def test_the_crew_begins_with_those_who_are_asked_for_most(show_of):
    crew = [
        payloads.person(1, job="Producer"),
        payloads.person(2, job="Gaffer"),
        payloads.person(3, job="Writer"),
        payloads.person(3, job="Director"),
        payloads.person(3, job="Director", department="Again"),
        payloads.person(4, job=""),
        payloads.person(5, job=None),
        *(payloads.person(number, job="Driver") for number in range(10, 60)),
    ]

    found = show_of(credits={"cast": [], "crew": crew}).credits.crew

    assert [(member.id, member.job) for member in found[:5]] == [
        (66633, "Creator"),
        (3, "Director"),
        (3, "Writer"),
        (1, "Producer"),
        (2, "Gaffer"),
    ]
    assert len(found) == 20
    assert all(member.job for member in found)


@pytest.mark.parametrize(
    "bad",
    [None, [], {}, payloads.person(0), payloads.person(2**31), payloads.person(name=""), payloads.person(name=None)],
    ids=range(7),
)  # fmt: skip
def test_a_person_without_id_or_name_is_left_out(movie_of, bad):
    good = payloads.person(7, profile_path=None, character=None, order=None)

    found = movie_of(credits={"cast": [bad, good], "crew": [bad]}).credits

    assert found == Credits(cast=(CastMember(7, "Person 7", "", None),), crew=())


def test_a_next_episode_that_is_wrong_is_none(show_of):
    assert show_of(next_episode_to_air={"season_number": -1, "episode_number": 2}).next_episode is None


def test_an_episode_may_be_a_special_without_a_day(show_of):
    episode = {"season_number": 0, "episode_number": 2, "name": None, "air_date": None}

    assert show_of(next_episode_to_air=episode).next_episode == Episode(0, 2, "", None)
