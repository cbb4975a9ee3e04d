"""A whole library with every shelf: its export, its import, and where an item of a kind stands."""

import pytest

from favorites.models import RatingSummary
from tests.favorites.keeping import follow, followed_by, keep, kept, row_of

URL = "/api/v1/users/me/library/"
CONTAINS = f"{URL}contains/"
AT = "2026-05-01T12:00:00Z"


@pytest.fixture
def shelves(clock, alice):
    """Something on each of Alice's shelves."""
    keep(alice, 1, title="Flyer 1")
    follow(alice, 3)
    keep(alice, 7, shelf="watchlist", title="Flyer 7")
    keep(alice, 8, shelf="watchlist", title="Flyer 8")
    keep(alice, 7, shelf="ratings", value=4, title="Flyer 7")


def entry(shelf, id_, rating=None, **more):
    title = f"Flyer {id_}"
    return {
        "shelf": shelf,
        "kind": "flyer",
        "id": id_,
        "created_at": AT,
        "title": title,
        "rating": rating,
    } | more


# --- Out -------------------------------------------------------------------------------------------


def test_a_library_comes_out_shelf_by_shelf(shelves, as_alice, django_assert_num_queries):
    with django_assert_num_queries(2):  # session; rows
        answer = as_alice.get(URL)

    assert answer.json() == {
        "favorites": [{"flyer_id": 1, "created_at": AT, "title": "Flyer 1"}],
        "follows": [{"followed_id": 3, "created_at": AT}],
        "entries": [entry("ratings", 7, rating=4), entry("watchlist", 8), entry("watchlist", 7)],
    }


def test_who_has_but_favorites_and_follows_sees_the_export_of_old(as_alice, alice):
    keep(alice, 1)
    follow(alice, 3)

    assert list(as_alice.get(URL).json()) == ["favorites", "follows"]


def test_the_library_of_one_kind_comes_out_alone(shelves, as_alice):
    flyers = as_alice.get(URL, {"kind": "flyer"}).json()
    creators = as_alice.get(URL, {"kind": "creator"}).json()

    assert ([row["flyer_id"] for row in flyers["favorites"]], flyers["follows"]) == ([1], [])
    assert len(flyers["entries"]) == 3
    assert creators == {"favorites": [], "follows": [{"followed_id": 3, "created_at": AT}]}


@pytest.mark.parametrize("query", [{"kind": "book"}, {"kind": ""}, {"kind": "flyers"}, {"shelf": "ratings"}])
def test_a_wrong_parameter_is_a_400_that_names_it(as_alice, query):
    answer = as_alice.get(URL, query)

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == list(query)


# --- In --------------------------------------------------------------------------------------------


def test_what_came_out_of_one_library_goes_into_another_as_it_was(
    clock, as_alice, as_bob, bob, shelves, service
):
    library = as_alice.get(URL).json()
    clock.shift(60)

    merged = as_bob.post(URL, library).json()
    again = as_bob.post(URL, library).json()

    refs = [{name: row[name] for name in ("shelf", "kind", "id")} for row in library["entries"]]
    assert merged == {
        "favorites": {"added": [1], "existing": [], "refused": []},
        "follows": {"added": [3], "existing": [], "refused": []},
        "entries": {"added": refs, "existing": [], "refused": []},
    }
    assert again["entries"] == {"added": [], "existing": refs, "refused": []}
    brought = as_bob.get(URL).json()
    assert [row | {"title": f"Flyer {row['id']}"} for row in brought["entries"]] == library["entries"]
    assert service.received == []


def test_an_export_of_before_is_read_and_answered_as_before(as_alice, alice):
    old = {
        "favorites": [{"flyer_id": 1, "created_at": AT, "title": "Flyer 1"}],
        "follows": [{"followed_id": 3, "created_at": AT}],
    }

    answer = as_alice.post(URL, old)

    assert answer.json() == {
        "favorites": {"added": [1], "existing": [], "refused": []},
        "follows": {"added": [3], "existing": [], "refused": []},
    }
    assert as_alice.get("/api/v1/flyers/1/favorite/").json()["created_at"] == AT
    assert followed_by(alice) == [3]


def test_a_rating_that_is_brought_in_counts_and_one_that_is_there_stays(as_alice, alice, bob):
    keep(alice, 7, shelf="ratings", value=5)
    keep(bob, 8, shelf="ratings", value=1)

    as_alice.post(URL, {"entries": [entry("ratings", 7, rating=1), entry("ratings", 8, rating=4)]})

    assert row_of(alice, 7, "ratings").value == 5
    assert list(RatingSummary.objects.order_by("item_id").values_list("item_id", "count", "total")) == [
        (7, 1, 5),
        (8, 2, 5),
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"shelf": "bookshelf", "kind": "flyer", "id": 7},
        {"shelf": "favorites", "kind": "book", "id": 7},
        {"shelf": "watchlist", "kind": "creator", "id": 7},
        {"shelf": "ratings", "kind": "flyer", "id": 7},
        {"shelf": "ratings", "kind": "flyer", "id": 7, "rating": None},
        {"shelf": "watchlist", "kind": "flyer", "id": 7, "rating": 4},
    ],
)
def test_a_row_that_can_stand_nowhere_comes_back_as_refused_and_the_others_come_in(as_alice, alice, row):
    answer = as_alice.post(URL, {"entries": [row, entry("watchlist", 8)]})

    assert answer.status_code == 200
    assert answer.json()["entries"] == {
        "added": [{"shelf": "watchlist", "kind": "flyer", "id": 8}],
        "existing": [],
        "refused": [{name: row[name] for name in ("shelf", "kind", "id")}],
    }
    assert kept(alice, "watchlist") == [8]


def test_favorites_may_also_stand_among_the_entries(as_alice, alice):
    alice.creator_id = 9
    alice.save()
    rows = [
        {"shelf": "favorites", "kind": "flyer", "id": 1},
        {"shelf": "follows", "kind": "creator", "id": 3},
        {"shelf": "follows", "kind": "creator", "id": 9},
    ]

    answer = as_alice.post(URL, {"favorites": [{"flyer_id": 1}], "entries": rows})

    assert answer.json() == {
        "favorites": {"added": [1], "existing": [], "refused": []},
        "follows": {"added": [3], "existing": [], "refused": [9]},
    }
    assert (kept(alice), followed_by(alice)) == ([1], [3])


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"shelf": "ratings", "kind": "flyer", "id": 7, "rating": 6}, "rating"),
        ({"shelf": "ratings", "kind": "flyer", "id": 7, "rating": "4"}, "rating"),
        ({"shelf": "ratings", "kind": "flyer", "id": "7", "rating": 4}, "id"),
        ({"shelf": "ratings", "kind": "flyer", "rating": 4}, "id"),
        ({"shelf": "x" * 21, "kind": "flyer", "id": 7}, "shelf"),
        ({"kind": "flyer", "id": 7}, "shelf"),
        ({"shelf": "watchlist", "id": 7}, "kind"),
    ],
)
def test_a_wrong_row_is_a_400_that_names_what_is_wrong(as_alice, alice, row, field):
    answer = as_alice.post(URL, {"entries": [entry("watchlist", 8), row]})

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [f"entries.1.{field}"]
    assert kept(alice, "watchlist") == []


def test_five_thousand_rows_are_the_most_of_all_parts_together(as_alice):
    rows = [{"shelf": "watchlist", "kind": "flyer", "id": 7}] * 4_999

    fits = as_alice.post(URL, {"favorites": [{"flyer_id": 7}], "entries": rows})
    refused = as_alice.post(URL, {"favorites": [{"flyer_id": 7}] * 2, "entries": rows})

    assert (fits.status_code, refused.status_code) == (200, 400)
    assert refused.json()["error"]["details"] == {"favorites": ["Send at most 5,000 rows in all."]}


def test_a_library_that_does_not_fit_on_one_shelf_is_refused_whole(as_alice, alice):
    keep(alice, *range(1_000, 6_000), shelf="watchlist")

    answer = as_alice.post(URL, {"favorites": [{"flyer_id": 1}], "entries": [entry("watchlist", 1)]})

    assert answer.status_code == 400
    assert kept(alice) == []


# --- Where items of a kind stand -------------------------------------------------------------------


def test_a_library_says_of_items_of_a_kind_on_which_shelves_they_stand(
    shelves, as_alice, service, django_assert_num_queries
):
    with django_assert_num_queries(2):  # session; one for all
        answer = as_alice.get(CONTAINS, {"kind": "flyer", "ids": "1,7,8"})

    assert answer.json() == {
        "flyers": {},
        "creators": {},
        "items": {
            "favorites": {"1": True, "7": False, "8": False},
            "watchlist": {"1": False, "7": True, "8": True},
            "ratings": {"1": False, "7": True, "8": False},
        },
    }
    assert service.received == []


def test_items_of_a_kind_can_be_asked_about_together_with_flyers_and_creators(shelves, as_alice):
    answer = as_alice.get(CONTAINS, {"flyers": "1,2", "creators": "3,4", "kind": "creator", "ids": "3,5"})

    assert answer.json() == {
        "flyers": {"1": True, "2": False},
        "creators": {"3": True, "4": False},
        "items": {"follows": {"3": True, "5": False}},
    }


def test_who_asks_for_no_kind_is_answered_as_before(shelves, as_alice):
    assert as_alice.get(CONTAINS, {"flyers": "7"}).json() == {"flyers": {"7": False}, "creators": {}}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"kind": "flyer"}, "ids"),
        ({"ids": "7"}, "kind"),
        ({"kind": "flyer", "ids": ""}, "ids"),
        ({"kind": "book", "ids": "7"}, "kind"),
        ({"kind": "", "ids": "7"}, "kind"),
        ({"kind": "flyer", "ids": "7,x"}, "ids"),
        (
            {
                "kind": "flyer",
                "ids": ",".join(map(str, range(1, 52))),
                "flyers": ",".join(map(str, range(1, 51))),
            },
            "flyers",
        ),
    ],
)
def test_a_wrong_question_is_a_400_that_names_what_is_wrong(as_alice, query, field):
    answer = as_alice.get(CONTAINS, query)

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [field]
