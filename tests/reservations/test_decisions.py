"""What administrators decide about what is pending."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reservations.models import Claim, Reservation
from tests.reservations.calls import (
    RESERVATIONS,
    TUESDAY,
    book,
    every_claim_is_right,
    failure,
    primetime,
    wish,
)

pytestmark = pytest.mark.django_db
APPROVE = {"action": "approve"}
REJECT = {"action": "reject", "rejection_reason": "The league plays"}


@pytest.fixture(autouse=True)
def evenings(db):
    return primetime()


@pytest.fixture
def pending(as_alice):
    return book(as_alice, 18, 19)


def decide(client, reservation, body):
    return client.post(f"{RESERVATIONS}{reservation['id']}/approve/", body, format="json")


def test_approved_it_is_confirmed_and_its_owner_sees_it(as_root, as_alice, pending):
    response = decide(as_root, pending, APPROVE)

    assert (response.status_code, response.json()) == (200, pending | {"status": "CONFIRMED"})
    assert as_alice.get(f"{RESERVATIONS}{pending['id']}/").json()["status"] == "CONFIRMED"
    assert every_claim_is_right()


def test_rejected_its_time_is_free_and_its_owner_sees_why(as_root, as_alice, as_bob, pending):
    response = decide(as_root, pending, REJECT)
    book(as_bob, 18, 19)

    assert response.json() == pending | {"status": "REJECTED", "rejection_reason": "The league plays"}
    assert every_claim_is_right()
    assert failure(as_alice.put(f"{RESERVATIONS}{pending['id']}/", {"notes": "?"}, format="json")) == (
        409,
        "NOT_EDITABLE",
        [],
    )


@pytest.mark.parametrize("second", [APPROVE, REJECT])
@pytest.mark.parametrize("first", [APPROVE, REJECT])
def test_what_was_decided_is_not_decided_again(as_root, pending, first, second):
    decided = decide(as_root, pending, first).json()

    again = decide(as_root, pending, second)

    assert failure(again) == (409, "NOT_EDITABLE", [])
    assert as_root.get(f"{RESERVATIONS}{pending['id']}/").json() == decided
    assert every_claim_is_right()


def test_what_was_cancelled_or_needs_no_decision_is_not_decided(as_root, as_alice, pending):
    as_alice.delete(f"{RESERVATIONS}{pending['id']}/")
    confirmed = book(as_alice, 10, 11)

    for each in (pending, confirmed):
        assert failure(decide(as_root, each, REJECT)) == (409, "NOT_EDITABLE", [])


def test_what_has_begun_is_not_decided_any_more(as_root, as_alice, clock):
    primetime(weekday=4, start="12:00", end="14:00")
    pending = book(as_alice, "12:05", 13, date="2026-05-01")
    clock.shift(7 * 60)

    assert failure(decide(as_root, pending, APPROVE)) == (409, "NOT_EDITABLE", [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "reject"}, "rejection_reason"),
        ({"action": "reject", "rejection_reason": " "}, "rejection_reason"),
        ({"action": "reject", "rejection_reason": "x" * 501}, "rejection_reason"),
        ({"action": "approve", "rejection_reason": "why?"}, "rejection_reason"),
        ({"action": "cancel"}, "action"),
        ({}, "action"),
        (APPROVE | {"status": "CONFIRMED"}, "status"),
    ],
)
def test_half_a_decision_is_none(as_root, pending, body, field):
    assert failure(decide(as_root, pending, body)) == (400, "VALIDATION_ERROR", [field])
    assert as_root.get(f"{RESERVATIONS}{pending['id']}/").json() == pending


def test_only_administrators_decide(as_alice, as_bob, pending):
    for client in (as_alice, as_bob):
        assert failure(decide(client, pending, APPROVE)) == (403, "PERMISSION_DENIED", [])
        batch = client.post(f"{RESERVATIONS}approve/", APPROVE | {"ids": [pending["id"]]}, format="json")
        assert failure(batch) == (403, "PERMISSION_DENIED", [])


def test_what_is_not_there_is_not_decided(as_root, db):
    assert failure(decide(as_root, {"id": 2**63 - 1}, APPROVE)) == (404, "NOT_FOUND", [])
    assert as_root.post(f"{RESERVATIONS}{2**63}/approve/", APPROVE, format="json").status_code == 404


def test_many_are_decided_at_once_and_each_says_what_became_of_it(as_root, as_alice, as_bob, pending):
    other, confirmed = book(as_bob, 20, 21), book(as_bob, 10, 11)

    response = as_root.post(
        f"{RESERVATIONS}approve/",
        REJECT | {"ids": [other["id"], 999, pending["id"], confirmed["id"], other["id"]]},
        format="json",
    )

    assert [(each["id"], each["outcome"]) for each in response.json()["results"]] == [
        (other["id"], "rejected"),
        (999, "not_found"),
        (pending["id"], "rejected"),
        (confirmed["id"], "not_pending"),
    ]
    assert response.json()["results"][3]["reservation"] == confirmed
    assert response.json()["results"][1]["reservation"] is None
    assert every_claim_is_right()
    assert Claim.objects.count() == 12


@pytest.mark.parametrize("body", [APPROVE, REJECT], ids=["approved", "rejected"])
def test_a_batch_takes_as_many_statements_however_long_it_is(as_root, as_alice, body):
    made = [book(as_alice, f"18:{start:02}", f"18:{start + 5:02}")["id"] for start in range(0, 50, 5)]

    with CaptureQueriesContext(connection) as two:
        as_root.post(f"{RESERVATIONS}approve/", body | {"ids": made[:2]}, format="json")
    with CaptureQueriesContext(connection) as eight:
        answer = as_root.post(f"{RESERVATIONS}approve/", body | {"ids": made[2:]}, format="json")

    assert {each["outcome"] for each in answer.json()["results"]} <= {"approved", "rejected"}
    assert len(eight) == len(two)
    assert every_claim_is_right()


@pytest.mark.parametrize("ids", [[], list(range(1, 52)), [0], ["1"], [2**63], None])
def test_a_batch_has_one_to_fifty_ids(as_root, ids):
    response = as_root.post(f"{RESERVATIONS}approve/", APPROVE | {"ids": ids}, format="json")

    assert response.status_code == 400
    assert all(name.startswith("ids") for name in failure(response)[2])


def test_primetime_that_changes_leaves_what_is_pending_pending(as_root, as_alice, evenings, pending):
    address = f"{RESERVATIONS}admin/primetime/{evenings.pk}/"

    as_root.put(address, {"is_active": False}, format="json")
    as_root.delete(address)

    assert as_alice.get(f"{RESERVATIONS}{pending['id']}/").json()["status"] == "PENDING"
    assert decide(as_root, pending, APPROVE).status_code == 200
    assert Reservation.objects.get().status == "CONFIRMED"


def test_an_approved_one_whose_notes_change_stays_approved_and_moved_waits_again(as_root, as_alice, pending):
    decide(as_root, pending, APPROVE)
    address = f"{RESERVATIONS}{pending['id']}/"

    noted = as_alice.put(address, {"notes": "Three of us", "date": TUESDAY}, format="json")
    moved = as_alice.put(address, wish(19, 20), format="json")

    assert [each.json()["status"] for each in (noted, moved)] == ["CONFIRMED", "PENDING"]
