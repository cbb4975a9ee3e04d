"""Tests of the requests to TMDb: exact paths, parameters and headers."""

import math

import pytest
from responses import matchers

from clients import errors
from clients.tmdb import DiscoverQuery, RecommendationsQuery, SearchQuery, TrendingQuery
from tests import payloads_tmdb as payloads
from tests.clients.answers import KEY, TMDB


def only(**params):
    """Match a request with these parameters and no other; names with ``_`` for ``.``."""
    return [matchers.query_param_matcher({name.replace("__", "."): value for name, value in params.items()})]


def test_a_request_carries_the_key_in_its_header_and_no_other_of_ours(wire, tmdb):
    exactly = matchers.header_matcher(
        {
            "Authorization": f"Bearer {KEY}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "flyers-bff",
            "X-Request-ID": "abc-1",
        },
        strict_match=True,
    )
    wire.get(f"{TMDB}/3/genre/movie/list?language=en-US", json={"genres": []}, match=[exactly])

    tmdb.list_genres("movie", request_id="abc-1")

    assert KEY not in wire.calls[0].request.url


def test_movies_are_discovered_with_the_defaults_said_aloud(wire, tmdb):
    exactly = only(
        language="en-US",
        page="1",
        sort_by="popularity.desc",
        include_adult="false",
        include_video="false",
    )
    wire.get(f"{TMDB}/3/discover/movie", json=payloads.page(), match=exactly)

    assert tmdb.discover("movie", DiscoverQuery(), 1).value.results == ()


def test_shows_are_discovered_without_what_only_movies_have(wire, tmdb):
    exactly = only(language="en-US", page="1", sort_by="popularity.desc", include_adult="false")
    wire.get(f"{TMDB}/3/discover/tv", json=payloads.page(), match=exactly)

    assert tmdb.discover("tv", DiscoverQuery(region="BR", include_video=True), 1).value.results == ()


EVERY_FILTER = DiscoverQuery(
    language="pt-BR",
    sort_by="vote_average.desc",
    genres=(878, 28, 28),
    year=1999,
    min_rating=7.5,
    min_votes=0,
    original_language="en",
    region="BR",
    include_adult=True,
    include_video=True,
)
OF_EVERY_FILTER = {
    "language": "pt-BR",
    "page": "500",
    "sort_by": "vote_average.desc",
    "with_genres": "28,878",
    "vote_average__gte": "7.5",
    "vote_count__gte": "0",
    "with_original_language": "en",
    "include_adult": "true",
}


def test_every_filter_of_movies_reaches_the_service_under_its_name(wire, tmdb):
    of_movies = {"primary_release_year": "1999", "region": "BR", "include_video": "true"}
    exactly = only(**OF_EVERY_FILTER, **of_movies)
    wire.get(f"{TMDB}/3/discover/movie", json=payloads.page(), match=exactly)

    tmdb.discover("movie", EVERY_FILTER, 500)


def test_every_filter_of_shows_reaches_the_service_under_its_name(wire, tmdb):
    exactly = only(**OF_EVERY_FILTER, first_air_date_year="1999")
    wire.get(f"{TMDB}/3/discover/tv", json=payloads.page(), match=exactly)

    tmdb.discover("tv", EVERY_FILTER, 500)


@pytest.mark.parametrize(("rating", "sent"), [(7, "7"), (0, "0"), (6.25, "6.25"), (0.00001, "0.00001")])
def test_a_rating_is_sent_without_an_exponent(wire, tmdb, rating, sent):
    wire.get(f"{TMDB}/3/discover/tv", json=payloads.page())

    tmdb.discover("tv", DiscoverQuery(min_rating=rating), 1)

    assert wire.calls[0].request.params["vote_average.gte"] == sent


def test_the_same_genres_in_another_order_are_the_same_question():
    assert DiscoverQuery(genres=(28, 878)) == DiscoverQuery(genres=(878, 28, 878))


def test_a_search_of_movies(wire, tmdb):
    exactly = only(
        query="amélie & co",
        language="fr",
        page="2",
        primary_release_year="2001",
        region="FR",
        include_adult="false",
    )
    wire.get(f"{TMDB}/3/search/movie", json=payloads.page(number=2), match=exactly)

    tmdb.search("movie", SearchQuery(text="amélie & co", language="fr", year=2001, region="FR"), 2)


def test_a_search_of_shows(wire, tmdb):
    exactly = only(query="lost", language="en-US", page="1", first_air_date_year="2004", include_adult="true")
    wire.get(f"{TMDB}/3/search/tv", json=payloads.page(), match=exactly)

    tmdb.search("tv", SearchQuery(text="lost", year=2004, region="FR", include_adult=True), 1)


@pytest.mark.parametrize("kind", ["movie", "tv"])
@pytest.mark.parametrize("window", ["day", "week"])
def test_what_is_trending(wire, tmdb, kind, window):
    exactly = only(language="de", page="3")
    wire.get(f"{TMDB}/3/trending/{kind}/{window}", json=payloads.page(number=3), match=exactly)

    tmdb.list_trending(kind, TrendingQuery(window=window, language="de"), 3)


@pytest.mark.parametrize("kind", ["movie", "tv"])
def test_what_is_recommended(wire, tmdb, kind):
    exactly = only(language="de", page="1")
    wire.get(f"{TMDB}/3/{kind}/605/recommendations", json=payloads.page(), match=exactly)

    tmdb.list_recommendations(kind, RecommendationsQuery(title_id=605, language="de"), 1)


@pytest.mark.parametrize("kind", ["movie", "tv"])
def test_genres_in_a_language(wire, tmdb, kind):
    wire.get(f"{TMDB}/3/genre/{kind}/list", json={"genres": []}, match=only(language="de"))

    assert tmdb.list_genres(kind, "de").value == ()


def test_a_movie_and_all_that_belongs_to_it_is_one_request(wire, tmdb):
    exactly = only(
        language="pt-BR",
        append_to_response="videos,credits,watch/providers",
        include_video_language="pt,en,null",
    )
    wire.get(f"{TMDB}/3/movie/605", json=payloads.movie_detail(605), match=exactly)

    tmdb.get_movie(605, "pt-BR")


def test_a_show_and_all_that_belongs_to_it_is_one_request(wire, tmdb):
    exactly = only(
        language="en-US",
        append_to_response="videos,credits,watch/providers,external_ids",
        include_video_language="en,null",
    )
    wire.get(f"{TMDB}/3/tv/605", json=payloads.show_detail(605), match=exactly)

    tmdb.get_show(605)


@pytest.mark.parametrize("impossible", [0, -1, 2**31, 2**63 - 1])
def test_an_id_that_no_title_can_have_is_not_asked_for(wire, tmdb, impossible):
    for ask in (tmdb.get_movie, tmdb.get_show):
        with pytest.raises(errors.UpstreamNotFoundError):
            ask(impossible)
    with pytest.raises(errors.UpstreamNotFoundError):
        tmdb.list_recommendations("movie", RecommendationsQuery(title_id=impossible), 1)


@pytest.mark.parametrize("page", [0, -1, 501])
def test_a_page_that_the_service_does_not_have_is_a_mistake_of_ours(wire, tmdb, page):
    with pytest.raises(ValueError, match="no page"):
        tmdb.discover("movie", DiscoverQuery(), page)


def test_an_unchanged_movie_is_distinguished_from_a_new_one(wire, tmdb):
    if_changed = matchers.header_matcher({"If-None-Match": '"v1"'})
    headers = {"ETag": '"v1"', "Cache-Control": "public, max-age=600"}
    wire.get(f"{TMDB}/3/movie/605", status=304, headers=headers, match=[if_changed])

    fetched = tmdb.get_movie(605, etag='"v1"', ends_at=math.inf)

    assert (fetched.value, fetched.etag, fetched.max_age) == (None, '"v1"', 600)
