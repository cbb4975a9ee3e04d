"""The calendar: hours, slots, what is taken, and what others may see of it."""

import pytest

from reservations.models import PlaceSettings, Reservation
from tests.reservations.calls import CALENDAR, RESERVATIONS, TUESDAY, book, failure, primetime

pytestmark = pytest.mark.django_db


def days(client, start=TUESDAY, end=TUESDAY):
    response = client.get(CALENDAR, {"start_date": start, "end_date": end})
    assert response.status_code == 200, response.json()
    return response.json()["calendar"]


def slots(day):
    return {each["start_time"][:5]: (each["type"], each["available"]) for each in day["available_slots"]}


def test_a_day_shows_its_hours_its_slots_and_what_is_reserved(as_alice, as_bob):
    PlaceSettings.objects.create(pk=1, business_start_time="16:00", business_end_time="20:00")
    primetime(start="18:30", end="19:00")
    made = book(as_alice, "16:30", "17:30", notes="a secret")

    response = as_bob.get(CALENDAR, {"start_date": TUESDAY, "end_date": TUESDAY})

    def slot(start, end, kind, is_available):
        return {"start_time": start, "end_time": end, "type": kind, "available": is_available}

    assert response.json() == {
        "start_date": TUESDAY,
        "end_date": TUESDAY,
        "calendar": [
            {
                "date": TUESDAY,
                "is_primetime": True,
                "primetime_hours": [{"start_time": "18:30:00", "end_time": "19:00:00"}],
                "business_hours": {"start_time": "16:00:00", "end_time": "20:00:00"},
                "available_slots": [
                    slot("16:00:00", "17:00:00", "regular", False),
                    slot("17:00:00", "18:00:00", "regular", False),
                    slot("18:00:00", "19:00:00", "primetime", True),
                    slot("19:00:00", "20:00:00", "regular", True),
                ],
                "reserved_slots": [
                    {
                        "id": made["id"],
                        "start_time": "16:30:00",
                        "end_time": "17:30:00",
                        "name": "Alice",
                        "is_own": False,
                    }
                ],
            }
        ],
    }
    assert days(as_alice)[0]["reserved_slots"][0]["is_own"] is True


def test_what_is_past_or_too_far_is_not_available(as_alice):
    today, last, beyond = (
        slots(days(as_alice, date, date)[0]) for date in ("2026-05-01", "2026-07-30", "2026-07-31")
    )

    assert [today[each] for each in ("11:00", "12:00", "13:00")] == [
        ("regular", False),
        ("regular", False),
        ("regular", True),
    ]
    assert {is_available for _, is_available in last.values()} == {True}
    assert {is_available for _, is_available in beyond.values()} == {False}


def test_slots_that_do_not_divide_the_hours_leave_the_rest_out(as_alice):
    PlaceSettings.objects.create(
        pk=1, business_start_time="09:00", business_end_time="11:30", slot_duration_minutes=50
    )

    found = days(as_alice)[0]["available_slots"]

    assert [(each["start_time"], each["end_time"]) for each in found] == [
        ("09:00:00", "09:50:00"),
        ("09:50:00", "10:40:00"),
        ("10:40:00", "11:30:00"),
    ]
    PlaceSettings.objects.update(slot_duration_minutes=55)
    assert days(as_alice)[0]["available_slots"][-1]["end_time"] == "10:50:00"
    assert book(as_alice, "10:50", "11:30")["status"] == "CONFIRMED"


def test_a_slot_longer_than_the_hours_is_no_slot(as_alice):
    PlaceSettings.objects.create(
        pk=1, business_start_time="09:00", business_end_time="11:00", slot_duration_minutes=180
    )

    assert days(as_alice)[0]["available_slots"] == []


@pytest.mark.parametrize("status", ["CANCELLED", "REJECTED", "EXPIRED"])
def test_what_holds_no_time_is_not_shown(as_alice, status):
    book(as_alice, 10, 11)
    Reservation.objects.update(status=status)

    (day,) = days(as_alice)

    assert day["reserved_slots"] == []
    assert slots(day)["10:00"] == ("regular", True)


def test_hours_that_change_leave_what_is_booked(as_alice, as_root):
    made = book(as_alice, 9, 10)

    as_root.put(f"{RESERVATIONS}admin/settings/", {"business_start_time": "12:00"}, format="json")

    assert as_alice.get(f"{RESERVATIONS}{made['id']}/").json() == made
    assert [each["id"] for each in days(as_alice)[0]["reserved_slots"]] == [made["id"]]
    noted = as_alice.put(f"{RESERVATIONS}{made['id']}/", {"notes": "still ours"}, format="json")
    assert noted.status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "start_date"),
        ("start_date=2026-05-01", "end_date"),
        ("start_date=2026-05-02&end_date=2026-05-01", "end_date"),
        ("start_date=2026-05-01&end_date=2026-07-02", "end_date"),
        ("start_date=0001-01-01&end_date=0001-01-02", "start_date"),
        ("start_date=9999-12-30&end_date=9999-12-31", "start_date"),
        ("start_date=2026-02-30&end_date=2026-03-01", "start_date"),
        ("start_date=2026-05-01&end_date=2026-05-02&days=3", "days"),
    ],
)
def test_a_range_that_can_not_be_shown_is_refused_by_name(as_alice, query, field):
    status, code, fields = failure(as_alice.get(f"{CALENDAR}?{query}"))

    assert (status, code) == (400, "VALIDATION_ERROR")
    assert field in fields


def test_sixty_two_days_are_shown_in_three_statements(as_alice, django_assert_num_queries):
    for number in range(2, 12):
        book(as_alice, 10, 11, date=f"2026-05-{number:02}")

    with django_assert_num_queries(1 + 3):  # who calls, and then settings, primetime and reservations
        found = days(as_alice, "2026-05-01", "2026-07-01")

    assert len(found) == 62
    assert sum(len(day["reserved_slots"]) for day in found) == 10


def test_the_first_and_the_last_year_are_shown(as_alice):
    assert len(days(as_alice, "2000-01-01", "2000-01-02")) == 2
    assert len(days(as_alice, "2099-12-30", "2099-12-31")) == 2
