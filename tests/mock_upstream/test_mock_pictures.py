"""The pictures that the bundled flyer service draws."""

from xml.etree import ElementTree as ET

import pytest
import requests

from mock_upstream.flyers.pictures import flyer_picture, portrait
from tests.mock_upstream.test_mock_sample import FLYERS, SAMPLE

SVG = "{http://www.w3.org/2000/svg}"


def drawing_of(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - it is our own drawing


def words_of(picture: str) -> str:
    return " ".join(text.text or "" for text in drawing_of(picture).iter(f"{SVG}text"))


def test_every_picture_of_the_sample_is_a_drawing():
    pictures = [flyer_picture(flyer, n + 1) for flyer in FLYERS for n in range(len(flyer.images or ()))]

    for picture in pictures:
        root = drawing_of(picture)
        assert root.tag == f"{SVG}svg"
        assert root.get("viewBox") == "0 0 800 1000"
    assert len(set(pictures)) == len(pictures)


def test_a_poster_says_the_whole_title_and_who_it_is_by():
    for flyer in FLYERS:
        words = words_of(flyer_picture(flyer, 1))
        assert flyer.title in words
        assert flyer.creator.name in words


def test_the_other_pictures_of_a_flyer_have_no_words():
    assert words_of(flyer_picture(FLYERS[0], 2)) == ""


def test_a_flyer_is_always_drawn_alike():
    assert flyer_picture(FLYERS[0], 1) == flyer_picture(FLYERS[0], 1)


def test_a_portrait_shows_the_initials():
    assert words_of(portrait(SAMPLE.creators[7])) == "SN"


def test_pictures_in_the_feed_can_be_shown_by_any_page_without_a_key(mock, caller):
    urls = [image["url"] for flyer in caller.feed().json()["results"] for image in flyer.get("images", [])]
    faces = [caller.get("users/1/").json()["profile_picture"]]

    for url in urls + faces:
        picture = requests.get(url, timeout=5)
        assert picture.status_code == 200
        assert picture.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
        assert picture.headers["Access-Control-Allow-Origin"] == "*"
        assert picture.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert picture.headers["Cache-Control"] == "public, max-age=3600"
        assert (
            requests.get(url, headers={"If-None-Match": picture.headers["ETag"]}, timeout=5).status_code
            == 304
        )


@pytest.mark.parametrize(
    "path",
    [
        "/media/flyers/3/1.svg",
        "/media/flyers/1/6.svg",
        "/media/flyers/99999/1.svg",
        "/media/creators/5.svg",
        "/media/creators/49.svg",
    ],
)
def test_a_picture_that_no_flyer_or_creator_has_is_not_found(caller, path):
    assert caller.request(path).status_code == 404


@pytest.mark.parametrize(
    "title",
    [
        '<script>alert(1)</script> & "friends"',
        "W" * 200,
        "word " * 40,
        "Supercalifragilisticexpialidocious Soirée",
        "😀",
    ],
)
def test_a_title_of_any_kind_fits_on_a_poster(mock, caller, title):
    mock.knobs.turn({"added": [{"id": 9001, "title": title}]})

    picture = caller.request("/media/flyers/9001/1.svg")

    assert picture.status_code == 200
    drawn = words_of(picture.text).split(" ")
    assert title.split()[0][:10] in drawn[1]
    assert "<script" not in picture.text
