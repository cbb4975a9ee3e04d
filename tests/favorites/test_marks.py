"""Marks on every flyer: whether it is the caller's favorite, and whether they follow its creator."""

import pytest

from proxy.parameters import MAX_LIMIT
from tests import payloads
from tests.favorites.keeping import follow, keep

# Each shows flyer 7 of creator 3 first.
ROUTES = {
    "discover": "/api/v1/flyers/discover/",
    "search": "/api/v1/flyers/search/?query=jazz",
    "detail": "/api/v1/flyers/7/",
    "creator's flyers": "/api/v1/creators/3/flyers/",
}


def marks_of(answer):
    body = answer.json()
    flyer = body["results"][0] if "results" in body else body
    assert flyer["id"] == 7
    return flyer["is_favorited"], flyer["creator"]["is_following"]


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
def test_a_flyer_says_whether_it_is_the_callers_favorite(
    as_alice, as_bob, anyone, alice, bob, service, route
):
    service.has(7)
    keep(alice, 7)
    follow(bob, 3)

    seen = [marks_of(caller.get(route)) for caller in (as_alice, as_bob, anyone)]

    assert seen == [(True, False), (False, True), (None, None)]


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
def test_a_mark_is_true_the_moment_after_the_write(as_alice, service, route):
    service.has(7)
    before = as_alice.get(route)

    as_alice.put("/api/v1/flyers/7/favorite/")
    as_alice.post("/api/v1/follows/", {"followed_id": 3})
    after = as_alice.get(route, headers={"If-None-Match": before["ETag"]})

    assert marks_of(before) == (False, False)
    assert after.status_code == 200
    assert marks_of(after) == (True, True)


def test_a_creator_says_whether_the_caller_follows_them(as_alice, as_bob, anyone, alice, service):
    service.has_creators(3)
    follow(alice, 3)

    seen = [caller.get("/api/v1/creators/3/").json()["is_following"] for caller in (as_alice, as_bob, anyone)]

    assert seen == [True, False, None]


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
def test_what_is_marked_is_stored_by_no_shared_cache(as_alice, anyone, service, route):
    service.has(7)

    assert as_alice.get(route)["Cache-Control"] == "private, no-cache"
    assert anyone.get(route)["Cache-Control"].startswith("public, ")
    assert "Authorization" in as_alice.get(route)["Vary"]


@pytest.mark.parametrize("size", [1, 10, MAX_LIMIT])
def test_marks_take_one_query_a_page_whatever_its_size(
    as_alice, alice, service, django_assert_num_queries, size
):
    for flyer_id in range(1, size + 1):
        service.has(flyer_id, creator=payloads.creator(flyer_id + 100))
    keep(alice, *range(1, size, 2))
    follow(alice, *(flyer_id + 100 for flyer_id in range(2, size, 3)))

    with django_assert_num_queries(2):  # session; marks
        answer = as_alice.get("/api/v1/flyers/discover/", {"limit": size})

    results = answer.json()["results"]
    assert len(results) == size
    assert {f["id"] for f in results if f["is_favorited"]} == set(range(1, size, 2))
    assert {f["id"] for f in results if f["creator"]["is_following"]} == set(range(2, size, 3))


def test_a_page_without_flyers_takes_no_query_for_marks(as_alice, service, django_assert_num_queries):
    with django_assert_num_queries(1):  # session
        answer = as_alice.get("/api/v1/flyers/discover/")

    assert answer.json()["results"] == []
    assert answer["Cache-Control"] == "private, no-cache"
