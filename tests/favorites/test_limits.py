"""How much anyone may have: so many items of each kind on each shelf, and a full one leaves room on all others."""

import pytest

from favorites.services.shelves import SHELVES
from tests.favorites.keeping import drop, keep, kept

WORDS = {"favorites": "favorite", "watchlist": "watchlist", "ratings": "rating"}


@pytest.fixture
def fill(alice):
    """Let Alice's shelf be full of items of a kind."""

    def fill(shelf, kind="flyer"):
        value = 3 if shelf == "ratings" else None
        keep(alice, *range(1_000, 1_000 + SHELVES[shelf].max_rows), shelf=shelf, kind=kind, value=value)

    return fill


def put(caller, shelf, flyer_id=7):
    body = {"rating": 5} if shelf == "ratings" else None
    return caller.put(f"/api/v1/flyers/{flyer_id}/{WORDS[shelf]}/", body)


def test_the_limits_are_those_of_the_contract():
    assert {shelf.name: shelf.max_rows for shelf in SHELVES.values()} == {
        "favorites": 5_000,
        "watchlist": 5_000,
        "ratings": 5_000,
        "follows": 2_000,
    }


@pytest.mark.parametrize(
    ("shelf", "sentence"),
    [
        ("watchlist", "You can have at most 5,000 items on the watchlist. Remove some first."),
        ("ratings", "You can have at most 5,000 ratings. Remove some first."),
    ],
)
def test_past_the_limit_a_400_says_so_and_what_is_there_can_still_change(
    as_alice, alice, service, fill, shelf, sentence
):
    service.has(7)
    fill(shelf)

    refused, again = put(as_alice, shelf), put(as_alice, shelf, 1_000)
    count = len(kept(alice, shelf))
    drop(alice, 1_000, shelf=shelf)
    fits = put(as_alice, shelf)

    assert refused.status_code == 400
    assert refused.json()["error"]["details"] == {"non_field_errors": [sentence]}
    assert (again.status_code, fits.status_code, count) == (200, 201, 5_000)


@pytest.mark.parametrize(
    ("full", "free"), [("favorites", "watchlist"), ("watchlist", "ratings"), ("ratings", "favorites")]
)
def test_a_full_shelf_leaves_room_on_another(as_alice, service, fill, full, free):
    service.has(7)
    fill(full)

    assert [put(as_alice, shelf).status_code for shelf in (full, free)] == [400, 201]


def test_a_shelf_that_is_full_of_one_kind_has_room_for_another(as_alice, service, fill):
    service.has(7)
    fill("favorites", kind="movie")

    assert put(as_alice, "favorites").status_code == 201


def test_a_full_shelf_is_one_persons_own(as_bob, service, fill):
    service.has(7)
    fill("favorites")

    assert put(as_bob, "favorites").status_code == 201


def test_what_was_removed_takes_no_room(as_alice, alice, service, fill):
    service.has(7)
    fill("watchlist")
    drop(alice, *range(1_000, 6_000), shelf="watchlist")

    assert put(as_alice, "watchlist").status_code == 201


def test_a_batch_that_does_not_fit_on_the_watchlist_is_refused_whole(as_alice, alice, service, fill):
    service.has(1, 2)
    fill("watchlist")
    drop(alice, 1_000, shelf="watchlist")

    answer = as_alice.put("/api/v1/users/me/watchlist/", {"flyer_ids": [1, 2]})

    assert answer.status_code == 400
    assert "at most 5,000 items on the watchlist" in answer.json()["error"]["details"]["non_field_errors"][0]
    assert len(kept(alice, "watchlist")) == 4_999
