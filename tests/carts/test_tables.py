"""The tables of carts: what the database itself forbids, what goes with a person, and what administrators see of it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from carts.models import Cart, Line
from tests.carts.calls import CARTS, fill
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
ADMIN = "/admin/carts/cart/"


@pytest.fixture
def admin(root):
    client = Client()
    client.force_login(root)
    return client


def test_no_product_has_two_lines_in_a_cart_whatever_the_code_does(alice):
    cart = fill(alice, 7)

    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.create(cart=cart, product_id=7, quantity=1, title="Kettle", price_then="5.00")


@pytest.mark.parametrize("quantity", [0, 1000])
def test_no_line_has_another_quantity_than_1_to_999(alice, quantity):
    with pytest.raises(IntegrityError), transaction.atomic():
        fill(alice, 7, quantity=quantity)


def test_who_leaves_takes_their_carts_along(as_alice, alice, bob):
    fill(alice, 1, 2)
    fill(bob, 1)

    assert as_alice.delete("/api/v1/auth/me/", {"password": PASSWORD}).status_code == 204

    assert [cart.user_id for cart in Cart.objects.all()] == [bob.pk]
    assert Line.objects.count() == 1


def test_a_page_of_carts_is_read_off_an_index(as_alice, alice, bob):
    Cart.objects.bulk_create(Cart(user=user) for user in (alice, bob) for _ in range(500))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    page = Cart.objects.filter(user=alice).order_by("-pk")[:10]

    plan = page.explain()

    assert "carts_newest_first" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_an_administrator_finds_a_cart_by_its_owner_and_sees_what_is_in_it(admin, alice):
    cart = fill(alice, 7, quantity=3)

    found, other = (admin.get(ADMIN, {"q": query}).content.decode() for query in ("alice@", "nobody@"))
    page = admin.get(f"{ADMIN}{cart.pk}/change/").content.decode()

    assert ("alice@example.com" in found, "alice@example.com" in other) == (True, False)
    assert "Old 7" in page
    assert "5.00" in page


def test_an_administrator_changes_nothing_on_the_admin_site(admin, alice):
    cart = fill(alice, 7)

    assert admin.get(f"{ADMIN}add/").status_code == 403
    assert admin.post(f"{ADMIN}{cart.pk}/change/", {"user": cart.user_id}).status_code == 403
    assert admin.get(ADMIN, {"date__year": "10000"}).status_code == 400


def test_an_administrator_deletes_carts_and_people_with_carts(admin, as_alice, alice):
    one, two, three = (fill(alice, 7) for _ in range(3))

    admin.post(f"{ADMIN}{one.pk}/delete/", {"post": "yes"})
    admin.post(ADMIN, {"action": "delete_selected", "_selected_action": [two.pk], "post": "yes"})

    assert [cart.pk for cart in Cart.objects.all()] == [three.pk]
    assert as_alice.get(f"{CARTS}{one.pk}/").status_code == 404
    admin.post(f"/admin/accounts/user/{alice.pk}/delete/", {"post": "yes"})
    assert not Cart.objects.exists()
