"""Movies and shows in the whole library: what devices send and learn, what is undone, exported and brought in."""

import pytest

from tests.conftest import signed_in
from tests.favorites.device import LIBRARY, applied, follow, library_of, op, send
from tests.favorites.keeping import drop, keep, kept, row_of

HERE = "/api/v1"
NOON, LATER = "2026-05-01T12:00:00Z", "2026-05-01T11:30:00Z"


@pytest.fixture
def ops(way):
    """Make ops about titles of this kind."""

    def make(op_id, word="add", id_=605, **more):
        return op(op_id, word, id_, kind=way.kind, **more)

    return make


# --- Devices ---------------------------------------------------------------------------------------


def test_a_device_sends_what_it_did_on_each_shelf(clock, as_alice, alice, titles, way, ops):
    titles.has(way, 605)
    queue = [
        ops("a"),
        ops("b", shelf="watchlist"),
        ops("c", shelf="ratings", value=4),
        ops("d", id_=99),
        ops("e", shelf="ratings"),
        ops("f", value=4),
        ops("g", id_=0),
        ops("h", "remove", at=LATER),
        ops("i", "remove", 606),
        ops("j", at="2026-05-01T11:10:00Z"),
    ]

    first, again = send(as_alice, *queue), send(as_alice, *queue)

    assert first == [
        *("applied", "applied", "applied", "not_found"),
        *("refused", "refused", "refused"),
        *("applied", "already", "superseded"),
    ]
    assert again == first
    assert kept(alice, kind=way.kind) == []
    assert kept(alice, "watchlist", way.kind) == [605]
    assert row_of(alice, 605, "ratings", way.kind).value == 4
    assert as_alice.get(way.url(605, "rating")).json()["mine"] == 4
    assert titles.asked() == [99, 605]


def test_a_device_brings_ten_new_titles_a_call_and_sends_the_others_again(
    clock, as_alice, alice, titles, way, ops
):
    ids = range(1, 26)
    titles.has(way, *ids)
    queue = [ops(f"op-{id_}", id_=id_) for id_ in ids]

    results = [send(as_alice, *queue) for _ in range(3)]

    assert [each.count("applied") for each in results] == [10, 20, 25]
    assert [each.count("unknown") for each in results] == [15, 5, 0]
    assert sorted(kept(alice, kind=way.kind)) == [*ids]
    assert titles.asked() == [*ids]


def test_in_an_outage_what_a_device_adds_is_unknown_and_what_it_removes_is_removed(
    clock, as_alice, alice, titles, way, ops
):
    keep(alice, 1, kind=way.kind)
    titles.has(way, 605)
    titles.status = 503
    clock.shift(60)
    queue = [ops("a"), ops("b", "remove", 1, at="2026-05-01T12:00:30Z")]

    during = send(as_alice, *queue)
    titles.status = None
    titles.forget_caches()
    after = send(as_alice, *queue)

    assert (during, after) == (["unknown", "applied"], ["applied", "applied"])
    assert kept(alice, kind=way.kind) == [605]


def test_two_devices_agree_on_titles_and_each_change_has_a_version(clock, as_alice, alice, titles, way, ops):
    titles.has(way, 605, 606)
    _, cursor = follow(as_alice)
    versions = [
        as_alice.put(way.url(605, "favorite"))["X-Library-Version"],
        as_alice.put(way.url(605, "favorite"))["X-Library-Version"],
        as_alice.put(way.url(605, "rating"), {"rating": 4})["X-Library-Version"],
        as_alice.put(way.url(605, "rating"), {"rating": 4})["X-Library-Version"],
        as_alice.put(way.url(605, "rating"), {"rating": 5})["X-Library-Version"],
        as_alice.put(way.url(606, "watchlist"))["X-Library-Version"],
        as_alice.delete(way.url(605, "favorite"))["X-Library-Version"],
        as_alice.delete(way.url(605, "favorite"))["X-Library-Version"],
        as_alice.get(way.url(605))["X-Library-Version"],
    ]

    changes, _ = follow(as_alice, cursor, limit=1)

    assert versions == ["1", "1", "2", "2", "3", "4", "5", "5", "5"]
    assert [(each["op"], each["shelf"], each["kind"], each["id"], each["value"]) for each in changes] == [
        ("set", "ratings", way.kind, 605, 5),
        ("set", "watchlist", way.kind, 606, None),
        ("removed", "favorites", way.kind, 605, None),
    ]
    assert applied({}, changes) == library_of(alice)


# --- Undone ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "is_undone"), [(600, True), (601, False)])
def test_what_comes_back_within_ten_minutes_has_its_old_place_and_date(
    clock, alice, titles, way, seconds, is_undone
):
    titles.has(way, 605)
    keep(alice, 605, kind=way.kind)
    clock.shift(60)
    keep(alice, 606, kind=way.kind)
    drop(alice, 605, kind=way.kind)
    clock.shift(seconds)

    answer = signed_in(alice).put(way.url(605, "favorite"))

    assert answer.status_code == 201
    assert (answer.json()["created_at"] == NOON) is is_undone
    assert kept(alice, kind=way.kind) == ([606, 605] if is_undone else [605, 606])


# --- Exported and brought in -----------------------------------------------------------------------


def test_a_library_with_titles_goes_out_and_comes_in(clock, as_alice, as_bob, alice, bob, way):
    keep(alice, 605, title="Jazz")
    for shelf, value in (("favorites", None), ("watchlist", None), ("ratings", 4)):
        keep(alice, 605, shelf=shelf, kind=way.kind, title="Dune", value=value)
    keep(bob, 605, shelf="watchlist", kind=way.kind)

    library = as_alice.get(LIBRARY).json()
    of_kind = as_alice.get(LIBRARY, {"kind": way.kind}).json()
    merged = as_bob.post(LIBRARY, library)

    row = {"kind": way.kind, "id": 605, "created_at": NOON, "title": "Dune"}
    assert library["entries"] == [
        {"shelf": "favorites", **row, "rating": None},
        {"shelf": "ratings", **row, "rating": 4},
        {"shelf": "watchlist", **row, "rating": None},
    ]
    assert of_kind == {"favorites": [], "follows": [], "entries": library["entries"]}
    ref = {"kind": way.kind, "id": 605}
    assert merged.json()["entries"] == {
        "added": [{"shelf": "favorites", **ref}, {"shelf": "ratings", **ref}],
        "existing": [{"shelf": "watchlist", **ref}],
        "refused": [],
    }
    assert merged["X-Library-Version"] == "4"
    assert row_of(bob, 605, "ratings", way.kind).value == 4
    assert as_alice.get(f"{HERE}/{way.path}/605/rating/").json()["count"] == 2


def test_rows_that_can_not_be_so_are_refused_one_by_one(as_alice, alice, way):
    entries = [
        {"shelf": "favorites", "kind": way.kind, "id": 1},
        {"shelf": "favorites", "kind": way.kind, "id": 2, "rating": 4},
        {"shelf": "ratings", "kind": way.kind, "id": 3},
        {"shelf": "follows", "kind": way.kind, "id": 4},
        {"shelf": "favorites", "kind": "person", "id": 5},
        {"shelf": "cellar", "kind": way.kind, "id": 6},
    ]

    merged = as_alice.post(LIBRARY, {"entries": entries}).json()["entries"]

    assert [row["id"] for row in merged["added"]] == [1]
    assert [row["id"] for row in merged["refused"]] == [2, 3, 4, 5, 6]
    assert kept(alice, kind=way.kind) == [1]
