"""Writes of carts that arrive again by the same `Idempotency-Key`."""

from datetime import timedelta

import pytest

from accounts.models import IdempotencyKey
from carts.models import Cart
from tests.carts.calls import CARTS, content, lines, make, refusal, stored
from tests.conftest import signed_in

CONFLICT = (409, "CONFLICT", [])


def send(client, method, address, body=None, key="a-key"):
    return getattr(client, method)(address, body, HTTP_IDEMPOTENCY_KEY=key)


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("post", {"lines": lines(p7=1)}),
        ("put", {"lines": lines(p7=1)}),
        ("patch", {"add": lines(p7=1)}),
        ("delete", None),
    ],
)
def test_a_write_that_arrives_again_changes_nothing_and_is_answered_alike(as_alice, store, method, body):
    address = make(as_alice, p1=1)
    address = CARTS if method == "post" else address
    first = send(as_alice, method, address, body)
    after = stored()
    store.is_down()

    again = send(as_alice, method, address, body)

    assert first.status_code in {200, 201, 204}
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (again["Cache-Control"], again["Vary"]) == (first["Cache-Control"], first["Vary"])
    assert stored() == after


def test_a_cart_that_is_deleted_by_another_key_is_not_there(as_alice):
    address = make(as_alice, p1=1)

    answers = [send(as_alice, "delete", address, key=key) for key in ("one", "two", "one")]

    assert [answer.status_code for answer in answers] == [204, 404, 204]


def test_the_key_with_another_body_is_a_conflict(as_alice):
    address = make(as_alice, p1=1)
    send(as_alice, "patch", address, {"add": lines(p1=1)})

    for method, body in (("patch", {"add": lines(p1=2)}), ("put", {"lines": lines(p1=1)}), ("delete", None)):
        assert refusal(send(as_alice, method, address, body)) == CONFLICT
    assert content(as_alice.get(address)) == {1: 2}


@pytest.mark.parametrize(("trouble", "status"), [("down", 503), ("missing", 404), ("full", 400)])
def test_what_failed_is_done_anew(as_alice, alice, store, trouble, status):
    body = {"lines": lines(p7=1)}
    full = [Cart.objects.create(user=alice) for _ in range(20)] if trouble == "full" else []
    if trouble == "down":
        store.is_down()
    elif trouble == "missing":
        store.lacks(7)
    assert send(as_alice, "post", CARTS, body).status_code == status
    assert not IdempotencyKey.objects.exists()
    store.status = None
    store.has(7)
    for cart in full:
        cart.delete()

    assert send(as_alice, "post", CARTS, body).status_code == 201


def test_after_seven_days_a_key_is_as_new(clock, alice):
    send(signed_in(alice), "post", CARTS)
    clock.shift(timedelta(days=7))

    send(signed_in(alice), "post", CARTS)

    assert Cart.objects.count() == 2


def test_a_key_is_its_persons_alone(as_alice, as_bob):
    for client in (as_alice, as_bob):
        assert send(client, "post", CARTS).status_code == 201

    assert Cart.objects.count() == 2


def test_what_can_be_no_key_is_refused(as_alice):
    assert refusal(send(as_alice, "post", CARTS, key="a key")) == (
        400,
        "VALIDATION_ERROR",
        ["Idempotency-Key"],
    )
    assert not Cart.objects.exists()
