"""Calls at the same moment, each in a thread with a connection of its own, on the real tables."""

from collections import Counter
from itertools import cycle, islice

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from accounts.sessions import open_session
from favorites.models import Entry, SharedList
from favorites.services.library import ImportedEntry, merge_library
from favorites.services.sharing import share_favorites
from favorites.services.shelves import FAVORITES, Key
from tests.conftest import PASSWORD
from tests.favorites.keeping import followed_by, keep, kept
from tests.races import at_once

# At most twenty write at once: SQLite's writers wait in a bounded line, and one too many is told so.
pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/flyers/7/favorite/"


@pytest.fixture
def call(alice):
    """Return a call of Alice's, which signs in nobody: all calls show one token, as one app does."""
    token = open_session(user=alice).access

    def call(method, url, body=None):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return lambda: getattr(client, method)(url, body)

    return call


def statuses(answers):
    return Counter(answer.status_code for answer in answers)


def test_of_twenty_posts_at_once_one_adds_the_favorite_and_the_others_find_it(call, alice, service):
    service.has(7)

    answers = at_once([call("post", URL) for _ in range(20)])

    assert statuses(answers) == {201: 1, 200: 19}
    assert len({answer.content for answer in answers}) == 1
    assert kept(alice) == [7]


def test_in_a_storm_of_adding_and_removing_every_answer_is_true(call, alice, service):
    service.has(7)
    methods = islice(cycle(["put", "delete", "post", "delete"]), 20)

    answers = [
        answer
        for storm in at_once([_several(call(method, URL), 5) for method in methods])
        for answer in storm
    ]

    counts = statuses(answers)
    assert set(counts) <= {200, 201, 204, 404}
    # Additions and removals alternate, so their difference is what is there.
    assert counts[201] - counts[204] == len(kept(alice))


def _several(call, times):
    return lambda: [call() for _ in range(times)]


@pytest.mark.parametrize(("method", "there"), [("put", True), ("delete", False)])
def test_after_a_storm_the_last_answer_is_the_state(call, alice, service, method, there):
    service.has(7)
    at_once([call(each, URL) for each in ["put", "delete"] * 8])

    call(method, URL)()

    assert bool(kept(alice)) is there
    assert call("get", URL)().status_code == (200 if there else 404)


def test_the_last_free_place_is_given_once(call, alice, service):
    service.has(*range(1, 13))
    keep(alice, *range(1_000, 1_000 + FAVORITES.max_rows - 1))

    answers = at_once([call("put", f"/api/v1/flyers/{flyer_id}/favorite/") for flyer_id in range(1, 13)])

    assert statuses(answers) == {201: 1, 400: 11}
    assert len(kept(alice)) == FAVORITES.max_rows


def test_of_batches_at_once_each_flyer_is_added_by_one(call, alice, service):
    service.has(*range(1, 21))
    batches = [list(range(1, 21)), list(range(20, 0, -1))] * 5

    answers = at_once([call("put", "/api/v1/users/me/favorites/", {"flyer_ids": ids}) for ids in batches])

    assert statuses(answers) == {200: 10}
    added = Counter(flyer_id for answer in answers for flyer_id in answer.json()["added"])
    assert added == dict.fromkeys(range(1, 21), 1)
    assert len(kept(alice)) == 20


def test_of_removals_at_once_each_flyer_is_removed_by_one(call, alice, service):
    keep(alice, *range(1, 21))
    removal = "/api/v1/users/me/favorites/remove/"
    batches = [list(range(1, 21)), list(range(20, 0, -1))] * 5

    answers = at_once([call("post", removal, {"flyer_ids": ids}) for ids in batches])

    assert statuses(answers) == {200: 10}
    removed = Counter(flyer_id for answer in answers for flyer_id in answer.json()["removed"])
    assert removed == dict.fromkeys(range(1, 21), 1)
    assert kept(alice) == []


def test_a_creator_is_followed_once_however_many_ask_at_once(call, alice, service):
    service.has_creators(3)

    answers = at_once([call("post", "/api/v1/follows/", {"followed_id": 3}) for _ in range(20)])

    assert statuses(answers) == {201: 1, 200: 19}
    assert len(followed_by(alice)) == 1


def test_favorites_are_shared_by_one_link_however_many_ask_at_once(call, alice):
    names = [f"List {number}" for number in range(12)]

    answers = at_once([call("post", "/api/v1/favorites/share/", {"list_name": name}) for name in names])

    assert statuses(answers) == {201: 1, 200: 11}
    assert len({answer.json()["slug"] for answer in answers}) == 1
    assert SharedList.objects.get().list_name in names


def test_a_library_that_comes_in_twice_at_once_comes_in_once(call, alice):
    library = {
        "favorites": [{"flyer_id": number} for number in range(1, 301)],
        "follows": [{"followed_id": number} for number in range(1, 101)],
    }

    answers = at_once([call("post", "/api/v1/users/me/library/", library) for _ in range(4)])

    assert statuses(answers) == {200: 4}
    assert sum(len(answer.json()["favorites"]["added"]) for answer in answers) == 300
    assert sum(len(answer.json()["follows"]["added"]) for answer in answers) == 100


def test_nothing_is_written_inside_a_transaction_that_could_still_undo_it(alice):
    writes = [
        lambda: share_favorites(user=alice, kind="flyer", list_name="Berlin"),
        lambda: merge_library(user=alice, entries=[ImportedEntry(Key("favorites", "flyer", 7))]),
        lambda: keep(alice, 7, title="Jazz"),
    ]

    for write in writes:
        with transaction.atomic(), pytest.raises(RuntimeError):
            write()

    assert not Entry.objects.exists()
    assert not SharedList.objects.exists()


def test_an_account_that_is_deleted_while_it_adds_favorites_leaves_no_rows(call, alice, service):
    service.has(*range(1, 16))
    calls = [call("put", f"/api/v1/flyers/{flyer_id}/favorite/") for flyer_id in range(1, 16)]

    leave = call("delete", "/api/v1/auth/me/", {"password": PASSWORD})

    answers = at_once([*calls[:8], leave, *calls[8:]])

    assert answers.pop(8).status_code == 204
    assert set(statuses(answers)) <= {201, 401}
    assert not Entry.objects.exists()
