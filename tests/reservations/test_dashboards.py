"""What people and administrators see first."""

from datetime import UTC, datetime, timedelta

import pytest

from reservations.models import Reservation
from tests.reservations.calls import RESERVATIONS, book, failure, offer, primetime

pytestmark = pytest.mark.django_db
DASHBOARD = f"{RESERVATIONS}dashboard/"
ADMIN = f"{RESERVATIONS}admin/dashboard/"


def test_a_person_sees_what_is_ahead_what_is_on_offer_and_what_changed(as_alice, as_bob, clock):
    primetime()
    later, sooner = book(as_alice, 10, 11), book(as_alice, 18, 19)
    clock.shift(60)
    gone = book(as_alice, 9, 10)
    as_alice.delete(f"{RESERVATIONS}{gone['id']}/")
    theirs = book(as_bob, 14, 15)
    sent = offer(as_alice, later, theirs).json()
    received = offer(as_bob, theirs, later).json()

    found = as_alice.get(DASHBOARD).json()

    assert found["upcoming_reservations"] == [later, sooner]
    assert found["pending_trades"] == {"sent": [sent], "received": [received]}
    assert [each["reservation"]["id"] for each in found["recent_activity"]] == [
        gone["id"],
        sooner["id"],
        later["id"],
    ]
    assert found["recent_activity"][0]["at"] == "2026-05-01T12:01:00Z"
    assert as_alice.get(f"{DASHBOARD}user/").json() == found


def test_an_administrator_sees_what_waits_what_is_on_today_and_how_many_there_are(as_root, as_alice, as_bob):
    primetime()
    primetime(weekday=4)
    later, sooner = book(as_alice, 18, 19), book(as_bob, 19, 20, date="2026-05-01")
    today = book(as_bob, 14, 15, date="2026-05-01")
    cancelled = book(as_alice, 15, 16, date="2026-05-01")
    as_alice.delete(f"{RESERVATIONS}{cancelled['id']}/")

    found = as_root.get(ADMIN).json()

    assert found["pending_approvals"] == [sooner, later]
    assert found["todays_reservations"] == [today, sooner]
    assert [each["reservation"]["id"] for each in found["recent_activity"]] == sorted(
        (each["id"] for each in (later, sooner, today, cancelled)), reverse=True
    )
    assert found["counts"] == {"PENDING": 2, "CONFIRMED": 1, "REJECTED": 0, "CANCELLED": 1, "EXPIRED": 0}
    assert as_root.get(f"{RESERVATIONS}dashboard/admin/").json() == found


def test_what_was_pending_when_it_began_counts_as_expired(as_root, as_alice, clock):
    primetime(weekday=4, start="12:00", end="13:00")
    book(as_alice, "12:05", 13, date="2026-05-01")
    clock.shift(7 * 60)

    found = as_root.get(ADMIN).json()

    assert (found["pending_approvals"], found["todays_reservations"]) == ([], [])
    assert found["counts"]["EXPIRED"] == 1
    assert as_alice.get(DASHBOARD).json()["upcoming_reservations"] == []


def test_an_administrator_sees_at_most_a_hundred_of_each(as_root, alice, clock):
    midnight = datetime(2026, 5, 1, tzinfo=UTC)
    Reservation.objects.bulk_create(
        Reservation(
            user=alice,
            starts_at=midnight + timedelta(minutes=5 * number),
            ends_at=midnight + timedelta(minutes=5 * number + 5),
            status="CONFIRMED" if number < 150 else "PENDING",
        )
        for number in range(280)
    )

    found = as_root.get(ADMIN).json()

    assert (found["todays_reservations"][0]["start_time"], len(found["todays_reservations"])) == (
        "00:00:00",
        100,
    )
    assert (found["pending_approvals"][0]["start_time"], len(found["pending_approvals"])) == ("12:30:00", 100)


@pytest.mark.parametrize("address", [DASHBOARD, ADMIN])
def test_a_dashboard_takes_three_statements_however_much_there_is(
    as_root, as_alice, as_bob, address, django_assert_num_queries
):
    for hour in range(9, 15):
        mine, theirs = book(as_root, hour, hour + 1), book(as_bob, hour, hour + 1, date="2026-05-06")
        offer(as_root, mine, theirs)

    with django_assert_num_queries(1 + 3):  # who calls comes first
        assert as_root.get(address).status_code == 200


@pytest.mark.parametrize("address", [ADMIN, f"{RESERVATIONS}dashboard/admin/"])
def test_the_administrators_is_theirs_alone(as_alice, address):
    assert failure(as_alice.get(address)) == (403, "PERMISSION_DENIED", [])
