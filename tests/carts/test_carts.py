"""Carts are made, read, replaced and deleted by those whose they are, and by administrators."""

import pytest
from django.db import transaction

from carts.models import Cart
from carts.services.carts import CartMovedError, CartNotFoundError, change_cart
from carts.services.lines import Offers
from tests.carts.calls import CARTS, content, fill, lines, make, refusal, stored
from tests.conftest import signed_in


def test_a_new_cart_shows_its_lines_in_order_with_prices_and_total(clock, alice, store):
    store.has(7, price=109.95, title="Kettle", image="https://img.test/7.svg")
    store.has(3, price=0.1)

    answer = signed_in(alice).post(CARTS, {"lines": lines(p7=2, p3=3)})

    assert answer.status_code == 201
    cart = answer.json()
    assert cart == {
        "id": cart["id"],
        "user_id": alice.pk,
        "lines": [
            {
                "product_id": 7,
                "quantity": 2,
                "title": "Kettle",
                "image": "https://img.test/7.svg",
                "price_then": "109.95",
                "price_now": "109.95",
                "availability": "live",
                "is_price_changed": False,
            },
            {**cart["lines"][1], "product_id": 3, "quantity": 3, "price_now": "0.1"},
        ],
        "total": "220.20",
        "currency": "USD",
        "date": "2026-05-01T12:00:00Z",
        "updated_at": "2026-05-01T12:00:00Z",
        "is_partial": False,
    }


@pytest.mark.parametrize("body", [None, {}, {"lines": []}])
def test_a_cart_may_be_empty(as_alice, body):
    answer = as_alice.post(CARTS, body)

    assert (content(answer), answer.json()["total"], answer.json()["is_partial"]) == ({}, "0.00", False)


def test_a_product_that_is_named_twice_counts_twice(as_alice):
    answer = as_alice.post(CARTS, {"lines": [*lines(p7=2), *lines(p3=1), *lines(p7=3)]})

    assert content(answer) == {7: 5, 3: 1}


def test_a_cart_has_the_date_that_it_is_given_in_utc(as_alice):
    answer = as_alice.post(CARTS, {"date": "2026-05-01T14:00:00+02:00"})

    assert answer.json()["date"] == "2026-05-01T12:00:00Z"


def test_a_cart_is_read_again(as_alice):
    made = as_alice.post(CARTS, {"lines": lines(p7=2)})

    assert as_alice.get(f"{CARTS}{made.json()['id']}/").json() == made.json()


def test_what_has_not_changed_is_a_304(as_alice):
    address = make(as_alice, p7=1)
    first = as_alice.get(address)

    again = as_alice.get(address, HTTP_IF_NONE_MATCH=first["ETag"])

    assert (again.status_code, again["Cache-Control"]) == (304, "private, no-cache")
    as_alice.patch(address, {"add": lines(p7=1)})
    assert as_alice.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_put_replaces_all_lines_and_the_date_only_if_there_is_one(clock, alice):
    alice = signed_in(alice)
    address = make(alice, p1=1, p2=2)
    clock.shift(60)

    replaced = alice.put(address, {"lines": lines(p3=3, p1=5)})
    dated = alice.put(address, {"lines": [], "date": "2030-01-01T00:00:00Z"})

    assert content(replaced) == {3: 3, 1: 5}
    assert (replaced.json()["date"], replaced.json()["updated_at"]) == (
        "2026-05-01T12:00:00Z",
        "2026-05-01T12:01:00Z",
    )
    assert (content(dated), dated.json()["date"]) == ({}, "2030-01-01T00:00:00Z")
    assert alice.get(address).json() == dated.json()


def test_a_replacement_needs_lines(as_alice):
    assert refusal(as_alice.put(make(as_alice, p1=1), {})) == (400, "VALIDATION_ERROR", ["lines"])


def test_a_deleted_cart_is_gone(as_alice):
    address = make(as_alice, p1=1)

    first, again = as_alice.delete(address), as_alice.delete(address)

    assert (first.status_code, first.content) == (204, b"")
    assert refusal(again) == (404, "NOT_FOUND", [])
    assert as_alice.get(address).status_code == 404
    assert stored() == ([], [])


def test_a_list_has_ones_own_carts_newest_first_in_pages(as_alice, alice, bob):
    carts = [fill(alice, 1, 2).pk for _ in range(3)]
    fill(bob, 1)

    first = as_alice.get(CARTS, {"limit": 2}).json()
    second = as_alice.get(CARTS, {"limit": 2, "page": 2}).json()
    past = as_alice.get(CARTS, {"page": 9}).json()

    assert [cart["id"] for cart in (*first["results"], *second["results"])] == carts[::-1]
    assert (first["count"], first["previous"]) == (3, None)
    assert first["next"] == "https://flyers.test/api/v1/carts/?limit=2&page=2"
    assert (past["count"], past["results"], past["next"]) == (3, [], None)
    assert set(first["meta"]) == {"as_of", "stale"}
    assert first["meta"]["stale"] is False


def test_the_number_of_queries_does_not_grow_with_carts_and_lines(as_alice, alice, django_assert_num_queries):
    address = f"{CARTS}{fill(alice, 1, 2, 3).pk}/"
    as_alice.get(CARTS)

    with django_assert_num_queries(3):  # the session, the cart, its lines
        as_alice.get(address)
    for number in range(5):
        fill(alice, *range(1, 3 + number))
    with django_assert_num_queries(4):  # and how many there are
        as_alice.get(CARTS)


def test_a_write_takes_so_many_queries(as_alice, alice, django_assert_num_queries):
    address = f"{CARTS}{fill(alice, 1, 2, 3).pk}/"

    with django_assert_num_queries(5 + 2):  # the session; person, room, cart and line; a transaction
        as_alice.post(CARTS, {"lines": lines(p1=1)})
    with django_assert_num_queries(
        8 + 2
    ):  # the session; cart and lines as found, and locked; the person; both written
        as_alice.patch(address, {"add": lines(p1=1)})


# --- Administrators ---------------------------------------------------------------------------------


@pytest.fixture
def carts(alice, bob):
    """A cart of Alice's and one of Bob's."""
    return fill(alice, 1), fill(bob, 2)


def shown(answer):
    assert answer.status_code == 200, answer.content
    return [cart["id"] for cart in answer.json()["results"]]


def test_an_administrator_sees_everybodys_carts_or_one_persons(as_root, carts, bob):
    ours, theirs = carts

    assert shown(as_root.get(CARTS)) == [theirs.pk, ours.pk]
    assert shown(as_root.get(CARTS, {"user_id": bob.pk})) == [theirs.pk]
    assert shown(as_root.get(f"{CARTS}users/{bob.pk}/")) == [theirs.pk]
    assert shown(as_root.get(f"{CARTS}users/987654321/")) == []


def test_everybody_else_sees_their_own_by_their_id(as_alice, alice, bob, carts):
    assert shown(as_alice.get(CARTS, {"user_id": alice.pk})) == [carts[0].pk]
    assert shown(as_alice.get(f"{CARTS}users/{alice.pk}/")) == [carts[0].pk]
    for answer in (as_alice.get(CARTS, {"user_id": bob.pk}), as_alice.get(f"{CARTS}users/{bob.pk}/")):
        assert refusal(answer) == (403, "PERMISSION_DENIED", [])


def test_an_administrator_reads_changes_and_deletes_any_cart(as_root, carts, alice):
    address = f"{CARTS}{carts[0].pk}/"

    assert content(as_root.get(address)) == {1: 1}
    assert content(as_root.patch(address, {"add": lines(p1=1)})) == {1: 2}
    assert as_root.put(address, {"lines": []}).json()["user_id"] == alice.pk
    assert as_root.delete(address).status_code == 204


def test_an_administrator_makes_a_cart_for_somebody_and_gives_one_away(as_root, as_bob, root, alice, bob):
    made = as_root.post(CARTS, {"user_id": alice.pk, "lines": lines(p1=1)}).json()
    address = f"{CARTS}{made['id']}/"

    moved = as_root.patch(address, {"user_id": bob.pk})

    assert (made["user_id"], moved.json()["user_id"]) == (alice.pk, bob.pk)
    assert content(as_bob.get(address)) == {1: 1}
    assert as_root.post(CARTS, {}).json()["user_id"] == root.pk


def test_nobody_is_given_a_cart_who_is_not_there(as_root, root):
    address = make(as_root, p1=1)
    before = stored()

    for answer in (
        as_root.post(CARTS, {"user_id": 987654321}),
        as_root.patch(address, {"user_id": 987654321, "add": lines(p1=1)}),
    ):
        assert refusal(answer) == (400, "VALIDATION_ERROR", ["user_id"])
    assert stored() == before


def test_nobody_is_given_more_carts_than_they_may_have(as_root, alice):
    address = make(as_root)
    for _ in range(20):
        fill(alice)

    for answer in (as_root.patch(address, {"user_id": alice.pk}), as_root.post(CARTS, {"user_id": alice.pk})):
        assert refusal(answer) == (400, "VALIDATION_ERROR", ["non_field_errors"])
    assert Cart.objects.filter(user=alice).count() == 20
    full = Cart.objects.filter(user=alice).first()
    assert as_root.patch(f"{CARTS}{full.pk}/", {"user_id": alice.pk}).status_code == 200


def test_a_cart_that_is_given_away_at_this_moment_is_left_alone(alice, bob, root):
    found = fill(alice, 1)
    Cart.objects.update(user=bob)
    before = stored()

    for actor, failure in ((alice, CartNotFoundError), (root, CartMovedError)):
        with pytest.raises(failure), transaction.atomic():
            change_cart(actor=actor, cart=found, offers=Offers(), remove=[1])
    assert stored() == before
