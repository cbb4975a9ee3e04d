"""Books of the made-up catalog on every shelf: not a line of the favorites knows of books, and no book is a flyer."""

import pytest

from tests import payloads
from tests.conftest import UPSTREAM
from tests.favorites.keeping import keep, kept, row_of
from tests.proxy.bookshop import SERVICE, book

pytestmark = pytest.mark.usefixtures("books_on")

HERE = "/api/v1"
FAVORITES, LIBRARY = f"{HERE}/users/me/favorites/", f"{HERE}/users/me/library/"
NOON = "2026-05-01T12:00:00Z"


@pytest.fixture
def service(upstream):
    """Books 1, 2 and 7, flyer 7, and nothing else."""
    upstream.assert_all_requests_are_fired = False
    for number in (1, 2, 7):
        upstream.get(f"{SERVICE}/books/{number}", json=book(number))
    upstream.get(f"{SERVICE}/books/99", status=404)
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7))
    upstream.get(f"{UPSTREAM}/flyers/feed/", json=payloads.page(payloads.flyer(7)))
    return upstream


# --- One book --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "shelf", "noun"),
    [("favorite", "favorites", "Favorite"), ("watchlist", "watchlist", "Watchlist item")],
)
def test_a_book_is_kept_and_dropped_like_a_flyer(clock, as_alice, alice, service, word, shelf, noun):
    url = f"{HERE}/books/7/{word}/"

    answers = [as_alice.put(url), as_alice.post(url), as_alice.get(url)]
    shown = kept(alice, shelf, "book")
    dropped = [as_alice.delete(url), as_alice.delete(url)]

    assert [answer.status_code for answer in answers] == [201, 200, 200]
    for answer in answers:
        assert answer.json() == {
            "kind": "book",
            "id": 7,
            "created_at": NOON,
            "title": "Book 7",
            "image_url": None,
            "valid_until": None,
        }
    assert shown == [7]
    assert [answer.status_code for answer in dropped] == [204, 404]
    assert dropped[1].json()["error"]["message"] == f"{noun} not found"


def test_a_book_that_the_service_lacks_is_not_kept(as_alice, service):
    answer = as_alice.put(f"{HERE}/books/99/favorite/")

    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "There is no such book.")


def test_a_book_is_rated(as_alice, as_bob, anyone, service):
    url = f"{HERE}/books/7/rating/"

    answers = [as_alice.put(url, {"rating": 4}), as_bob.post(url, {"rating": 1}), anyone.get(url)]

    assert [answer.status_code for answer in answers] == [201, 201, 200]
    assert answers[-1].json() == {"average": 2.5, "count": 2, "mine": None}


def test_a_book_and_a_flyer_of_one_number_are_two_things(as_alice, service):
    library = {"kind": "book", "ids": "7", "flyers": "7"}
    as_alice.put(f"{HERE}/flyers/7/favorite/")
    as_alice.put(f"{HERE}/flyers/7/rating/", {"rating": 5})
    as_alice.put(f"{HERE}/books/7/watchlist/")
    as_alice.put(f"{HERE}/books/7/rating/", {"rating": 1})

    marks = [as_alice.get(f"{HERE}/{path}/7/").json()["is_favorited"] for path in ("flyers", "books")]
    ratings = [as_alice.get(f"{HERE}/{path}/7/rating/").json()["average"] for path in ("flyers", "books")]
    there = as_alice.get(f"{LIBRARY}contains/", library).json()
    statuses = [
        as_alice.get(f"{HERE}/{path}/7/{word}/").status_code
        for path in ("flyers", "books")
        for word in ("favorite", "watchlist")
    ]

    assert marks == [True, False]
    assert ratings == [5.0, 1.0]
    assert there == {
        "flyers": {"7": True},
        "creators": {},
        "items": {"favorites": {"7": False}, "watchlist": {"7": True}, "ratings": {"7": True}},
    }
    assert statuses == [200, 404, 404, 200]


# --- Lists and batches -----------------------------------------------------------------------------


def test_a_list_of_books_has_rows_that_name_their_kind(clock, as_alice, alice, service):
    keep(alice, 99, kind="book", title="Out of print")
    as_alice.put(f"{HERE}/books/7/favorite/")
    as_alice.put(f"{HERE}/flyers/7/favorite/")

    body = as_alice.get(FAVORITES, {"kind": "book"}).json()

    assert body["count"] == 2
    assert body["results"][0]["item"] == as_alice.get(f"{HERE}/books/7/").json()
    assert body["results"][0]["item"]["is_favorited"] is True
    by_id = {row["id"]: row for row in body["results"]}
    assert {name: by_id[7][name] for name in by_id[7] if name != "item"} == {
        "kind": "book",
        "id": 7,
        "created_at": NOON,
        "title": "Book 7",
        "image_url": None,
        "valid_until": None,
        "availability": "live",
    }
    assert (by_id[99]["title"], by_id[99]["availability"], by_id[99]["item"]) == (
        "Out of print",
        "gone",
        None,
    )
    assert [row["flyer_id"] for row in as_alice.get(FAVORITES).json()["results"]] == [7]


def test_the_watchlist_and_the_ratings_are_listed_by_kind(as_alice, service):
    as_alice.put(f"{HERE}/books/1/watchlist/")
    as_alice.put(f"{HERE}/books/2/rating/", {"rating": 3})

    lists = {
        word: as_alice.get(f"{HERE}/users/me/{word}/", {"kind": "book"}).json()["results"]
        for word in ("watchlist", "ratings")
    }

    assert [(row["kind"], row["id"]) for row in lists["watchlist"]] == [("book", 1)]
    assert [(row["kind"], row["id"], row["rating"]) for row in lists["ratings"]] == [("book", 2, 3)]
    assert "rating" not in lists["watchlist"][0]


@pytest.mark.parametrize("shelf", ["favorites", "watchlist"])
def test_books_are_kept_and_dropped_in_batches(as_alice, alice, service, shelf):
    keep(alice, 7, shelf=shelf)
    url = f"{HERE}/users/me/{shelf}/"

    added = as_alice.put(url, {"kind": "book", "ids": [7, 99, 1]}).json()
    removed = as_alice.post(f"{url}remove/", {"kind": "book", "ids": [1, 2]}).json()

    assert added == {"added": [7, 1], "existing": [], "not_found": [99], "unknown": []}
    assert removed == {"removed": [1], "absent": [2]}
    assert (kept(alice, shelf, "book"), kept(alice, shelf)) == ([7], [7])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "book"}, "ids"),
        ({"ids": [7]}, "kind"),
        ({"kind": "magazine", "ids": [7]}, "kind"),
        ({"kind": "creator", "ids": [7]}, "kind"),
        ({"kind": None, "ids": [7]}, "kind"),
        ({"kind": ["book"], "ids": [7]}, "kind"),
        ({"kind": "book", "ids": [7], "flyer_ids": [7]}, "flyer_ids"),
        ({"kind": "book", "ids": ["7"]}, "ids.0"),
        ({"kind": "book", "ids": list(range(1, 52))}, "ids"),
    ],
)
def test_a_wrong_batch_of_books_is_a_400_that_names_what_is_wrong(as_alice, alice, service, body, field):
    answer = as_alice.put(FAVORITES, body)

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [field]
    assert kept(alice, kind="book") == []


def test_the_state_of_a_title_is_set_by_its_media_type(as_alice, alice, service):
    keep(alice, 7)
    body = {"media_type": "book", "movie_id": 7}

    answers = [as_alice.post(f"{HERE}/favorites/", body | more) for more in ({}, {}, {"favorite": False})]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, body | {"favorite": favorite}) for favorite in (True, True, False)
    ]
    assert (kept(alice, kind="book"), kept(alice)) == ([], [7])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"media_type": "flyer", "movie_id": 7}, "media_type"),
        ({"media_type": "magazine", "movie_id": 7}, "media_type"),
        ({"media_type": "book"}, "movie_id"),
        ({"movie_id": 7}, "media_type"),
        ({"media_type": "book", "movie_id": 7, "flyer_id": 7}, "flyer_id"),
    ],
)
def test_a_wrong_state_of_a_title_is_a_400_that_names_what_is_wrong(as_alice, service, body, field):
    answer = as_alice.post(f"{HERE}/favorites/", body)

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [field]


# --- The whole library -----------------------------------------------------------------------------


def test_books_go_out_of_one_library_and_into_another(clock, as_alice, as_bob, alice, bob):
    keep(alice, 7, title="Jazz")
    keep(alice, 7, kind="book", title="Book 7")
    keep(alice, 1, shelf="watchlist", kind="book", title="Book 1")
    keep(alice, 7, shelf="ratings", kind="book", value=4, title="Book 7")

    library = as_alice.get(LIBRARY).json()
    books = as_alice.get(LIBRARY, {"kind": "book"}).json()
    merged = as_bob.post(LIBRARY, library).json()

    row = {"kind": "book", "created_at": NOON}
    assert library["entries"] == [
        row | {"shelf": "favorites", "id": 7, "title": "Book 7", "rating": None},
        row | {"shelf": "ratings", "id": 7, "title": "Book 7", "rating": 4},
        row | {"shelf": "watchlist", "id": 1, "title": "Book 1", "rating": None},
    ]
    assert [row["flyer_id"] for row in library["favorites"]] == [7]
    assert books == {"favorites": [], "follows": [], "entries": library["entries"]}
    assert merged["entries"] == {
        "added": [{name: row[name] for name in ("shelf", "kind", "id")} for row in library["entries"]],
        "existing": [],
        "refused": [],
    }
    assert row_of(bob, 7, "ratings", "book").value == 4
    assert as_bob.get(LIBRARY, {"kind": "book"}).json()["entries"][0]["created_at"] == NOON


def test_devices_learn_of_books_and_bring_some(as_alice, alice, service):
    cursor = as_alice.get(f"{LIBRARY}changes/").json()["cursor"]
    op = {"op_id": "a", "op": "add", "shelf": "favorites", "kind": "book", "id": 7, "at": NOON}
    rating = op | {"op_id": "b", "shelf": "ratings", "value": 5}
    stranger = op | {"op_id": "c", "kind": "magazine"}

    results = as_alice.post(f"{LIBRARY}ops/", {"ops": [op, rating, stranger]}).json()["results"]
    changes = as_alice.get(f"{LIBRARY}changes/", {"since": cursor}).json()["changes"]

    assert [result["result"] for result in results] == ["applied", "applied", "refused"]
    assert [(each["shelf"], each["kind"], each["id"], each["value"]) for each in changes] == [
        ("favorites", "book", 7, None),
        ("ratings", "book", 7, 5),
    ]
    assert kept(alice) == []


# --- Sharing ---------------------------------------------------------------------------------------


def test_books_are_shared_by_a_link_of_their_own(clock, as_alice, as_bob, anyone, alice, bob, service):
    keep(alice, 99, 7, kind="book")
    keep(alice, 7)
    url = f"{HERE}/favorites/share/"
    flyers = as_alice.post(url, {"list_name": "Flyers"}).json()
    books = as_alice.post(url, {"list_name": "Books", "kind": "book"}).json()
    link = books["url"].removeprefix("https://flyers.test")

    page = anyone.get(link).json()
    copied = as_bob.post(f"{link}copy/").json()

    assert books["kind"] == "book"
    assert "kind" not in flyers
    assert as_alice.get(url, {"kind": "book"}).json() == books
    assert as_alice.get(url).json() == flyers
    assert [set(row) for row in page["results"]] == [
        {"kind", "id", "item", "availability", "title", "image_url", "valid_until"}
    ] * 2
    assert [(row["id"], row["availability"]) for row in page["results"]] == [(7, "live"), (99, "gone")]
    assert copied == {"added": [7], "existing": [], "not_found": [99], "unknown": []}
    assert (kept(bob, kind="book"), kept(bob)) == ([7], [])
    assert as_alice.delete(f"{url}?kind=book").status_code == 204
    assert [anyone.get(link).status_code, as_alice.get(url).status_code] == [410, 200]
