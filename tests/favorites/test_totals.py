"""How many items there are on all pages: counted once for a version of the library, and never wrong."""

import pytest

from favorites.models import Entry
from favorites.services.pages import page_of_shelf
from tests.favorites.keeping import drop, keep

URL = "/api/v1/users/me/favorites/"


@pytest.fixture
def total(as_alice, service):
    """Return how many favorites a page says there are."""
    return lambda **query: as_alice.get(URL, query).json()["count"]


def test_each_change_is_counted_at_once(alice, total):
    keep(alice, 1, 2, 3)
    totals = [total(), total()]
    drop(alice, 2)
    totals.append(total())
    keep(alice, 4, 5)
    totals += [total(), total(limit=1, page=2), total(page=9)]

    assert totals == [3, 3, 2, 4, 4, 4]


def test_those_that_end_soon_are_counted_by_themselves(alice, total):
    keep(alice, 1, 2, 3)

    assert [total(), total(expiring="true"), total()] == [3, 0, 3]


def test_people_shelves_and_kinds_have_totals_of_their_own(alice, bob):
    keep(alice, 1, 2, 3)
    keep(alice, 1, 2, shelf="watchlist")
    keep(alice, 1, kind="creator")
    keep(bob, 7)

    def totals():
        places = [
            (alice, "favorites", "flyer"),
            (alice, "watchlist", "flyer"),
            (alice, "favorites", "creator"),
        ]
        return [
            page_of_shelf(user=user, shelf=shelf, kind=kind, page=1, limit=10).total
            for user, shelf, kind in [*places, (bob, "favorites", "flyer")]
        ]

    assert [totals(), totals()] == [[3, 2, 1, 1]] * 2


def test_a_shelf_is_counted_again_only_when_its_library_has_changed(alice):
    keep(alice, 1, 2, 3)
    look = {"user": alice, "shelf": "favorites", "kind": "flyer", "page": 1, "limit": 10}
    page_of_shelf(**look)
    Entry.objects.filter(item_id=3).delete()  # as nothing of ours does: no version is raised
    remembered = page_of_shelf(**look).total
    drop(alice, 2)

    assert (remembered, page_of_shelf(**look).total) == (3, 1)
