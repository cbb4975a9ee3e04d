"""What a device did while it was offline is judged op by op, and answered alike when it is repeated."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from favorites.models import AppliedOp, Entry
from favorites.services.shelves import SHELVES
from tests.conftest import signed_in
from tests.favorites.device import OPS, brief, follow, library_of, op, send, versions_of
from tests.races import at_once

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def as_alice(clock, service, as_alice):
    service.has(*range(1, 10))
    service.has_creators(1, 2, 3)
    return as_alice


def refusal(client, **changes):
    """Send one op that is refused between two that are applied; return the reason."""
    answer = client.post(OPS, {"ops": [op("x", id_=1), op("y") | changes, op("z", id_=2)]})
    assert answer.status_code == 200, answer.content
    before, refused, after = answer.json()["results"]
    assert (before["result"], after["result"]) == ("applied", "applied")
    assert (refused["op_id"], refused["result"]) == ("y", "refused")
    return refused["reason"]


# --- What becomes of an op -------------------------------------------------------------------------


def test_a_queue_for_all_shelves_is_written_at_once(as_alice, alice):
    queue = [
        op("a", id_=1),
        op("b", id_=2, shelf="watchlist"),
        op("c", id_=3, shelf="ratings", value=5),
        op("d", id_=1, shelf="follows"),
        op("e", "remove", id_=4),
    ]

    results = send(as_alice, *queue)

    assert results == ["applied"] * 4 + ["already"]
    assert library_of(alice) == {
        ("favorites", "flyer", 1): None,
        ("watchlist", "flyer", 2): None,
        ("ratings", "flyer", 3): 5,
        ("follows", "creator", 1): None,
    }
    assert versions_of(alice) == [1, 2, 3, 4]
    assert as_alice.get("/api/v1/flyers/3/rating/").json() == {"average": 5.0, "count": 1, "mine": 5}


def test_each_op_has_a_result_of_its_own(as_alice):
    as_alice.put("/api/v1/flyers/1/favorite/")
    as_alice.put("/api/v1/flyers/2/favorite/")

    results = send(
        as_alice,
        op("a", id_=3),
        op("b", id_=1, at="2026-05-01T12:01:00Z"),
        op("c", "remove", id_=2),
        op("d", id_=99),
        op("e", id_=0),
        op("a", id_=4),
    )

    assert results == ["applied", "already", "superseded", "not_found", "refused", "conflict"]


def test_what_became_of_an_op_is_told_again_and_done_once(as_alice, alice):
    queue = [op("a"), op("b", id_=99), op("c", "remove", id_=5), op("d", id_=2, shelf="ratings", value=3)]
    results = send(as_alice, *queue)
    as_alice.delete("/api/v1/flyers/7/favorite/")
    version = as_alice.get("/api/v1/auth/me/")["X-Library-Version"]

    again = [send(as_alice, *queue), send(as_alice, *reversed(queue))[::-1]]

    assert results == ["applied", "not_found", "already", "applied"]
    assert again == [results, results]
    assert as_alice.get("/api/v1/auth/me/")["X-Library-Version"] == version == "3"
    assert library_of(alice) == {("ratings", "flyer", 2): 3}


def test_an_op_that_comes_twice_in_a_request_is_done_once(as_alice, alice):
    assert send(as_alice, op(), op(), op()) == ["applied"] * 3
    assert versions_of(alice) == [1]
    assert as_alice.get("/api/v1/auth/me/")["X-Library-Version"] == "1"


def test_the_same_moment_in_another_zone_is_the_same_op(as_alice):
    written = ["2026-05-01T11:00:00Z", "2026-05-01T13:00:00+02:00", "2026-05-01T11:00:00.000000+00:00"]

    assert [send(as_alice, op(at=at)) for at in written] == [["applied"]] * 3


@pytest.mark.parametrize(
    "other",
    [{"op": "remove"}, {"shelf": "watchlist"}, {"id": 8}, {"at": "2026-05-01T11:00:01Z"}],
    ids=["what", "where", "which", "when"],
)
def test_another_op_of_the_same_id_is_a_conflict_for_itself_alone(as_alice, alice, other):
    send(as_alice, op("a"))

    results = send(as_alice, op("a") | other, op("b", id_=2), op("a"))

    assert results == ["conflict", "applied", "applied"]
    assert set(library_of(alice)) == {("favorites", "flyer", 7), ("favorites", "flyer", 2)}


def test_an_id_is_a_persons_own(as_alice, as_bob, bob):
    send(as_alice, op("a"))

    assert send(as_bob, op("a", id_=8)) == ["applied"]
    assert set(library_of(bob)) == {("favorites", "flyer", 8)}


def test_ten_ops_cost_as_many_statements_as_one(as_alice):
    as_alice.put("/api/v1/flyers/1/favorite/")

    counts = []
    for start, number in ((10, 1), (20, 10)):
        queue = [op(f"a{id_}", "remove", id_) for id_ in range(start, start + number)]
        with CaptureQueriesContext(connection) as captured:
            send(as_alice, *queue)
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 12


# --- What is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"shelf": "share"}, "no such shelf"),
        ({"shelf": "Favorites"}, "no such shelf"),
        ({"kind": "creator"}, "kind can't be there"),
        ({"kind": "song"}, "kind can't be there"),
        ({"shelf": "follows"}, "kind can't be there"),
        *(({"id": id_}, "no such id") for id_ in (0, -1, 2**63, -(2**63) - 1, 10**40)),
        *(({"op": "remove", "id": id_}, "no such id") for id_ in (0, 10**40)),
        ({"shelf": "ratings"}, "takes a value"),
        ({"shelf": "ratings", "value": None}, "takes a value"),
        *(({"shelf": "ratings", "value": value}, "from 1 to 5") for value in (0, 6, -1, 10**40)),
        ({"value": 3}, "takes a value"),
        ({"shelf": "ratings", "op": "remove", "value": 3}, "takes a value"),
    ],
)
def test_what_can_not_be_is_refused_for_that_op_alone(as_alice, alice, changes, reason):
    assert reason in refusal(as_alice, **changes)
    assert set(library_of(alice)) == {("favorites", "flyer", 1), ("favorites", "flyer", 2)}


def test_nobody_follows_themselves_by_a_queue(as_alice, alice):
    type(alice).objects.update(creator_id=3)

    reason = refusal(as_alice, shelf="follows", kind="creator", id=3)

    assert reason == "Nobody can follow themselves."
    assert send(as_alice, op("a", "remove", 3, shelf="follows")) == ["already"]


def test_a_full_shelf_takes_what_another_op_made_room_for(as_alice, alice):
    limit = SHELVES["follows"].max_rows
    Entry.objects.bulk_create(
        Entry(user=alice, shelf="follows", kind="creator", item_id=1_000 + number, changed_at=LONG_AGO)
        for number in range(limit)
    )

    first = send(
        as_alice, op("a", id_=1, shelf="follows"), op("b", id_=1), op("c", "remove", 1_000, shelf="follows")
    )
    second = send(as_alice, op("a", id_=1, shelf="follows"), op("d", id_=2, shelf="follows"))

    assert first == ["refused", "applied", "applied"]
    assert second == ["applied", "refused"]
    assert alice.entries.filter(shelf="follows", removed_at=None).count() == limit


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (op() | {"id": "7"}, "id"),
        (op() | {"id": 7.5}, "id"),
        (op() | {"id": True}, "id"),
        (op() | {"id": None}, "id"),
        (op() | {"value": True, "shelf": "ratings"}, "value"),
        (op() | {"value": "5", "shelf": "ratings"}, "value"),
        (op() | {"op": "toggle"}, "op"),
        (op() | {"op": ["add"]}, "op"),
        (op() | {"op_id": ""}, "op_id"),
        *((op() | {"op_id": op_id}, "op_id") for op_id in (7, 7.5, True, None, " a", "a ", "a\n", "a b", "\u00e4")),
        (op() | {"op_id": "a" * 65}, "op_id"),
        (op() | {"op_id": {"a": 1}}, "op_id"),
        (op() | {"shelf": ["favorites"]}, "shelf"),
        (op() | {"kind": None}, "kind"),
        *((op() | {"at": at}, "at") for at in ("soon", "", None, 1_777_633_200, True, "2026-13-01T00:00:00Z")),
        (op() | {"at": "0001-01-01T00:00:00+23:00"}, "at"),
        (op() | {"note": "hello"}, "note"),
        *(({name: value for name, value in op().items() if name != left_out}, left_out) for left_out in op()),
        ("a", "non_field_errors"),
        (["a"], "non_field_errors"),
    ],
)  # fmt: skip
def test_what_is_no_op_is_refused_by_its_place_and_nothing_is_done(as_alice, alice, row, field):
    answer = as_alice.post(OPS, {"ops": [op("x", id_=1), row]})

    assert answer.status_code == 400
    details = answer.json()["error"]["details"]
    assert [name for name in details if name.startswith("ops")] == [f"ops.1.{field}"]
    assert not library_of(alice)


def test_a_hundred_ops_are_taken_and_one_more_is_not(as_alice, alice):
    queue = [op(f"a{number}", "remove", number) for number in range(1, 102)]

    too_many = as_alice.post(OPS, {"ops": queue})
    results = send(as_alice, *queue[:100])

    assert (too_many.status_code, [*too_many.json()["error"]["details"]]) == (400, ["ops"])
    assert results == ["already"] * 100
    assert (follow(as_alice)[0], versions_of(alice)) == ([], [])


def test_no_ops_are_no_work_and_a_body_without_them_is_refused(as_alice):
    assert send(as_alice) == []
    assert [as_alice.post(OPS, body).status_code for body in ({}, [], {"ops": {}}, {"ops": None})] == [
        400
    ] * 4


def test_nobody_sends_ops_without_signing_in(anyone, db):
    assert anyone.post(OPS, {"ops": [op()]}).status_code == 401


# --- Of two at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_comes_ten_times_at_once_is_done_once(clock, service, alice):
    """Each answer is that of the one that was first."""
    service.has(*range(1, 6))
    queue = [op(f"a{number}", id_=number, shelf="ratings", value=4) for number in range(1, 6)]
    clients = [signed_in(alice) for _ in range(10)]

    answers = at_once([lambda client=client: send(client, *queue) for client in clients])

    assert answers == [["applied"] * 5] * 10
    assert versions_of(alice) == [1, 2, 3, 4, 5]
    assert AppliedOp.objects.count() == 5
    assert clients[0].get("/api/v1/flyers/1/rating/").json() == {"average": 4.0, "count": 1, "mine": 4}
    assert brief(follow(clients[0])[0]) == [("set", "ratings", number) for number in range(1, 6)]


@pytest.mark.django_db(transaction=True)
def test_of_two_ops_of_one_id_at_once_one_is_a_conflict(clock, service, alice):
    service.has(1, 2)
    calls = [(signed_in(alice), op("a", id_=id_)) for id_ in (1, 2)]

    answers = at_once([lambda client=client, each=each: send(client, each) for client, each in calls])

    assert sorted(answers) == [["applied"], ["conflict"]]
    assert versions_of(alice) == [1]
