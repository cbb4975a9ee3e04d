"""Calls at the same moment, each in a thread with a connection of its own, on the real tables."""

from collections import Counter

import pytest
from rest_framework.test import APIClient

from accounts.models import IdempotencyKey
from accounts.sessions import open_session
from carts.models import Cart, Line
from tests.carts.calls import CARTS, content, fill, lines
from tests.conftest import PASSWORD
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MAX_CALLS = 20


@pytest.fixture(autouse=True)
def warm(store, alice):
    """The store's products are known, so that all come to the cart at once."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {open_session(user=alice).access}")
    client.get(f"{CARTS}{fill(alice, *range(1, 9)).pk}/")
    Cart.objects.all().delete()


def caller(user):
    """Return a maker of calls that sign in nobody: all show one token, as one app does.

    Who is told that too many write just now (SQLite's writers wait in a bounded line) calls again, as an app does.
    """
    token = open_session(user=user).access

    def call(method, url, body=None, key=None):
        client = APIClient(raise_request_exception=False)
        headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}", **headers)

        def call_until_done():
            answers = (getattr(client, method)(url, body) for _ in range(MAX_CALLS))
            return next((answer for answer in answers if answer.status_code != 503), None)

        return call_until_done

    return call


@pytest.fixture
def call(alice):
    return caller(alice)


def statuses(answers):
    return Counter(answer.status_code for answer in answers)


def quantities(cart):
    return dict(Line.objects.filter(cart=cart).values_list("product_id", "quantity"))


def test_forty_devices_that_add_the_same_product_at_once_lose_nothing(call, alice):
    cart = fill(alice, 1, quantity=2)
    patch = call("patch", f"{CARTS}{cart.pk}/", {"add": lines(p1=1, p2=3)})

    answers = at_once([patch] * 40)

    assert statuses(answers) == {200: 40}
    assert quantities(cart) == {1: 42, 2: 120}
    assert sorted(content(answer)[1] for answer in answers) == list(range(3, 43))


def test_forty_devices_that_add_different_products_at_once_lose_none(call, alice):
    cart = fill(alice)
    address = f"{CARTS}{cart.pk}/"

    answers = at_once(
        [
            call("patch", address, {"add": lines(**{f"p{1 + n % 8}": 1, f"p{1 + n // 8}": 1})})
            for n in range(40)
        ]
    )

    assert statuses(answers) == {200: 40}
    expected = Counter(1 + n % 8 for n in range(40)) + Counter(1 + n // 8 for n in range(40))
    assert sum(quantities(cart).values()) == sum(len({1 + n % 8, 1 + n // 8}) for n in range(40))
    assert set(quantities(cart)) == set(expected)


def test_with_keys_of_their_own_nothing_is_lost_either(call, alice):
    cart = fill(alice, 1)
    address = f"{CARTS}{cart.pk}/"

    answers = at_once(
        [call("patch", address, {"add": lines(p1=1)}, key=f"device-{n // 2}") for n in range(40)]
    )

    assert statuses(answers) == {200: 40}
    assert quantities(cart) == {1: 21}
    assert IdempotencyKey.objects.count() == 20


def test_the_same_key_at_once_is_carried_out_once(call, alice):
    post = call("post", CARTS, {"lines": lines(p1=1)}, key="the-same")

    answers = at_once([post] * 20)

    assert statuses(answers) == {201: 20}
    assert len({answer.content for answer in answers}) == 1
    assert Cart.objects.count() == 1


def test_a_cart_that_is_deleted_by_one_key_at_once_is_deleted_once(call, alice):
    address = f"{CARTS}{fill(alice, 1, 2).pk}/"

    answers = at_once([call("delete", address, key="the-same")] * 10 + [call("delete", address)] * 2)

    assert set(statuses(answers[10:])) <= {204, 404}
    assert set(statuses(answers[:10])) in ({204}, {404})
    assert sum(answer.status_code == 204 for answer in answers[10:]) + (answers[0].status_code == 204) == 1


def test_the_last_place_in_a_line_is_given_once(call, alice):
    cart = fill(alice, 1, quantity=997)

    answers = at_once([call("patch", f"{CARTS}{cart.pk}/", {"add": lines(p1=1)})] * 12)

    assert statuses(answers) == {200: 2, 400: 10}
    assert quantities(cart) == {1: 999}


def test_the_last_line_is_given_once(call, alice):
    cart = fill(alice, *range(101, 200))

    answers = at_once(
        [call("patch", f"{CARTS}{cart.pk}/", {"add": lines(**{f"p{n}": 1})}) for n in range(1, 9)]
    )

    assert statuses(answers) == {200: 1, 400: 7}
    assert len(quantities(cart)) == 100


@pytest.mark.parametrize("has_key", [False, True])
def test_nobody_gets_more_than_twenty_carts(call, alice, has_key):
    posts = [call("post", CARTS, {"lines": lines(p1=1)}, key=f"{n}" if has_key else None) for n in range(30)]

    answers = at_once(posts)

    assert statuses(answers) == {201: 20, 400: 10}
    assert (Cart.objects.count(), Line.objects.count()) == (20, 20)


def test_puts_patches_and_deletes_at_once_leave_a_whole_cart_or_none(call, alice):
    cart = fill(alice, 1)
    address = f"{CARTS}{cart.pk}/"
    calls = [
        *[call("put", address, {"lines": lines(p1=5, p2=5)})] * 8,
        *[call("patch", address, {"add": lines(p1=1), "remove": [2]})] * 8,
        *[call("patch", address, {"update": lines(p3=3)})] * 8,
    ]

    answers = at_once([*calls[::2], call("delete", address), *calls[1::2]])

    assert set(statuses(answers)) <= {200, 204, 404}
    assert statuses(answers)[204] == 1
    assert not Cart.objects.exists()
    assert not Line.objects.exists()


def test_administrators_who_give_carts_crosswise_do_not_wait_for_each_other_for_ever(alice, bob, root):
    carts = [fill(alice, 1), fill(bob, 1), fill(root, 1)]
    people = [alice.pk, bob.pk, root.pk]
    call = caller(root)
    moves = [
        call("patch", f"{CARTS}{cart.pk}/", {"user_id": people[(n + step) % 3], "add": lines(p1=1)})
        for step in range(6)
        for n, cart in enumerate(carts)
    ]

    answers = at_once([*moves, *[caller(alice)("post", CARTS)] * 3])

    assert set(statuses(answers)) <= {200, 201, 409}
    changed = Counter(answer.json()["id"] for answer in answers if answer.status_code == 200)
    assert {cart.pk: quantities(cart)[1] for cart in carts} == {
        cart.pk: 1 + changed[cart.pk] for cart in carts
    }


def test_an_account_that_is_deleted_while_it_fills_carts_leaves_nothing(call, alice):
    address = f"{CARTS}{fill(alice, 1).pk}/"
    calls = [
        call(method, url, body, key=key)
        for n in range(6)
        for method, url, body, key in (
            ("patch", address, {"add": lines(p1=1, p2=1)}, None),
            ("patch", address, {"add": lines(p3=1)}, f"patch-{n}"),
            ("post", CARTS, {"lines": lines(p1=1)}, None),
            ("post", CARTS, {"lines": lines(p1=1)}, f"post-{n}"),
        )
    ]
    leave = call("delete", "/api/v1/auth/me/", {"password": PASSWORD})

    answers = at_once([*calls[:12], leave, *calls[12:]])

    assert answers.pop(12).status_code == 204
    assert set(statuses(answers)) <= {200, 201, 401, 404}
    for table in (Cart, Line, IdempotencyKey):
        assert not table.objects.exists()
