"""`Idempotency-Key`: a write that arrives again is answered as the first time, and not carried out again."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from accounts.idempotency import MAX_BYTES, MAX_KEYS
from accounts.models import IdempotencyKey, User
from accounts.sessions import open_session
from tests.accounts import repeatable
from tests.accounts.repeatable import EVENTS, error_of, leave, name_of, send, sender
from tests.races import at_once


@pytest.fixture(autouse=True)
def routes(settings):
    settings.ROOT_URLCONF = repeatable.__name__
    EVENTS.clear()


@pytest.fixture
def clock():
    """Noon of a day in May; request it before those who sign in."""
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        yield clock


# --- What a key is ---------------------------------------------------------------------------------


def test_the_same_request_has_the_same_answer_and_is_done_once(as_alice, alice):
    first, again = send(as_alice), send(as_alice)

    assert (first.status_code, first.json()) == (201, {"name": "x"})
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Content-Type"] == "application/json"
    assert name_of(alice) == "x"


def test_a_stored_answer_is_given_before_anything_is_asked(as_alice):
    send(as_alice)

    send(as_alice)

    assert EVENTS == ["asked"]


def test_an_answer_without_a_body_is_repeated_without_one(as_alice, alice):
    answers = [send(as_alice, "delete") for _ in range(2)]

    assert {(answer.status_code, answer.content) for answer in answers} == {(204, b"")}
    assert not any("Content-Type" in answer for answer in answers)
    assert name_of(alice) == "x"


def test_another_key_is_another_write_and_so_is_none(as_alice, alice):
    for key in ("one", "two"):
        send(as_alice, key=key)
    as_alice.post("/notes/")
    as_alice.post("/notes/")

    assert name_of(alice) == "xxxx"


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("delete", "/notes/", {"a": 1}),
        ("post", "/notes/7/", {"a": 1}),
        ("post", "/notes/", {"a": 2}),
        ("post", "/notes/", {}),
    ],
    ids=["method", "path", "body", "no body"],
)
def test_another_request_with_the_key_is_a_conflict(as_alice, alice, method, address, body):
    send(as_alice, body={"a": 1})

    answer = send(as_alice, method, address, body)

    assert error_of(answer) == (409, "CONFLICT")
    assert "another request" in answer.json()["error"]["message"]
    assert name_of(alice) == "x"


def test_the_last_slash_and_the_order_of_fields_make_no_other_request(as_alice, alice):
    send(as_alice, address="/notes/7/", body={"a": 1, "b": 2})

    assert send(as_alice, address="/notes/7", body={"b": 2, "a": 1}).status_code == 201
    assert name_of(alice) == "x"


@pytest.mark.parametrize("addresses", [("/api/v1/notes/", "/api/notes/"), ("/api/notes/", "/api/v1/notes/")])
def test_the_two_addresses_of_a_route_make_no_other_request(as_alice, alice, addresses):
    answers = [send(as_alice, address=address) for address in addresses]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert name_of(alice) == "x"


def test_two_people_may_have_the_same_key(as_alice, as_bob, alice, bob):
    for client in (as_alice, as_bob):
        assert send(client).json() == {"name": "x"}

    assert (name_of(alice), name_of(bob)) == ("x", "x")


@pytest.mark.parametrize("key", ["", "a key", "k" * 256, "clé", "tab\t", "\x7f"])
def test_what_can_be_no_key_is_refused_by_name(as_alice, alice, key):
    answer = send(as_alice, key=key)

    assert error_of(answer) == (400, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["details"]) == ["Idempotency-Key"]
    assert name_of(alice) == ""


def test_the_longest_key_will_do(as_alice):
    assert send(as_alice, key="~" * 255).status_code == 201


def test_who_is_not_signed_in_does_not_get_to_it(anyone, db):
    assert error_of(send(anyone)) == (401, "NOT_AUTHENTICATED")
    assert not IdempotencyKey.objects.exists()


def test_reads_take_no_key(as_alice):
    assert as_alice.get("/notes/", HTTP_IDEMPOTENCY_KEY="a key").status_code == 200
    assert not IdempotencyKey.objects.exists()


def test_a_failure_undoes_all_of_it_and_a_retry_does_it_anew(as_alice, alice):
    body = {"fails_at": "x"}

    refused = send(as_alice, body=body)

    assert error_of(refused) == (400, "VALIDATION_ERROR")
    assert (name_of(alice), IdempotencyKey.objects.count()) == ("", 0)
    User.objects.update(last_name="y")
    assert send(as_alice, body=body).json() == {"name": "yx"}


def test_after_seven_days_a_key_is_as_new(clock, as_alice, alice):
    send(as_alice)
    clock.shift(timedelta(days=7, seconds=-1))
    as_alice.credentials(HTTP_AUTHORIZATION=f"Bearer {open_session(user=alice).access}")
    assert send(as_alice).json() == {"name": "x"}

    clock.shift(1)

    assert send(as_alice, body={"a": "different body"}).json() == {"name": "xx"}
    assert IdempotencyKey.objects.get().created_at == timezone.now()


def test_old_keys_are_pruned_once_a_day(clock, alice):
    remember(alice, "old", timezone.now() - timedelta(days=7))
    remember(alice, "young", timezone.now() - timedelta(days=6))

    assert pruned("--dry-run") == "1 idempotency keys would be deleted."
    assert pruned() == "1 idempotency keys deleted."
    assert IdempotencyKey.objects.get().key == "young"


def test_a_person_has_so_many_keys_and_the_oldest_are_as_new(as_alice, alice, bob):
    before = timezone.now() - timedelta(days=1)
    for number in range(MAX_KEYS + 2):
        remember(alice, f"{number}", before + timedelta(seconds=number))
    remember(bob, "0", before)

    send(as_alice)

    assert IdempotencyKey.objects.filter(user=alice).count() == MAX_KEYS
    assert not IdempotencyKey.objects.filter(user=alice, key__in=["0", "1", "2"]).exists()
    assert IdempotencyKey.objects.filter(user=bob).count() == 1


@pytest.mark.parametrize("size", [0, 1_000, 1_020, 200_000])
def test_a_large_answer_is_stored_compressed_and_repeated_whole(as_alice, size):
    body = {"said": {"text": "é" * (size // 2)}}

    first, again = send(as_alice, body=body), send(as_alice, body=body)

    assert (again.status_code, again.content) == (201, first.content)
    assert len(IdempotencyKey.objects.get().body) <= 1_024


def test_an_answer_that_was_stored_as_it_is_can_still_be_read(as_alice):
    body = {"said": {"text": "t" * 2_000}}
    first = send(as_alice, body=body)
    IdempotencyKey.objects.update(body=first.content)

    assert send(as_alice, body=body).content == first.content


def test_the_answers_of_a_person_take_so_many_bytes_and_the_oldest_are_as_new(as_alice, alice, bob):
    before = timezone.now() - timedelta(days=1)
    for number in range(4):
        remember(alice, f"{number}", before + timedelta(seconds=number), body=b" " * (MAX_BYTES // 3))
    remember(alice, "under way", before, status=None)
    remember(bob, "0", before, body=b" " * (MAX_BYTES + 1))

    send(as_alice, key="small")
    assert IdempotencyKey.objects.filter(user=alice).count() == 6

    send(as_alice, key="large", body={"said": {"text": "t" * 2_000}})
    assert set(IdempotencyKey.objects.filter(user=alice).values_list("key", flat=True)) == {
        *("under way", "2", "3", "small", "large")
    }
    assert IdempotencyKey.objects.filter(user=bob).count() == 1


def test_keys_go_with_their_person(as_alice, alice):
    send(as_alice)

    alice.delete()

    assert not IdempotencyKey.objects.exists()


def test_what_a_key_costs_is_asserted(as_alice, django_assert_num_queries):
    with django_assert_num_queries(5):  # the session, a transaction, and two of the route
        as_alice.post("/notes/")

    # A look, the person who must stay, the claim, a look for too many, and the stored answer.
    with django_assert_num_queries(5 + 5):
        send(as_alice)

    with django_assert_num_queries(2):
        send(as_alice)


# --- Calls at the same moment -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_is_carried_out_and_all_have_its_answer(alice):
    answers = at_once([sender(alice) for _ in range(20)])

    assert Counter(answer.content for answer in answers) == {b'{"name":"x"}': 20}
    assert {answer.status_code for answer in answers} == {201}
    assert name_of(alice) == "x"


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_with_one_key_at_once_one_is_a_conflict(alice):
    answers = at_once([sender(alice, body={"a": number}) for number in range(8)])

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert name_of(alice) == "x"


@pytest.mark.django_db(transaction=True)
def test_many_keys_of_one_person_at_once_are_all_carried_out(alice):
    answers = at_once([sender(alice, key=f"{number}") for number in range(12)])

    assert Counter(answer.status_code for answer in answers) == {201: 12}
    assert name_of(alice) == "x" * 12


@pytest.mark.django_db(transaction=True)
def test_who_is_deleted_meanwhile_is_no_longer_signed_in(alice):
    answers = at_once([*[sender(alice, key=f"{number}") for number in range(6)], lambda: leave(alice)])

    assert {answer.status_code for answer in answers[:-1]} <= {201, 401}
    assert not IdempotencyKey.objects.exists()


# --- Helpers ---------------------------------------------------------------------------------------


def remember(user, key, at, *, status=201, body=b"{}"):
    IdempotencyKey.objects.create(
        user=user, key=key, digest="of another", status=status, body=body, created_at=at
    )


def pruned(*options):
    printed = StringIO()
    call_command("prune_sessions", *options, stdout=printed)
    return printed.getvalue().splitlines()[1]
