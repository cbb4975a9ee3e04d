"""The rules of the place: its hours, its slots and its primetime, for administrators to change."""

import pytest

from reservations.models import Primetime
from tests.reservations.calls import PRIMETIME, SETTINGS, failure, primetime

pytestmark = pytest.mark.django_db
DEFAULTS = {
    "business_start_time": "09:00:00",
    "business_end_time": "21:00:00",
    "slot_duration_minutes": 60,
    "send_confirmation_emails": True,
}
EVENING = {"weekday": 4, "start_time": "18:00", "end_time": "21:00"}


def test_a_place_has_hours_before_anybody_has_set_any(as_root):
    assert as_root.get(SETTINGS).json() == DEFAULTS


def test_what_is_given_is_changed_and_the_rest_stays(as_root):
    first = as_root.put(SETTINGS, {"business_start_time": "10:30"}, format="json")
    second = as_root.put(
        SETTINGS, {"slot_duration_minutes": 30, "send_confirmation_emails": False}, format="json"
    )
    nothing = as_root.put(SETTINGS, {}, format="json")

    assert first.json() == DEFAULTS | {"business_start_time": "10:30:00"}
    assert second.json() == {
        "business_start_time": "10:30:00",
        "business_end_time": "21:00:00",
        "slot_duration_minutes": 30,
        "send_confirmation_emails": False,
    }
    assert as_root.get(SETTINGS).json() == nothing.json() == second.json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"business_start_time": "21:00"}, "business_start_time"),
        ({"business_end_time": "08:00"}, "business_end_time"),
        ({"business_start_time": "12:00", "business_end_time": "12:00"}, "business_end_time"),
        ({"business_end_time": "24:00"}, "business_end_time"),
        ({"business_start_time": "09:01"}, "business_start_time"),
        ({"slot_duration_minutes": 0}, "slot_duration_minutes"),
        ({"slot_duration_minutes": 7}, "slot_duration_minutes"),
        ({"slot_duration_minutes": 485}, "slot_duration_minutes"),
        ({"slot_duration_minutes": "30"}, "slot_duration_minutes"),
        ({"slot_duration_minutes": 2**63}, "slot_duration_minutes"),
        ({"send_confirmation_emails": "yes"}, "send_confirmation_emails"),
        ({"time_zone": "Europe/Madrid"}, "time_zone"),
    ],
)
def test_no_place_is_half_changed(as_root, body, field):
    response = as_root.put(SETTINGS, {"slot_duration_minutes": 45} | body, format="json")

    assert failure(response) == (400, "VALIDATION_ERROR", [field])
    assert as_root.get(SETTINGS).json() == DEFAULTS


def test_primetime_is_made_found_changed_and_removed(as_root):
    made = as_root.post(PRIMETIME, EVENING, format="json")
    address = f"{PRIMETIME}{made.json()['id']}/"
    changed = as_root.put(address, {"end_time": "20:00", "is_active": False}, format="json")

    assert (made.status_code, made.json()) == (
        201,
        {
            "id": Primetime.objects.get().pk,
            "weekday": 4,
            "start_time": "18:00:00",
            "end_time": "21:00:00",
            "is_active": True,
        },
    )
    assert changed.json() == made.json() | {"end_time": "20:00:00", "is_active": False}
    assert as_root.get(address).json() == changed.json()
    assert as_root.get(PRIMETIME).json() == {"results": [changed.json()]}
    assert [as_root.delete(address).status_code for _ in range(2)] == [204, 404]


def test_primetimes_are_listed_by_day_and_time(as_root):
    for weekday, start, end in ((4, "18:00", "21:00"), (0, "19:00", "20:00"), (0, "07:00", "08:00")):
        primetime(weekday, start, end)

    found = as_root.get(PRIMETIME).json()["results"]

    assert [(each["weekday"], each["start_time"]) for each in found] == [
        (0, "07:00:00"),
        (0, "19:00:00"),
        (4, "18:00:00"),
    ]


@pytest.mark.parametrize(
    ("start", "end"), [("18:00", "21:00"), ("17:00", "18:05"), ("20:55", "22:00"), ("19:00", "20:00")]
)
def test_active_ones_do_not_overlap(as_root, start, end):
    primetime(4, "18:00", "21:00")

    response = as_root.post(PRIMETIME, EVENING | {"start_time": start, "end_time": end}, format="json")

    assert failure(response) == (400, "VALIDATION_ERROR", ["non_field_errors"])
    assert Primetime.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"start_time": "21:00", "end_time": "22:00"},
        {"start_time": "17:00", "end_time": "18:00"},
        {"weekday": 5},
        {"is_active": False},
    ],
)
def test_what_meets_is_on_another_day_or_asleep_does_not_overlap(as_root, other):
    primetime(4, "18:00", "21:00")

    assert as_root.post(PRIMETIME, EVENING | other, format="json").status_code == 201


def test_one_that_would_overlap_is_not_woken_or_moved(as_root):
    primetime(4, "18:00", "21:00")
    asleep, friday = primetime(4, "19:00", "20:00", is_active=False), primetime(5, "19:00", "20:00")

    woken = as_root.put(f"{PRIMETIME}{asleep.pk}/", {"is_active": True}, format="json")
    moved = as_root.put(f"{PRIMETIME}{friday.pk}/", {"weekday": 4}, format="json")

    for response in (woken, moved):
        assert failure(response) == (400, "VALIDATION_ERROR", ["non_field_errors"])
    assert as_root.put(f"{PRIMETIME}{friday.pk}/", {"end_time": "20:30"}, format="json").status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (EVENING | {"weekday": 7}, "weekday"),
        (EVENING | {"weekday": -1}, "weekday"),
        (EVENING | {"weekday": "Friday"}, "weekday"),
        (EVENING | {"end_time": "18:00"}, "end_time"),
        (EVENING | {"end_time": "25:00:00"}, "end_time"),
        ({"weekday": 4, "start_time": "18:00"}, "end_time"),
        (EVENING | {"name": "Friday"}, "name"),
    ],
)
def test_what_is_no_primetime_is_refused(as_root, body, field):
    assert failure(as_root.post(PRIMETIME, body, format="json")) == (400, "VALIDATION_ERROR", [field])


def test_there_are_at_most_a_hundred(as_root):
    Primetime.objects.bulk_create(
        Primetime(weekday=0, start_time="18:00", end_time="19:00", is_active=False) for _ in range(100)
    )

    assert failure(as_root.post(PRIMETIME, EVENING, format="json")) == (
        400,
        "VALIDATION_ERROR",
        ["non_field_errors"],
    )


@pytest.mark.parametrize("address", [SETTINGS, PRIMETIME, f"{PRIMETIME}1/"])
def test_rules_are_for_administrators(as_alice, anyone, address):
    assert failure(as_alice.get(address)) == (403, "PERMISSION_DENIED", [])
    assert failure(as_alice.put(address, {}, format="json"))[0] in {403, 405}
    assert anyone.get(address).status_code == 401
