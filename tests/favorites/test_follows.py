"""Following creators, and the list of follows."""

import json
import time

import pytest

from favorites.services.shelves import FOLLOWS
from tests.favorites.keeping import follow, followed_by

URL = "/api/v1/follows/"
STATUS = f"{URL}status/"


def test_following_twice_follows_once(clock, as_alice, alice, service):
    service.has_creators(3)

    first, again = as_alice.post(URL, {"followed_id": 3}), as_alice.post(URL, {"followed_id": 3})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"followed_id": 3, "created_at": "2026-05-01T12:00:00Z"}
    assert followed_by(alice) == [3]
    assert service.received == ["users/3/"]


def test_a_creator_that_upstream_does_not_have_is_not_followed(as_alice, alice, service):
    answer = as_alice.post(URL, {"followed_id": 3})

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert followed_by(alice) == []


def test_nobody_follows_themselves(as_alice, alice, service):
    service.has_creators(3)
    alice.creator_id = 3
    alice.save()

    answer = as_alice.post(URL, {"followed_id": 3})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "SELF_FOLLOW")
    assert followed_by(alice) == []


def test_another_may_follow_the_creator_that_somebody_is(as_bob, alice, bob, service):
    service.has_creators(3)
    alice.creator_id = 3
    alice.save()

    assert as_bob.post(URL, {"followed_id": 3}).status_code == 201


def test_in_an_outage_whom_one_follows_is_still_followed_and_nobody_new(as_alice, anyone, alice, service):
    service.has_creators(4)
    anyone.get("/api/v1/creators/4/")
    follow(alice, 3)
    service.status = 503

    answers = [as_alice.post(URL, {"followed_id": creator_id}) for creator_id in (3, 4, 5)]

    assert [answer.status_code for answer in answers] == [200, 201, 503]
    assert followed_by(alice) == [4, 3]


def test_a_creator_who_was_seen_and_has_been_removed_since_is_not_followed(
    clock, as_alice, anyone, alice, service
):
    service.has_creators(3)
    anyone.get("/api/v1/creators/3/")
    clock.shift(300)
    service.creators.clear()

    assert as_alice.post(URL, {"followed_id": 3}).status_code == 404
    assert followed_by(alice) == []


def test_following_no_longer_is_always_204_and_asks_nobody(as_alice, alice, service):
    follow(alice, 3)

    answers = [as_alice.delete(f"{URL}3/"), as_alice.delete(f"{URL}3/"), as_alice.delete(f"{URL}99/")]

    assert [answer.status_code for answer in answers] == [204, 204, 204]
    assert followed_by(alice) == []
    assert service.received == []


def test_nobody_changes_whom_another_follows(as_bob, alice, service):
    follow(alice, 3)

    as_bob.delete(f"{URL}3/")

    assert followed_by(alice) == [3]


def test_past_the_limit_a_400_says_so(as_alice, alice, service):
    service.has_creators(3)
    follow(alice, *range(1_000, 1_000 + FOLLOWS.max_rows))

    answer = as_alice.post(URL, {"followed_id": 3})

    assert answer.status_code == 400
    assert answer.json()["error"]["details"] == {
        "non_field_errors": ["You can have at most 2,000 followed creators. Remove some first."]
    }
    assert len(followed_by(alice)) == FOLLOWS.max_rows


@pytest.mark.parametrize("creator_id", ["0", "-1", str(2**63), "٣", "1e3", "9" * 400, "three"])
def test_what_is_no_id_is_nobody_to_unfollow(as_alice, creator_id):
    assert as_alice.delete(f"{URL}{creator_id}/").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "followed_id"),
        ({"followed_id": 0}, "followed_id"),
        ({"followed_id": -1}, "followed_id"),
        ({"followed_id": 2**63}, "followed_id"),
        ({"followed_id": "3"}, "followed_id"),
        ({"followed_id": 3.5}, "followed_id"),
        ({"followed_id": True}, "followed_id"),
        ({"followed_id": [3]}, "followed_id"),
        ({"followed_id": 3, "user_id": 1}, "user_id"),
        ([3], "non_field_errors"),
    ],
)
def test_a_wrong_follow_is_a_400_that_names_what_is_wrong(as_alice, alice, service, body, field):
    answer = as_alice.generic("POST", URL, json.dumps(body), content_type="application/json")

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [field]
    assert service.received == []


@pytest.mark.parametrize(("method", "url"), [("get", URL), ("post", URL), ("delete", f"{URL}3/")])
def test_an_anonymous_caller_follows_nobody(anyone, method, url):
    assert getattr(anyone, method)(url).status_code == 401


# --- Whom one follows ------------------------------------------------------------------------------


def test_whom_one_follows_is_listed_newest_first_each_with_their_profile(as_alice, service):
    service.has_creators(3, 4)
    for creator_id in (3, 4):
        as_alice.post(URL, {"followed_id": creator_id})

    body = as_alice.get(URL).json()

    assert list(body) == ["count", "next", "previous", "results", "meta"]
    assert [item["followed_id"] for item in body["results"]] == [4, 3]
    assert body["results"][0]["creator"] == as_alice.get("/api/v1/creators/4/").json()
    assert body["results"][0]["creator"]["is_following"] is True
    assert body["meta"]["stale"] is False


def test_a_creator_who_has_gone_is_listed_without_a_profile(as_alice, alice, service):
    service.has_creators(3)
    follow(alice, 3, 4)

    body = as_alice.get(URL).json()

    assert {item["followed_id"]: bool(item["creator"]) for item in body["results"]} == {3: True, 4: False}
    assert body["meta"]["stale"] is False


def test_in_an_outage_follows_are_listed_with_the_profiles_that_are_known(as_alice, alice, service):
    service.has_creators(3)
    follow(alice, 3, 4)
    as_alice.get("/api/v1/creators/3/")
    service.status = 503

    body = as_alice.get(URL).json()

    assert {item["followed_id"]: bool(item["creator"]) for item in body["results"]} == {3: True, 4: False}
    assert body["meta"]["stale"] is True


def test_each_profile_is_asked_for_once_and_a_hot_page_asks_nobody(
    as_alice, alice, service, django_assert_num_queries
):
    service.has_creators(*range(1, 31))
    follow(alice, *range(1, 31))

    first = as_alice.get(URL, {"limit": 30}).json()
    received = sorted(service.received)
    service.received.clear()
    with django_assert_num_queries(2):  # session; rows and their count
        again = as_alice.get(URL, {"limit": 30}).json()

    assert received == sorted(f"users/{creator_id}/" for creator_id in range(1, 31))
    assert service.received == []
    assert all(item["creator"] for item in first["results"] + again["results"])


def test_a_long_list_waits_no_longer_than_one_call_may_take(as_alice, alice, service, settings):
    settings.FLYERS_DEADLINE_SECONDS = 0.5
    service.delay = 0.2
    service.has_creators(*range(1, 101))
    follow(alice, *range(1, 101))
    started = time.monotonic()

    body = as_alice.get(URL, {"limit": 100}).json()

    assert time.monotonic() - started < 3, "one after the other, four at a time, they take five seconds"
    profiles = [item["creator"] for item in body["results"] if item["creator"]]
    assert 0 < len(profiles) < 100
    assert body["meta"]["stale"] is True


def test_nobody_sees_whom_another_follows(as_alice, bob, service):
    follow(bob, 3)

    assert as_alice.get(URL).json()["results"] == []


# --- One creator -----------------------------------------------------------------------------------


def test_the_status_says_whether_the_caller_follows_a_creator(as_alice, as_bob, anyone, alice, service):
    service.has_creators(3)
    follow(alice, 3)

    answers = [caller.get(STATUS, {"user_id": 3}) for caller in (as_alice, as_bob, anyone)]

    assert [answer.json() for answer in answers] == [
        {"is_following": is_following, "followed_user_id": 3} for is_following in (True, False, False)
    ]


def test_the_status_of_nobody_is_a_404(as_alice, anyone, service):
    assert as_alice.get(STATUS, {"user_id": 99}).status_code == 404
    assert anyone.get(STATUS, {"user_id": 99}).status_code == 404


def test_in_an_outage_the_status_is_still_true(as_alice, anyone, alice, service):
    follow(alice, 3)
    service.status = 503

    assert as_alice.get(STATUS, {"user_id": 3}).json()["is_following"] is True
    assert as_alice.get(STATUS, {"user_id": 4}).json()["is_following"] is False
    assert anyone.get(STATUS, {"user_id": 3}).json()["is_following"] is False


@pytest.mark.parametrize(
    "query",
    [
        "",
        "user_id=",
        "user_id=0",
        "user_id=-1",
        f"user_id={2**63}",
        "user_id=٣",
        "user_id=1e3",
        "user_id=3&x=1",
    ],
)
def test_a_wrong_status_question_is_a_400(anyone, service, query):
    assert anyone.get(f"{STATUS}?{query}").status_code == 400
    assert service.received == []
