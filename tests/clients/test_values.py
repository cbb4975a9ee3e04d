"""Tests of texts and addresses being made safe to show."""

import pytest

from clients.flyers import Image
from tests.clients import answers
from tests.clients.answers import UPSTREAM


def test_texts_are_cleaned_and_cut(wire, client):
    answer = answers.flyer(
        7,
        title="Ja\x00zz\ud800 \x1b[31mnow\x85" + "!" * 300,
        description="ok\r\nfine\t" + "d" * 3000,
        categories=["ev\x00ents", "", "\x01", "events"],
        creator=answers.creator_summary(username="an\udfffna"),
        location={"address": "Via\x07" + "a" * 600, "lat": 0, "lng": 0},
    )
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answer)

    flyer = client.get_flyer(7).value

    assert flyer.title.startswith("Jazz [31mnow!!")
    assert (len(flyer.title), len(flyer.description), len(flyer.location.address)) == (200, 2000, 500)
    assert flyer.description.startswith("ok\nfine\td")
    assert flyer.categories == ("events",)
    assert flyer.creator.username == "anna"


# Bidirectional controls, what takes no room, and what hides text.
UNSEEN = (
    *("\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))),
    *("\u00ad", "\u180e", "\u200b", *map(chr, range(0x2060, 0x2065)), "\ufeff"),
    *("\ufff9", "\ufffb", "\U000e0001", "\U000e0041"),
)


@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda sign: f"U+{ord(sign):04X}")
def test_what_hides_or_turns_its_neighbours_is_in_no_text(wire, client, unseen):
    said = f"Ja{unseen}zz"
    answer = answers.flyer(
        7,
        title=said,
        description=said,
        categories=[said],
        creator=answers.creator_summary(username=said),
        location={"address": said, "lat": 0, "lng": 0},
    )
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answer)
    wire.get(f"{UPSTREAM}/api/v1/users/3/", json=answers.creator_summary(3, username=said, bio=said))
    wire.get(f"{UPSTREAM}/api/v1/categories/", json=[{"slug": said, "name": said}])

    flyer, creator = client.get_flyer(7).value, client.get_creator(3).value
    (category,) = client.list_categories().value

    shown = (
        flyer.title,
        flyer.description,
        *flyer.categories,
        flyer.creator.username,
        flyer.location.address,
    )
    assert {*shown, creator.username, creator.bio, category.slug, category.name} == {"Jazz"}


LINES = "one\r\ntwo\u2028three\u2029four\tfive"


def test_a_title_is_one_line_and_a_description_keeps_its_lines(wire, client):
    answer = answers.flyer(7, title=LINES, description=LINES, creator=answers.creator_summary(username=LINES))
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answer)
    wire.get(f"{UPSTREAM}/api/v1/users/3/", json=answers.creator_summary(3, username=LINES, bio=LINES))

    flyer, creator = client.get_flyer(7).value, client.get_creator(3).value

    assert {flyer.title, flyer.creator.username, creator.username} == {"one two three four five"}
    assert {flyer.description, creator.bio} == {"one\ntwo\nthree\nfour\tfive"}


@pytest.mark.parametrize(
    "said", ["👩‍👩‍👧", "می‌خواهم", "क्‍ष", "a\u00a0b", "\u3000祭り", "❤️", "🇪🇸", "\U0001fae9"], ids=ascii
)
def test_what_joins_or_parts_signs_of_a_script_stays(wire, client, said):
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answers.flyer(7, title=said, description=said))

    flyer = client.get_flyer(7).value

    assert (flyer.title, flyer.description) == (said, said)


def test_emoji_and_other_scripts_stay_as_they_are(wire, client):
    title = "Fête 👩‍👩‍👧 для всех 祭り مهرجان"
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answers.flyer(7, title=title))

    assert client.get_flyer(7).value.title == title


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "ftp://pictures.example/a.png",
        "//pictures.example/a.png",
        "/a.png",
        "",
        "https://",
        "https:///a.png",
        "https://pictures.example/a b.png",
        "https://pictures.example/a\n.png",
        'https://pictures.example/"onerror=',
        "https://pictures.example\\@evil.example/",
        "https://user:pass@pictures.example/",
        "https://pictures.example/\x00",
        "https://pictures.example/\ud800",
        "https://pictures.example/" + "a" * 2000,
    ],
)
def test_an_address_that_no_browser_should_load_is_dropped(wire, client, url):
    answer = answers.flyer(
        7,
        images=[{"url": url}, {"url": "http://pictures.example/ok.png"}],
        creator=answers.creator_summary(profile_picture=url),
    )
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answer)

    flyer = client.get_flyer(7).value

    assert flyer.images == (Image("http://pictures.example/ok.png", 0),)
    assert flyer.creator.profile_picture is None


@pytest.mark.parametrize(
    "url",
    [
        "https://pictures.example",
        "HTTPS://pictures.example:8443/a.png?w=1&h=2#top",
        "http://[2001:db8::1]/a.png",
        "https://bücher.example/größe.png",
        "https://pictures.example?x=a@b",
    ],
)
def test_an_honest_address_is_unchanged(wire, client, url):
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answers.flyer(7, images=[{"url": url}]))

    assert client.get_flyer(7).value.images == (Image(url, 0),)


def test_no_flyer_shows_more_pictures_than_the_contract_allows(wire, client):
    images = [{"url": f"https://pictures.example/{n}.png", "order": -n} for n in range(30)]
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answers.flyer(7, images=images))

    assert [image.order for image in client.get_flyer(7).value.images] == [-29, -28, -27, -26, -25]
