"""`filter=following`: only flyers of the creators whom the caller follows."""

import json

import pytest

from accounts.sessions import open_session
from config.metrics import counter
from config.middleware import request_id_of
from proxy.hit_path import HitPath
from tests import payloads
from tests.favorites.keeping import follow
from tests.proxy.wsgi_client import WsgiClient, wsgi_handler


def followed_flyers(caller, **params):
    return caller.get("/api/v1/flyers/discover/", {"filter": "following", **params})


def ids_of(answer):
    assert answer.status_code == 200, answer.content
    return [flyer["id"] for flyer in answer.json()["results"]]


def test_only_flyers_of_followed_creators_are_shown(as_alice, alice, service):
    for flyer_id, creator_id in {1: 3, 2: 4, 3: 5}.items():
        service.has(flyer_id, creator=payloads.creator(creator_id))
    follow(alice, 3, 5)

    answer = followed_flyers(as_alice)

    assert ids_of(answer) == [1, 3]
    assert answer.json()["count"] == 2
    assert all(flyer["creator"]["is_following"] for flyer in answer.json()["results"])
    assert [query for query in service.received if "creators=3%2C5" in query]


def test_nobody_sees_others_flyers_because_the_service_ignores_the_filter(as_alice, alice, service):
    service.has(1)
    service.has(2, creator=payloads.creator(4))
    service.ignores = {"creators"}
    follow(alice, 3)

    answer = followed_flyers(as_alice)

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "UPSTREAM_BAD_RESPONSE")


def test_each_sees_the_flyers_of_those_whom_they_follow_themselves(as_alice, as_bob, alice, bob, service):
    for flyer_id, creator_id in {1: 3, 2: 4}.items():
        service.has(flyer_id, creator=payloads.creator(creator_id))
    follow(alice, 3)
    follow(bob, 4)

    seen = [ids_of(followed_flyers(caller)) for caller in (as_alice, as_bob, as_alice, as_bob)]

    assert seen == [[1], [2], [1], [2]]


def test_the_hit_path_gives_nobody_the_flyers_that_another_follows(alice, bob, service):
    for flyer_id, creator_id in {1: 3, 2: 4}.items():
        service.has(flyer_id, creator=payloads.creator(creator_id))
    follow(alice, 3)
    follow(bob, 4)
    short = WsgiClient(HitPath(wsgi_handler(), request_id=request_id_of, counter=counter))
    tokens = [f"Bearer {open_session(user=user).access}" for user in (alice, bob)] * 2

    answers = [
        short.request("/api/v1/flyers/discover/?filter=following", HTTP_AUTHORIZATION=token)
        for token in tokens
    ]

    assert [[flyer["id"] for flyer in json.loads(body)["results"]] for _, _, body in answers] == [
        [1],
        [2],
        [1],
        [2],
    ]


def test_who_follows_nobody_sees_an_empty_page_and_upstream_is_not_asked(as_alice, service):
    answer = followed_flyers(as_alice)

    assert ids_of(answer) == []
    assert (answer.json()["count"], answer.json()["next"]) == (0, None)
    assert answer["Cache-Control"] == "private, no-cache"
    assert service.received == []


@pytest.mark.parametrize("route", ["/api/v1/flyers/discover/", "/api/v1/flyers/search/?query=jazz"])
def test_an_anonymous_caller_is_told_to_sign_in(anyone, service, route):
    answer = anyone.get(
        route, {"filter": "following", "query": "jazz"} if "search" in route else {"filter": "following"}
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")
    assert service.received == []


def test_the_filter_goes_together_with_the_others(as_alice, alice, service):
    for flyer_id, creator_id in {1: 3, 2: 4}.items():
        service.has(flyer_id, creator=payloads.creator(creator_id))
    follow(alice, 3, 4)
    service.flyers[2]["location"] |= {"lat": 1.01, "lng": 2}

    one = followed_flyers(as_alice, creator=4, categories="events,nightlife", lat=1, lng=2, near_me="true")
    stranger = followed_flyers(as_alice, creator=5)

    assert ids_of(one) == [2]
    for part in ("creators=4", "categories=events%2Cnightlife", "near_me=true", "lat=1&lng=2"):
        assert part in service.received[0]
    assert ids_of(stranger) == []
    assert len(service.received) == 1


def test_searching_among_followed_creators(as_alice, alice, service):
    service.has(1)
    follow(alice, 3)

    answer = as_alice.get("/api/v1/flyers/search/", {"query": "jazz", "filter": "following"})

    assert ids_of(answer) == [1]
    assert "search=jazz" in service.received[0]
    assert "creators=3" in service.received[0]


def test_a_page_of_followed_flyers_takes_three_queries(as_alice, alice, service, django_assert_num_queries):
    service.has(1)
    follow(alice, 3)

    with django_assert_num_queries(3):  # session; whom they follow; marks
        followed_flyers(as_alice)
