"""The watchlist: a shelf beside favorites, with the same routes and rules."""

import pytest
from django.db import connection

from tests.favorites.keeping import keep, kept

URL = "/api/v1/flyers/7/watchlist/"
LIST = "/api/v1/users/me/watchlist/"
REMOVAL = f"{LIST}remove/"


def test_a_flyer_is_put_on_the_watchlist_once_and_taken_off_once(clock, as_alice, alice, service):
    service.has(7)

    added = [as_alice.put(URL), as_alice.post(URL), as_alice.get(URL)]
    on_it = kept(alice, "watchlist")
    removed = [as_alice.delete(URL), as_alice.delete(URL), as_alice.get(URL)]

    assert [answer.status_code for answer in added] == [201, 200, 200]
    assert added[0].json() == added[1].json() == added[2].json()
    assert (added[0].json()["flyer_id"], added[0].json()["created_at"]) == (7, "2026-05-01T12:00:00Z")
    assert on_it == [7]
    assert [answer.status_code for answer in removed] == [204, 404, 404]
    assert removed[1].json()["error"]["message"] == "Watchlist item not found"
    assert kept(alice, "watchlist") == []


def test_a_favorite_is_not_on_the_watchlist_and_the_other_way_round(as_alice, alice, service):
    service.has(7, 8)
    as_alice.put(URL)
    as_alice.put("/api/v1/flyers/8/favorite/")

    assert (kept(alice, "watchlist"), kept(alice)) == ([7], [8])
    assert as_alice.get("/api/v1/flyers/7/favorite/").status_code == 404
    assert as_alice.delete("/api/v1/flyers/8/watchlist/").status_code == 404
    assert [as_alice.get(f"/api/v1/flyers/{id_}/").json()["is_favorited"] for id_ in (7, 8)] == [False, True]


def test_a_flyer_that_upstream_does_not_have_is_a_404(as_alice, alice, service):
    assert as_alice.put(URL).status_code == 404
    assert kept(alice, "watchlist") == []


def test_in_an_outage_nothing_unknown_is_put_there_and_what_is_there_stays(as_alice, alice, service):
    keep(alice, 8, shelf="watchlist")
    service.status = 503

    answers = [as_alice.put(URL), as_alice.put("/api/v1/flyers/8/watchlist/"), as_alice.delete(URL)]

    assert [answer.status_code for answer in answers] == [503, 200, 404]
    assert kept(alice, "watchlist") == [8]


@pytest.mark.parametrize("method", ["get", "put", "post", "delete"])
def test_an_anonymous_caller_has_no_watchlist(anyone, service, method):
    assert getattr(anyone, method)(URL).status_code == 401
    assert anyone.get(LIST).status_code == 401


def test_nobody_sees_or_changes_the_watchlist_of_another(as_bob, alice, service):
    service.has(7)
    keep(alice, 7, shelf="watchlist")

    assert as_bob.get(URL).status_code == 404
    assert as_bob.delete(URL).status_code == 404
    assert as_bob.get(LIST).json()["results"] == []
    assert kept(alice, "watchlist") == [7]


# --- Lists and batches -----------------------------------------------------------------------------


def test_it_is_listed_newest_first_each_with_its_flyer(as_alice, alice, service):
    service.has(1, 2)
    keep(alice, 1, 3, 2, shelf="watchlist", title="Once")
    keep(alice, 2)

    body = as_alice.get(LIST).json()

    assert list(body) == ["count", "next", "previous", "results", "meta"]
    assert [(row["flyer_id"], row["availability"]) for row in body["results"]] == [
        (2, "live"),
        (3, "gone"),
        (1, "live"),
    ]
    assert body["results"][0]["flyer"] == as_alice.get("/api/v1/flyers/2/").json()
    assert body["results"][0]["flyer"]["is_favorited"] is True
    assert set(body["results"][0]) == set(as_alice.get("/api/v1/favorites/").json()["results"][0])


def test_it_is_paged_and_takes_the_parameters_of_favorites(as_alice, alice, service):
    keep(alice, *range(1, 4), shelf="watchlist")

    page = as_alice.get(LIST, {"limit": 2, "page": 2, "sort": "valid_until", "expiring": "false"}).json()

    assert (page["count"], len(page["results"]), page["next"]) == (3, 1, None)


@pytest.mark.parametrize(
    "query", [{"kind": "creator"}, {"kind": "book"}, {"kind": ""}, {"shelf": "favorites"}]
)
def test_a_wrong_parameter_is_a_400_that_names_it(as_alice, service, query):
    answer = as_alice.get(LIST, query)

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == list(query)


@pytest.mark.parametrize("more", [{}, {"kind": "flyer"}])
def test_several_are_put_there_and_taken_off_each_judged_by_itself(as_alice, alice, service, more):
    service.has(1, 2, 3)
    keep(alice, 2, shelf="watchlist")
    name = "ids" if more else "flyer_ids"

    added = as_alice.put(LIST, {name: [3, 2, 99, 1], **more}).json()
    on_it = kept(alice, "watchlist")
    removed = as_alice.post(REMOVAL, {name: [3, 99], **more}).json()

    assert added == {"added": [3, 1], "existing": [2], "not_found": [99], "unknown": []}
    assert on_it == [3, 1, 2]
    assert removed == {"removed": [3], "absent": [99]}
    assert (kept(alice, "watchlist"), kept(alice)) == ([1, 2], [])


def test_each_call_takes_a_fixed_number_of_queries(as_alice, service, django_assert_num_queries):
    service.has(7)

    # session; is it there; and all in one statement, or begin, version if there is room, upsert, commit
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 6):
        as_alice.put(URL)
    with django_assert_num_queries(2):  # session; is it there
        as_alice.put(URL)
    with django_assert_num_queries(3):  # session; rows and their count; marks
        as_alice.get(LIST)
    # the same
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 6):
        as_alice.delete(URL)
