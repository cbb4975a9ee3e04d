"""Booking, moving and cancelling, and the bounds of each."""

import pytest

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
TODAY = "2026-05-01"
# What begins five past twelve has begun by then, and those who signed in at noon still are.
MINUTES = 7


def test_what_is_booked_is_confirmed_and_answered_as_the_clock_of_the_place_shows_it(as_alice, alice):
    response = as_alice.post(RESERVATIONS, wish(10, "11:30", notes="Four of us"), format="json")

    assert (response.status_code, response.json()) == (
        201,
        {
            "id": Reservation.objects.get().pk,
            "user": {"id": alice.pk, "name": "Alice"},
            "date": TUESDAY,
            "start_time": "10:00:00",
            "end_time": "11:30:00",
            "status": "CONFIRMED",
            "notes": "Four of us",
            "rejection_reason": "",
            "created_at": "2026-05-01T12:00:00Z",
        },
    )
    assert Claim.objects.count() == 18


def test_what_somebody_holds_is_taken_and_named_by_its_time_alone(as_alice, as_bob):
    book(as_alice, 10, 11)
    book(as_alice, "11:30", 12, notes="a secret")

    response = as_bob.post(RESERVATIONS, wish("10:55", 13), format="json")

    assert failure(response) == (409, "SLOT_TAKEN", ["taken"])
    assert response.json()["error"]["details"] == {
        "taken": ["2026-05-05 10:55:00 to 11:00:00", "2026-05-05 11:30:00 to 12:00:00"]
    }
    assert Reservation.objects.count() == 2
    assert every_claim_is_right()


def test_one_may_begin_when_another_ends(as_alice, as_bob):
    book(as_alice, 10, 11)

    book(as_bob, 11, 12)
    book(as_bob, 9, 10)

    assert every_claim_is_right()


@pytest.mark.parametrize(("start", "end"), [(17, "18:05"), (19, 20), ("20:55", 21)])
def test_what_touches_primetime_waits_for_approval(as_alice, start, end):
    primetime()

    assert book(as_alice, start, end)["status"] == "PENDING"


@pytest.mark.parametrize(("start", "end", "day"), [(17, 18, 1), (19, 20, 2)])
def test_what_does_not_touch_it_does_not(as_alice, start, end, day):
    primetime(weekday=day)
    primetime(start="18:00", end="21:00", is_active=False)

    assert book(as_alice, start, end)["status"] == "CONFIRMED"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (wish(11, 10), "end_time"),
        (wish(10, 10), "end_time"),
        (wish(22, "00:00"), "end_time"),
        (wish("10:00:00", "25:00:00"), "end_time"),
        (wish("10:00", "24:00"), "end_time"),
        (wish("10:02", 11), "start_time"),
        (wish("10:00:30", 11), "start_time"),
        (wish("10:00:00.5", 11), "start_time"),
        (wish("1000", 11), "start_time"),
        (wish("\u0661\u0660:00", 11), "start_time"),
        (wish(8, 10), "start_time"),
        (wish(20, "21:05"), "end_time"),
        (wish(9, "17:05"), "end_time"),
        (wish(10, 11, date="2026-02-30"), "date"),
        (wish(10, 11, date="0001-01-01"), "date"),
        (wish(10, 11, date="9999-12-31"), "date"),
        (wish(10, 11, date="2026-W19-2"), "date"),
        (wish(10, 11, date="20260505"), "date"),
        (wish(10, 11, date=20260505), "date"),
        (wish(10, 11, date="2026-04-30"), "start_time"),
        (wish(11, 13, date="2026-05-01"), "start_time"),
        (wish(12, 13, date="2026-05-01"), "start_time"),
        (wish(10, 11, date="2026-07-31"), "date"),
        (wish(10, 11, notes="x" * 501), "notes"),
        (wish(10, 11, notes=None), "notes"),
        (wish(10, 11, notes=7), "notes"),
        (wish(10, 11, status="CONFIRMED"), "status"),
        (wish(10, 11, user={"id": 1}), "user"),
        ({"date": TUESDAY, "start_time": "10:00"}, "end_time"),
    ],
)
def test_what_can_not_be_booked_is_refused_by_name(as_alice, body, field):
    response = as_alice.post(RESERVATIONS, body, format="json")

    assert failure(response) == (400, "VALIDATION_ERROR", [field])
    assert not Reservation.objects.exists()
    assert not Claim.objects.exists()


def test_the_last_day_is_ninety_days_ahead(as_alice):
    assert book(as_alice, 10, 11, date="2026-07-30")["date"] == "2026-07-30"


def test_eight_hours_are_not_too_long(as_alice):
    assert book(as_alice, 9, 17)["end_time"] == "17:00:00"


def test_a_person_has_at_most_twenty_ahead(as_alice, as_bob):
    for number in range(20):
        book(as_alice, 10, 11, date=f"2026-05-{number + 2:02}")

    refused = as_alice.post(RESERVATIONS, wish(12, 13), format="json")
    book(as_bob, 12, 13)
    first = as_alice.get(RESERVATIONS).json()["results"][0]
    as_alice.delete(f"{RESERVATIONS}{first['id']}/")

    assert failure(refused) == (400, "VALIDATION_ERROR", ["non_field_errors"])
    book(as_alice, 14, 15)


def test_what_is_given_is_changed_and_the_rest_stays(as_alice):
    made = book(as_alice, 10, 11, notes="Four of us")

    moved = as_alice.put(f"{RESERVATIONS}{made['id']}/", {"end_time": "12:00"}, format="json")
    noted = as_alice.put(f"{RESERVATIONS}{made['id']}/", {"notes": ""}, format="json")

    assert moved.json() == made | {"end_time": "12:00:00"}
    assert noted.json() == made | {"end_time": "12:00:00", "notes": ""}
    assert every_claim_is_right()


def test_it_may_be_moved_over_its_own_time(as_alice):
    made = book(as_alice, 10, 12)

    moved = as_alice.put(f"{RESERVATIONS}{made['id']}/", wish(11, 13), format="json")

    assert (moved.status_code, moved.json()["start_time"]) == (200, "11:00:00")
    assert every_claim_is_right()


def test_what_is_taken_can_not_be_moved_to_and_nothing_is_lost(as_alice, as_bob):
    made, _ = book(as_alice, 10, 11), book(as_bob, 12, 13)

    response = as_alice.put(
        f"{RESERVATIONS}{made['id']}/", {"end_time": "12:30", "notes": "More"}, format="json"
    )

    assert failure(response) == (409, "SLOT_TAKEN", ["taken"])
    assert as_alice.get(f"{RESERVATIONS}{made['id']}/").json() == made
    assert every_claim_is_right()


def test_moved_into_primetime_it_waits_and_out_of_it_no_more(as_alice):
    primetime()
    made = book(as_alice, 10, 11)

    into = as_alice.put(f"{RESERVATIONS}{made['id']}/", wish(18, 19), format="json")
    out = as_alice.put(f"{RESERVATIONS}{made['id']}/", wish(10, 11), format="json")

    assert [each.json()["status"] for each in (into, out)] == ["PENDING", "CONFIRMED"]


def test_cancelled_it_stays_in_the_list_and_its_time_is_free(as_alice, as_bob):
    made = book(as_alice, 10, 11)

    first, again = (as_alice.delete(f"{RESERVATIONS}{made['id']}/") for _ in range(2))
    book(as_bob, 10, 11)

    assert (first.status_code, again.status_code) == (204, 204)
    assert [each["status"] for each in as_alice.get(RESERVATIONS).json()["results"]] == ["CANCELLED"]
    assert every_claim_is_right()


@pytest.mark.parametrize("method", ["put", "delete"])
def test_what_has_begun_can_not_be_changed(as_alice, clock, method):
    made = book(as_alice, "12:05", 14, date=TODAY)
    clock.shift(MINUTES * 60)

    response = getattr(as_alice, method)(
        f"{RESERVATIONS}{made['id']}/", {"notes": "x"} if method == "put" else None, format="json"
    )

    assert failure(response) == (409, "NOT_EDITABLE", [])


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_somebody_elses_is_not_there(as_alice, as_bob, method):
    made = book(as_alice, 10, 11)

    response = getattr(as_bob, method)(
        f"{RESERVATIONS}{made['id']}/", {"notes": "x"} if method == "put" else None, format="json"
    )

    assert failure(response) == (404, "NOT_FOUND", [])
    assert as_alice.get(f"{RESERVATIONS}{made['id']}/").json() == made


def test_an_administrator_sees_and_changes_everybodys(as_alice, as_bob, as_root):
    made, _ = book(as_alice, 10, 11), book(as_bob, 12, 13)

    listed = as_root.get(RESERVATIONS).json()
    found = as_root.get(f"{RESERVATIONS}?user=ALICE@").json()
    moved = as_root.put(f"{RESERVATIONS}{made['id']}/", wish(14, 15), format="json")
    refused = as_bob.get(f"{RESERVATIONS}?user=alice")

    assert (listed["count"], found["count"]) == (2, 1)
    assert found["results"] == [made]
    assert (moved.status_code, moved.json()["user"]) == (200, made["user"])
    assert failure(refused) == (403, "PERMISSION_DENIED", [])


def test_the_list_is_filtered_by_day_and_by_status_as_it_is_shown(as_alice, clock):
    primetime(weekday=4, start="12:00", end="14:00")
    pending = book(as_alice, "12:05", 14, date=TODAY)
    book(as_alice, 10, 11)
    clock.shift(MINUTES * 60)

    def ids(**params):
        return [each["id"] for each in as_alice.get(RESERVATIONS, params).json()["results"]]

    assert ids(status="EXPIRED") == ids(date=TODAY) == [pending["id"]]
    assert ids(status="PENDING") == []
    assert len(ids(status="CONFIRMED")) == 1
    assert as_alice.get(f"{RESERVATIONS}{pending['id']}/").json()["status"] == "EXPIRED"


def test_what_was_pending_when_it_began_holds_its_time_no_more(as_alice, as_bob, clock):
    primetime(weekday=4, start="12:00", end="16:00")
    pending = book(as_alice, "12:05", 16, date=TODAY)
    clock.shift(MINUTES * 60)

    taken = book(as_bob, 14, 15, date=TODAY)

    assert taken["status"] == "PENDING"
    assert Reservation.objects.get(pk=pending["id"]).status == "EXPIRED"
    assert every_claim_is_right()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=pending", "status"),
        ("date=2026-02-30", "date"),
        ("date=tomorrow", "date"),
        ("user=", "user"),
        ("page=0", "page"),
        ("sort=date", "sort"),
    ],
)
def test_a_filter_that_can_not_be_applied_is_an_error(as_root, query, field):
    assert failure(as_root.get(f"{RESERVATIONS}?{query}")) == (400, "VALIDATION_ERROR", [field])
