"""Marks of whoever asks, in lists and on a product alone, by Django and by the hit path."""

import json

import pytest

from tests.favorites.keeping import drop, keep
from tests.products_proxy.store import CATEGORIES, PRODUCTS
from tests.proxy.test_hit_path_signed_in import bearer
from tests.proxy.wsgi_client import alike

LISTS = [PRODUCTS, f"{PRODUCTS}?sort=-price", f"{PRODUCTS}by-categories/?categoryIds=jewelery"]


@pytest.fixture
def shelf(store):
    store.has_many(3)
    return store


@pytest.fixture
def alices(alice):
    """Of Alice's favorites are product 2, and flyer 3, which is another thing."""
    keep(alice, 2, kind="product")
    keep(alice, 3)


def marks_on(products):
    return {product["id"]: product["is_favorited"] for product in products}


@pytest.mark.usefixtures("alices")
@pytest.mark.parametrize("address", LISTS)
def test_a_list_carries_the_marks_of_whoever_asks(anyone, as_alice, as_bob, shelf, address):
    pages = [client.get(address) for client in (as_alice, as_bob, anyone)]

    hers, his, nobodys = (marks_on(page.json()["results"]) for page in pages)
    assert hers == {1: False, 2: True, 3: False}
    assert his == dict.fromkeys((1, 2, 3), False)
    assert nobodys == dict.fromkeys((1, 2, 3))
    assert [page["X-Cache"] for page in pages] == ["MISS", "HIT", "HIT"]
    assert [page["Cache-Control"].partition(",")[0] for page in pages] == ["private", "private", "public"]


@pytest.mark.usefixtures("alices")
def test_a_product_carries_them_too(anyone, as_alice, as_bob, shelf):
    def marks_for(client):
        return marks_on(client.get(f"{PRODUCTS}{number}/").json() for number in (1, 2, 3))

    assert marks_for(as_alice) == {1: False, 2: True, 3: False}
    assert marks_for(as_bob) == dict.fromkeys((1, 2, 3), False)
    assert marks_for(anyone) == dict.fromkeys((1, 2, 3))


def test_a_mark_is_there_with_the_next_answer_and_gone_with_the_one_after(as_alice, alice, shelf):
    before = as_alice.get(f"{PRODUCTS}2/").json()
    as_alice.put(f"{PRODUCTS}2/favorite/")
    kept = as_alice.get(f"{PRODUCTS}2/").json(), as_alice.get(PRODUCTS).json()["results"][1]
    drop(alice, 2, kind="product")
    dropped = as_alice.get(f"{PRODUCTS}2/").json()

    seen = [product["is_favorited"] for product in (before, *kept, dropped)]
    assert seen == [False, True, True, False]


@pytest.mark.parametrize("address", [*LISTS, f"{PRODUCTS}2/", CATEGORIES, f"{CATEGORIES}jewelery/"])
@pytest.mark.usefixtures("clock", "shelf", "alices")
def test_the_hit_path_answers_as_django_does(hit_path, full_stack, application, alice, address):
    callers = [{}, {"HTTP_AUTHORIZATION": bearer(alice)}]
    full_stack.request(address)
    expected = [full_stack.request(address, **caller) for caller in callers]
    for caller in callers:
        hit_path.request(address, **caller)  # learns
    woken = application.calls

    answers = [hit_path.request(address, **caller) for caller in callers]

    assert application.calls == woken
    assert list(map(alike, answers)) == list(map(alike, expected))
    assert {headers["x-cache"] for _, headers, _ in answers} == {"HIT"}
    anonymous, hers = (json.loads(body) for _, _, body in answers)
    if address in LISTS:
        assert set(marks_on(anonymous["results"]).values()) == {None}
        assert marks_on(hers["results"]) == {1: False, 2: True, 3: False}


def test_marks_cost_one_query_and_the_session_another(as_alice, shelf, django_assert_num_queries):
    as_alice.get(PRODUCTS)
    as_alice.put(f"{PRODUCTS}2/favorite/")

    with django_assert_num_queries(2):
        as_alice.get(PRODUCTS)
