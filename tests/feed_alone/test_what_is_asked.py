"""What a service that offers its feed alone is asked, and how often: all of the feed, once for everybody."""

import pytest

from clients.distance import distance_km
from flyers_proxy.catalog import FLYERS
from tests.favorites.keeping import follow

pytestmark = pytest.mark.django_db

DISCOVER, SEARCH = "/api/v1/flyers/discover/", "/api/v1/flyers/search/"
MADRID, BILBAO = {"lat": 40.4168, "lng": -3.7038}, {"lat": 43.263, "lng": -2.935}


def page(number):
    return f"flyers/feed/?lat=40.42&lng=-3.7&page={number}&page_size=50"


def ids(answer):
    return [flyer["id"] for flyer in answer.json()["results"]]


def at(place):
    return {"address": "Somewhere", **place}


def test_the_feed_is_asked_for_with_nothing_but_a_position_and_pages(anyone, service, wire):
    service.has(*range(1, 102))

    anyone.get(DISCOVER, {**BILBAO, "near_me": "true", "creator": 3, "limit": 7})

    assert sorted(service.received) == [page(1), page(2), page(3)]


def test_without_a_key_none_is_sent(anyone, service, wire, settings):
    settings.FLYERS_API_TOKEN = ""
    service.has(7)

    assert anyone.get(DISCOVER).status_code == 200
    assert "Authorization" not in wire.calls[0].request.headers


def test_whatever_is_asked_next_takes_no_call(anyone, as_alice, alice, service):
    service.has(1, 2, 3)
    follow(alice, 3)
    anyone.get(DISCOVER)
    service.received.clear()

    answers = [
        anyone.get(DISCOVER, {"page": 2, "limit": 1}),
        anyone.get(DISCOVER, {**BILBAO, "radius": 3}),
        anyone.get(SEARCH, {"query": "jazz"}),
        anyone.get("/api/v1/flyers/2/"),
        anyone.get("/api/v1/creators/3/"),
        anyone.get("/api/v1/creators/3/flyers/"),
        anyone.get("/api/v1/flyers/categories/"),
        as_alice.get(DISCOVER, {"filter": "following"}),
        as_alice.put("/api/v1/users/me/favorites/", {"flyer_ids": [1, 2, 3]}),
        as_alice.get("/api/v1/users/me/favorites/"),
        as_alice.get("/api/v1/follows/"),
        anyone.get("/api/v1/flyers/4/"),
    ]

    assert [answer.status_code for answer in answers] == [200] * 11 + [404]
    assert service.received == []


def test_without_near_me_people_everywhere_share_a_page_and_have_their_own_distance(anyone, service):
    service.has(7, location=at(MADRID))
    anyone.get(DISCOVER)

    answers = [anyone.get(DISCOVER, place) for place in (MADRID, BILBAO)]

    assert [answer["X-Cache"] for answer in answers] == ["HIT", "HIT"]
    shown = [answer.json()["results"][0]["location"]["distance_km"] for answer in answers]
    between = distance_km((MADRID["lat"], MADRID["lng"]), (BILBAO["lat"], BILBAO["lng"]))
    assert shown == [0, pytest.approx(between, abs=0.001)]


@pytest.mark.parametrize("calls", [1, 3])
def test_no_more_pages_are_fetched_at_once_than_calls_may_be_made(anyone, service, settings, calls):
    settings.FLYERS_MAX_CONCURRENCY = calls
    service.has(*range(1, 402))

    assert anyone.get(DISCOVER).json()["count"] == 401


def test_a_service_that_is_slow_is_waited_for_by_the_next_who_ask(anyone, service, settings):
    settings.FLYERS_DEADLINE_SECONDS = 0.4
    service.delay = 0.6
    service.has(7)

    first = anyone.get(DISCOVER)
    second = anyone.get(DISCOVER)

    assert (first.status_code, first.json()["error"]["code"]) == (504, "UPSTREAM_TIMEOUT")
    assert second.status_code == 200
    assert len(service.received) == 1


def test_a_feed_without_flyers_is_an_empty_list(anyone, service):
    body = anyone.get(DISCOVER).json()

    assert (body["count"], body["results"]) == (0, [])
    assert "partial" not in body["meta"]


def test_the_feed_keeps_its_order(anyone, service):
    service.has(5, location=at(BILBAO))
    service.has(9, 2, location=at(MADRID), created_at="2026-02-02T00:00:00Z")
    service.has(7, created_at="2026-03-03T00:00:00Z")
    first = ids(anyone.get(DISCOVER))

    found = ids(anyone.get(SEARCH, {"query": "flyer", **BILBAO}))

    assert found == first == [7, 2, 9, 5]


def test_it_is_fetched_again_behind_whoever_asks(anyone, service, settings, clock):
    service.has(7)
    anyone.get(DISCOVER)
    clock.shift(3600)
    service.has(8)

    stale = anyone.get(DISCOVER)
    FLYERS.stop()  # which waits for what is under way
    assert (stale["X-Cache"], ids(stale)) == ("STALE", [7])
    assert stale.json()["meta"]["stale"] is True
    assert len(service.received) == 2
    assert sorted(ids(anyone.get(DISCOVER))) == [7, 8]
