"""The tables: what the database itself forbids, what goes with a person, what is read off an index, and what is pruned."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from reservations.models import Claim, PlaceSettings, Primetime, Reservation, Trade
from reservations.services.clock import slot_at, span_of_day
from tests.conftest import PASSWORD
from tests.reservations.calls import RESERVATIONS, TUESDAY, book, every_claim_is_right, offer, primetime

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
ADMIN = "/admin/reservations/reservation/"


def stored(user, start=NOON, hours=1, **more):
    end = start + timedelta(hours=hours)
    return Reservation.objects.create(
        user=user, **{"starts_at": start, "ends_at": end, "status": "CONFIRMED"} | more
    )


# --- What the database forbids ------------------------------------------------------------------------


def test_nobody_holds_a_slot_twice_whatever_the_code_does(alice, bob):
    Claim.objects.create(slot=7, reservation=stored(alice))

    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(slot=7, reservation=stored(bob))


@pytest.mark.parametrize("wrong", [{"ends_at": NOON}, {"status": "pending"}])
def test_no_reservation_is_what_none_can_be(alice, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        stored(alice, **wrong)


@pytest.mark.parametrize("wrong", [{"weekday": 7}, {"start_time": "19:00", "end_time": "18:00"}])
def test_no_primetime_is_what_none_can_be(db, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        primetime(**{"weekday": 1} | {name.removesuffix("_time"): value for name, value in wrong.items()})


@pytest.mark.parametrize(
    "wrong",
    [
        {"pk": 2},
        {"pk": 1, "slot_duration_minutes": 0},
        {"pk": 1, "business_start_time": "09:00", "business_end_time": "09:00"},
    ],
)
def test_there_is_one_row_of_settings_and_it_is_possible(db, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        PlaceSettings.objects.create(**wrong)


def test_no_trade_is_with_oneself_and_none_is_open_twice(alice, bob):
    own, other = stored(alice), stored(bob)
    parts = {"requester": alice, "requester_reservation": own, "target_reservation": other}
    Trade.objects.create(target=bob, status="CANCELLED", **parts)
    Trade.objects.create(target=bob, **parts)

    for target in (alice, bob):
        with pytest.raises(IntegrityError), transaction.atomic():
            Trade.objects.create(target=target, **parts)


# --- What goes with a person ----------------------------------------------------------------------------


def test_who_leaves_takes_reservations_claims_and_offers_along(as_alice, as_bob, bob):
    mine, theirs = book(as_alice, 10, 11), book(as_bob, 14, 15)
    offer(as_alice, mine, theirs)
    offer(as_bob, theirs, mine)

    assert as_alice.delete("/api/v1/auth/me/", {"password": PASSWORD}).status_code == 204

    assert [each.user_id for each in Reservation.objects.all()] == [bob.pk]
    assert not Trade.objects.exists()
    assert every_claim_is_right()
    book(as_bob, 10, 11)


# --- What is read off an index --------------------------------------------------------------------------


@pytest.fixture
def many(alice, bob):
    """Two years of reservations of forty people, a tenth of which waits."""
    first = NOON - timedelta(days=400)
    others = User.objects.bulk_create(User(email=f"{number}@example.com") for number in range(38))
    people = [alice, bob, *others]
    Reservation.objects.bulk_create(
        Reservation(
            user=people[number % 40],
            starts_at=first + timedelta(hours=8 * number),
            ends_at=first + timedelta(hours=8 * number + 1),
            updated_at=first + timedelta(hours=8 * number),
            status="PENDING" if number % 10 == 0 else ("CONFIRMED", "CONFIRMED", "CANCELLED")[number % 3],
        )
        for number in range(2_400)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plans(user):
    now = timezone.now()
    day = span_of_day(NOON.date())
    everybody, own = Reservation.objects.all(), Reservation.objects.filter(user=user)
    return {
        "the calendar": (
            everybody.holding(now=now).between(*day).order_by("starts_at", "pk"),
            "reservations_by_",
        ),
        "one's own": (own.order_by("-starts_at", "-pk")[:10], "reservations_of_a_person"),
        "everybody's": (everybody.order_by("-starts_at", "-pk")[:10], "reservations_by_time"),
        "what is ahead": (own.upcoming(now=now).order_by("starts_at", "pk")[:40], "reservations_"),
        "what changed of one's own": (
            own.order_by("-updated_at", "-pk")[:10],
            "reservations_of_one_by_change",
        ),
        "what changed of all": (everybody.order_by("-updated_at", "-pk")[:10], "reservations_by_change"),
        "what waits": (
            everybody.filter(status="PENDING", starts_at__gt=now).order_by("starts_at", "pk")[:100],
            "reservations_by_status",
        ),
    }


@pytest.mark.parametrize("which", ["the calendar", "one's own", "everybody's", "what is ahead", "what changed of one's own", "what changed of all", "what waits"])  # fmt: skip
def test_lists_are_read_off_an_index(alice, many, which):
    rows, index = plans(alice)[which]

    plan = rows.explain()

    assert index in plan
    assert "Seq Scan" not in plan
    assert "SCAN reservations_reservation\n" not in f"{plan}\n"


@pytest.mark.parametrize("which", ["one's own", "everybody's", "what changed of one's own", "what changed of all"])  # fmt: skip
def test_and_those_with_a_page_are_in_its_order_already(alice, many, which):
    plan = plans(alice)[which][0].explain()

    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


# --- What is pruned -------------------------------------------------------------------------------------


def test_pruning_ends_what_nobody_decided_and_deletes_claims_of_what_is_over(as_alice, as_bob, clock, capsys):
    primetime(weekday=4, start="12:00", end="13:00")
    pending = book(as_alice, "12:05", 13, date="2026-05-01")
    over, ahead = book(as_alice, 13, 14, date="2026-05-01"), book(as_bob, 10, 11)
    offer(as_bob, ahead, over)
    clock.move_to("2026-05-01T13:30:00Z")

    call_command("prune_reservations")
    call_command("prune_reservations")

    assert capsys.readouterr().out.splitlines() == [
        "1 reservations expired, 1 trades ended, 6 claims deleted.",
        "0 reservations expired, 0 trades ended, 0 claims deleted.",
    ]
    assert Reservation.objects.get(pk=pending["id"]).status == "EXPIRED"
    assert Reservation.objects.get(pk=over["id"]).claims.count() == 6
    assert Reservation.objects.get(pk=ahead["id"]).claims.count() == 12
    assert not Claim.objects.filter(slot__lt=slot_at(timezone.now())).exists()
    assert Trade.objects.get().status == "CANCELLED"


# --- The admin site -------------------------------------------------------------------------------------


@pytest.fixture
def admin(root):
    client = Client()
    client.force_login(root)
    return client


def act(admin, action, *rows, reason=""):
    chosen = {"action": action, "_selected_action": [row["id"] for row in rows], "reason": reason}
    return admin.post(ADMIN, chosen, follow=True).content.decode()


def test_an_administrator_sees_everything_and_changes_nothing_but_by_deciding(admin, as_alice, as_bob):
    made = book(as_alice, 10, 11)
    offer(as_alice, made, book(as_bob, 14, 15))
    primetime()
    PlaceSettings.objects.locked()

    for table in ("reservation", "trade", "primetime", "placesettings"):
        assert admin.get(f"/admin/reservations/{table}/").status_code == 200
        assert admin.get(f"/admin/reservations/{table}/add/").status_code == 403
    assert "alice@example.com" in admin.get(f"{ADMIN}?q=alice").content.decode()
    assert "Tue 2026-05-05" in admin.get(ADMIN).content.decode()
    assert admin.get(f"{ADMIN}{made['id']}/change/").status_code == 200
    assert admin.post(f"{ADMIN}{made['id']}/change/", {"status": "REJECTED"}).status_code == 403
    assert admin.get(f"{ADMIN}{made['id']}/delete/").status_code == 403
    assert admin.get(f"{ADMIN}?user__password__startswith=a").status_code == 400


def test_what_is_pending_is_approved_or_rejected_there(admin, as_alice):
    primetime()
    one, other, confirmed = book(as_alice, 18, 19), book(as_alice, 19, 20), book(as_alice, 10, 11)

    assert "1 decided; 1 were not pending." in act(admin, "approve", one, confirmed)
    assert "Say why" in act(admin, "reject", other)
    assert "1 decided; 0 were not pending." in act(admin, "reject", other, reason="The league plays")

    assert dict(Reservation.objects.values_list("pk", "status")) == {
        one["id"]: "CONFIRMED",
        other["id"]: "REJECTED",
        confirmed["id"]: "CONFIRMED",
    }
    assert Reservation.objects.get(pk=other["id"]).rejection_reason == "The league plays"
    assert every_claim_is_right()


def test_at_most_fifty_are_decided_there_at_once(admin, alice):
    rows = [{"id": stored(alice, status="PENDING").pk} for _ in range(51)]

    assert "Select at most 50." in act(admin, "approve", *rows)
    assert Reservation.objects.filter(status="PENDING").count() == 51


def test_a_day_is_found_there_by_the_api_as_well(as_root, alice):
    stored(alice)

    assert as_root.get(f"{RESERVATIONS}?date={TUESDAY}").json()["count"] == 1
    assert Primetime.objects.count() == 0
