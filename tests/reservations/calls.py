"""What the tests of reservations call, and what they say of the answers."""

from rest_framework.test import APIClient

from reservations.models import Claim, Primetime, Reservation
from reservations.services.clock import Span

RESERVATIONS = "/api/v1/reservations/"
CALENDAR = f"{RESERVATIONS}calendar/"
TRADES = f"{RESERVATIONS}trades/"
SETTINGS = f"{RESERVATIONS}admin/settings/"
PRIMETIME = f"{RESERVATIONS}admin/primetime/"
TUESDAY = "2026-05-05"


def wish(start, end, *, date=TUESDAY, **more):
    """Return the body of a booking; a time is an hour, or text."""
    start, end = (f"{each:02}:00:00" if isinstance(each, int) else each for each in (start, end))
    return {"date": date, "start_time": start, "end_time": end, **more}


def book(client: APIClient, start, end, **more):
    """Book time, which has to be free; return what was answered."""
    response = client.post(RESERVATIONS, wish(start, end, **more), format="json")
    assert response.status_code == 201, response.json()
    return response.json()


def offer(client: APIClient, own, other, **more):
    """Offer a swap; return the response."""
    body = {"requester_reservation_id": own["id"], "target_reservation_id": other["id"], **more}
    return client.post(TRADES, body, format="json")


def primetime(weekday=1, start="18:00", end="21:00", **more):
    """Store a primetime; 1 is Tuesday."""
    return Primetime.objects.create(weekday=weekday, start_time=start, end_time=end, **more)


def failure(response):
    """Return status, code and the fields that an error names."""
    error = response.json()["error"]
    return response.status_code, error["code"], sorted(error["details"])


def every_claim_is_right() -> bool:
    """Say whether those that hold their time, and no others, have exactly its claims."""
    held = {
        (slot, row.pk)
        for row in Reservation.objects.filter(status__in=["PENDING", "CONFIRMED"])
        for slot in Span.of(row).slots
    }
    return held == set(Claim.objects.values_list("slot", "reservation_id"))
