"""`manage.py seed_fakestore`: people with what they keep, rate, follow and have in their carts."""

from decimal import Decimal
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.services import register, sign_in
from carts.models import Cart, Line
from config.management.commands.seed_fakestore import PASSWORD, PEOPLE
from favorites.models import Entry
from favorites.services.summaries import rated
from flyers_proxy.catalog import FLYERS
from mock_upstream.server import start, start_store
from products_proxy.catalog import PRODUCTS
from proxy import redis_level

pytestmark = pytest.mark.django_db
ADA, HUGO = "ada@store.example", "hugo@store.example"
OWN_PASSWORD = "nobody-else-knows-this-one"


@pytest.fixture
def flyers(settings):
    """The bundled flyer service."""
    with start(key=settings.FLYERS_API_TOKEN, hang_seconds=5) as service:
        settings.FLYERS_API_URL = service.url
        yield service


@pytest.fixture
def store(settings, flyers):
    """The bundled store; and the flyer service beside it."""
    settings.DEBUG = True
    with start_store(hang_seconds=5) as service:
        settings.STORE_API_URL = service.url
        yield service


def seed(*words):
    """Run the command; return the lines that it prints."""
    for catalog in (PRODUCTS, FLYERS):  # A command is a process of its own, long after the one before.
        catalog.stop()
    if settings.CACHE_URL:
        redis_level.clear(settings.CACHE_URL)
    out = StringIO()
    call_command("seed_fakestore", *words, stdout=out)
    return out.getvalue().splitlines()


def stored():
    """Return all that is stored of people and their libraries."""
    return [list(model.objects.order_by("pk").values()) for model in (User, Entry, Cart, Line)]


def entries(email, shelf):
    return Entry.objects.there().filter(user__email=email, shelf=shelf)


def test_people_keep_rate_and_follow(store):
    first, *people = seed()

    assert first == "New: 8 people, 44 favorites, 21 ratings, 21 follows, 9 carts."
    assert [line.split()[0] for line in people] == [person.email for person in PEOPLE]
    assert User.objects.count() == len(PEOPLE) == 8
    assert entries(ADA, "favorites").count() == 6
    assert list(entries(ADA, "ratings").order_by("item_id").values_list("item_id", "value")) == [
        *((1, 5), (2, 4), (5, 3), (14, 5)),
    ]
    assert entries(ADA, "follows").count() == 3
    assert Cart.objects.filter(user__email=ADA).count() == 2
    assert not Entry.objects.filter(user__email=HUGO).exists()
    assert not Cart.objects.filter(user__email=HUGO).exists()


def test_everybody_signs_in_with_the_password_that_is_printed_and_one_is_an_administrator(store):
    _, *people = seed()

    for line in people:
        email, password, *role = line.split(" ", 2)
        assert sign_in(email=email, password=password).session.user.email == email
        assert role == (["(administrator)"] if email == ADA else [])
    assert [user.email for user in User.objects.filter(is_staff=True)] == [ADA]


def test_titles_and_pictures_are_those_of_the_store(store):
    seed()

    product = store.service._stock[1]
    entry = entries(ADA, "favorites").get(item_id=1)
    assert (entry.title, entry.image_url) == (product["title"], f"{store.url}{product['image']}")


def test_carts_hold_the_products_and_prices_of_the_store(store):
    seed()

    sold = store.service._stock
    lines = Line.objects.filter(cart__user__email=ADA).order_by("cart_id", "pk")
    assert [(line.product_id, line.quantity) for line in lines] == [(1, 1), (5, 2), (14, 3)]
    assert [line.title for line in lines] == [sold[line.product_id]["title"].strip() for line in lines]
    assert [Decimal(line.price_then) for line in lines] == [
        Decimal(str(sold[line.product_id]["price"])) for line in lines
    ]


def test_who_has_a_cart_gets_no_other(store):
    seed()
    Cart.objects.filter(user__email="elena@store.example").first().delete()

    assert seed()[0] == "New: nothing, all was there."


def test_the_second_time_nothing_changes(store):
    seed()
    before = stored()

    first, *_ = seed()

    assert first == "New: nothing, all was there."
    assert stored() == before


def test_what_was_removed_since_comes_back(store):
    seed()
    Entry.objects.filter(user__email=ADA, shelf="favorites", item_id=1).delete()

    assert seed()[0] == "New: 1 favorites."


def test_flush_deletes_these_people_with_all_that_is_theirs_and_nobody_else(store, alice):
    seed()
    Entry.objects.create(user=User.objects.get(email=HUGO), shelf="favorites", kind="flyer", item_id=9)
    Entry.objects.create(user=alice, shelf="favorites", kind="flyer", item_id=9)
    before = set(User.objects.values_list("pk", flat=True)) - {alice.pk}

    first, *_ = seed("--flush")

    assert first == "New: 8 people, 44 favorites, 21 ratings, 21 follows, 9 carts."
    assert not User.objects.filter(pk__in=before).exists()
    assert not entries(HUGO, "favorites").exists()
    assert entries(alice.email, "favorites").count() == 1
    assert rated(kind="product", item_id=1) == (4.0, 3)


@pytest.mark.parametrize("flush", [[], ["--flush"]], ids=["to add", "to flush"])
@pytest.mark.parametrize("mode", ["down", "refused", "garbage", "unreachable", "reset"])
def test_with_the_store_down_it_ends_with_a_sentence_and_writes_nothing(store, mode, flush):
    store.knobs.turn({"mode": mode})

    with pytest.raises(
        CommandError, match=r"^The store gave no answer \(Upstream\w+\), so nothing was written\.$"
    ):
        seed(*flush)

    assert not User.objects.exists()


def test_a_store_that_falls_ill_does_not_lose_what_was_there(store):
    seed()
    before = stored()
    store.knobs.turn({"mode": "down"})

    with pytest.raises(CommandError, match="nothing was written"):
        seed("--flush")

    assert stored() == before


def test_with_the_flyer_service_down_nothing_is_written_either(store, flyers):
    flyers.knobs.turn({"mode": "down"})

    with pytest.raises(
        CommandError, match=r"^The flyer service gave no answer \(\w+\), so nothing was written\.$"
    ):
        seed()

    assert not User.objects.exists()


def test_a_store_of_three_products_is_enough_and_one_without_any_is_not(store):
    store.knobs.turn({"gone": list(range(4, 129))})
    seed()
    before = stored()
    assert {entry.item_id for entry in Entry.objects.filter(kind="product")} == {1, 2, 3}
    assert seed()[0] == "New: nothing, all was there."
    assert stored() == before

    store.knobs.turn({"gone": list(range(1, 129))})
    with pytest.raises(CommandError, match="The store has no products"):
        seed()


def test_without_a_store_it_says_so(settings):
    settings.DEBUG, settings.STORE_API_URL = True, ""

    with pytest.raises(CommandError, match="STORE_API_URL is empty"):
        seed()


@pytest.mark.parametrize("words", [[], ["--flush"], ["--password", PASSWORD]], ids=str)
def test_a_password_that_everybody_knows_is_for_development_alone(store, settings, words):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG"):
        seed(*words)

    assert not User.objects.exists()


def test_elsewhere_people_get_a_password_of_ones_own_which_is_not_printed(store, settings):
    settings.DEBUG = False

    _, *people = seed("--password", OWN_PASSWORD)

    assert sign_in(email=ADA, password=OWN_PASSWORD)
    assert people[:2] == [f"{ADA} (administrator)", "ben@store.example"]
    assert not any(OWN_PASSWORD in line for line in people)


def test_a_weak_password_is_refused(store):
    with pytest.raises(CommandError, match="too short"):
        seed("--password", "abc")


@pytest.mark.parametrize("flush", [[], ["--flush"]], ids=["to add", "to flush"])
def test_somebody_who_was_not_made_here_is_neither_filled_nor_deleted(store, flush):
    register(email=HUGO, password=OWN_PASSWORD)
    before = stored()

    with pytest.raises(CommandError, match=f"^{HUGO} has another password, so nothing was written\\.$"):
        seed(*flush)

    assert stored() == before
    assert not sign_in(email=HUGO, password=OWN_PASSWORD).session.user.is_staff


def test_the_password_for_development_is_a_fit_one(store):
    assert all(PASSWORD in line for line in seed()[1:])
