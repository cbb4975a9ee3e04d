"""What was removed is told for 90 days, and what is deleted after that misleads nobody."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import User
from favorites.models import AppliedOp, Entry, LibraryState, RatingSummary
from favorites.services.pruning import MAX_STORED_OPS, MAX_TOMBSTONES
from tests.conftest import PASSWORD, signed_in
from tests.favorites.device import CHANGES, applied, brief, follow, library_of, op, read, send

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def as_alice(clock, service, as_alice):
    service.has(*range(1, 10))
    return as_alice


def prune():
    printed = StringIO()
    call_command("prune_library", stdout=printed)
    return printed.getvalue()


def favorite(client, flyer_id):
    assert client.put(f"/api/v1/flyers/{flyer_id}/favorite/").status_code == 201


def drop(client, flyer_id):
    assert client.delete(f"/api/v1/flyers/{flyer_id}/favorite/").status_code == 204


def has_expired(client, cursor):
    answer = client.get(CHANGES, {"since": cursor})
    assert answer.status_code in {200, 410}
    return answer.status_code == 410


# --- By age ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_told"), [(89, True), (90, True), (91, False)])
def test_a_removal_is_told_for_ninety_days(as_alice, alice, clock, days, is_told):
    favorite(as_alice, 1)
    favorite(as_alice, 2)
    _, cursor = follow(as_alice)
    drop(as_alice, 1)
    clock.shift(timedelta(days=days))

    printed, later = prune(), signed_in(alice)

    assert printed == ("0 rows deleted.\n" if is_told else "1 rows deleted.\n")
    assert has_expired(later, cursor) is not is_told
    if is_told:
        assert brief(follow(later, cursor)[0]) == [("removed", "favorites", 1)]
    assert brief(follow(later)[0]) == [("set", "favorites", 2)]


def test_who_has_seen_a_removal_goes_on_when_it_is_deleted(as_alice, alice, clock):
    favorite(as_alice, 1)
    favorite(as_alice, 2)
    drop(as_alice, 1)
    _, cursor = follow(as_alice)
    clock.shift(timedelta(days=91))
    later = signed_in(alice)
    drop(later, 2)

    prune()

    assert brief(follow(later, cursor)[0]) == [("removed", "favorites", 2)]


def test_only_what_was_removed_long_ago_is_deleted(as_alice, alice, clock):
    """Rows that are there stay however old they are, and so do removals of rows that are old."""
    favorite(as_alice, 1)
    favorite(as_alice, 2)
    clock.shift(timedelta(days=300))
    later = signed_in(alice)
    drop(later, 2)

    prune()

    assert [(row.item_id, row.is_there) for row in Entry.objects.order_by("item_id")] == [
        (1, True),
        (2, False),
    ]
    assert not LibraryState.objects.exists()


def test_who_pages_from_the_start_goes_on_while_old_removals_are_deleted(as_alice, alice, clock):
    for flyer_id in (1, 2, 3, 4):
        favorite(as_alice, flyer_id)
    drop(as_alice, 2)
    clock.shift(timedelta(days=91))
    later = signed_in(alice)
    page = read(later, limit=1)
    drop(later, 1)

    prune()
    rest, _ = follow(later, page["cursor"], limit=1)

    assert applied(applied({}, page["changes"]), rest) == library_of(alice)
    assert brief(rest) == [("set", "favorites", 3), ("set", "favorites", 4), ("removed", "favorites", 1)]


def test_removals_of_what_nobody_ever_saw_expire_no_cursor(as_alice, alice, clock):
    favorite(as_alice, 1)
    _, cursor = follow(as_alice)
    send(as_alice, *(op(f"a{number}", "remove", number) for number in range(2, 9)))
    clock.shift(timedelta(days=91))

    printed = prune()

    assert printed == "14 rows deleted.\n"  # and the ops
    assert not has_expired(signed_in(alice), cursor)


def test_each_persons_removals_are_their_own(as_alice, alice, as_bob, bob, clock):
    favorite(as_alice, 1)
    favorite(as_bob, 1)
    cursors = [follow(client)[1] for client in (as_alice, as_bob)]
    drop(as_alice, 1)
    clock.shift(timedelta(days=91))
    drop(signed_in(bob), 1)

    prune()

    people = zip((alice, bob), cursors, strict=True)
    assert [has_expired(signed_in(person), cursor) for person, cursor in people] == [True, False]


# --- Ops and summaries -----------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_remembered"), [(6, True), (7, True), (8, False)])
def test_what_became_of_an_op_is_remembered_for_seven_days(as_alice, alice, clock, days, is_remembered):
    send(as_alice, op("a", id_=99))
    clock.shift(timedelta(days=days))

    printed = prune()

    assert printed == ("0 rows deleted.\n" if is_remembered else "1 rows deleted.\n")
    assert AppliedOp.objects.exists() is is_remembered


def test_an_op_that_is_forgotten_changes_nothing_when_it_comes_again(as_alice, alice, clock):
    queue = [op("a"), op("b", "remove", at="2026-05-01T11:30:00Z"), op("c", id_=8)]
    send(as_alice, *queue)
    clock.shift(timedelta(days=8))
    prune()

    later = signed_in(alice)

    assert send(later, *queue) == ["superseded", "already", "already"]
    assert later.get("/api/v1/auth/me/")["X-Library-Version"] == "3"


def test_summaries_that_count_nothing_are_deleted(as_alice):
    for flyer_id in (1, 2):
        as_alice.put(f"/api/v1/flyers/{flyer_id}/rating/", {"rating": 3})
    as_alice.delete("/api/v1/flyers/1/rating/")

    assert prune() == "1 rows deleted.\n"
    assert RatingSummary.objects.get().item_id == 2


# --- By number -------------------------------------------------------------------------------------


@pytest.fixture
def many_removals(as_alice, alice):
    """As many as may be, a second apart, the first 10,000 seconds ago."""
    Entry.objects.bulk_create(
        Entry(
            user=alice,
            shelf="favorites",
            kind="flyer",
            item_id=1_000 + number,
            version=number,
            removed_at=NOON - timedelta(seconds=MAX_TOMBSTONES - number),
        )
        for number in range(1, MAX_TOMBSTONES + 1)
    )
    User.objects.update(library_version=MAX_TOMBSTONES)


def test_one_removal_too_many_takes_the_oldest_away(many_removals, as_alice, alice, clock):
    favorite(as_alice, 1)
    favorite(as_alice, 2)
    clock.shift(10)
    drop(as_alice, 1)
    assert not has_expired(as_alice, f"{alice.pk}.1.0")
    clock.shift(10)
    drop(as_alice, 2)

    expired = [has_expired(as_alice, f"{alice.pk}.{version}.0") for version in (0, 1, 2, 3, 9_000)]

    assert Entry.objects.exclude(removed_at=None).count() == MAX_TOMBSTONES
    assert expired == [True, True, False, False, False]
    assert len(follow(as_alice, f"{alice.pk}.2.0", limit=1_000)[0]) == MAX_TOMBSTONES
    assert follow(as_alice)[0] == []


def test_a_batch_of_removals_is_bounded_too(many_removals, as_alice, alice, clock):
    ids = list(range(1, 10))
    assert as_alice.put("/api/v1/users/me/favorites/", {"flyer_ids": ids}).json()["added"] == ids
    clock.shift(10)

    as_alice.post("/api/v1/users/me/favorites/remove/", {"flyer_ids": ids})

    assert Entry.objects.exclude(removed_at=None).count() == MAX_TOMBSTONES
    assert has_expired(as_alice, f"{alice.pk}.8.0")
    assert not has_expired(as_alice, f"{alice.pk}.9.0")


# --- People who leave ------------------------------------------------------------------------------


def test_of_whoever_has_left_nothing_is_left_to_prune(as_alice, clock):
    favorite(as_alice, 1)
    drop(as_alice, 1)
    send(as_alice, op("a", id_=2, shelf="ratings", value=4))
    left = as_alice.delete("/api/v1/auth/me/", {"password": PASSWORD})
    clock.shift(timedelta(days=91))

    printed = prune()

    assert left.status_code == 204
    assert printed == "1 rows deleted.\n"  # the summary of the rating
    assert not any(model.objects.exists() for model in (Entry, AppliedOp, LibraryState, RatingSummary))


# --- After a restore -------------------------------------------------------------------------------


def test_after_a_restore_no_device_goes_on_from_what_this_library_never_had(
    as_alice, alice, bob, as_bob, clock
):
    favorite(as_alice, 1)
    _, cursor = follow(as_alice)
    _, of_bob = follow(as_bob)
    printed = StringIO()

    call_command("expire_cursors", stdout=printed)

    assert printed.getvalue() == "The devices of 2 people will read their libraries anew.\n"
    assert has_expired(as_alice, cursor)
    assert has_expired(as_bob, of_bob)
    changes, new = follow(as_alice)
    assert brief(changes) == [("set", "favorites", 1)]
    favorite(as_alice, 2)
    assert brief(follow(as_alice, new)[0]) == [("set", "favorites", 2)]


def test_so_many_ops_of_a_person_are_remembered_and_the_oldest_are_forgotten(as_alice, alice, clock):
    AppliedOp.objects.bulk_create(
        AppliedOp(user=alice, op_id=f"old-{number}", digest="", result="already", created_at=NOON)
        for number in range(MAX_STORED_OPS)
    )
    clock.shift(10)

    send(as_alice, op("new-1"), op("new-2", id_=8))

    assert AppliedOp.objects.filter(user=alice).count() == MAX_STORED_OPS
    assert AppliedOp.objects.filter(op_id__in=["new-1", "new-2"]).count() == 2
