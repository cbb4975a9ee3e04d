"""A whole library: which ids it contains, its export and its import."""

import datetime as dt
import json

import pytest

from favorites.models import Entry
from favorites.services.shelves import FAVORITES, FOLLOWS
from tests.favorites.keeping import follow, followed_by, keep, kept, row_of

URL = "/api/v1/users/me/library/"
CONTAINS = f"{URL}contains/"
NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


def add_favorites(user, *flyer_ids):
    for flyer_id in flyer_ids:
        keep(user, flyer_id, title=f"Flyer {flyer_id}")


# --- Asking ----------------------------------------------------------------------------------------


def test_a_library_says_of_each_id_whether_it_is_there(
    as_alice, alice, bob, service, django_assert_num_queries
):
    add_favorites(alice, 1)
    add_favorites(bob, 2)
    follow(alice, 7)

    with django_assert_num_queries(2):  # session; one for all
        answer = as_alice.get(CONTAINS, {"flyers": "1,2,2, 3", "creators": "7,8"})

    assert answer.json() == {
        "flyers": {"1": True, "2": False, "3": False},
        "creators": {"7": True, "8": False},
    }
    assert service.received == []


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ({}, {"flyers": {}, "creators": {}}),
        ({"flyers": "1"}, {"flyers": {"1": False}, "creators": {}}),
        ({"flyers": ["1", "2,1"]}, {"flyers": {"1": False, "2": False}, "creators": {}}),
        ({"creators": str(2**63 - 1)}, {"flyers": {}, "creators": {str(2**63 - 1): False}}),
    ],
)
def test_a_library_can_be_asked_for_one_kind_alone(as_alice, query, answer):
    assert as_alice.get(CONTAINS, query).json() == answer


def test_a_hundred_ids_can_be_asked_about_and_no_more(as_alice):
    hundred = ",".join(str(number) for number in range(1, 51))

    fits = as_alice.get(CONTAINS, {"flyers": hundred, "creators": hundred})
    too_many = as_alice.get(CONTAINS, {"flyers": hundred, "creators": f"{hundred},51"})

    assert fits.status_code == 200
    assert too_many.status_code == 400
    assert too_many.json()["error"]["details"] == {"flyers": ["Ask for at most 100 ids in all."]}


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        ("1,one", "Give whole numbers from 1, separated by commas."),
        (["1", ""], "Give whole numbers from 1, separated by commas."),
        ("1,0", "At least 1."),
        ("1," + "9" * 20, "At most 9223372036854775807."),
    ],
)
def test_what_is_wrong_with_a_list_of_ids_is_named(as_alice, ids, sentence):
    answer = as_alice.get(CONTAINS, {"flyers": ids})

    assert answer.json()["error"]["details"] == {"flyers": [sentence]}


@pytest.mark.parametrize(
    "ids", ["", ",", "1,", "0", "-1", str(2**63), "٣", "1e3", "9" * 400, "1;2", "1.0", "one"]
)
@pytest.mark.parametrize("name", ["flyers", "creators"])
def test_what_is_no_list_of_ids_is_a_400(as_alice, name, ids):
    answer = as_alice.get(CONTAINS, {name: ids})

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [name]


@pytest.mark.parametrize(("method", "url"), [("get", CONTAINS), ("get", URL), ("post", URL)])
def test_an_anonymous_caller_has_no_library(anyone, method, url):
    assert getattr(anyone, method)(url).status_code == 401


# --- Out and in ------------------------------------------------------------------------------------


def test_a_library_comes_out_whole_and_newest_first(clock, as_alice, alice, bob, django_assert_num_queries):
    add_favorites(alice, 1, 2)
    follow(alice, 7)
    add_favorites(bob, 3)

    with django_assert_num_queries(2):  # session; rows
        answer = as_alice.get(URL)

    at = "2026-05-01T12:00:00Z"
    assert answer.json() == {
        "favorites": [
            {"flyer_id": 2, "created_at": at, "title": "Flyer 2"},
            {"flyer_id": 1, "created_at": at, "title": "Flyer 1"},
        ],
        "follows": [{"followed_id": 7, "created_at": at}],
    }
    assert answer["Cache-Control"] == "private, no-cache"


def test_what_came_out_of_one_library_goes_into_another_as_it_was(clock, as_alice, as_bob, alice, service):
    add_favorites(alice, 1, 2, 3)
    follow(alice, 7, 8)
    library = as_alice.get(URL).json()
    clock.shift(60)

    answer = as_bob.post(URL, library)

    assert answer.status_code == 200
    assert answer.json() == {
        "favorites": {"added": [3, 2, 1], "existing": [], "refused": []},
        "follows": {"added": [8, 7], "existing": [], "refused": []},
    }
    brought = as_bob.get(URL).json()
    assert [(row["flyer_id"], row["created_at"]) for row in brought["favorites"]] == [
        (row["flyer_id"], row["created_at"]) for row in library["favorites"]
    ]
    assert brought["follows"] == library["follows"]
    assert service.received == []


def test_bringing_it_in_again_changes_nothing(as_alice, alice):
    library = {"favorites": [{"flyer_id": 1}], "follows": [{"followed_id": 7}]}
    as_alice.post(URL, library)
    before = as_alice.get(URL).json()

    again = as_alice.post(URL, library)

    assert again.json()["favorites"] == {"added": [], "existing": [1], "refused": []}
    assert again.json()["follows"] == {"added": [], "existing": [7], "refused": []}
    assert as_alice.get(URL).json() == before


def test_what_is_there_already_stays_as_it_is(clock, as_alice, alice):
    add_favorites(alice, 1)

    as_alice.post(
        URL, {"favorites": [{"flyer_id": 1, "created_at": "2020-01-01T00:00:00Z", "title": "Other"}]}
    )

    saved = row_of(alice, 1)
    assert (saved.title, saved.created_at) == ("Flyer 1", NOON)


def test_no_title_is_taken_from_outside(as_alice, alice):
    as_alice.post(
        URL, {"favorites": [{"flyer_id": 1, "title": "Buy now", "image_url": "https://evil.test/pixel"}]}
    )

    saved = row_of(alice, 1)
    assert (saved.title, saved.image_url, saved.valid_until) == ("", None, None)


def test_what_was_brought_in_gets_its_title_when_it_is_seen(as_alice, alice, service):
    service.has(1)
    as_alice.post(URL, {"favorites": [{"flyer_id": 1}, {"flyer_id": 2}]})

    results = as_alice.get("/api/v1/favorites/").json()["results"]

    assert [(item["title"], item["availability"]) for item in results] == [("Flyer 1", "live"), ("", "gone")]


def test_a_row_that_is_given_twice_counts_once_and_no_row_is_from_the_future(clock, as_alice, alice):
    answer = as_alice.post(
        URL,
        {
            "favorites": [
                {"flyer_id": 1, "created_at": "2030-01-01T00:00:00Z"},
                {"flyer_id": 1, "created_at": "2020-01-01T00:00:00Z"},
            ]
        },
    )

    assert answer.json()["favorites"]["added"] == [1]
    assert row_of(alice, 1).created_at == NOON


def test_nobody_comes_to_follow_themselves(as_alice, alice):
    alice.creator_id = 7
    alice.save()

    answer = as_alice.post(URL, {"follows": [{"followed_id": 7}, {"followed_id": 8}]})

    assert answer.json()["follows"] == {"added": [8], "existing": [], "refused": [7]}
    assert followed_by(alice) == [8]


@pytest.mark.parametrize(
    ("library", "words"),
    [
        ({"favorites": [{"flyer_id": 1}, {"flyer_id": 2}]}, "5,000 favorites"),
        ({"follows": [{"followed_id": 1}, {"followed_id": 2}]}, "2,000 followed creators"),
    ],
)
def test_a_library_that_does_not_fit_is_refused_whole(as_alice, alice, library, words):
    keep(alice, *range(1_000, 1_000 + FAVORITES.max_rows - 1))
    follow(alice, *range(1_000, 1_000 + FOLLOWS.max_rows - 1))

    answer = as_alice.post(URL, {"favorites": [{"flyer_id": 9}], "follows": [{"followed_id": 9}]} | library)

    assert answer.status_code == 400
    assert words in answer.json()["error"]["details"]["non_field_errors"][0]
    assert len(kept(alice)) == FAVORITES.max_rows - 1
    assert len(followed_by(alice)) == FOLLOWS.max_rows - 1


def test_five_thousand_rows_come_in_at_once_and_go_out_again(as_alice):
    largest = 2**63 - 1
    library = {
        "favorites": [
            {"flyer_id": largest - n, "created_at": "2026-01-01T00:00:00.123456Z"} for n in range(4_000)
        ],
        "follows": [{"followed_id": largest - n} for n in range(1_000)],
    }

    answer = as_alice.post(URL, library)

    assert answer.status_code == 200
    assert len(answer.json()["favorites"]["added"]) == 4_000
    assert len(answer.json()["follows"]["added"]) == 1_000
    assert as_alice.post(URL, as_alice.get(URL).json()).json()["favorites"]["added"] == []


ROW = {"flyer_id": 1}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"favorites": [ROW] * 5_001}, "favorites"),
        ({"favorites": [ROW] * 4_000, "follows": [{"followed_id": 1}] * 1_001}, "favorites"),
        ({"favorites": [{}] * 20_000}, "favorites"),
        ({"favorites": ROW}, "favorites"),
        ({"favorites": None}, "favorites"),
        ({"favorites": [1]}, "favorites.0.non_field_errors"),
        ({"favorites": [{}]}, "favorites.0.flyer_id"),
        ({"favorites": [ROW, {"flyer_id": "2"}]}, "favorites.1.flyer_id"),
        ({"favorites": [{"flyer_id": 1, "created_at": "yesterday"}]}, "favorites.0.created_at"),
        ({"favorites": [{"flyer_id": 1, "created_at": 5}]}, "favorites.0.created_at"),
        (
            {"favorites": [{"flyer_id": 1, "created_at": "0001-01-01T00:00:00+14:00"}]},
            "favorites.0.created_at",
        ),
        ({"follows": [{"flyer_id": 1}]}, "follows.0.followed_id"),
        ({"favourites": [ROW]}, "favourites"),
        ([ROW], "non_field_errors"),
    ],
)
def test_a_wrong_library_is_a_400_that_names_what_is_wrong(as_alice, alice, body, field):
    answer = as_alice.generic("POST", URL, json.dumps(body), content_type="application/json")

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [field]
    assert len(answer.content) < 1_000
    assert not Entry.objects.exists()


def test_an_empty_library_is_one(as_alice):
    assert as_alice.post(URL, {}).status_code == 200
