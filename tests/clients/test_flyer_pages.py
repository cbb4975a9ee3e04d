"""tests of the clients room: a page with bad flyers in it, and what is no page at all."""

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

    with pytest.raises(errors.UpstreamMalformed):
        client.list_flyers(MILAN)


def test_an_empty_page_is_an_empty_page(wire, client):
    wire.get(FEED, json=answers.page())

    assert client.list_flyers(MILAN).value.results == ()


def test_a_flyer_that_was_not_among_the_asked_ids_is_left_out(wire, client):
    wire.get(FEED, json=answers.page(answers.flyer(7), answers.flyer(9)))

    page = client.list_flyers(FlyerQuery(lat=0, lng=0, ids=(7, 8))).value

    assert [flyer.id for flyer in page.results] == [7]
    assert page.left_out == 1


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

    with pytest.raises(errors.UpstreamMalformed):
        client.list_flyers(MILAN)
