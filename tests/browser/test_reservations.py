"""Two people and an administrator book, approve and swap in Swagger UI."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.docs_page import DocsPage
from tests.browser.stage import ADMINISTRATOR

RESERVATIONS = "reservations/"


@pytest.fixture
def docs_of(new_visitor, stage):
    """Open Swagger UI for somebody, signed in; return it with their browser."""

    def opened(name):
        visitor = new_visitor()
        docs = DocsPage(visitor, "reservations")
        docs.sign_in(ADMINISTRATOR if name == "administrator" else stage.sign_up(name))
        return docs, visitor

    return opened


def test_two_people_and_an_administrator_book_approve_and_swap(docs_of):
    day = (datetime.now(UTC) + timedelta(days=7)).date()
    (bob, bobs), (carol, _), (office, _) = (docs_of(name) for name in ("Bob", "Carol", "administrator"))

    def wish(start, end):
        return {"date": f"{day}", "start_time": f"{start}:00:00", "end_time": f"{end}:00:00"}

    office.call(
        "POST",
        f"{RESERVATIONS}admin/primetime/",
        {"weekday": day.weekday(), "start_time": "18:00:00", "end_time": "21:00:00"},
        status=201,
    )

    # Booking, and primetime that waits.
    morning = bob.call("POST", RESERVATIONS, wish(10, 11), status=201)
    evening = carol.call("POST", RESERVATIONS, wish(18, 19), status=201)
    assert (morning["status"], evening["status"]) == ("CONFIRMED", "PENDING")
    taken = bob.call("POST", RESERVATIONS, wish(17, 19), status=409)
    bobs.expects("409")
    assert taken["error"]["details"] == {"taken": [f"{day} 18:00:00 to 19:00:00"]}
    shown = bob.call("GET", f"{RESERVATIONS}calendar/", start_date=day, end_date=day)["calendar"][0]
    assert [(each["name"], each["is_own"]) for each in shown["reserved_slots"]] == [
        ("Bob", True),
        ("Carol", False),
    ]

    # Approval.
    waiting = office.call("GET", f"{RESERVATIONS}admin/dashboard/")["pending_approvals"]
    assert [each["id"] for each in waiting] == [evening["id"]]
    approved = office.call(
        "POST",
        f"{RESERVATIONS}{{reservation_id}}/approve/",
        {"action": "approve"},
        reservation_id=evening["id"],
    )
    assert approved["status"] == "CONFIRMED"

    # A swap.
    offered = bob.call(
        "POST",
        f"{RESERVATIONS}trades/",
        {"requester_reservation_id": morning["id"], "target_reservation_id": evening["id"]},
        status=201,
    )
    received = carol.call("GET", f"{RESERVATIONS}trades/")["received"]
    assert [each["id"] for each in received] == [offered["id"]]
    carol.call("POST", f"{RESERVATIONS}trades/{{trade_id}}/", {"action": "accept"}, trade_id=offered["id"])
    assert [each["id"] for each in bob.call("GET", RESERVATIONS)["results"]] == [evening["id"]]
    carol.call("DELETE", f"{RESERVATIONS}{{reservation_id}}/", status=204, reservation_id=morning["id"])
    assert carol.call("GET", f"{RESERVATIONS}dashboard/")["upcoming_reservations"] == []
