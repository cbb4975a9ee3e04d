"""Products that people keep and rate, list, share, sync and take with them."""

import pytest

from favorites.models import Entry
from products_proxy.catalog import PRODUCTS as CATALOG
from tests import payloads_fakestore as payloads
from tests.favorites.device import CHANGES, LIBRARY, applied, follow, library_of, op, send
from tests.favorites.keeping import drop, keep, kept, row_of
from tests.products_proxy.store import PRODUCTS

HERE = "/api/v1"
FAVORITES, RATINGS, SHARE = (
    f"{HERE}/users/me/favorites/",
    f"{HERE}/users/me/ratings/",
    f"{HERE}/favorites/share/",
)
NOON = "2026-05-01T12:00:00Z"
PICTURE = "https://fakestoreapi.com/img/71YAIFU48IL._AC_UL640_QL65_ML3_.jpg"


def url(id_, word="favorite"):
    return f"{PRODUCTS}{id_}/{word}/"


def put(caller, id_, word):
    return caller.put(url(id_, word), {"rating": 4} if word == "rating" else None)


WORDS = pytest.mark.parametrize("word", ["favorite", "rating"])


# --- One product -----------------------------------------------------------------------------------


def test_a_product_is_kept_once_and_dropped_once(clock, as_alice, alice, store):
    store.has_many(7)

    answers = [as_alice.get(url(7)), as_alice.put(url(7)), as_alice.post(url(7)), as_alice.get(url(7))]
    there = kept(alice, kind="product")
    dropped = [as_alice.delete(url(7)), as_alice.delete(url(7)), as_alice.get(url(7))]

    assert [answer.status_code for answer in answers] == [404, 201, 200, 200]
    for answer in answers[1:]:
        assert answer.json() == {
            "kind": "product",
            "id": 7,
            "created_at": NOON,
            "title": "Thing 7",
            "image_url": PICTURE,
            "valid_until": None,
        }
    assert there == [7]
    assert [answer.status_code for answer in dropped] == [204, 404, 404]
    assert dropped[1].json()["error"]["message"] == "Favorite not found"
    assert store.asked() == ["GET /products"]


def test_a_product_is_rated_by_each_person_and_the_last_rating_counts(as_alice, as_bob, anyone, store):
    store.has_many(7)
    rating = url(7, "rating")

    answers = [
        anyone.get(rating),
        as_alice.put(rating, {"rating": 2}),
        as_bob.post(rating, {"rating": 5}),
        as_alice.put(rating, {"rating": 4}),
        anyone.get(rating),
    ]
    detail = as_alice.get(f"{PRODUCTS}7/").json()

    assert [answer.status_code for answer in answers] == [200, 201, 201, 200, 200]
    assert [tuple(answer.json().values()) for answer in answers] == [
        (None, 0, None),
        (2.0, 1, 2),
        (3.5, 2, 5),
        (4.5, 2, 4),
        (4.5, 2, None),
    ]
    assert detail["rating"] == {"rate": 3.0, "count": 400}, "that of the store's own customers"
    assert [as_bob.delete(rating).status_code for _ in range(2)] == [204, 404]


def test_products_have_no_watchlist(as_alice, store):
    store.has_many(7)

    assert as_alice.put(url(7, "watchlist")).status_code == 404
    assert as_alice.get(f"{HERE}/users/me/watchlist/", {"kind": "product"}).status_code == 400


@WORDS
def test_only_who_is_signed_in_keeps_and_rates(anyone, db, store, word):
    store.has_many(7)

    answers = [put(anyone, 7, word), anyone.post(url(7, word)), anyone.delete(url(7, word))]

    assert {answer.status_code for answer in answers} == {401}
    assert store.asked() == []


@WORDS
@pytest.mark.parametrize("nothing", ["null", ""])
def test_a_product_that_the_store_lacks_is_named_in_a_404(as_alice, store, word, nothing):
    store.has_many(7)
    store.nothing = nothing

    answer = put(as_alice, 99, word)

    error = answer.json()["error"]
    assert (answer.status_code, error["message"]) == (404, "There is no such product.")
    assert error["details"] == {"id": ["99"]}
    assert not Entry.objects.exists()


# --- In an outage ----------------------------------------------------------------------------------


@WORDS
def test_in_an_outage_what_is_kept_stays_kept_and_can_be_dropped(as_alice, alice, store, word):
    shelf, value = ("ratings", 3) if word == "rating" else ("favorites", None)
    keep(alice, 7, shelf=shelf, kind="product", title="Kept", value=value)
    store.fails(503)

    answers = [put(as_alice, 7, word), as_alice.get(url(7, word)), as_alice.delete(url(7, word))]

    assert [answer.status_code for answer in answers] == [200, 200, 204]


@WORDS
def test_in_an_outage_a_product_of_which_there_is_a_copy_is_kept(clock, as_alice, anyone, store, word):
    store.has_many(7)
    anyone.get(PRODUCTS)
    store.fails(503)
    clock.shift(120)

    answer = put(as_alice, 7, word)

    assert answer.status_code == 201
    assert Entry.objects.get().title == "Thing 7"


@WORDS
def test_in_an_outage_a_product_of_which_nothing_is_known_is_not_kept(as_alice, store, word):
    store.fails(503)

    answer = put(as_alice, 7, word)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert answer.json()["error"]["message"].startswith("The store ")
    assert not Entry.objects.exists()


# --- Lists -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "shelf"), [(FAVORITES, "favorites"), (RATINGS, "ratings")])
def test_a_row_has_the_product_as_its_detail_shows_it(clock, as_alice, alice, store, address, shelf):
    store.has_many(7)
    keep(alice, 7, shelf=shelf, kind="product", value=4 if shelf == "ratings" else None)
    keep(alice, 7)

    body = as_alice.get(address, {"kind": "product"}).json()
    detail = as_alice.get(f"{PRODUCTS}7/").json()

    (row,) = body["results"]
    assert row == {
        "kind": "product",
        "id": 7,
        "created_at": NOON,
        "availability": "live",
        "title": "Thing 7",
        "image_url": PICTURE,
        "valid_until": None,
        "item": detail,
        **({"rating": 4} if shelf == "ratings" else {}),
    }
    assert body["meta"] == {"as_of": NOON, "stale": False}


def test_a_hundred_favorites_come_of_one_call_and_what_is_gone_leaves_its_name(as_alice, alice, store):
    store.has_many(99)
    keep(alice, *range(1, 101), kind="product", title="Kept")

    body = as_alice.get(FAVORITES, {"kind": "product", "limit": 100}).json()

    said = {row["id"]: row["availability"] for row in body["results"]}
    assert said == dict.fromkeys(range(1, 100), "live") | {100: "gone"}
    assert [(row["title"], row["item"]) for row in body["results"] if row["id"] == 100] == [("Kept", None)]
    assert body["meta"]["stale"] is False
    assert store.asked() == ["GET /products"]


def test_in_an_outage_products_are_unknown_and_the_page_says_that_it_is_stale(as_alice, alice, store):
    keep(alice, 7, kind="product", title="Kettle")
    store.fails(503)

    body = as_alice.get(FAVORITES, {"kind": "product"}).json()

    assert [(row["availability"], row["title"]) for row in body["results"]] == [("unknown", "Kettle")]
    assert body["meta"]["stale"] is True


def test_a_batch_of_fifty_costs_one_call(as_alice, alice, store):
    store.has_many(48)
    keep(alice, 48, kind="product")

    added = as_alice.put(FAVORITES, {"kind": "product", "ids": [*range(1, 51)]}).json()
    removed = as_alice.post(f"{FAVORITES}remove/", {"kind": "product", "ids": [1, 2, 50]}).json()

    assert added == {"added": [*range(1, 48)], "existing": [48], "not_found": [49, 50], "unknown": []}
    assert removed == {"removed": [1, 2], "absent": [50]}
    assert store.asked() == ["GET /products"]


def test_a_batch_in_an_outage_is_unknown(as_alice, alice, store):
    keep(alice, 1, kind="product")
    store.fails(503)

    added = as_alice.put(FAVORITES, {"kind": "product", "ids": [1, 2]})

    assert added.status_code in {200, 503}
    assert kept(alice, kind="product") == [1]


def test_a_product_a_flyer_and_a_movie_of_one_number_are_three_things(as_alice, alice, store):
    store.has_many(7)
    keep(alice, 7)
    keep(alice, 7, kind="movie")

    before = as_alice.get(f"{PRODUCTS}7/").json()["is_favorited"]
    as_alice.put(url(7))
    as_alice.delete(url(7))

    assert before is False
    assert (kept(alice), kept(alice, kind="movie"), kept(alice, kind="product")) == ([7], [7], [])


# --- The whole library -----------------------------------------------------------------------------


def test_a_list_of_products_is_shared_copied_and_taken_back(as_alice, as_bob, anyone, alice, bob, store):
    store.has_many(3)
    keep(alice, 1, 2, 99, kind="product", title="Kept")
    keep(bob, 1, kind="product")
    shared = as_alice.post(SHARE, {"list_name": "Wishes", "kind": "product"}).json()
    link = shared["url"].removeprefix("https://flyers.test")

    page, his = anyone.get(link).json(), as_bob.get(link).json()
    copied = as_bob.post(f"{link}copy/").json()
    revoked = as_alice.delete(f"{SHARE}?kind=product")
    after = anyone.get(link).status_code

    assert [(row["id"], row["availability"]) for row in page["results"]] == [
        (99, "gone"),
        (2, "live"),
        (1, "live"),
    ]
    assert [row["item"] and row["item"]["is_favorited"] for row in page["results"]] == [None] * 3
    assert [row["item"] and row["item"]["is_favorited"] for row in his["results"]] == [None, False, True]
    assert page["list_name"] == "Wishes"
    assert copied == {"added": [2], "existing": [1], "not_found": [99], "unknown": []}
    assert (revoked.status_code, after) == (204, 410)


def test_the_library_says_where_products_stand(as_alice, alice):
    keep(alice, 7, kind="product")
    keep(alice, 8, kind="product", shelf="ratings", value=5)

    said = as_alice.get(f"{LIBRARY}contains/", {"kind": "product", "ids": "7,8"}).json()["items"]

    assert {shelf: said[shelf] for shelf in ("favorites", "ratings")} == {
        "favorites": {"7": True, "8": False},
        "ratings": {"7": False, "8": True},
    }


def test_a_device_sends_what_it_did_and_learns_what_others_did(clock, as_alice, alice, store):
    store.has_many(7)
    _, cursor = follow(as_alice)
    queue = [
        op("a", kind="product"),
        op("b", kind="product", shelf="ratings", value=4),
        op("c", id_=99, kind="product"),
        op("d", kind="product", shelf="watchlist"),
        op("e", "remove", 6, kind="product"),
    ]

    first, again = send(as_alice, *queue), send(as_alice, *queue)
    drop(alice, 7, kind="product")
    changes, _ = follow(as_alice, cursor)

    assert first == again == ["applied", "applied", "not_found", "refused", "already"]
    assert [(each["op"], each["shelf"], each["kind"], each["id"], each["value"]) for each in changes] == [
        ("set", "ratings", "product", 7, 4),
        ("removed", "favorites", "product", 7, None),
    ]
    assert applied({}, changes) == library_of(alice)
    assert as_alice.get(CHANGES).status_code == 200


def test_in_an_outage_what_a_device_adds_is_unknown(clock, as_alice, store):
    store.fails(503)

    assert send(as_alice, op("a", kind="product")) == ["unknown"]


def test_a_library_with_products_goes_out_and_comes_in(clock, as_alice, as_bob, alice, bob):
    keep(alice, 7, kind="product", title="Kettle")
    keep(alice, 7, kind="product", shelf="ratings", title="Kettle", value=4)

    library = as_alice.get(LIBRARY, {"kind": "product"}).json()
    merged = as_bob.post(LIBRARY, library).json()["entries"]

    row = {"kind": "product", "id": 7, "created_at": NOON, "title": "Kettle"}
    assert library["entries"] == [
        {"shelf": "favorites", **row, "rating": None},
        {"shelf": "ratings", **row, "rating": 4},
    ]
    assert [entry["shelf"] for entry in merged["added"]] == ["favorites", "ratings"]
    assert row_of(bob, 7, "ratings", "product").value == 4


def test_what_is_seen_is_remembered_of_whoever_keeps_it(clock, as_alice, alice, store):
    store.has_many(7)
    keep(alice, 7, kind="product", title="As it was")
    store.has(payloads.product(7, title="Renamed", image=None))

    as_alice.get(FAVORITES, {"kind": "product"})
    CATALOG.settle()

    row = row_of(alice, 7, kind="product")
    assert (row.title, row.image_url) == ("Renamed", None)
