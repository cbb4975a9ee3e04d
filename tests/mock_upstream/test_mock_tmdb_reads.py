"""Key, details, what is appended, small lists and errors of the stand-in for TMDb."""

import re

import pytest
import requests

MOVIE = {
    "adult", "backdrop_path", "belongs_to_collection", "budget", "genres", "homepage", "id", "imdb_id",
    "origin_country", "original_language", "original_title", "overview", "popularity", "poster_path",
    "production_companies", "production_countries", "release_date", "revenue", "runtime", "spoken_languages",
    "status", "tagline", "title", "video", "vote_average", "vote_count",
}  # fmt: skip
SHOW = {
    "adult", "backdrop_path", "created_by", "episode_run_time", "first_air_date", "genres", "homepage", "id",
    "in_production", "languages", "last_air_date", "last_episode_to_air", "name", "networks",
    "next_episode_to_air", "number_of_episodes", "number_of_seasons", "origin_country", "original_language",
    "original_name", "overview", "popularity", "poster_path", "production_companies", "production_countries",
    "seasons", "spoken_languages", "status", "tagline", "type", "vote_average", "vote_count",
}  # fmt: skip
EPISODE = {
    "air_date", "episode_number", "id", "name", "overview", "production_code", "runtime", "season_number",
    "show_id", "still_path", "vote_average", "vote_count",
}  # fmt: skip
APPENDED = "videos,credits,watch/providers,external_ids"


def test_a_key_is_judged(tmdb, asker):
    right = asker.get("authentication")
    wrong = requests.get(f"{tmdb.url}/3/authentication", headers={"Authorization": "Bearer no"}, timeout=5)
    none = requests.get(f"{tmdb.url}/3/movie/605?api_key=dev-tmdb-token", timeout=5)

    assert right.json() == {"success": True, "status_code": 1, "status_message": "Success."}
    assert (wrong.status_code, none.status_code) == (401, 401)
    assert wrong.json() == {
        "success": False,
        "status_code": 7,
        "status_message": "Invalid API key: You must be granted a valid key.",
    }


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("movie/99999", 404, 34),
        ("tv/700", 404, 34),  # there is a movie of that id
        ("movie/0", 500, 44),
        ("movie/-5", 500, 44),
        ("tv/2147483648", 500, 44),
        ("movie/2147483647", 404, 34),
        ("movie/abc", 404, 34),
        ("movie/605/", 404, 34),
        ("nothing", 404, 34),
        ("discover/movie?page=501", 400, 22),
        ("discover/movie?page=0", 400, 22),
        ("search/tv?query=a&page=two", 400, 22),
        ("movie/99999/recommendations", 404, 34),
        ("trending/movie/month", 404, 34),
        (f"movie/605?append_to_response={'videos,' * 21}", 400, 27),
        ("discover/movie?with_genres=comedy", 422, 5),
    ],
)
def test_what_is_wrong_is_said_in_tmdbs_own_codes(asker, path, status, code):
    answer = asker.get(path)

    assert answer.status_code == status
    assert answer.json() == {
        "success": False,
        "status_code": code,
        "status_message": answer.json()["status_message"],
    }


def test_twenty_parts_may_be_asked_for_and_unknown_ones_are_passed_over(asker):
    answer = asker.get("movie/605", append_to_response=",".join(["images"] * 19 + ["videos"]))

    assert answer.json().keys() == MOVIE | {"videos"}


def test_only_get_and_head_are_known(asker):
    assert asker.request("/3/movie/605", "HEAD").status_code == 200
    refused = asker.request("/3/movie/605", "POST")
    assert (refused.status_code, refused.json()["status_code"]) == (405, 42)


def test_a_movie_in_full(asker):
    movie = asker.get("movie/605", append_to_response=APPENDED).json()

    assert movie.keys() == MOVIE | set(APPENDED.split(","))
    assert movie["genres"][0].keys() == {"id", "name"}
    assert movie["production_companies"][0].keys() == {"id", "name", "logo_path", "origin_country"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", movie["release_date"])
    assert "id" not in movie["videos"]
    assert movie["credits"]["cast"][0].keys() == {
        "adult", "cast_id", "character", "credit_id", "gender", "id", "known_for_department", "name", "order",
        "original_name", "popularity", "profile_path",
    }  # fmt: skip
    assert {"department", "job"} < movie["credits"]["crew"][0].keys()
    assert movie["credits"]["crew"][0]["job"] == "Director"


def test_a_show_in_full(asker):
    show = asker.get("tv/606", append_to_response=APPENDED).json()

    assert show.keys() == SHOW | set(APPENDED.split(","))
    assert show["next_episode_to_air"].keys() == show["last_episode_to_air"].keys() == EPISODE
    assert show["next_episode_to_air"]["air_date"] == "2026-01-16"
    assert show["number_of_seasons"] == len(show["seasons"])
    assert "cast_id" not in show["credits"]["cast"][0]
    assert show["external_ids"]["imdb_id"].startswith("tt")
    coming = asker.get("tv/625").json()
    assert (coming["status"], coming["last_air_date"]) == ("In Production", None)
    ended = asker.get("tv/605").json()
    assert (ended["next_episode_to_air"], ended["in_production"]) == (None, False)
    specials = ended["seasons"][0]
    assert (specials["season_number"], specials["air_date"], specials["poster_path"]) == (0, None, None)


def test_every_title_can_be_read_in_every_language(asker, tmdb):
    for number in range(601, 841):
        for language in ("en-US", "es-ES", "de"):
            movie = asker.get(f"movie/{number}", language=language, append_to_response=APPENDED).json()
            assert (movie["id"], bool(movie["title"])) == (number, True)
    for number in range(601, 671):
        assert asker.get(f"tv/{number}", append_to_response=APPENDED).json()["id"] == number


def test_a_part_can_be_read_alone(asker):
    alone = asker.get("movie/605/watch/providers").json()

    assert alone.pop("id") == 605
    assert alone == asker.get("movie/605", append_to_response="watch/providers").json()["watch/providers"]


def test_texts_are_translated_where_they_are_and_empty_where_not(asker):
    def texts(number, language):
        movie = asker.get(f"movie/{number}", language=language).json()
        return movie["title"], movie["overview"]

    english, spanish, german = (texts(605, language) for language in ("en-US", "es-MX", "de-DE"))
    assert len({english, spanish, german}) == 3
    assert spanish[1].startswith("En ")
    assert german[1] == ""
    assert german[0] == asker.get("movie/605").json()["original_title"]
    assert texts(619, "es") == (texts(619, "en")[0], "")  # 619 was never translated


def test_videos_are_those_in_the_asked_languages(asker):
    def languages(**params):
        return {
            video["iso_639_1"]
            for n in range(601, 641)
            for video in asker.get(f"movie/{n}/videos", **params).json()["results"]
        }

    assert languages() == {"en"}
    assert languages(language="es-ES") == {"es"}
    assert languages(language="pt-BR") == set()
    assert languages(language="pt-BR", include_video_language="pt,en,es,null") == {"en", "es"}


def test_both_forms_of_a_moment_and_made_up_keys_are_among_the_videos(asker):
    videos = [
        video
        for number in range(601, 641)
        for video in asker.get(f"movie/{number}/videos", include_video_language="en,es").json()["results"]
    ]

    forms = [r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"]
    assert all(any(re.fullmatch(form, video["published_at"]) for video in videos) for form in forms)
    assert all(re.fullmatch(r"[\w-]{11}", video["key"]) for video in videos)
    assert {video["site"] for video in videos} == {"YouTube", "Vimeo"}
    assert asker.get("movie/602/videos").json()["results"] == []


def test_where_it_can_be_watched_differs_by_region(tmdb, asker):
    regions = asker.get("movie/605/watch/providers").json()["results"]

    assert 0 < len(regions) < 6
    for region, there in regions.items():
        assert there.pop("link") == f"{tmdb.url}/movie/605/watch?locale={region}"
        assert there.keys() <= {"flatrate", "rent", "buy", "ads", "free"}
        for offers in there.values():
            assert offers[0].keys() == {"provider_id", "provider_name", "logo_path", "display_priority"}
    assert asker.get("movie/622/watch/providers").json()["results"] == {}


def test_genres_are_named_in_the_language_and_keep_their_ids(asker):
    english = asker.get("genre/movie/list").json()["genres"]
    spanish = asker.get("genre/movie/list", language="es-ES").json()["genres"]

    assert {"id": 878, "name": "Science Fiction"} in english
    assert {"id": 878, "name": "Ciencia ficción"} in spanish
    assert (len(english), len(asker.get("genre/tv/list").json()["genres"])) == (19, 16)


def test_the_configuration_says_where_pictures_are(tmdb, asker):
    images = asker.get("configuration").json()["images"]

    assert images["secure_base_url"] == f"{tmdb.url}/t/p/"
    assert images["poster_sizes"] == ["w92", "w154", "w185", "w342", "w500", "w780", "original"]


def test_an_answer_can_be_revalidated(asker):
    tag = asker.get("movie/605").headers["ETag"]

    assert asker.request("/3/movie/605", headers={"If-None-Match": tag}).status_code == 304


def test_companies_and_networks_have_a_logo_but_for_one(asker):
    movies = [asker.get(f"movie/{number}").json() for number in range(601, 641)]
    shows = [asker.get(f"tv/{number}").json() for number in range(601, 641)]

    logos = {it["id"]: it["logo_path"] for movie in movies for it in movie["production_companies"]}
    assert logos == {40: None, **{number: f"/company{number}logo.png" for number in range(41, 45)}}
    logos = {it["id"]: it["logo_path"] for show in shows for it in show["networks"]}
    assert logos == {40: None, **{number: f"/network{number}logo.png" for number in range(41, 45)}}


def test_some_movies_are_of_a_collection(asker):
    collection = asker.get("movie/603").json()["belongs_to_collection"]

    assert collection.keys() == {"id", "name", "poster_path", "backdrop_path"}
    assert asker.get("movie/605").json()["belongs_to_collection"] is None


ODD = {
    "movie/607": {"release_date": ""},
    "movie/610": {"poster_path": None, "backdrop_path": None},
    "movie/613": {"genres": [], "imdb_id": None},
    "movie/618": {"vote_average": 7},
    "movie/620": {"overview": None},
    "movie/621": {"overview": ""},
    "movie/625": {"status": "Post Production", "vote_count": 0, "revenue": 0, "budget": 0},
    "movie/628": {"runtime": 0},
    "movie/631": {"runtime": None},
    "movie/642": {"revenue": 2_923_706_026},
    "movie/645": {"adult": True},
    "movie/646": {"video": True},
    "tv/602": {"first_air_date": None, "last_air_date": None},
    "tv/604": {"first_air_date": ""},
    "tv/608": {"poster_path": None},
}


@pytest.mark.parametrize(("path", "oddity"), ODD.items(), ids=ODD)
def test_some_titles_are_as_odd_as_tmdbs(asker, path, oddity):
    title = asker.get(path).json()

    assert {name: title[name] for name in oddity} == oddity
    assert isinstance(title["vote_average"], int) == (
        path in {"movie/618", "movie/625"} or title["vote_average"] % 1 == 0
    )


def test_some_titles_have_no_date_at_all(asker):
    assert "release_date" not in asker.get("movie/606").json()
    assert "first_air_date" not in asker.get("tv/601").json()


def test_a_show_has_the_number_of_another_movie(asker):
    assert asker.get("movie/605").json()["title"] != asker.get("tv/605").json()["name"]
