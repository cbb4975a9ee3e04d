"""Adding and removing one favorite, from the public route down to the wire and the table."""

import pytest
from django.db import connection

from favorites.services.shelves import FAVORITES
from tests.favorites.keeping import keep, kept, row_of

URL = "/api/v1/flyers/7/favorite/"


def test_adding_a_favorite_twice_keeps_one(as_alice, alice, service):
    service.has(7)

    first, again, posted = as_alice.put(URL), as_alice.put(URL), as_alice.post(URL)

    assert [first.status_code, again.status_code, posted.status_code] == [201, 200, 200]
    assert first.json() == again.json() == posted.json()
    assert kept(alice) == [7]
    assert service.received == ["flyers/7/"]


def test_a_favorite_shows_its_time_and_what_the_flyer_was(clock, as_alice, alice, service):
    service.has(7)

    answer = as_alice.post(URL)

    assert answer.json() == {
        "id": row_of(alice, 7).pk,
        "flyer_id": 7,
        "created_at": "2026-05-01T12:00:00Z",
        "title": "Flyer 7",
        "image_url": "https://img.test/flyers/7.svg",
        "valid_until": "2099-01-01T00:00:00Z",
    }
    assert as_alice.get(URL).json() == answer.json()


def test_a_flyer_without_a_picture_and_with_a_long_title_is_saved(as_alice, service):
    service.has(7, title="é" * 200, images=[])

    answer = as_alice.put(URL)

    assert answer.status_code == 201
    assert answer.json()["title"] == "é" * 200
    assert answer.json()["image_url"] is None


def test_a_flyer_that_upstream_does_not_have_is_not_saved(as_alice, alice, service):
    answer = as_alice.put(URL)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"
    assert kept(alice) == []


def test_dropping_a_flyer_is_204_once_and_then_404(as_alice, alice, service):
    service.has(7)
    as_alice.put(URL)

    first, again = as_alice.delete(URL), as_alice.delete(URL)

    assert (first.status_code, first.content) == (204, b"")
    assert again.status_code == 404
    assert again.json()["error"]["message"] == "Favorite not found"
    assert kept(alice) == []


def test_dropping_never_asks_upstream(as_alice, alice, service):
    keep(alice, 7)
    service.status = 503

    assert as_alice.delete(URL).status_code == 204
    assert service.received == []


def test_a_flyer_that_is_no_favorite_is_a_404(as_alice, service):
    answer = as_alice.get(URL)

    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Favorite not found"
    assert service.received == []


# --- Outages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "answered", "code"),
    [
        (503, 503, "UPSTREAM_UNAVAILABLE"),
        (500, 503, "UPSTREAM_UNAVAILABLE"),
        (429, 503, "UPSTREAM_UNAVAILABLE"),
        (401, 502, "UPSTREAM_ERROR"),
        (302, 502, "UPSTREAM_BAD_RESPONSE"),
    ],
)
def test_in_an_outage_nothing_unknown_is_saved(as_alice, alice, service, status, answered, code):
    service.status = status

    answer = as_alice.put(URL)

    assert (answer.status_code, answer.json()["error"]["code"]) == (answered, code)
    assert kept(alice) == []


def test_in_an_outage_a_saved_favorite_stays_saved(as_alice, alice, service):
    keep(alice, 7)
    service.status = 503

    assert as_alice.put(URL).status_code == 200
    assert as_alice.get(URL).status_code == 200


@pytest.mark.parametrize("seen_as", ["/api/v1/flyers/7/", "/api/v1/flyers/discover/"])
def test_in_an_outage_a_flyer_that_was_seen_before_can_be_saved(
    clock, as_alice, anyone, alice, service, seen_as
):
    service.has(7)
    anyone.get(seen_as)
    clock.shift(300)
    service.status = 503

    answer = as_alice.put(URL)

    assert answer.status_code == 201
    assert answer.json()["title"] == "Flyer 7"
    assert kept(alice) == [7]


def test_a_flyer_that_was_seen_and_has_been_removed_since_is_not_saved(
    clock, as_alice, anyone, alice, service
):
    service.has(7)
    anyone.get("/api/v1/flyers/7/")
    clock.shift(300)
    service.flyers.clear()

    assert as_alice.put(URL).status_code == 404
    assert kept(alice) == []


# --- Who may, and with what ------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "put", "post", "delete"])
def test_an_anonymous_caller_saves_nothing(anyone, service, method):
    answer = getattr(anyone, method)(URL)

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "NOT_AUTHENTICATED"


def test_nobody_sees_or_changes_the_favorites_of_another(as_alice, as_bob, alice, bob, service):
    service.has(7)
    as_alice.put(URL)

    assert as_bob.get(URL).status_code == 404
    assert as_bob.delete(URL).status_code == 404
    assert as_bob.put(URL).status_code == 201
    assert as_bob.delete(URL).status_code == 204
    assert (kept(alice), kept(bob)) == ([7], [])


@pytest.mark.parametrize(
    "flyer_id", ["0", "-1", str(2**63), "٣", "1e3", "9" * 400, "07", "7.0", "+7", "null", "%00", "7%20"]
)
@pytest.mark.parametrize("method", ["get", "put", "post", "delete"])
def test_what_is_no_id_is_no_favorite(as_alice, service, method, flyer_id):
    answer = getattr(as_alice, method)(f"/api/v1/flyers/{flyer_id}/favorite/")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"
    assert service.received == []


def test_the_largest_id_is_an_id(as_alice, alice, service):
    service.has(2**63 - 1)

    assert as_alice.put(f"/api/v1/flyers/{2**63 - 1}/favorite").status_code == 201
    assert kept(alice) == [2**63 - 1]


def test_past_the_limit_a_400_says_so_and_saved_rows_stay(as_alice, alice, service):
    service.has(7)
    keep(alice, *range(1_000, 1_000 + FAVORITES.max_rows))

    refused = as_alice.put(URL)
    again = as_alice.put("/api/v1/flyers/1000/favorite/")

    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "VALIDATION_ERROR"
    assert refused.json()["error"]["details"] == {
        "non_field_errors": ["You can have at most 5,000 favorites. Remove some first."]
    }
    assert again.status_code == 200
    assert len(kept(alice)) == FAVORITES.max_rows


def test_an_answer_is_for_its_caller_alone_and_is_not_sent_twice(as_alice, service):
    service.has(7)
    as_alice.put(URL)

    answer = as_alice.get(URL)
    again = as_alice.get(URL, headers={"If-None-Match": answer["ETag"]})

    assert answer["Cache-Control"] == "private, no-cache"
    assert set(answer["Vary"].split(", ")) == {"Authorization", "Origin", "Accept-Encoding"}
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == answer["ETag"]


# --- Costs -----------------------------------------------------------------------------------------


def test_each_write_takes_a_fixed_number_of_queries(as_alice, service, django_assert_num_queries):
    service.has(7)

    # session; is it a favorite; and all in one statement, or begin, version if there is room, upsert, commit
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 6):
        as_alice.put(URL)
    with django_assert_num_queries(2):  # session; is it a favorite
        as_alice.put(URL)
    # the same
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 6):
        as_alice.delete(URL)


def test_who_writes_too_often_is_told_to_wait(as_alice, alice, service, settings):
    settings.THROTTLE_USER = (2, 60)
    service.has(7)

    answers = [as_alice.put(URL), as_alice.delete(URL), as_alice.put(URL)]

    assert [answer.status_code for answer in answers] == [201, 204, 429]
    assert answers[-1].json()["error"]["code"] == "THROTTLED"
    assert kept(alice) == []
