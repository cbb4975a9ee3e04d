"""Ratings: what a person thinks of a flyer, and what all of them do."""

import json

import pytest

from tests.favorites.keeping import keep, kept, row_of

URL = "/api/v1/flyers/7/rating/"
LIST = "/api/v1/users/me/ratings/"


def test_anyone_sees_how_a_flyer_is_rated_and_who_rated_it_their_own(as_alice, as_bob, anyone, service):
    service.has(7)
    as_alice.put(URL, {"rating": 5})
    as_bob.put(URL, {"rating": 4})

    seen = [caller.get(URL).json() for caller in (as_alice, as_bob, anyone)]

    assert seen == [{"average": 4.5, "count": 2, "mine": mine} for mine in (5, 4, None)]


def test_what_nobody_has_rated_has_no_average(as_alice, anyone, service):
    service.has(7)

    seen = [caller.get(URL) for caller in (as_alice, anyone)]

    assert [(answer.status_code, answer.json()) for answer in seen] == [
        (200, {"average": None, "count": 0, "mine": None})
    ] * 2


def test_an_average_has_two_decimals(as_alice, alice, bob, service):
    service.has(7)
    for user, value in ((alice, 4), (bob, 5)):
        keep(user, 7, shelf="ratings", value=value)
    carol = type(alice).objects.create(email="carol@example.com")
    keep(carol, 7, shelf="ratings", value=5)

    assert as_alice.get(URL).json() == {"average": 4.67, "count": 3, "mine": 4}


@pytest.mark.parametrize("method", ["put", "post"])
def test_the_first_rating_is_a_201_and_the_last_one_counts(as_alice, alice, service, method):
    service.has(7)
    rate = getattr(as_alice, method)

    answers = [rate(URL, {"rating": rating}) for rating in (2, 5, 5)]

    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert [answer.json() for answer in answers] == [
        {"average": float(rating), "count": 1, "mine": rating} for rating in (2, 5, 5)
    ]
    assert [answer["X-Library-Version"] for answer in answers] == ["1", "2", "2"]
    assert kept(alice, "ratings") == [7]
    assert service.received == ["flyers/7/"]


def test_taking_a_rating_back_is_204_once_and_then_404(as_alice, as_bob, service):
    service.has(7)
    as_alice.put(URL, {"rating": 5})
    as_bob.put(URL, {"rating": 1})

    first, again = as_alice.delete(URL), as_alice.delete(URL)

    assert (first.status_code, first.content) == (204, b"")
    assert (again.status_code, again.json()["error"]["message"]) == (404, "Rating not found")
    assert as_alice.get(URL).json() == {"average": 1.0, "count": 1, "mine": None}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        *(({"rating": rating}, "rating") for rating in (0, 6, -1, 4.5, "4", True, None, [4], 10**400)),
        ({}, "rating"),
        ({"rating": 4, "stars": 4}, "stars"),
        ([4], "non_field_errors"),
        (4, "non_field_errors"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_wrong_rating_is_a_400_that_names_what_is_wrong(as_alice, alice, service, method, body, field):
    service.has(7)

    answer = as_alice.generic(method, URL, json.dumps(body), content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert list(answer.json()["error"]["details"]) == [field]
    assert kept(alice, "ratings") == []
    assert service.received == []


def test_a_number_with_an_empty_fraction_is_the_integer(as_alice, service):
    service.has(7)

    answer = as_alice.generic("PUT", URL, b'{"rating": 4.0}', content_type="application/json")

    assert (answer.status_code, answer.content) == (201, b'{"average":4.0,"count":1,"mine":4}')


def test_what_upstream_does_not_have_is_a_404_and_not_rated(as_alice, anyone, alice, service):
    answers = [anyone.get(URL), as_alice.get(URL), as_alice.put(URL, {"rating": 5}), as_alice.delete(URL)]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert kept(alice, "ratings") == []


@pytest.mark.parametrize("method", ["put", "post", "delete"])
def test_an_anonymous_caller_rates_nothing(anyone, service, method):
    answer = getattr(anyone, method)(URL, {"rating": 5})

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")


@pytest.mark.parametrize("flyer_id", ["0", "-1", str(2**63), "٣", "1e3", "07", "null"])
@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_what_is_no_id_has_no_rating(as_alice, service, method, flyer_id):
    assert getattr(as_alice, method)(f"/api/v1/flyers/{flyer_id}/rating/").status_code == 404


# --- Outages ---------------------------------------------------------------------------------------


def test_in_an_outage_the_ratings_are_those_of_the_table(as_alice, anyone, alice, bob, service):
    keep(alice, 7, shelf="ratings", value=2)
    keep(bob, 7, shelf="ratings", value=3)
    service.status = 503

    seen = [caller.get(URL) for caller in (as_alice, anyone)]

    assert [answer.status_code for answer in seen] == [200, 200]
    assert [answer.json() for answer in seen] == [
        {"average": 2.5, "count": 2, "mine": mine} for mine in (2, None)
    ]


def test_in_an_outage_a_first_rating_is_a_503_and_writes_nothing(as_alice, anyone, alice, service):
    service.status = 503

    answer = as_alice.put(URL, {"rating": 5})

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert kept(alice, "ratings") == []
    assert anyone.get(URL).json()["count"] == 0


def test_in_an_outage_a_rating_can_be_changed_and_taken_back(as_alice, anyone, alice, service):
    keep(alice, 7, shelf="ratings", value=2)
    service.status = 503

    changed = as_alice.put(URL, {"rating": 5})
    value = row_of(alice, 7, "ratings").value
    removed = as_alice.delete(URL)

    assert (changed.status_code, changed.json()) == (200, {"average": 5.0, "count": 1, "mine": 5})
    assert value == 5
    assert removed.status_code == 204
    assert anyone.get(URL).json() == {"average": None, "count": 0, "mine": None}


# --- The list --------------------------------------------------------------------------------------


def test_ratings_are_listed_newest_first_each_with_its_flyer_and_a_new_value_keeps_its_place(
    as_alice, alice, service
):
    service.has(1, 2)
    for id_, value in {1: 3, 2: 4, 9: 1}.items():
        keep(alice, id_, shelf="ratings", value=value, title="Once")
    as_alice.put("/api/v1/flyers/1/rating/", {"rating": 5})

    results = as_alice.get(LIST).json()["results"]

    assert [(row["flyer_id"], row["rating"], row["availability"]) for row in results] == [
        (9, 1, "gone"),
        (2, 4, "live"),
        (1, 5, "live"),
    ]
    assert results[1]["flyer"] == as_alice.get("/api/v1/flyers/2/").json()
    assert results[0]["title"] == "Once"


@pytest.mark.parametrize("method", ["put", "post", "delete"])
def test_the_list_is_read_only(as_alice, method):
    assert getattr(as_alice, method)(LIST, {"flyer_ids": [7]}).status_code == 405


def test_nobody_sees_the_ratings_of_another(as_alice, anyone, bob, service):
    keep(bob, 7, shelf="ratings", value=2)

    assert as_alice.get(LIST).json()["results"] == []
    assert anyone.get(LIST).status_code == 401


# --- Costs -----------------------------------------------------------------------------------------


def test_each_call_takes_a_fixed_number_of_queries(as_alice, anyone, service, django_assert_num_queries):
    service.has(7)

    # session; is it rated; begin, person, room, upsert, summary, version, commit; summary
    with django_assert_num_queries(10):
        as_alice.put(URL, {"rating": 4})
    # session; is it rated; begin, person, upsert, summary, version, commit; summary
    with django_assert_num_queries(9):
        as_alice.put(URL, {"rating": 5})
    with django_assert_num_queries(3):  # session; is it rated; summary
        as_alice.put(URL, {"rating": 5})
    with django_assert_num_queries(3):  # session; mine; summary
        as_alice.get(URL)
    with django_assert_num_queries(1):  # summary
        anyone.get(URL)
    with django_assert_num_queries(3):  # session; rows and their count; marks
        as_alice.get(LIST)
    # session; is it rated; begin, person, upsert, summary, tombstones, version, commit
    with django_assert_num_queries(9):
        as_alice.delete(URL)


def test_an_answer_is_for_its_caller_alone_and_is_not_sent_twice(as_alice, service):
    service.has(7)

    answer = as_alice.get(URL)
    again = as_alice.get(URL, headers={"If-None-Match": answer["ETag"]})

    assert answer["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")
