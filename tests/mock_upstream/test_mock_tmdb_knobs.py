"""The knobs, the pictures and the words of the stand-in for TMDb."""

import gzip
import socket
from datetime import date
from xml.etree import ElementTree as ET

import pytest
import requests

from mock_upstream.server import start, start_tmdb
from mock_upstream.tmdb.sample import PEOPLE, compose
from tests.mock_upstream.caller import Asker

TODAY = date(2026, 1, 15)


def test_each_service_has_knobs_and_a_log_of_its_own(mock, caller, tmdb, asker):
    tmdb.knobs.turn({"mode": "down"})

    assert (caller.feed().status_code, asker.get("movie/605").status_code) == (200, 503)
    assert mock.request_log.as_json()["by_path"] == {"/api/v1/flyers/feed/": 1}
    assert tmdb.request_log.as_json()["by_path"] == {"/3/movie/605": 1}


def test_one_service_hangs_while_the_other_is_well(caller, tmdb):
    tmdb.knobs.turn({"mode": "hang"})
    host, port = tmdb.url.removeprefix("http://").split(":")

    with socket.create_connection((host, int(port)), timeout=5) as wire:
        wire.sendall(b"GET /3/movie/605 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert caller.feed().status_code == 200
        assert wire.recv(1) == b""


def test_the_knobs_of_flyers_are_not_those_of_movies(asker):
    knobs = asker.request("/_control").json()

    assert knobs.keys() >= {"mode", "latency_ms", "gzip", "only", "gone_movies", "gone_shows"}
    assert "added" not in knobs
    assert (
        "no such knob: offers"
        in asker.request("/_control", "PATCH", json={"offers": "feed"}).json()["detail"]
    )


@pytest.mark.parametrize(
    ("mode", "status", "code"),
    [
        ("down", 503, 9),
        ("maintenance", 503, 9),
        ("throttled", 429, 25),
        ("redirect", 302, 11),
        ("refused", 200, 7),
    ],
)
def test_failures_are_worded_as_tmdb_does(tmdb, asker, mode, status, code):
    tmdb.knobs.turn({"mode": mode})

    answer = asker.get("movie/605")

    assert (answer.status_code, answer.json()["status_code"]) == (status, code)
    assert answer.json().get("success") is (None if mode == "throttled" else False)


@pytest.mark.parametrize(("retry_after", "header"), [(3, "3"), (None, None)])
def test_too_many_requests_with_and_without_a_time_to_wait(tmdb, asker, retry_after, header):
    tmdb.knobs.turn({"mode": "throttled", "retry_after": retry_after})

    answer = asker.get("discover/movie")

    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, header)


def test_failing_by_count_and_limited_to_some_paths(tmdb, asker):
    tmdb.knobs.turn({"fail_next": 1, "only": "/3/tv"})

    assert asker.get("movie/605").status_code == 200
    assert [asker.get("tv/605").status_code for _ in range(2)] == [500, 200]


def test_answers_can_come_in_gzip_that_nobody_asked_for(tmdb, asker):
    plain = asker.get("movie/605").content
    tmdb.knobs.turn({"gzip": True})

    answer = asker.request("/3/movie/605", headers={"Accept-Encoding": "identity"}, stream=True)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.raw.read(decode_content=False)) == plain
    assert asker.request("/_control", "PATCH", json={"gzip": "yes"}).status_code == 400


@pytest.mark.parametrize("mode", ["cut", "reset", "garbage", "html"])
def test_damaged_answers_are_no_movies(tmdb, asker, mode):
    tmdb.knobs.turn({"mode": mode})

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError, ValueError)):
        asker.get("movie/605").json()


def test_titles_can_be_gone(tmdb, asker):
    tmdb.knobs.turn({"gone_movies": [605]})

    assert (asker.get("movie/605").status_code, asker.get("tv/605").status_code) == (404, 200)
    assert 605 not in [it["id"] for it in asker.every("discover/movie")]
    assert asker.request("/t/p/w342/movie605poster.jpg").status_code == 404


def test_every_picture_of_a_page_and_of_a_cast_is_drawn(tmdb, asker):
    rows = asker.get("discover/movie").json()["results"] + asker.get("discover/tv").json()["results"]
    cast = asker.get("movie/605/credits").json()["cast"]
    paths = [("w342", row["poster_path"]) for row in rows] + [("w1280", row["backdrop_path"]) for row in rows]
    paths += [("h632", person["profile_path"]) for person in cast]
    there = next(iter(asker.get("movie/605/watch/providers").json()["results"].values()))
    paths += [("w45", offer["logo_path"]) for way in there.values() if isinstance(way, list) for offer in way]
    tmdb.knobs.turn({"mode": "down"})

    for size, path in paths:
        if path:
            picture = requests.get(f"{tmdb.url}/t/p/{size}{path}", timeout=5)
            assert picture.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
            assert ET.fromstring(picture.text).tag.endswith("svg")  # noqa: S314 - it is our own drawing
    assert not any(path.startswith("/t/p/") for path in tmdb.request_log.as_json()["by_path"])


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("movie605poster.jpg", "w92 w154 w185 w342 w500 w780 original"),
        ("tv605backdrop.jpg", "w300 w780 w1280 original"),
        ("tv605still.jpg", "w92 w185 w300 original"),
        ("person5001profile.jpg", "w45 w185 h632 original"),
        ("provider1logo.png", "w45 w92 w154 w185 w300 w500 original"),
        ("network41logo.png", "w45 w92 w154 original"),
        ("company41logo.png", "w45 w92 w154 original"),
        ("company41logo.svg", "original"),
    ],
)
def test_a_picture_is_there_in_each_of_its_sizes_without_a_key(tmdb, name, sizes):
    for size in sizes.split():
        picture = requests.get(f"{tmdb.url}/t/p/{size}/{name}", timeout=5)
        assert (picture.status_code, picture.headers["Access-Control-Allow-Origin"]) == (200, "*")


def test_a_poster_says_the_original_title(tmdb, asker):
    picture = requests.get(f"{tmdb.url}/t/p/original/movie607poster.jpg", timeout=5).text

    drawing = ET.fromstring(picture)  # noqa: S314 - it is our own drawing
    words = " ".join(text.text or "" for text in drawing.iter("{http://www.w3.org/2000/svg}text"))
    assert asker.get("movie/607").json()["original_title"] in words


@pytest.mark.parametrize(
    "path", ["w342/movie610poster.jpg", "w343/movie605poster.jpg", "w1280/movie605poster.jpg", "w342/movie9poster.jpg",
             "w45/person1profile.jpg", "w342/x.jpg", "w92/company41logo.svg", "w92/company9logo.png",
             "w342/movie0605poster.jpg", "w342/movie605poster.png", "w342/person5001poster.jpg"]
)  # fmt: skip
def test_a_picture_that_nothing_has_is_not_found(asker, path):
    answer = asker.request(f"/t/p/{path}")

    assert (answer.status_code, answer.json()["status_code"]) == (404, 34)


def test_bodies_name_no_address_but_the_services_own():
    with start_tmdb(public_url="http://movies.test:9001/") as service:
        asker = Asker(service.url, "dev-tmdb-token")
        for path in (
            "configuration",
            "movie/606?append_to_response=videos,credits,watch/providers",
            "tv/606",
        ):
            body = asker.get(path).text
            assert body.count("http") == body.count("http://movies.test:9001/")
        asker.session.close()


def test_there_is_plenty_and_no_two_titles_or_people_have_one_name():
    sample = compose(TODAY)

    assert (len(sample["movie"]), len(sample["tv"])) == (240, 70)
    for titles in sample.values():
        assert len({title.name("en") for title in titles.values()}) == len(titles)
    assert len({person.name for person in PEOPLE}) == len(PEOPLE)


def test_every_genre_of_the_sample_is_one_of_tmdbs(asker):
    sample = compose(TODAY)

    for kind, titles in sample.items():
        known = {genre["id"] for genre in asker.get(f"genre/{kind}/list").json()["genres"]}
        assert {id_ for title in titles.values() for id_ in title.facts["genre_ids"]} <= known


def test_tomorrow_has_the_same_titles():
    today, tomorrow = compose(TODAY), compose(date(2026, 1, 16))

    for number, movie in today["movie"].items():
        assert tomorrow["movie"][number].names == movie.names
        if number % 25:
            assert tomorrow["movie"][number] == movie


def test_either_service_can_be_started_alone():
    with start() as flyers, start_tmdb(key="another") as tmdb:
        assert (flyers.name, tmdb.name) == ("flyer service", "movie service")
        headers = {"Authorization": "Bearer another"}
        assert requests.get(f"{tmdb.url}/3/authentication", headers=headers, timeout=5).status_code == 200
