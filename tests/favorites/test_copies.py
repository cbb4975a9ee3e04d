"""Copying a shared list: what it shows as live becomes the copier's own."""

import datetime as dt

import pytest

from tests.favorites.keeping import keep, kept, row_of

SHARE = "/api/v1/favorites/share/"


@pytest.fixture
def copy(as_alice):
    """The address that copies Alice's favorites."""
    slug = as_alice.post(SHARE, {"list_name": "Weekend"}).json()["slug"]
    return f"/api/v1/favorites/shared/{slug}/copy/"


def test_a_list_is_copied_in_its_order_with_what_its_flyers_are(clock, copy, as_bob, alice, bob, service):
    service.has(1, 2, 3)
    keep(alice, 2, 1, 3, title="Once")
    keep(bob, 1)
    clock.shift(60)

    answer = as_bob.post(copy)

    assert answer.status_code == 200
    assert answer.json() == {"added": [3, 2], "existing": [1], "not_found": [], "unknown": []}
    assert kept(bob) == [3, 2, 1]
    assert row_of(bob, 3).title == "Flyer 3"
    assert as_bob.get("/api/v1/flyers/3/favorite/").json()["created_at"].startswith("2026-05-01T12:01:00")
    assert kept(alice) == [3, 1, 2]


def test_copying_again_adds_nothing_and_asks_nobody(copy, as_bob, alice, service):
    service.has(1, 2)
    keep(alice, 1, 2)
    first = as_bob.post(copy)
    service.received.clear()

    again = as_bob.post(copy)

    assert again.json() == {"added": [], "existing": [2, 1], "not_found": [], "unknown": []}
    assert first["X-Library-Version"] == again["X-Library-Version"] == "2"
    assert service.received == []


def test_what_has_gone_is_not_found(copy, as_bob, alice, bob, service):
    service.has(1)
    keep(alice, 1, 9)

    assert as_bob.post(copy).json() == {"added": [1], "existing": [], "not_found": [9], "unknown": []}
    assert kept(bob) == [1]


def test_an_empty_list_gives_nothing(copy, as_bob, service):
    answer = as_bob.post(copy)

    assert answer.json() == {"added": [], "existing": [], "not_found": [], "unknown": []}
    assert service.received == []


def test_ones_own_list_is_there_already(copy, as_alice, alice, service):
    keep(alice, 1, 2)

    answer = as_alice.post(copy)

    assert answer.json() == {"added": [], "existing": [2, 1], "not_found": [], "unknown": []}
    assert service.received == []


def test_an_outage_in_the_middle_leaves_unknown_what_was_not_told(copy, as_bob, alice, bob, service):
    service.has(*range(1, 121))
    keep(alice, *range(1, 121))
    service.fails_after(1)

    answer = as_bob.post(copy).json()

    assert len(answer["added"]) in {20, 50}
    assert sorted(answer["added"] + answer["unknown"]) == list(range(1, 121))
    assert (answer["existing"], answer["not_found"]) == ([], [])
    assert kept(bob) == answer["added"]
    service.status = service._answers_left = None
    service.forget_caches()
    assert sorted(as_bob.post(copy).json()["added"]) == sorted(answer["unknown"])


def test_in_an_outage_nothing_is_copied_and_the_failure_is_answered(copy, as_bob, alice, bob, service):
    keep(alice, 1, 2)
    service.status = 503

    answer = as_bob.post(copy)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert kept(bob) == []


def test_a_long_list_is_copied_with_a_call_for_each_fifty(copy, as_bob, alice, bob, service):
    service.has(*range(1, 521))
    keep(alice, *range(520, 0, -1))

    answer = as_bob.post(copy).json()

    assert answer == {"added": list(range(1, 521)), "existing": [], "not_found": [], "unknown": []}
    assert kept(bob) == answer["added"]
    assert len(service.received) == 11


def test_what_has_ended_is_not_found_and_upstream_is_not_asked_for_it(copy, as_bob, alice, bob, service):
    service.has(1)
    over = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    keep(alice, 1)
    keep(alice, *range(100, 700), valid_until=over)

    answer = as_bob.post(copy).json()

    assert (answer["added"], len(answer["not_found"]), answer["unknown"]) == ([1], 600, [])
    assert len(service.received) == 1


def test_a_list_that_does_not_fit_is_refused_whole(copy, as_bob, alice, bob, service):
    service.has(1, 2)
    keep(alice, 1, 2)
    keep(bob, *range(1_000, 5_999))

    answer = as_bob.post(copy)

    assert answer.status_code == 400
    assert "at most 5,000 favorites" in answer.json()["error"]["details"]["non_field_errors"][0]
    assert len(kept(bob)) == 4_999


def test_a_link_that_was_taken_back_is_a_410_and_no_other_leads_anywhere(
    copy, as_alice, as_bob, alice, bob, service
):
    service.has(1)
    keep(alice, 1)
    as_alice.delete(SHARE)

    revoked, unknown = as_bob.post(copy), as_bob.post("/api/v1/favorites/shared/weekend/copy/")

    assert (revoked.status_code, revoked.json()["error"]["code"]) == (410, "GONE")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert kept(bob) == []


def test_an_anonymous_caller_copies_nothing(copy, anyone, service):
    assert anyone.post(copy).status_code == 401


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_copying_is_a_post(copy, as_bob, method):
    assert getattr(as_bob, method)(copy).status_code == 405


def test_it_takes_as_many_queries_whatever_its_size(copy, as_bob, alice, service, django_assert_num_queries):
    service.has(*range(1, 101))
    keep(alice, *range(1, 101))

    # session; list; its ids; which are favorites; begin, person, room, upsert, version, commit
    with django_assert_num_queries(10):
        as_bob.post(copy)
