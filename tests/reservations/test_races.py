"""Calls at the same moment, each in a thread with a connection of its own, on the real tables: nobody holds a slot twice."""

from collections import Counter
from functools import partial
from itertools import pairwise

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import open_session
from reservations.management.commands.prune_reservations import Command as PruneReservations
from reservations.models import Claim, Primetime, Reservation, Status, Trade
from tests.conftest import PASSWORD
from tests.races import at_once
from tests.reservations.calls import (
    PRIMETIME,
    RESERVATIONS,
    TRADES,
    book,
    every_claim_is_right,
    offer,
    primetime,
    wish,
)

pytestmark = pytest.mark.django_db(transaction=True)
# SQLite's writers wait in a line that is bounded: so many at once are all let in.
MANY = 20
MAX_CALLS = 20
APPROVE, REJECT = {"action": "approve"}, {"action": "reject", "rejection_reason": "The league plays."}
ACCEPT, DECLINE = {"action": "accept"}, {"action": "reject"}
WEDNESDAY = "2026-05-06"


class Caller:
    """Somebody with a token, who calls from many devices."""

    def __init__(self, user):
        self.user = user
        self.token = open_session(user=user).access

    def client(self, **headers):
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token}", **headers)
        return client

    def book(self, start, end, **more):
        return book(self.client(), start, end, **more)

    def __call__(self, method, address, body=None, *, key=None):
        """Return a call that waits to be made.

        Who is told that too many write just now, on a busy machine, calls again, as an app does.
        """
        client = self.client(**({"HTTP_IDEMPOTENCY_KEY": key} if key else {}))
        send = partial(getattr(client, method), address, body, format="json")

        def call_until_done():
            answers = (send() for _ in range(MAX_CALLS))
            return next((answer for answer in answers if answer.status_code != 503), None)

        return call_until_done

    def moves(self, made, start, end, **more):
        return self("put", f"{RESERVATIONS}{made['id']}/", wish(start, end, **more))

    def cancels(self, made):
        return self("delete", f"{RESERVATIONS}{made['id']}/")

    def decides(self, made, body):
        return self("post", f"{RESERVATIONS}{made['id']}/approve/", body)

    def answers(self, trade, body):
        return self("post", f"{TRADES}{trade['id']}/", body)

    def takes_back(self, trade):
        return self("delete", f"{TRADES}{trade['id']}/")


@pytest.fixture
def people():
    """Twenty people."""
    return [Caller(User.objects.create(email=f"p{n}@example.com", first_name=f"P{n}")) for n in range(MANY)]


@pytest.fixture
def a(alice):
    return Caller(alice)


@pytest.fixture
def b(bob):
    return Caller(bob)


@pytest.fixture
def c(carol):
    return Caller(carol)


@pytest.fixture
def admin(root):
    return Caller(root)


@pytest.fixture(autouse=True)
def all_is_right(caplog):
    """After each race; who calls again hides no deadlock."""
    yield
    reasons = [getattr(record, "reason", "") for record in caplog.get_records("call")]
    assert not [reason for reason in reasons if "deadlock" in reason]
    assert every_claim_is_right()
    held = Reservation.objects.filter(status__in=["PENDING", "CONFIRMED"]).order_by("starts_at")
    spans = list(held.values_list("starts_at", "ends_at"))
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def outcome(answer):
    """Return the status, with the code of an error."""
    return answer.status_code if answer.status_code < 400 else answer.json()["error"]["code"]


def outcomes(answers):
    return Counter(map(outcome, answers))


def status(made):
    return Reservation.objects.get(pk=made["id"]).status


def owners():
    return dict(Reservation.objects.values_list("pk", "user__first_name"))


# --- Booking ----------------------------------------------------------------------------------------


def test_of_twenty_people_who_want_the_same_time_one_gets_it_and_the_others_learn_which(people):
    answers = at_once([person("post", RESERVATIONS, wish(10, 11)) for person in people])

    assert outcomes(answers) == {201: 1, "SLOT_TAKEN": MANY - 1}
    taken = [a.json()["error"]["details"]["taken"] for a in answers if a.status_code == 409]
    assert taken == [["2026-05-05 10:00:00 to 11:00:00"]] * (MANY - 1)
    assert Reservation.objects.count() == 1


def test_of_times_that_overlap_as_a_chain_no_two_neighbours_are_given(people):
    answers = at_once(
        [
            person("post", RESERVATIONS, wish(f"{9 + n // 2:02}:{n % 2 * 30:02}", f"{10 + n // 2:02}:{n % 2 * 30:02}"))
            for n, person in enumerate(people)
        ]
    )  # fmt: skip

    assert set(outcomes(answers)) == {201, "SLOT_TAKEN"}
    given = [answer.status_code == 201 for answer in answers]
    assert not any(one and other for one, other in pairwise(given))
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["error"]["details"]["taken"]


def test_a_person_has_at_most_twenty_upcoming_however_many_devices_book(a):
    for n in range(12):
        a.book(9 + n, f"{9 + n:02}:30", date="2026-05-07")

    answers = at_once(
        [a("post", RESERVATIONS, wish(9 + n % 10, 10 + n % 10, date=f"2026-05-0{5 + n // 10}")) for n in range(MANY)]
    )  # fmt: skip

    assert outcomes(answers) == {201: 8, "VALIDATION_ERROR": 12}
    assert Reservation.objects.count() == 20


def test_one_key_sent_by_ten_devices_at_once_makes_one_reservation(a):
    answers = at_once([a("post", RESERVATIONS, wish(10, 11), key="the-same")] * 10)

    assert outcomes(answers) == {201: 10}
    assert len({answer.content for answer in answers}) == 1
    assert Reservation.objects.count() == 1


def test_what_was_pending_when_it_began_gives_its_time_to_one_of_many(people, a, clock):
    primetime(weekday=4, start="12:00", end="16:00")
    overdue = a.book("12:05", 14, date="2026-05-01")
    clock.shift(7 * 60)

    calls = [person("post", RESERVATIONS, wish(13, 15, date="2026-05-01")) for person in people[:17]]
    answers = at_once([*calls, prune, prune, prune])

    assert outcomes(answers[:17]) == {201: 1, "SLOT_TAKEN": 16}
    assert status(overdue) == Status.EXPIRED


def prune():
    PruneReservations().handle()


# --- Moving -----------------------------------------------------------------------------------------


def test_moves_that_cross_fail_both_and_lose_nothing(people):
    pairs = [
        (one, one.book(9 + n, 10 + n), other, other.book(9 + n, 10 + n, date=WEDNESDAY))
        for n, (one, other) in enumerate(zip(people[::2], people[1::2], strict=True))
    ]
    calls = []
    for n, (one, mine, other, theirs) in enumerate(pairs):
        calls.append(one.moves(mine, 9 + n, 10 + n, date=WEDNESDAY))
        calls.append(other.moves(theirs, 9 + n, 10 + n))

    answers = at_once(calls)

    assert outcomes(answers) == {"SLOT_TAKEN": MANY}


def test_in_a_ring_of_moves_that_each_want_the_next_ones_time_nobody_waits_for_ever(people):
    days = ["2026-05-05", "2026-05-06", "2026-05-07", "2026-05-08"]
    made = [person.book(9 + n // 2, 10 + n // 2, date=days[n % 4]) for n, person in enumerate(people)]
    calls = [
        person.moves(made[n], *([9 + (n + 1) % MANY // 2, 10 + (n + 1) % MANY // 2]), date=days[(n + 1) % 4])
        for n, person in enumerate(people)
    ]

    assert outcomes(at_once(calls)) == {"SLOT_TAKEN": MANY}


def test_times_that_are_left_are_taken_once_by_those_who_come_at_the_same_moment(people):
    made = [
        person.book(9 + n // 2, 10 + n // 2, date=f"2026-05-0{5 + n % 2}") for n, person in enumerate(people)
    ]
    leaving = [
        people[n].moves(made[n], 9 + n // 2, 10 + n // 2, date="2026-05-11") for n in range(0, MANY, 2)
    ]
    coming = [people[n].moves(made[n], 9 + n // 2, 10 + n // 2, date="2026-05-05") for n in range(1, MANY, 2)]

    answers = at_once([*leaving, *coming])

    assert outcomes(answers[:10]) == {200: 10}
    assert set(outcomes(answers[10:])) <= {200, "SLOT_TAKEN"}


def test_one_reservation_moved_by_many_devices_at_once_is_at_one_of_the_times(a):
    made = a.book(9, 10)

    answers = at_once([a.moves(made, 10 + n, 11 + n) for n in range(10)])

    assert set(outcomes(answers)) <= {200, "CONFLICT"}
    assert outcomes(answers)[200] >= 3
    assert Claim.objects.count() == 12


# --- Deciding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", range(3))
def test_of_those_who_decide_at_once_one_wins(admin, a, turn):
    primetime()
    made = a.book(18, 19)

    answers = at_once([admin.decides(made, APPROVE), admin.decides(made, REJECT)] * 8)

    assert outcomes(answers) == {200: 1, "NOT_EDITABLE": 15}
    (won,) = (answer.json()["status"] for answer in answers if answer.status_code == 200)
    assert status(made) == won


@pytest.mark.parametrize("turn", range(3))
def test_whoever_decides_and_whoever_cancels_agree_on_what_became_of_it(admin, a, turn):
    primetime()
    made = a.book(18, 19)

    approved, rejected, *cancelled = at_once(
        [admin.decides(made, APPROVE), admin.decides(made, REJECT), *[a.cancels(made)] * 6]
    )

    assert {outcome(approved), outcome(rejected)} <= {200, "NOT_EDITABLE"}
    if outcome(rejected) == 200:
        assert (status(made), outcomes(cancelled)) == (Status.REJECTED, {"NOT_EDITABLE": 6})
    else:
        assert (status(made), outcomes(cancelled)) == (Status.CANCELLED, {204: 6})


def test_many_decided_by_many_in_any_order_are_each_decided_once(people, admin):
    primetime()
    made = [person.book(f"{18 + n // 12}:{n % 12 * 5:02}", f"{18 + (n + 1) // 12}:{(n + 1) % 12 * 5:02}")["id"]
            for n, person in enumerate(people)]  # fmt: skip
    calls = [
        admin(
            "post", f"{RESERVATIONS}approve/", (APPROVE if n % 2 else REJECT) | {"ids": made[n:] + made[:n]}
        )
        for n in range(0, MANY, 2)
    ]

    answers = at_once(calls)

    assert outcomes(answers) == {200: 10}
    won = Counter(
        each["id"]
        for answer in answers
        for each in answer.json()["results"]
        if each["outcome"] != "not_pending"
    )
    assert won == dict.fromkeys(made, 1)


def test_approved_and_moved_at_once_it_is_as_the_place_would_have_it(admin, a):
    primetime()
    made = a.book(18, 19)

    approved, moved = at_once([admin.decides(made, APPROVE), a.moves(made, 19, 20)])

    assert (outcome(approved) in {200, "NOT_EDITABLE"}, outcome(moved)) == (True, 200)
    # Approved was the old time, or the new one, whichever came first.
    assert status(made) in {Status.PENDING, Status.CONFIRMED}


# --- Swapping ---------------------------------------------------------------------------------------


@pytest.fixture
def mine(a):
    return a.book(10, 11)


@pytest.fixture
def theirs(b):
    return b.book(14, 16)


@pytest.fixture
def trade(a, mine, theirs):
    return offer(a.client(), mine, theirs).json()


def test_a_swap_accepted_by_many_devices_at_once_is_made_once(a, b, mine, theirs, trade):
    answers = at_once([b.answers(trade, ACCEPT)] * 12)

    assert outcomes(answers) == {200: 1, "NOT_EDITABLE": 11}
    assert owners() == {mine["id"]: "Bob", theirs["id"]: "Alice"}


@pytest.mark.parametrize("turn", range(3))
def test_of_accepting_declining_and_taking_back_one_wins(a, b, mine, theirs, trade, turn):
    accepted, declined, *back = at_once(
        [b.answers(trade, ACCEPT), b.answers(trade, DECLINE), *[a.takes_back(trade)] * 4]
    )

    won = Trade.objects.get().status
    assert (outcome(accepted) == 200) is (won == "ACCEPTED")
    assert (outcome(declined) == 200) is (won == "REJECTED")
    assert outcomes(back) == ({204: 4} if won == "CANCELLED" else {"NOT_EDITABLE": 4})
    assert (owners()[mine["id"]] == "Bob") is (won == "ACCEPTED")


@pytest.mark.parametrize("turn", range(3))
def test_whichever_of_a_swap_and_a_cancellation_comes_first_both_are_told_the_same(
    a, b, mine, theirs, trade, turn
):
    accepted, cancelled = at_once([b.answers(trade, ACCEPT), a.cancels(mine)])

    if outcome(accepted) == 200:
        assert (outcome(cancelled), status(mine)) == ("NOT_FOUND", "CONFIRMED")
    else:
        assert (outcome(accepted), outcome(cancelled), status(mine)) == ("NOT_EDITABLE", 204, "CANCELLED")
        assert Trade.objects.get().status == "CANCELLED"


@pytest.mark.parametrize("turn", range(3))
def test_a_swap_and_a_move_of_one_of_the_two_never_both_happen(a, b, mine, theirs, trade, turn):
    accepted, moved = at_once([b.answers(trade, ACCEPT), a.moves(mine, 18, 19)])

    assert {outcome(accepted), outcome(moved)} in ({200, "NOT_FOUND"}, {200, "NOT_EDITABLE"})
    assert (owners()[mine["id"]] == "Bob") is (outcome(accepted) == 200)
    assert (outcome(moved) == 200) is (Reservation.objects.get(pk=mine["id"]).starts_at.hour == 18)


def test_of_swaps_that_share_reservations_those_that_happen_share_none(people):
    made = [person.book(9 + n, 10 + n) for n, person in enumerate(people[:10])]
    trades = []
    for n in range(10):
        other = (n + 1) % 10
        trades.append((people[other], offer(people[n].client(), made[n], made[other]).json()))

    answers = at_once([target.answers(trade, ACCEPT) for target, trade in trades])

    assert set(outcomes(answers)) <= {200, "NOT_EDITABLE"}
    accepted = Trade.objects.filter(status="ACCEPTED")
    assert accepted.count() == outcomes(answers)[200] >= 4
    used = [
        each for trade in accepted for each in (trade.requester_reservation_id, trade.target_reservation_id)
    ]
    assert len(set(used)) == len(used)
    assert not Trade.objects.filter(status="PENDING").exists()
    assert sorted(owners().values()) == sorted(person.user.first_name for person in people[:10])


def test_both_directions_of_one_swap_accepted_at_once_swap_once(a, b, mine, theirs, trade):
    back = offer(b.client(), theirs, mine).json()

    answers = at_once([b.answers(trade, ACCEPT), a.answers(back, ACCEPT)])

    assert outcomes(answers) == {200: 1, "NOT_EDITABLE": 1}
    assert owners() == {mine["id"]: "Bob", theirs["id"]: "Alice"}


def test_the_same_offer_made_by_many_devices_at_once_is_open_once(a, mine, theirs):
    body = {"requester_reservation_id": mine["id"], "target_reservation_id": theirs["id"]}

    answers = at_once([a("post", TRADES, body)] * 10)

    assert outcomes(answers) == {201: 1, "CONFLICT": 9}


@pytest.mark.parametrize("turn", range(3))
def test_an_approval_an_offer_and_a_cancellation_leave_no_offer_of_what_is_not_confirmed(
    admin, a, b, mine, turn
):
    primetime()
    wanted = b.book(18, 19)
    body = {"requester_reservation_id": mine["id"], "target_reservation_id": wanted["id"]}

    approved, cancelled, *offered = at_once(
        [admin.decides(wanted, APPROVE), b.cancels(wanted), *[a("post", TRADES, body)] * 4]
    )

    assert (outcome(approved) in {200, "NOT_EDITABLE"}, outcome(cancelled)) == (True, 204)
    assert set(outcomes(offered)) <= {201, "NOT_EDITABLE", "CONFLICT"}
    assert not Trade.objects.filter(status="PENDING").exists()


def test_everything_at_once_about_two_reservations_leaves_one_story(admin, a, b, c, mine, theirs, trade):
    third = c.book(17, 18)
    other = offer(c.client(), third, theirs).json()

    answers = at_once(
        [
            b.answers(trade, ACCEPT),
            b.answers(other, ACCEPT),
            a.moves(mine, 12, 13),
            b.moves(theirs, 10, 11),
            c.moves(third, 14, 15),
            a.cancels(mine),
            b.cancels(theirs),
            a.takes_back(trade),
            c.takes_back(other),
            admin.moves(theirs, 19, 20),
            admin.cancels(third),
            prune,
        ]
    )

    known = {200, 204, "NOT_EDITABLE", "NOT_FOUND", "SLOT_TAKEN", "CONFLICT"}
    assert set(outcomes(answers[:-1])) <= known
    assert not Trade.objects.filter(status="PENDING").exists()


# --- Accounts that go ---------------------------------------------------------------------------------


def deleting(user):
    return Caller(user)("delete", "/api/v1/auth/me/", {"password": PASSWORD})


@pytest.mark.parametrize("turn", range(3))
def test_an_account_deleted_meanwhile_takes_its_reservations_and_offers_with_it(
    a, b, c, alice, mine, theirs, turn
):
    trade = offer(a.client(), mine, theirs).json()
    offer(b.client(), theirs, mine)
    third = c.book(17, 18)
    offer(c.client(), third, mine)

    gone, accepted, moved, *others = at_once(
        [
            deleting(alice),
            b.answers(trade, ACCEPT),
            b.moves(theirs, 10, 12),
            c.moves(third, 10, 11),
            c("post", RESERVATIONS, wish("09:30", "10:30")),
            a.moves(mine, 18, 19),
            a("post", RESERVATIONS, wish(19, 20), key="a-key"),
        ]
    )

    assert outcome(gone) == 204
    assert not User.objects.filter(pk=alice.pk).exists()
    assert outcome(accepted) in {200, "NOT_FOUND", "NOT_EDITABLE", "CONFLICT"}
    assert outcome(moved) in {200, "SLOT_TAKEN", "NOT_FOUND", "CONFLICT"}
    expected = {200, 201, "SLOT_TAKEN", "INVALID_TOKEN", "NOT_FOUND", "CONFLICT"}
    assert set(outcomes(others)) <= expected


@pytest.mark.parametrize("turn", range(3))
def test_who_prunes_waits_crosswise_for_nobody(a, b, c, alice, clock, turn):
    primetime(weekday=4, start="12:00", end="16:00")
    past = [a.book(f"12:{n:02}", f"12:{n + 5:02}", date="2026-05-01") for n in range(10, 40, 5)]
    soon, later = b.book("16:05", 17, date="2026-05-01"), a.book(10, 11)
    for each in (soon, b.book(18, 19)):
        offer(a.client(), later, each)
    clock.move_to("2026-05-01T16:05:00Z")
    # Tokens of four hours ago have expired.
    a, b, c = (Caller(each.user) for each in (a, b, c))

    answers = at_once(
        [
            prune,
            deleting(alice),
            prune,
            a.moves(later, 12, 13),
            prune,
            c("post", RESERVATIONS, wish(10, 11)),
            prune,
        ]
    )

    assert outcome(answers[1]) == 204
    assert outcome(answers[3]) in {200, "INVALID_TOKEN", "NOT_FOUND"}
    assert outcome(answers[5]) in {201, "SLOT_TAKEN"}
    assert not Reservation.objects.filter(pk__in=[each["id"] for each in past]).exists()


# --- The place ----------------------------------------------------------------------------------------


def test_of_primetimes_that_overlap_added_at_once_one_is_there(admin):
    body = {"weekday": 1, "start_time": "18:00:00", "end_time": "21:00:00"}

    answers = at_once(
        [admin("post", PRIMETIME, body | {"start_time": f"{10 + n % 8}:00"}) for n in range(10)]
    )

    assert outcomes(answers) == {201: 1, "VALIDATION_ERROR": 9}
    assert Primetime.objects.count() == 1
