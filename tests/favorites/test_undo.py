"""What is added again within ten minutes of its removal is as it was; later it is new."""

import datetime as dt

import pytest

from tests.conftest import signed_in
from tests.favorites.device import op, send
from tests.favorites.keeping import drop, follow, followed_by, keep, kept, row_of

URL = "/api/v1/flyers/7/favorite/"
NOON = "2026-05-01T12:00:00Z"
TEN_MINUTES = 600


@pytest.fixture
def removed(clock, alice, service):
    """Flyer 7 was kept at noon and removed a minute later, when 8 was kept; both have been seen by the service."""
    service.has(7, 8)
    keep(alice, 7, title="Flyer 7")
    clock.shift(60)
    keep(alice, 8, title="Flyer 8")
    drop(alice, 7)
    return row_of(alice, 7)


@pytest.mark.parametrize("seconds", [0, 1, TEN_MINUTES])
def test_what_comes_back_soon_has_its_id_its_date_and_its_place(clock, alice, removed, seconds):
    clock.shift(seconds)

    answer = signed_in(alice).put(URL)

    assert answer.status_code == 201
    assert (answer.json()["id"], answer.json()["created_at"]) == (removed.pk, NOON)
    assert kept(alice) == [8, 7]


def test_what_comes_back_later_is_the_newest(clock, alice, removed):
    clock.shift(TEN_MINUTES + 1)

    answer = signed_in(alice).put(URL)

    assert answer.status_code == 201
    assert answer.json()["created_at"] == "2026-05-01T12:11:01Z"
    assert kept(alice) == [7, 8]


def test_a_batch_brings_back_what_a_batch_removed(clock, as_alice, alice, service):
    service.has(*range(1, 6))
    keep(alice, *range(1, 6))
    before = as_alice.get("/api/v1/users/me/library/").json()
    as_alice.post("/api/v1/users/me/favorites/remove/", {"flyer_ids": [2, 4]})
    clock.shift(60)

    as_alice.put("/api/v1/users/me/favorites/", {"flyer_ids": [4, 2]})

    after = as_alice.get("/api/v1/users/me/library/").json()
    assert [(row["flyer_id"], row["created_at"]) for row in after["favorites"]] == [
        (row["flyer_id"], row["created_at"]) for row in before["favorites"]
    ]


def test_a_follow_a_rating_and_the_watchlist_come_back_too(clock, as_alice, alice, service):
    service.has(7)
    follow(alice, 3, 4)
    keep(alice, 7, 8, shelf="watchlist")
    keep(alice, 7, 8, shelf="ratings", value=2)
    as_alice.delete("/api/v1/follows/3/")
    for word in ("watchlist", "rating"):
        as_alice.delete(f"/api/v1/flyers/7/{word}/")
    clock.shift(60)

    as_alice.post("/api/v1/follows/", {"followed_id": 3})
    as_alice.put("/api/v1/flyers/7/watchlist/")
    rated = as_alice.put("/api/v1/flyers/7/rating/", {"rating": 5})

    assert followed_by(alice) == [4, 3]
    assert kept(alice, "watchlist") == kept(alice, "ratings") == [8, 7]
    assert rated.json() == {"average": 5.0, "count": 1, "mine": 5}
    noon = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    assert row_of(alice, 7, "ratings").created_at == row_of(alice, 3, "follows", "creator").created_at == noon


def test_of_several_removals_the_last_one_counts(clock, alice, removed):
    clock.shift(TEN_MINUTES)
    signed_in(alice).put(URL)
    signed_in(alice).delete(URL)
    clock.shift(TEN_MINUTES)

    answer = signed_in(alice).put(URL)

    assert answer.json()["created_at"] == NOON


def test_an_import_that_says_since_when_is_believed(clock, as_alice, removed):
    row = {"flyer_id": 7, "created_at": "2020-01-01T00:00:00Z"}

    as_alice.post("/api/v1/users/me/library/", {"favorites": [row]})

    assert as_alice.get(URL).json()["created_at"] == "2020-01-01T00:00:00Z"


def test_each_of_these_counts_a_version(as_alice, alice, service):
    service.has(7)

    answers = [as_alice.put(URL), as_alice.delete(URL), as_alice.put(URL)]

    assert [answer["X-Library-Version"] for answer in answers] == ["1", "2", "3"]


def test_a_removal_that_comes_once_more_is_as_old_as_it_was(clock, alice, removed):
    clock.shift(3_600)
    device = signed_in(alice)
    assert send(device, op("again", "remove", 7, at="2026-05-01T13:00:00Z")) == ["already"]
    clock.shift(300)

    answer = signed_in(alice).put(URL)

    assert answer.json()["created_at"] == "2026-05-01T13:06:00Z"
