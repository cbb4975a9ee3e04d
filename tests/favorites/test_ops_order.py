"""Of two devices the later moment wins, whatever order they arrive in; what the service does not tell is asked again."""

from itertools import permutations

import pytest

from favorites.models import AppliedOp
from tests.favorites.device import OPS, brief, follow, library_of, op, send

HERE = ("favorites", "flyer", 7)
FAVORITE = "/api/v1/flyers/7/favorite/"


@pytest.fixture
def as_alice(clock, service, as_alice):
    """It is noon of the first of May."""
    service.has(*range(1, 10))
    service.has_creators(1, 2, 3)
    return as_alice


def version_of(client):
    return int(client.get("/api/v1/auth/me/")["X-Library-Version"])


# --- Moments ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "result"),
    [
        ("2026-05-01T12:04:00Z", "applied"),
        ("2026-05-01T12:05:00Z", "applied"),
        ("2026-05-01T12:05:00.000001Z", "refused"),
        ("2026-05-01T12:06:00Z", "refused"),
        ("2026-05-02T12:00:00Z", "refused"),
        ("9999-12-31T23:59:59Z", "refused"),
        ("1970-01-01T00:00:00Z", "applied"),
        ("0001-01-01T00:00:00Z", "applied"),
        ("2026-05-01T11:59:00", "applied"),
        ("2026-05-01T14:00:00+02:00", "applied"),
        ("2026-05-01T14:00:00", "refused"),
    ],
)
def test_a_moment_may_be_five_minutes_ahead(as_alice, at, result):
    """One without a zone is UTC."""
    assert send(as_alice, op(at=at)) == [result]
    assert as_alice.get(FAVORITE).status_code == (200 if result == "applied" else 404)


def test_what_was_refused_for_its_clock_is_judged_again_later(as_alice, clock):
    ahead = op(at="2026-05-01T12:06:00Z")
    too_early = send(as_alice, ahead)
    clock.shift(120)

    assert (too_early, send(as_alice, ahead)) == (["refused"], ["applied"])


def test_an_item_is_kept_since_it_was_meant_but_never_since_tomorrow(as_alice):
    send(as_alice, op("a", id_=1, at="2026-04-01T00:00:00Z"), op("b", id_=2, at="2026-05-01T12:04:00Z"))

    changes, _ = follow(as_alice)

    assert [(each["created_at"][:19], each["at"]) for each in changes] == [
        ("2026-04-01T00:00:00", "2026-04-01T00:00:00Z"),
        ("2026-05-01T12:00:00", "2026-05-01T12:04:00Z"),
    ]


# --- Who wins --------------------------------------------------------------------------------------

QUEUE = [
    op("e", "add", shelf="ratings", value=3, at="2026-05-01T11:00:01Z"),
    op("d", "remove", shelf="ratings", at="2026-05-01T11:00:02Z"),
    op("c", "add", shelf="ratings", value=5, at="2026-05-01T11:00:03Z"),
    op("b", "add", shelf="ratings", value=4, at="2026-05-01T11:00:03Z"),  # "c" is greater
]


@pytest.mark.parametrize("order", [*permutations(range(4))], ids=lambda order: "".join(map(str, order)))
@pytest.mark.parametrize("is_one_request", [True, False])
def test_the_latest_wins_in_any_order_of_arrival(as_alice, alice, order, is_one_request):
    queue = [QUEUE[place] for place in order]

    for part in [queue] if is_one_request else [[each] for each in queue]:
        send(as_alice, *part)

    assert library_of(alice) == {("ratings", "flyer", 7): 5}
    rating = {"average": 5.0, "count": 1, "mine": 5}
    assert as_alice.get("/api/v1/flyers/7/rating/").json() == rating
    assert brief(follow(as_alice)[0]) == [("set", "ratings", 7)]


def test_a_removal_that_arrives_before_the_add_it_was_after_wins(as_alice, alice):
    removed = send(as_alice, op("b", "remove", at="2026-05-01T11:30:00Z"))
    added = send(as_alice, op("a", at="2026-05-01T11:00:00Z"))

    assert (removed, added) == (["already"], ["superseded"])
    assert (library_of(alice), version_of(as_alice), follow(as_alice)[0]) == ({}, 0, [])


def test_that_it_is_so_since_later_counts_against_what_was_before(as_alice, alice):
    """Two devices add, and a third's removal was between these."""
    results = [
        send(as_alice, op("a", at="2026-05-01T11:00:00Z")),
        send(as_alice, op("c", at="2026-05-01T11:20:00Z")),
        send(as_alice, op("b", "remove", at="2026-05-01T11:10:00Z")),
    ]

    assert results == [["applied"], ["already"], ["superseded"]]
    assert (set(library_of(alice)), version_of(as_alice)) == ({HERE}, 1)


@pytest.mark.parametrize(("first", "second"), [("a", "B"), ("a", "b"), ("a1", "a10"), ("a.", "a_")])
def test_of_one_moment_the_greater_id_wins(as_alice, alice, first, second):
    add, remove = op(max(first, second)), op(min(first, second), "remove")

    assert sorted([*send(as_alice, add), *send(as_alice, remove)]) == ["applied", "superseded"]
    assert set(library_of(alice)) == {HERE}


@pytest.mark.parametrize("word", ["add", "remove"])
def test_what_someone_does_online_wins_against_a_clock_that_is_ahead(as_alice, alice, word):
    if word == "remove":
        as_alice.put(FAVORITE)
    ahead = op("zzz", word, at="2026-05-01T12:04:00Z")
    assert send(as_alice, ahead) == ["applied"]

    answer = as_alice.delete(FAVORITE) if word == "add" else as_alice.put(FAVORITE)

    assert answer.status_code in {201, 204}
    assert (HERE in library_of(alice)) is (word == "remove")
    assert send(as_alice, ahead | {"op_id": "zzzz"}) == ["superseded"]


def test_an_old_op_undoes_nothing_that_was_done_online_since(as_alice, alice):
    as_alice.put(FAVORITE)

    assert send(as_alice, op("a", "remove", at="2026-05-01T11:59:59Z")) == ["superseded"]
    assert set(library_of(alice)) == {HERE}


# --- Outages ---------------------------------------------------------------------------------------


def test_what_is_not_known_in_an_outage_is_neither_written_nor_recorded(as_alice, alice, service):
    as_alice.put("/api/v1/flyers/1/favorite/")
    as_alice.put("/api/v1/flyers/2/favorite/")
    service.forget_caches()
    service.status = 503
    queue = [
        op("a", id_=3),
        op("b", "remove", 1, at="2026-05-01T12:01:00Z"),
        op("c", id_=2, at="2026-05-01T12:01:00Z"),
        op("d", id_=1, shelf="follows"),
        op("e", "remove", 4),
        op("f", id_=5, shelf="ratings", value=2),
    ]

    first = send(as_alice, *queue)
    recorded = set(AppliedOp.objects.values_list("op_id", flat=True))
    service.forget_caches()  # and the breaker
    service.status = None
    second = send(as_alice, *queue)

    assert first == ["unknown", "applied", "already", "unknown", "already", "unknown"]
    assert recorded == {"b", "c", "e"}
    assert second == ["applied", "applied", "already", "applied", "already", "applied"]
    assert version_of(as_alice) == 6
    assert [shelf for shelf, *_ in library_of(alice)].count("favorites") == 2


def test_a_service_that_breaks_in_the_middle_leaves_the_others_judged(as_alice, alice, service):
    queue = [op("a", id_=7)] + [op(f"b{id_}", id_=id_, shelf="follows") for id_ in (1, 2, 3)]
    service.fails_after(2)

    results = send(as_alice, *queue)

    assert results[0] == "applied"
    assert sorted(results[1:]) == ["applied", "unknown", "unknown"]
    assert len(library_of(alice)) == version_of(as_alice) == 2
    service.forget_caches()
    service.status, service._answers_left = None, None
    assert send(as_alice, *queue) == ["applied"] * 4


def test_nobody_asks_the_service_about_removals_and_what_is_there(as_alice, service):
    as_alice.put(FAVORITE)
    service.received.clear()
    service.forget_caches()

    send(as_alice, op("a", at="2026-05-01T12:01:00Z"), op("b", "remove", 3), op("c", "remove", id_=99))

    assert service.received == []


def test_a_later_removal_settles_an_add_that_could_not_be_judged(as_alice, service):
    queue = [op("a", at="2026-05-01T11:00:00Z"), op("b", "remove", at="2026-05-01T11:01:00Z")]
    service.status = 503
    first = send(as_alice, *queue)
    service.forget_caches()
    service.status = None

    assert (first, send(as_alice, *queue)) == (["unknown", "already"], ["superseded", "already"])
    assert as_alice.get(FAVORITE).status_code == 404


def test_one_that_upstream_does_not_have_is_told_so_for_good(as_alice, service):
    first = as_alice.post(OPS, {"ops": [op(id_=99)]})
    service.has(99)
    service.forget_caches()

    assert first.json()["results"] == [{"op_id": "a", "result": "not_found", "reason": None}]
    assert send(as_alice, op(id_=99), op("b", id_=99)) == ["not_found", "applied"]
