"""Categories: slugs of names that no address has, how many products each has, and one alone."""

import re

import pytest

from tests import payloads_fakestore as payloads
from tests.payloads_fakestore import MISSING
from tests.products_proxy.store import CATEGORIES, PRODUCTS


def shelve(store, *names):
    """Give the store a product of each of these categories."""
    store.has(*(payloads.product(id_, category=name) for id_, name in enumerate(names, start=1)))


def categories(client):
    return client.get(CATEGORIES).json()["results"]


def test_categories_come_on_one_page_with_the_number_of_their_products(anyone, store):
    shelve(store, "women's clothing", "electronics", MISSING, "men's clothing", "electronics", "")

    body = anyone.get(CATEGORIES).json()

    assert (body["count"], body["next"], body["previous"]) == (3, None, None)
    assert body["results"] == [
        {"slug": "electronics", "name": "electronics", "product_count": 2},
        {"slug": "mens-clothing", "name": "men's clothing", "product_count": 1},
        {"slug": "womens-clothing", "name": "women's clothing", "product_count": 1},
    ]
    assert body["meta"]["stale"] is False
    assert store.asked() == ["GET /products"]


def test_a_category_is_found_by_its_slug(anyone, store):
    shelve(store, "men's clothing", "men's clothing")

    response = anyone.get(f"{CATEGORIES}mens-clothing/")

    assert (response.status_code, response.json()) == (
        200,
        {"slug": "mens-clothing", "name": "men's clothing", "product_count": 2},
    )


@pytest.mark.parametrize("slug", ["nothing", "Mens-Clothing", "x" * 300])
def test_a_category_that_is_not_there_is_a_404(anyone, store, slug):
    shelve(store, "men's clothing")

    answers = [anyone.get(f"{CATEGORIES}{slug}/") for _ in range(2)]

    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert store.asked() == ["GET /products"]


NAMES = [
    *("electronics", "men's clothing", "Toys & Games", "  sound  ", "a/b", "50%", "Café", "x" * 100, "km²"),
    *("игрушки", "игрушки 2", "книги 2", "皿", "مطبخ", "straße", "!!!", "ﷺ" * 100, "…", "naïve кот"),
]


def test_every_category_has_a_slug_of_its_own_that_filters_and_addresses_take(anyone, store):
    shelve(store, *NAMES)

    found = categories(anyone)

    slugs = [category["slug"] for category in found]
    assert len(set(slugs)) == len(NAMES)
    for category in found:
        slug = category["slug"]
        assert re.fullmatch("[a-z0-9_-]{1,100}", slug), slug
        assert anyone.get(f"{CATEGORIES}{slug}/").json() == category
        (product,) = anyone.get(PRODUCTS, {"category": slug}).json()["results"]
        assert product["categories"] == [{"slug": slug, "name": category["name"]}]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("men's clothing", "mens-clothing"),
        ("Toys & Games", "toys-games"),
        ("Café", "cafe"),
        ("игрушки", "c-"),
        ("игрушки 2", "2-"),
        ("straße", "strae-"),
    ],
)
def test_a_slug_is_readable_and_ends_with_a_digest_where_letters_are_lost(anyone, store, name, slug):
    shelve(store, name)

    (category,) = categories(anyone)

    pattern = f"{slug}[0-9a-f]{{12}}" if slug.endswith("-") else slug
    assert re.fullmatch(pattern, category["slug"])


def test_names_that_differ_in_case_and_punctuation_are_one_category(anyone, store):
    shelve(store, "Toys & Games", "toys games", "TOYS-GAMES")

    assert categories(anyone) == [{"slug": "toys-games", "name": "Toys & Games", "product_count": 3}]


def test_categories_are_the_same_for_all(anyone, as_alice, store):
    shelve(store, "garden")

    assert categories(as_alice) == categories(anyone)
