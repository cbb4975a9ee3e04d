"""Batches of movies and shows, and copies of shared lists: ten are judged a call, and asking again gets to the others."""

import pytest

from tests.conftest import signed_in
from tests.favorites.keeping import keep, kept

HERE = "/api/v1"
AN_HOUR = 3_600
LISTS = {word: f"{HERE}/users/me/{word}/" for word in ("favorites", "watchlist")}
FAVORITES, SHARE = LISTS["favorites"], f"{HERE}/favorites/share/"


@pytest.mark.parametrize("shelf", ["favorites", "watchlist"])
def test_a_batch_of_fifty_is_judged_ten_by_ten_and_done_by_asking_again(as_alice, alice, titles, way, shelf):
    ids = list(range(1, 51))
    missing = ids[::7]
    titles.has(way, *(id_ for id_ in ids if id_ not in missing))
    body = {"kind": way.kind, "ids": ids}

    answers = [as_alice.put(LISTS[shelf], body).json() for _ in range(6)]

    assert [len(answer["unknown"]) for answer in answers] == [40, 30, 20, 10, 0, 0]
    for number, answer in enumerate(answers[:5]):
        judged = ids[number * 10 : number * 10 + 10]
        assert answer["added"] == [id_ for id_ in judged if id_ not in missing]
        assert answer["not_found"] == [id_ for id_ in ids[: number * 10 + 10] if id_ in missing]
    assert answers[5] == {
        "added": [],
        "existing": [id_ for id_ in ids if id_ not in missing],
        "not_found": missing,
        "unknown": [],
    }
    assert titles.asked() == ids, "each once"
    assert sorted(kept(alice, shelf, way.kind)) == answers[5]["existing"]


def test_in_an_outage_a_batch_adds_what_was_seen_and_the_rest_is_unknown(
    as_alice, anyone, alice, titles, way
):
    titles.has(way, 1, 2)
    anyone.get(way.url(1))
    titles.status = 503

    answer = as_alice.put(FAVORITES, {"kind": way.kind, "ids": [1, 2]})
    nothing = as_alice.put(FAVORITES, {"kind": way.kind, "ids": [2]})

    assert answer.json() == {"added": [1], "existing": [], "not_found": [], "unknown": [2]}
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert kept(alice, kind=way.kind) == [1]


def test_a_stale_copy_is_good_enough_only_in_an_outage(clock, alice, anyone, titles, way):
    titles.has(way, 1, 2)
    for id_ in (1, 2):
        anyone.get(way.url(id_))
    clock.shift(AN_HOUR)
    caller = signed_in(alice)

    titles.lacks(way, 1)
    gone = caller.put(FAVORITES, {"kind": way.kind, "ids": [1]}).json()
    titles.status = 503
    unsure = caller.put(FAVORITES, {"kind": way.kind, "ids": [1, 2]}).json()

    assert gone["not_found"] == [1]
    assert unsure == {"added": [2], "existing": [], "not_found": [1], "unknown": []}


def test_a_batch_has_room_for_fifty(as_alice, titles, way):
    answer = as_alice.put(FAVORITES, {"kind": way.kind, "ids": list(range(1, 52))})

    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["ids"])
    assert titles.asked() == []


def test_a_shared_list_is_copied_ten_by_ten_and_done_by_asking_again(
    as_alice, as_bob, alice, bob, titles, way
):
    ids = range(1, 26)
    titles.has(way, *ids)
    keep(alice, 99, *reversed(ids), kind=way.kind)
    shared = as_alice.post(SHARE, {"list_name": "Mine", "kind": way.kind}).json()
    link = f"{shared['url'].removeprefix('https://flyers.test')}copy/"

    answers = [as_bob.post(link).json() for _ in range(3)]

    assert [len(answer["added"]) for answer in answers] == [10, 10, 5]
    assert [len(answer["unknown"]) for answer in answers] == [16, 6, 0]
    assert answers[-1]["not_found"] == [99]
    assert kept(bob, kind=way.kind) == [*range(21, 26), *range(11, 21), *range(1, 11)]
