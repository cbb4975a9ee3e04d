"""Time as it is: nights when clocks move, midnight, and a zone that is set anew."""

from datetime import UTC, datetime

import pytest

from reservations.models import PlaceSettings, Reservation
from tests.conftest import signed_in
from tests.reservations.calls import CALENDAR, RESERVATIONS, book, every_claim_is_right, failure, wish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_all_day")]
# In Madrid clocks go from 2 to 3 on the one, and from 3 back to 2 on the other.
SPRING, AUTUMN = "2026-03-29", "2026-10-25"


@pytest.fixture
def madrid(settings):
    settings.RESERVATIONS_TIME_ZONE = "Europe/Madrid"


@pytest.fixture
def spring(clock, madrid):
    """Some days before the one; request it before those who sign in."""
    clock.move_to("2026-03-20T12:00:00Z")


@pytest.fixture
def autumn(clock, madrid):
    """Some days before the other; request it before those who sign in."""
    clock.move_to("2026-10-20T12:00:00Z")


def day(client, date):
    return client.get(CALENDAR, {"start_date": date, "end_date": date}).json()["calendar"][0]


def starts(client, date):
    return [each["start_time"][:5] for each in day(client, date)["available_slots"]]


def test_times_are_stored_in_utc_and_shown_as_the_clock_shows_them(spring, as_alice):
    winter, summer = book(as_alice, 10, 11, date="2026-03-28"), book(as_alice, 10, 11, date=SPRING)

    assert list(Reservation.objects.order_by("pk").values_list("starts_at", flat=True)) == [
        datetime(2026, 3, 28, 9, tzinfo=UTC),
        datetime(2026, 3, 29, 8, tzinfo=UTC),
    ]
    assert (winter["start_time"], summer["start_time"]) == ("10:00:00", "10:00:00")


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [("02:00", "04:00", "start_time"), ("02:55", "04:00", "start_time"), ("01:00", "02:30", "end_time")],
)
def test_a_time_that_the_clocks_leave_out_is_refused(spring, as_alice, start, end, field):
    response = as_alice.post(RESERVATIONS, wish(start, end, date=SPRING), format="json")

    assert failure(response) == (400, "VALIDATION_ERROR", [field])


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [("02:00", "04:00", "start_time"), ("02:55", "04:00", "start_time"), ("01:00", "02:30", "end_time")],
)
def test_a_time_that_there_is_twice_is_refused(autumn, as_alice, start, end, field):
    response = as_alice.post(RESERVATIONS, wish(start, end, date=AUTUMN), format="json")

    assert failure(response) == (400, "VALIDATION_ERROR", [field])


def test_what_lasts_over_the_move_is_as_long_as_it_is(spring, as_alice, as_bob):
    book(as_alice, 1, 3, date=SPRING)

    made = Reservation.objects.get()

    assert (made.ends_at - made.starts_at).total_seconds() == 3600
    assert made.claims.count() == 12
    assert every_claim_is_right()
    book(as_bob, 3, 4, date=SPRING)


def test_the_longest_is_eight_hours_of_time_and_not_of_the_clock(autumn, as_alice):
    refused = as_alice.post(RESERVATIONS, wish(1, 9, date=AUTUMN), format="json")

    assert failure(refused) == (400, "VALIDATION_ERROR", ["end_time"])
    assert book(as_alice, 1, 8, date=AUTUMN)["end_time"] == "08:00:00"
    assert Reservation.objects.get().claims.count() == 96


def test_the_calendar_offers_no_time_that_can_not_be_booked(spring, as_alice):
    assert starts(as_alice, SPRING)[:4] == ["00:00", "03:00", "04:00", "05:00"]
    assert starts(as_alice, "2026-03-28")[:4] == ["00:00", "01:00", "02:00", "03:00"]


def test_nor_one_that_there_is_twice(autumn, as_alice):
    assert starts(as_alice, AUTUMN)[:3] == ["00:00", "03:00", "04:00"]


def test_every_slot_of_the_calendar_can_be_booked_on_both_nights(clock, madrid, alice):
    for moment, date in (("2026-03-20T12:00:00Z", SPRING), ("2026-10-20T12:00:00Z", AUTUMN)):
        clock.move_to(moment)
        client = signed_in(alice)
        for each in day(client, date)["available_slots"][:20]:
            assert each["available"]
            book(client, each["start_time"], each["end_time"], date=date)
        assert not any(each["available"] for each in day(client, date)["available_slots"][:20])


def test_the_last_slot_ends_before_midnight_and_the_first_begins_at_it(as_alice):
    book(as_alice, "23:00", "23:55", date="2026-05-05")

    assert book(as_alice, "00:00", "01:00", date="2026-05-06")["start_time"] == "00:00:00"
    assert [each["end_time"] for each in day(as_alice, "2026-05-05")["reserved_slots"]] == ["23:55:00"]


def test_today_is_the_day_of_the_place(clock, settings, as_alice):
    settings.RESERVATIONS_TIME_ZONE = "Pacific/Auckland"  # where it is Saturday already

    refused = as_alice.post(RESERVATIONS, wish("23:00", "23:30", date="2026-05-01"), format="json")

    assert failure(refused) == (400, "VALIDATION_ERROR", ["start_time"])
    assert book(as_alice, 10, 11, date="2026-07-31")["date"] == "2026-07-31"


def test_where_midnight_is_left_out_the_day_has_its_slots_all_the_same(clock, settings, alice):
    settings.RESERVATIONS_TIME_ZONE = "America/Santiago"
    clock.move_to("2026-09-01T12:00:00Z")
    client = signed_in(alice)

    assert starts(client, "2026-09-06")[:2] == ["01:00", "02:00"]
    assert starts(client, "2026-09-05")[0] == "00:00"


def test_a_zone_that_is_set_anew_leaves_what_is_booked_at_its_moment(settings, as_alice, as_bob):
    made = book(as_alice, "22:30", "23:30", date="2026-05-05")
    settings.RESERVATIONS_TIME_ZONE = "Europe/Madrid"

    shown = as_alice.get(f"{RESERVATIONS}{made['id']}/").json()
    taken = as_bob.post(RESERVATIONS, wish("00:00", "01:00", date="2026-05-06"), format="json")
    noted = as_alice.put(f"{RESERVATIONS}{made['id']}/", {"notes": "late"}, format="json")

    assert (shown["date"], shown["start_time"], shown["end_time"]) == ("2026-05-06", "00:30:00", "01:30:00")
    assert failure(taken) == (409, "SLOT_TAKEN", ["taken"])
    assert noted.status_code == 200
    assert every_claim_is_right()


def test_what_lies_over_midnight_of_a_new_zone_is_shown_on_both_days(settings, as_alice):
    book(as_alice, "21:30", "22:30", date="2026-05-05")
    settings.RESERVATIONS_TIME_ZONE = "Europe/Madrid"

    shown = [day(as_alice, each)["reserved_slots"] for each in ("2026-05-05", "2026-05-06", "2026-05-07")]

    assert [len(each) for each in shown] == [1, 1, 0]
    assert shown[0] == shown[1]
    assert (shown[0][0]["start_time"], shown[0][0]["end_time"]) == ("23:30:00", "00:30:00")


def test_settings_of_a_place_are_wall_time_whatever_the_zone(settings, as_alice, as_root):
    PlaceSettings.objects.update(business_start_time="10:00", business_end_time="12:00")
    settings.RESERVATIONS_TIME_ZONE = "America/New_York"

    assert starts(as_alice, "2026-05-05") == ["10:00", "11:00"]
    assert as_root.get(f"{RESERVATIONS}admin/settings/").json()["business_start_time"] == "10:00:00"
