"""Flyers of more followed creators than upstream takes at once, assembled in the one order of all lists."""

import datetime as dt
import random

import pytest

from flyers_proxy.lists import MAX_CREATORS, MAX_MERGED_ROWS
from tests import payloads
from tests.favorites.flyer_service import rank
from tests.favorites.keeping import follow

URL = "/api/v1/flyers/discover/"
HERE = (40.42, -3.7)  # where upstream is asked from, when the caller does not say


@pytest.fixture
def follows_many(alice):
    """Let Alice follow so many that upstream has to be asked five times."""
    follow(alice, *range(1, 4 * MAX_CREATORS + 2))


@pytest.fixture
def fill(service):
    """Give the service flyers of those creators, of few moments and places, so that each part of the order decides."""

    def fill(count):
        chance = random.Random(7)
        for flyer_id in range(1, count + 1):
            moment = dt.datetime(2026, 4, 1 + chance.randrange(5), tzinfo=dt.UTC)
            service.has(
                flyer_id,
                creator=payloads.creator(chance.randrange(1, 4 * MAX_CREATORS + 2)),
                created_at=None if chance.random() < 0.1 else moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                location={"address": "Madrid", "lat": 40 + chance.randrange(3), "lng": -3.7},
            )

    return fill


def in_order(service):
    return [flyer["id"] for flyer in sorted(service.flyers.values(), key=lambda flyer: rank(flyer, HERE))]


def page(caller, number, limit=10):
    return caller.get(URL, {"filter": "following", "page": number, "limit": limit})


@pytest.mark.parametrize("limit", [7, 50, 100])
def test_pages_are_in_order_without_a_gap_or_an_overlap(as_alice, follows_many, service, fill, limit):
    fill(330)

    pages = [page(as_alice, number, limit).json() for number in range(1, 330 // limit + 2)]

    assert [flyer["id"] for body in pages for flyer in body["results"]] == in_order(service)
    assert {body["count"] for body in pages} == {330}
    assert pages[-1]["next"] is None


def test_the_first_page_asks_each_part_once(as_alice, follows_many, service, fill):
    fill(330)

    answer = page(as_alice, 1)

    assert len(service.received) == 5
    assert [flyer["id"] for flyer in answer.json()["results"]] == in_order(service)[:10]


def test_a_page_is_assembled_once_and_then_cached(as_alice, follows_many, service, fill):
    fill(30)
    page(as_alice, 1)
    service.received.clear()

    answer = page(as_alice, 1)

    assert answer["X-Cache"] == "HIT"
    assert service.received == []


def test_a_page_past_the_end_is_empty(as_alice, follows_many, service, fill):
    fill(30)

    body = page(as_alice, 4).json()

    assert (body["count"], body["results"], body["next"]) == (30, [], None)


def test_beyond_what_can_be_assembled_a_400_says_so_and_no_link_leads_there(
    as_alice, follows_many, service, fill
):
    fill(MAX_MERGED_ROWS + 100)
    last = MAX_MERGED_ROWS // 50

    deepest, beyond = page(as_alice, last, 50), page(as_alice, last + 1, 50)

    assert [flyer["id"] for flyer in deepest.json()["results"]] == in_order(service)[
        MAX_MERGED_ROWS - 50 : MAX_MERGED_ROWS
    ]
    assert deepest.json()["count"] == MAX_MERGED_ROWS + 100
    assert deepest.json()["next"] is None
    assert beyond.status_code == 400
    assert beyond.json()["error"]["details"] == {
        "page": ["Of more than 200 creators only the first 500 flyers can be shown."]
    }


def test_the_deepest_page_takes_a_bounded_number_of_calls(as_alice, follows_many, service, fill):
    fill(MAX_MERGED_ROWS + 100)

    page(as_alice, MAX_MERGED_ROWS // 100, 100)

    assert len(service.received) <= 5 + MAX_MERGED_ROWS // 50


def test_when_a_part_fails_the_page_fails(as_alice, follows_many, service, fill):
    fill(30)
    service.fails_after(2)

    answer = page(as_alice, 1)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
