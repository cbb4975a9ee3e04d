"""Tests of pages with invalid flyers, and of documents that are no page."""

import logging

import pytest

from clients import errors
from clients.flyers import FlyerQuery
from tests.clients import answers
from tests.clients.answers import UPSTREAM

FEED = f"{UPSTREAM}/api/v1/flyers/feed/"
MILAN = FlyerQuery(lat=45.46, lng=9.19)


BAD_FLYERS = [
    "no flyer",
    None,
    [],
    {},
    answers.flyer(0),
    answers.flyer(-1),
    answers.flyer(2**63),
    answers.flyer(10**400),
    answers.flyer("7"),
    answers.flyer(7.0),
    answers.flyer(True),
    answers.flyer(title=7),
    answers.flyer(categories="events"),
    answers.flyer(categories=[1]),
    answers.flyer(images=[{"order": 1}]),
    answers.flyer(images=[{"url": "https://x.example/", "order": 10**20}]),
    answers.flyer(creator=answers.creator_summary(0)),
    answers.flyer(creator={"id": 3}),
    answers.flyer(location={"address": "", "lat": 90.1, "lng": 0}),
    answers.flyer(location={"address": "", "lat": 0, "lng": -180.1}),
    answers.flyer(location={"address": "", "lat": 10**400, "lng": 0}),
    answers.flyer(location={"address": "", "lat": "45", "lng": 0}),
    answers.flyer(validity={"valid_from": "2026-05-01T00:00:00Z"}),
    answers.flyer(validity={"valid_from": "yesterday", "valid_until": "2026-05-01T00:00:00Z"}),
    answers.flyer(validity={"valid_from": "2026-05-01T00:00:00", "valid_until": "2026-05-01T00:00:00Z"}),
    answers.flyer(validity={"valid_from": 1777593600, "valid_until": "2026-05-01T00:00:00Z"}),
    answers.flyer(
        validity={"valid_from": "2026-05-01T00:00:00Z", "valid_until": "9999-12-31T23:59:59-12:00"}
    ),
    answers.flyer(created_at="\ud800"),
]


@pytest.mark.parametrize("bad", BAD_FLYERS, ids=range(len(BAD_FLYERS)))
def test_one_bad_flyer_is_left_out_of_its_page_and_counted(wire, client, bad):
    wire.get(FEED, json=answers.page(answers.flyer(1), bad, answers.flyer(2), count=40))

    page = client.list_flyers(MILAN).value

    assert [flyer.id for flyer in page.results] == [1, 2]
    assert (page.count, page.left_out) == (40, 1)


def test_a_page_of_nothing_but_bad_flyers_is_a_failure_and_not_an_empty_page(wire, client):
    wire.get(FEED, json=answers.page({}, {}))

    with pytest.raises(errors.UpstreamMalformedError):
        client.list_flyers(MILAN)


def test_an_empty_page_is_an_empty_page(wire, client):
    wire.get(FEED, json=answers.page())

    assert client.list_flyers(MILAN).value.results == ()


def near(lat, lng, **fields):
    return answers.flyer(location={"address": "", "lat": lat, "lng": lng}, **fields)


# A hundredth of a degree of latitude is 1.112 km.
CONTRADICTIONS = {
    "ids": ({"ids": (7, 8)}, answers.flyer(9)),
    "creators": ({"creators": (3, 4)}, answers.flyer(8, creator=answers.creator_summary(5))),
    "categories": ({"categories": ("events", "food")}, answers.flyer(8, categories=["music"])),
    "near_me": ({"near_me": True, "radius": 1.0}, near(45.47, 9.19)),
}


@pytest.mark.parametrize(("name", "question", "contradiction"), [(n, *c) for n, c in CONTRADICTIONS.items()])
def test_a_page_with_a_flyer_that_contradicts_the_question_is_malformed_as_a_whole(
    wire, client, caplog, name, question, contradiction
):
    caplog.set_level(logging.WARNING, logger="clients")
    wire.get(FEED, json=answers.page(near(45.46, 9.19, flyer_id=7), contradiction))

    with pytest.raises(errors.UpstreamMalformedError, match=f"ignores the filter {name}$"):
        client.list_flyers(FlyerQuery(lat=45.46, lng=9.19, **question))

    assert [record.reason for record in caplog.records] == [f"an answer that ignores the filter {name}"]


@pytest.mark.parametrize(
    ("question", "flyer"),
    [
        ({"categories": ("food",)}, answers.flyer(categories=[])),
        ({"categories": ("food",)}, {key: value for key, value in answers.flyer().items() if key != "categories"}),
        ({"categories": ("food",)}, answers.flyer(categories=[*map(str, range(25)), "food"])),
        ({"categories": ("Events", "food")}, answers.flyer(categories=["events"])),
        ({"search": "polka"}, answers.flyer()),
        ({"near_me": True, "radius": 1.1}, near(45.47, 9.19)),
        ({"near_me": True, "radius": 0.01}, near(45.4600935, 9.19)),
        ({"near_me": False, "radius": 0.5}, near(45.47, 9.19)),
        ({"ids": (7, 8), "creators": (3,), "categories": ("events",)}, answers.flyer(7)),
    ],
    ids=[
        *("no categories", "categories missing", "too many categories to show", "another case", "a search"),
        *("two percent of grace", "distances in whole metres", "a radius without near_me"),
        "all that was asked for",
    ],
)  # fmt: skip
def test_what_does_not_contradict_the_question_is_believed(wire, client, question, flyer):
    wire.get(FEED, json=answers.page(flyer))

    page = client.list_flyers(FlyerQuery(lat=45.46, lng=9.19, **question)).value

    assert (len(page.results), page.left_out) == (1, 0)


def test_a_flyer_that_is_not_fit_to_show_contradicts_nothing(wire, client):
    wire.get(FEED, json=answers.page(answers.flyer(7), answers.flyer(9, title=None)))

    page = client.list_flyers(FlyerQuery(lat=0, lng=0, ids=(7, 8))).value

    assert ([flyer.id for flyer in page.results], page.left_out) == ([7], 1)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "page",
        7,
        {},
        {"count": 1},
        {"results": []},
        answers.page(count=-1),
        answers.page(count="1"),
        answers.page(count=10**30),
        answers.page(results={}),
        answers.page(results=None),
        answers.page(*[answers.flyer(n) for n in range(1, 22)]),
    ],
)
def test_what_is_no_page_of_the_size_asked_for_is_malformed(wire, client, wrong):
    wire.get(FEED, json=wrong)

    with pytest.raises(errors.UpstreamMalformedError):
        client.list_flyers(MILAN)
