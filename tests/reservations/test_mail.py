"""Mails: what is told to whom, after the commit; and a mail server that is no good costs nobody anything."""

import threading
import time

import pytest
from django.core import mail as django_mail

from reservations.models import Reservation
from reservations.services import mail
from tests.hostile import HostileServer
from tests.reservations.calls import RESERVATIONS, TRADES, book, offer, primetime, wish

pytestmark = pytest.mark.django_db(transaction=True)


def letters():
    """Return the mails so far, when all that were handed in have been sent."""
    mail._OUTBOX.settle()
    return django_mail.outbox


def said():
    return [(each.to, each.subject) for each in letters()]


def test_who_books_is_told_what_became_of_it(as_alice):
    primetime()

    book(as_alice, 10, "11:30")
    book(as_alice, 18, 19)

    assert said() == [
        (["alice@example.com"], "Your reservation is confirmed"),
        (["alice@example.com"], "Your reservation waits for approval"),
    ]
    first = letters()[0]
    assert "Tuesday, 05 May 2026, 10:00 to 11:30" in first.body
    html, kind = first.alternatives[0]
    assert kind == "text/html"
    assert "<strong>Tuesday, 05 May 2026, 10:00 to 11:30</strong>" in html


def test_who_waited_is_told_the_decision_and_its_reason(as_alice, as_root):
    primetime()
    approved, rejected = book(as_alice, 18, 19), book(as_alice, 19, 20)
    decide = "{}{}/approve/".format

    as_root.post(decide(RESERVATIONS, approved["id"]), {"action": "approve"}, format="json")
    as_root.post(
        decide(RESERVATIONS, rejected["id"]),
        {"action": "reject", "rejection_reason": "<b>The league</b> & its guests play"},
        format="json",
    )

    assert [subject for _, subject in said()[2:]] == [
        "Your reservation was approved",
        "Your reservation was not approved",
    ]
    assert "<b>The league</b> & its guests play" in letters()[3].body
    assert "&lt;b&gt;The league&lt;/b&gt; &amp; its guests play" in letters()[3].alternatives[0][0]


@pytest.mark.parametrize(("action", "answer"), [("accept", "accepted"), ("reject", "declined")])
def test_both_sides_of_a_swap_are_told(as_alice, as_bob, action, answer):
    trade = offer(as_alice, book(as_alice, 10, 11), book(as_bob, 14, 15), message="Please?").json()
    as_bob.post(f"{TRADES}{trade['id']}/", {"action": action, "response_message": "Well"}, format="json")

    assert said()[2:] == [
        (["bob@example.com"], "Somebody would like to swap reservations with you"),
        (["alice@example.com"], f"Your swap was {answer}"),
    ]
    offered, answered = (each.body for each in letters()[2:])
    assert "Alice would like to swap" in offered
    assert "Yours: Tuesday, 05 May 2026, 14:00 to 15:00" in offered
    assert "Please?" in offered
    had = "14:00 to 15:00" if action == "accept" else "10:00 to 11:00"
    assert f"Yours: Tuesday, 05 May 2026, {had}" in answered


def test_what_is_not_stored_is_told_to_nobody(as_alice, as_bob):
    book(as_alice, 10, 11)

    as_bob.post(RESERVATIONS, wish(10, 11), format="json")

    assert said() == [(["alice@example.com"], "Your reservation is confirmed")]


def test_switched_off_nobody_is_told_anything(as_root, as_alice):
    as_root.put(f"{RESERVATIONS}admin/settings/", {"send_confirmation_emails": False}, format="json")

    book(as_alice, 10, 11)

    assert said() == []


@pytest.mark.parametrize("fault", ["hangs", "refuses"])
def test_a_mail_server_that_is_no_good_costs_nobody_a_reservation_nor_a_second(
    settings, as_alice, caplog, fault
):
    with HostileServer(lambda exchange: exchange.wait_for_hangup()) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = int(server.url.rpartition(":")[2]) if fault == "hangs" else 9
        settings.EMAIL_TIMEOUT = 1

        start = time.monotonic()
        made = [book(as_alice, hour, hour + 1) for hour in (10, 11)]
        seconds = time.monotonic() - start
        mail._OUTBOX.settle()

    assert seconds < 1
    assert Reservation.objects.filter(pk__in=[each["id"] for each in made]).count() == 2
    assert caplog.text.count("a letter was not sent") == 2
    assert "alice@example.com" not in caplog.text


def test_past_the_bound_mails_are_lost_and_logged_and_reservations_are_not(as_alice, caplog):
    closed = threading.Event()
    mail._OUTBOX._worker.submit(closed.wait, 10)
    try:
        for number in range(20):
            book(as_alice, 10, 11, date=f"2026-05-{number + 4:02}")
        first = as_alice.get(RESERVATIONS).json()["results"][0]
        as_alice.put(f"{RESERVATIONS}{first['id']}/", wish(12, 13), format="json")
    finally:
        closed.set()

    assert len(letters()) == 20
    assert caplog.text.count("a letter was thrown away") == 1
    assert Reservation.objects.count() == 20
