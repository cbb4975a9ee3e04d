"""Swaps: offering, accepting, declining and taking back, and what ends an offer."""

import pytest

from reservations.models import Reservation, Trade
from tests.reservations.calls import (
    RESERVATIONS,
    TRADES,
    book,
    every_claim_is_right,
    failure,
    offer,
    primetime,
    wish,
)

pytestmark = pytest.mark.django_db
ACCEPT, DECLINE = {"action": "accept"}, {"action": "reject"}


@pytest.fixture
def mine(as_alice):
    return book(as_alice, 10, 11, notes="a secret of Alice's")


@pytest.fixture
def theirs(as_bob):
    return book(as_bob, 14, 16, notes="a secret of Bob's")


@pytest.fixture
def trade(as_alice, mine, theirs):
    response = offer(as_alice, mine, theirs, message="Would ten suit you?")
    assert response.status_code == 201, response.json()
    return response.json()


def answer(client, trade, body):
    return client.post(f"{TRADES}{trade['id']}/", body, format="json")


def status(client, trade):
    return client.get(f"{TRADES}{trade['id']}/").json()["status"]


def owners():
    return dict(Reservation.objects.values_list("pk", "user__first_name"))


def test_both_sides_see_an_offer_and_no_notes(as_alice, as_bob, as_carol, mine, theirs, trade, alice, bob):
    shown = {
        "id": Trade.objects.get().pk,
        "status": "PENDING",
        "requester_reservation": {
            "id": mine["id"],
            "user": {"id": alice.pk, "name": "Alice"},
            "date": "2026-05-05",
            "start_time": "10:00:00",
            "end_time": "11:00:00",
        },
        "target_reservation": {
            "id": theirs["id"],
            "user": {"id": bob.pk, "name": "Bob"},
            "date": "2026-05-05",
            "start_time": "14:00:00",
            "end_time": "16:00:00",
        },
        "message": "Would ten suit you?",
        "response_message": "",
    }

    assert trade == shown
    assert as_alice.get(TRADES).json() == {"sent": [shown], "received": []}
    assert as_bob.get(TRADES).json() == {"sent": [], "received": [shown]}
    assert as_carol.get(TRADES).json() == {"sent": [], "received": []}
    assert as_bob.get(f"{TRADES}{trade['id']}/").json() == shown


def test_accepted_the_owners_change_and_the_times_stay(as_alice, as_bob, mine, theirs, trade):
    response = answer(as_bob, trade, ACCEPT | {"response_message": "Gladly"})

    assert (response.status_code, response.json()["status"]) == (200, "ACCEPTED")
    assert response.json()["response_message"] == "Gladly"
    assert owners() == {mine["id"]: "Bob", theirs["id"]: "Alice"}
    assert as_alice.get(f"{RESERVATIONS}{theirs['id']}/").json()["start_time"] == "14:00:00"
    assert as_alice.get(f"{RESERVATIONS}{mine['id']}/").status_code == 404
    assert every_claim_is_right()


def test_declined_nothing_changes(as_alice, as_bob, mine, theirs, trade):
    response = answer(as_bob, trade, DECLINE | {"response_message": "Sorry"})

    assert response.json()["status"] == "REJECTED"
    assert owners() == {mine["id"]: "Alice", theirs["id"]: "Bob"}


def test_taken_back_it_is_cancelled_and_once_more_is_no_error(as_alice, as_bob, trade):
    first, again = (as_alice.delete(f"{TRADES}{trade['id']}/") for _ in range(2))

    assert (first.status_code, again.status_code) == (204, 204)
    assert status(as_bob, trade) == "CANCELLED"
    assert failure(answer(as_bob, trade, ACCEPT)) == (409, "NOT_EDITABLE", [])


@pytest.mark.parametrize("end", [ACCEPT, DECLINE])
def test_what_was_answered_is_over(as_alice, as_bob, trade, end):
    answer(as_bob, trade, end)

    assert failure(answer(as_bob, trade, ACCEPT)) == (409, "NOT_EDITABLE", [])
    assert failure(as_alice.delete(f"{TRADES}{trade['id']}/")) == (409, "NOT_EDITABLE", [])


def test_each_side_does_its_own(as_alice, as_bob, as_carol, as_root, trade):
    address = f"{TRADES}{trade['id']}/"

    assert failure(answer(as_alice, trade, ACCEPT)) == (403, "PERMISSION_DENIED", [])
    assert failure(as_bob.delete(address)) == (403, "PERMISSION_DENIED", [])
    for stranger in (as_carol, as_root):
        assert failure(answer(stranger, trade, ACCEPT)) == (404, "NOT_FOUND", [])
        assert failure(stranger.delete(address)) == (404, "NOT_FOUND", [])
        assert failure(stranger.get(address)) == (404, "NOT_FOUND", [])
    assert status(as_bob, trade) == "PENDING"


def test_a_swap_with_oneself_is_refused(as_alice, mine):
    other = book(as_alice, 12, 13)

    assert failure(offer(as_alice, mine, other)) == (400, "VALIDATION_ERROR", ["target_reservation_id"])
    assert failure(offer(as_alice, mine, mine)) == (400, "VALIDATION_ERROR", ["target_reservation_id"])


def test_what_is_somebody_elses_or_not_there_can_not_be_offered(as_alice, as_bob, as_carol, mine, theirs):
    nothing = {"id": 2**63 - 1}

    assert failure(offer(as_carol, mine, theirs)) == (404, "NOT_FOUND", ["requester_reservation_id"])
    assert failure(offer(as_alice, nothing, theirs)) == (404, "NOT_FOUND", ["requester_reservation_id"])
    assert failure(offer(as_alice, mine, nothing)) == (404, "NOT_FOUND", ["target_reservation_id"])
    assert failure(offer(as_alice, mine, {"id": 2**63})) == (
        400,
        "VALIDATION_ERROR",
        ["target_reservation_id"],
    )


def test_what_is_pending_cancelled_or_past_can_not_be_swapped(as_alice, as_bob, mine, theirs, clock):
    primetime()
    pending, cancelled = book(as_bob, 18, 19), book(as_bob, 12, 13)
    begun = book(as_bob, "12:05", 13, date="2026-05-01")
    as_bob.delete(f"{RESERVATIONS}{cancelled['id']}/")
    clock.shift(7 * 60)

    for each in (pending, cancelled, begun):
        assert failure(offer(as_alice, mine, each)) == (409, "NOT_EDITABLE", ["target_reservation_id"])
        assert failure(offer(as_bob, each, mine)) == (409, "NOT_EDITABLE", ["requester_reservation_id"])
    assert not Trade.objects.exists()


def test_the_same_swap_is_on_offer_once(as_alice, mine, theirs, trade):
    assert failure(offer(as_alice, mine, theirs)) == (409, "CONFLICT", [])

    as_alice.delete(f"{TRADES}{trade['id']}/")

    assert offer(as_alice, mine, theirs).status_code == 201


def test_an_accepted_swap_ends_every_other_about_the_two(as_alice, as_bob, as_carol, mine, theirs, trade):
    third, apart = book(as_carol, 17, 18), book(as_bob, 9, 10)
    others = [
        offer(as_carol, third, mine).json(),
        offer(as_carol, third, theirs).json(),
        offer(as_bob, theirs, mine).json(),
    ]
    untouched = offer(as_carol, third, apart).json()

    answer(as_bob, trade, ACCEPT)

    assert {status(as_carol, each) for each in others[:2]} == {"CANCELLED"}
    assert status(as_bob, others[2]) == "CANCELLED"
    assert status(as_carol, untouched) == "PENDING"
    assert failure(answer(as_alice, others[2], ACCEPT)) == (409, "NOT_EDITABLE", [])


@pytest.mark.parametrize("which", ["mine", "theirs"])
@pytest.mark.parametrize("how", ["moved", "cancelled", "begun"])
def test_an_offer_ends_when_one_of_the_two_is_not_what_it_was(
    request, as_root, as_alice, as_bob, clock, trade, which, how
):
    address = f"{RESERVATIONS}{request.getfixturevalue(which)['id']}/"
    if how == "moved":
        as_root.put(address, wish(19, 20), format="json")
    elif how == "cancelled":
        as_root.delete(address)
    else:
        as_root.put(address, wish("12:05", 13, date="2026-05-01"), format="json")
        clock.shift(7 * 60)

    assert status(as_alice, trade) == "CANCELLED"
    assert failure(answer(as_bob, trade, ACCEPT)) == (409, "NOT_EDITABLE", [])
    assert as_alice.get(f"{TRADES}?open=true").json() == {"sent": [], "received": []}


def test_an_offer_of_what_has_begun_is_over_at_once(as_alice, as_bob, theirs, clock):
    begins_soon = book(as_alice, "12:05", 13, date="2026-05-01")
    trade = offer(as_alice, begins_soon, theirs).json()
    clock.shift(7 * 60)

    assert status(as_alice, trade) == "CANCELLED"
    assert failure(answer(as_bob, trade, ACCEPT)) == (409, "NOT_EDITABLE", [])
    assert as_bob.get(f"{TRADES}?open=true").json() == {"sent": [], "received": []}
    assert len(as_bob.get(f"{TRADES}?open=false").json()["received"]) == 1


def test_notes_that_change_end_no_offer(as_alice, as_bob, mine, trade):
    as_alice.put(f"{RESERVATIONS}{mine['id']}/", {"notes": "three of us"}, format="json")

    assert answer(as_bob, trade, ACCEPT).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "cancel"}, "action"),
        ({}, "action"),
        (ACCEPT | {"response_message": "x" * 501}, "response_message"),
        (ACCEPT | {"requester": 1}, "requester"),
    ],
)
def test_half_an_answer_is_none(as_bob, trade, body, field):
    assert failure(answer(as_bob, trade, body)) == (400, "VALIDATION_ERROR", [field])
    assert status(as_bob, trade) == "PENDING"


def test_a_person_has_at_most_fifty_open_offers(as_alice, mine, theirs, alice, bob):
    reservation = Reservation.objects.get(pk=theirs["id"])
    rest = [
        Reservation(
            user=bob, starts_at=reservation.starts_at, ends_at=reservation.ends_at, status="CONFIRMED"
        )
        for _ in range(50)
    ]
    Reservation.objects.bulk_create(rest)
    for each in Reservation.objects.exclude(pk__in=[mine["id"], theirs["id"]]):
        Trade.objects.create(
            requester=alice, target=bob, requester_reservation_id=mine["id"], target_reservation=each
        )

    assert failure(offer(as_alice, mine, theirs)) == (400, "VALIDATION_ERROR", ["non_field_errors"])
