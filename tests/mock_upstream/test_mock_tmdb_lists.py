"""Discover, search, trending and recommendations of the stand-in for TMDb."""

from collections import Counter

import pytest

from mock_upstream.tmdb.titles import folded

MOVIE = {
    "adult", "backdrop_path", "genre_ids", "id", "original_language", "original_title", "overview", "popularity",
    "poster_path", "release_date", "title", "video", "vote_average", "vote_count",
}  # fmt: skip
SHOW = {
    "backdrop_path", "first_air_date", "genre_ids", "id", "name", "origin_country", "original_language",
    "original_name", "overview", "popularity", "poster_path", "vote_average", "vote_count",
}  # fmt: skip


def test_a_page_has_twenty_items_of_tmdbs_shape(asker):
    movies, shows = asker.get("discover/movie").json(), asker.get("discover/tv").json()

    assert movies.keys() == shows.keys() == {"page", "results", "total_pages", "total_results"}
    assert (len(movies["results"]), len(shows["results"])) == (20, 20)
    assert {frozenset(item) for item in movies["results"]} <= {
        frozenset(MOVIE),
        frozenset(MOVIE - {"release_date"}),
    }
    assert {frozenset(item) for item in shows["results"]} == {frozenset(SHOW)}


def test_shows_say_whether_they_are_for_adults_but_in_discover(asker):
    name = asker.get("tv/605").json()["name"]

    for path in ("trending/tv/day", f"search/tv?query={name}", "tv/605/recommendations"):
        assert {frozenset(item) - {"media_type"} for item in asker.get(path).json()["results"]} == {
            frozenset(SHOW | {"adult"})
        }


def test_an_overview_in_a_list_is_never_null(asker):
    everything = {it["id"]: it for it in asker.every("discover/movie")}

    assert (everything[620]["overview"], everything[621]["overview"]) == ("", "")


def test_without_filters_there_seem_to_be_more_pages_than_can_be_read(asker):
    first = asker.get("discover/movie").json()

    assert (first["total_pages"], first["total_results"]) == (38_020, 760_400)
    assert asker.get("discover/movie", page=500).json()["results"] == []
    assert asker.get("trending/tv/day").json()["total_pages"] == 1_000
    assert asker.get("discover/movie", with_genres="35").json()["total_pages"] < 5


@pytest.mark.parametrize("path", ["discover/movie", "discover/tv", "trending/movie/week", "trending/tv/day"])
def test_every_title_is_found_and_one_of_them_twice(asker, path):
    rows = asker.every(path)

    counts = Counter(item["id"] for item in rows)
    assert [rows[19], rows[20]] == [rows[19], rows[19]]
    assert sorted(counts.values())[-2:] == [1, 2]
    assert len(counts) >= (238 if "movie" in path else 68)


def test_a_genre_filter_takes_all_with_commas_and_any_with_pipes(asker):
    def genres(text):
        rows = asker.every("discover/movie", with_genres=text)
        assert rows
        return [set(item["genre_ids"]) for item in rows]

    assert all({18, 10749} <= ids for ids in genres("18,10749"))
    assert all(ids & {27, 35} for ids in genres("27|35"))
    assert len(genres("27|35")) > len(genres("35"))
    without = asker.every("discover/movie", with_genres="18", without_genres="10749,35")
    assert without
    assert not any(set(item["genre_ids"]) & {10749, 35} for item in without)


@pytest.mark.parametrize(
    ("params", "holds"),
    [
        ({"year": 2019}, lambda it: it["release_date"].startswith("2019")),
        ({"primary_release_year": 2020}, lambda it: it["release_date"].startswith("2020")),
        ({"primary_release_date.gte": "2024-01-01"}, lambda it: it["release_date"] >= "2024"),
        ({"release_date.lte": "1990-12-31"}, lambda it: "" < it["release_date"] < "1991"),
        ({"vote_average.gte": "7.5"}, lambda it: it["vote_average"] >= 7.5),
        ({"vote_average.lte": "5"}, lambda it: it["vote_average"] <= 5),
        ({"vote_count.gte": 1000}, lambda it: it["vote_count"] >= 1000),
        ({"with_original_language": "es"}, lambda it: it["original_language"] == "es"),
        ({"with_original_language": "fr|ja"}, lambda it: it["original_language"] in {"fr", "ja"}),
    ],
)
def test_a_filter_keeps_what_passes_it_and_nothing_else(asker, params, holds):
    everything = {it["id"]: it for it in asker.every("discover/movie")}

    kept = {it["id"] for it in asker.every("discover/movie", **params)}

    assert kept == {id_ for id_, it in everything.items() if holds({"release_date": "", **it})}
    assert 0 < len(kept) < len(everything)


def test_shows_are_filtered_by_their_year(asker):
    years = {it["first_air_date"][:4] for it in asker.every("discover/tv", first_air_date_year=2024)}

    assert years == {"2024"}


def test_what_is_for_adults_or_a_mere_video_is_shown_when_asked_for(asker):
    def found(**params):
        return {it["id"] for it in asker.every("discover/movie", **params)} & {645, 646}

    assert found() == set()
    assert found(include_adult="true") == {645}
    assert found(include_video="true") == {646}
    title = asker.get("movie/645").json()["title"]
    assert 645 not in asker.ids("search/movie", query=title)
    assert 645 in asker.ids("search/movie", query=title, include_adult="true")


def test_a_region_leaves_out_what_was_released_elsewhere_alone(asker):
    everywhere = {it["id"] for it in asker.every("discover/movie")}
    korea = {it["id"] for it in asker.every("discover/movie", region="KR")}

    assert korea < everywhere
    assert all(id_ % 12 == 11 for id_ in everywhere - korea)


def test_providers_filter_within_their_region(asker):
    found = asker.ids("discover/movie", watch_region="ES", with_watch_providers="3|5")

    for number in found[:5]:
        there = asker.get(f"movie/{number}/watch/providers").json()["results"]["ES"]
        offers = {offer["provider_id"] for way in there.values() if isinstance(way, list) for offer in way}
        assert offers & {3, 5}
    assert asker.ids("discover/movie", watch_region="KR", with_watch_providers="3") == []


def test_ways_of_watching_filter_within_their_region_too(asker):
    free = asker.ids("discover/movie", watch_region="ES", with_watch_monetization_types="free")
    other = asker.ids("discover/movie", watch_region="ES", without_watch_providers="1,2,3,4,5,6,7,8")

    assert "free" in asker.get(f"movie/{free[0]}/watch/providers").json()["results"]["ES"]
    assert "ES" not in asker.get(f"movie/{other[0]}/watch/providers").json()["results"]


@pytest.mark.parametrize("way", ["cast", "crew", "people"])
def test_movies_are_filtered_by_who_plays_or_makes(asker, way):
    credits_ = asker.get("movie/605/credits").json()
    one, other = (credits_["crew" if way == "crew" else "cast"][order]["id"] for order in (0, 1))

    both = asker.ids("discover/movie", **{f"with_{way}": f"{one},{other}"})
    either = asker.every("discover/movie", **{f"with_{way}": f"{one}|{other}"})
    neither = {it["id"] for it in asker.every("discover/movie", **{f"without_{way}": f"{one}"})}
    assert 605 in both
    assert 605 in [it["id"] for it in either]
    assert len(either) > len(both)
    assert 605 not in neither


def test_titles_are_filtered_by_company_network_and_status(asker):
    movie, show = asker.get("movie/606").json(), asker.get("tv/606").json()
    company, network = movie["production_companies"][0]["id"], show["networks"][0]["id"]

    for number in asker.ids("discover/movie", with_companies=company):
        companies = asker.get(f"movie/{number}").json()["production_companies"]
        assert company in [it["id"] for it in companies]
    assert 606 in [it["id"] for it in asker.every("discover/tv", with_networks=network, with_status=0)]
    assert 606 not in [
        it["id"] for it in asker.every("discover/tv", with_networks=network, with_status="3|4")
    ]
    assert asker.ids("discover/movie", with_keywords="9715") == []


@pytest.mark.parametrize(
    ("kind", "field", "name"),
    [
        ("movie", "popularity", "popularity"),
        ("movie", "vote_average", "vote_average"),
        ("movie", "vote_count", "vote_count"),
        ("movie", "primary_release_date", "release_date"),
        ("movie", "title", "title"),
        ("tv", "first_air_date", "first_air_date"),
        ("tv", "name", "name"),
    ],
)
def test_lists_are_sorted_as_asked_for(asker, kind, field, name):
    def values(direction):
        rows = asker.every(f"discover/{kind}", sort_by=f"{field}.{direction}", with_original_language="en|es")
        values = [it.get(name, "") for it in rows if it["id"] % 8 != 3]
        return [folded(value) if field in {"title", "name"} else value for value in values]

    assert values("asc") == sorted(values("asc"))
    assert values("desc") == sorted(values("desc"), reverse=True)


def test_no_genres_are_an_object_instead_of_a_list_once(asker):
    empty = [it["id"] for it in asker.every("discover/movie") if it["genre_ids"] == {}]

    assert empty == [613]


@pytest.mark.parametrize("query", ["relojero", "RELOJERO", "clockmaker", " clockmaker "])
def test_search_finds_titles_in_both_languages(asker, query):
    found = asker.get("search/movie", query=query).json()

    assert any(it["title"].startswith("The Clockmaker of ") for it in found["results"])
    assert found["total_results"] == len(found["results"])
    assert "media_type" not in found["results"][0]


def test_search_cares_for_neither_accents_nor_case(asker):
    [uncle] = asker.ids("search/movie", query="tio fermin")
    assert asker.ids("search/movie", query="EL TÍO FERMÍN SE COMPRÁ") == [uncle]
    assert len(asker.ids("search/tv", query="autobus abeja")) == 1


def test_search_narrows_by_year_and_finds_nothing_without_words(asker):
    [movie] = asker.get("search/movie", query="tio fermin").json()["results"]
    year = movie["release_date"][:4]

    assert asker.ids("search/movie", query="tio fermin", year=year) == [movie["id"]]
    assert asker.ids("search/movie", query="tio fermin", year=1900) == []
    nothing = asker.get("search/movie", query="xyzzy").json()
    assert nothing == {"page": 1, "results": [], "total_pages": 1, "total_results": 0}
    assert asker.ids("search/movie") == []


def test_a_search_for_both_says_what_each_is(asker):
    rows = asker.every("search/multi", query="the")

    assert {it["media_type"] for it in rows} == {"movie", "tv"}
    assert len(rows) == len(asker.every("search/movie", query="the")) + len(
        asker.every("search/tv", query="the")
    )


def test_trending_differs_by_window_and_says_what_each_is(asker):
    day, week = (asker.get(f"trending/movie/{window}").json()["results"] for window in ("day", "week"))

    assert [it["id"] for it in day] != [it["id"] for it in week]
    assert {it["media_type"] for it in day} == {"movie"}
    assert {it["media_type"] for it in asker.every("trending/all/week")} == {"movie", "tv"}


def test_recommendations_are_alike_and_never_the_title_itself(asker):
    genre = asker.get("movie/605").json()["genres"]
    rows = asker.every("movie/605/recommendations")

    assert len(rows) > 10
    assert 605 not in [it["id"] for it in rows]
    assert len({it["genre_ids"][0] for it in rows}) == 1
    assert rows[0]["genre_ids"][0] in {it["id"] for it in genre}


def test_similar_titles_do_not_say_what_they_are(asker):
    rows = asker.get("movie/605/similar").json()["results"]

    assert len(rows) == 20
    assert not any("media_type" in it for it in rows)


def test_lists_are_translated(asker):
    english, spanish = (
        asker.get("discover/tv", language=language).json()["results"] for language in ("en", "es")
    )

    assert [it["id"] for it in english] == [it["id"] for it in spanish]
    assert [it["name"] for it in english] != [it["name"] for it in spanish]
