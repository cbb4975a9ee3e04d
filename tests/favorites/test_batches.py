"""Batches: adding and removing several favorites in one call, each judged by itself."""

import json

import pytest

from favorites.services.shelves import FAVORITES
from flyers_proxy.catalog import FLYER
from tests.favorites.flyer_service import valid_until
from tests.favorites.keeping import keep, kept, row_of

URL = "/api/v1/users/me/favorites/"
REMOVAL = f"{URL}remove/"


def test_a_batch_result_names_the_outcome_of_each_flyer(as_alice, alice, service):
    service.has(1, 2, 3)
    keep(alice, 2)

    answer = as_alice.put(URL, {"flyer_ids": [3, 2, 99, 1]})

    assert answer.status_code == 200
    assert answer.json() == {"added": [3, 1], "existing": [2], "not_found": [99], "unknown": []}
    assert kept(alice) == [3, 1, 2]


def test_the_same_batch_again_changes_nothing_and_asks_nobody(as_alice, alice, service):
    service.has(1, 2)
    as_alice.put(URL, {"flyer_ids": [1, 2]})
    service.received.clear()

    answer = as_alice.put(URL, {"flyer_ids": [1, 2]})

    assert answer.json() == {"added": [], "existing": [1, 2], "not_found": [], "unknown": []}
    assert service.received == []


def test_an_id_that_is_given_often_is_judged_once(as_alice, alice, service):
    service.has(1)

    answer = as_alice.put(URL, {"flyer_ids": [1, 99, 1, 99, 1]})

    assert answer.json() == {"added": [1], "existing": [], "not_found": [99], "unknown": []}


def test_fifty_flyers_are_asked_for_in_one_call(as_alice, alice, service):
    service.has(*range(1, 51))

    answer = as_alice.put(URL, {"flyer_ids": list(range(1, 51))})

    assert answer.json()["added"] == list(range(1, 51))
    assert len(service.received) == 1
    assert kept(alice) == list(range(1, 51)), "shown in the order they were given"


def test_a_flyer_that_has_ended_is_saved_as_it_is_when_saved_alone(as_alice, alice, service):
    service.has(1)
    service.has(2, validity=valid_until("2020-06-01T00:00:00Z"))

    answer = as_alice.put(URL, {"flyer_ids": [1, 2]})

    assert answer.json()["added"] == [1, 2]
    assert row_of(alice, 2).title == "Flyer 2"


def test_what_lists_leave_out_is_looked_at_singly_and_only_so_often(as_alice, alice, service):
    service.has(50)
    ids = list(range(1, 51))

    answer = as_alice.put(URL, {"flyer_ids": ids})

    assert answer.json() == {
        "added": [50],
        "existing": [],
        "not_found": ids[: FLYER.max_looks],
        "unknown": ids[FLYER.max_looks : -1],
    }
    assert len(service.received) == 1 + FLYER.max_looks


# --- Outages ---------------------------------------------------------------------------------------


def test_when_nothing_can_be_judged_the_failure_is_answered_and_nothing_written(as_alice, alice, service):
    service.status = 503

    answer = as_alice.put(URL, {"flyer_ids": [1, 2]})

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "UPSTREAM_UNAVAILABLE"
    assert answer["Retry-After"]
    assert kept(alice) == []


def test_in_an_outage_what_is_saved_or_was_seen_is_judged_and_all_else_is_unknown(
    as_alice, anyone, alice, service
):
    service.has(1, 2, 3)
    anyone.get("/api/v1/flyers/2/")
    keep(alice, 1)
    service.status = 503

    answer = as_alice.put(URL, {"flyer_ids": [1, 2, 3]})

    assert answer.status_code == 200
    assert answer.json() == {"added": [2], "existing": [1], "not_found": [], "unknown": [3]}
    assert kept(alice) == [2, 1]


def test_an_outage_in_the_middle_leaves_unknown_what_was_not_yet_looked_at(as_alice, alice, service):
    service.has(1)
    service.has(2, validity=valid_until("2020-06-01T00:00:00Z"))
    service.fails_after(1)

    answer = as_alice.put(URL, {"flyer_ids": [1, 2]})

    assert answer.json() == {"added": [1], "existing": [], "not_found": [], "unknown": [2]}
    assert kept(alice) == [1]


def test_a_flyer_that_is_not_fit_to_show_is_unknown_and_not_gone(as_alice, alice, service):
    service.has(1, 2)
    service.flyers[2]["title"] = None

    answer = as_alice.put(URL, {"flyer_ids": [1, 2]})

    assert answer.json() == {"added": [1], "existing": [], "not_found": [], "unknown": [2]}


# --- Limits and wrong input ------------------------------------------------------------------------


def test_a_batch_that_does_not_fit_is_refused_whole(as_alice, alice, service):
    service.has(1, 2, 3)
    keep(alice, *range(1_000, 1_000 + FAVORITES.max_rows - 2))

    refused = as_alice.put(URL, {"flyer_ids": [1, 2, 3]})
    fits = as_alice.put(URL, {"flyer_ids": [1, 2]})

    assert refused.status_code == 400
    assert "at most 5,000 favorites" in refused.json()["error"]["details"]["non_field_errors"][0]
    assert fits.json()["added"] == [1, 2]
    assert len(kept(alice)) == FAVORITES.max_rows


WRONG = {
    "nothing": ({}, "flyer_ids"),
    "empty": ({"flyer_ids": []}, "flyer_ids"),
    "null": ({"flyer_ids": None}, "flyer_ids"),
    "too many": ({"flyer_ids": list(range(1, 52))}, "flyer_ids"),
    "no list": ({"flyer_ids": {"1": 1}}, "flyer_ids"),
    "a text": ({"flyer_ids": "1,2"}, "flyer_ids"),
    "a text inside": ({"flyer_ids": [1, "2"]}, "flyer_ids.1"),
    "zero": ({"flyer_ids": [0]}, "flyer_ids.0"),
    "negative": ({"flyer_ids": [-1]}, "flyer_ids.0"),
    "too large": ({"flyer_ids": [2**63]}, "flyer_ids.0"),
    "400 digits": ({"flyer_ids": [10**399]}, "flyer_ids.0"),
    "a fraction": ({"flyer_ids": [1.5]}, "flyer_ids.0"),
    "an exponent": ({"flyer_ids": [1e300]}, "flyer_ids.0"),
    "a boolean": ({"flyer_ids": [True]}, "flyer_ids.0"),
    "nested": ({"flyer_ids": [[1]]}, "flyer_ids.0"),
    "a typo": ({"flyer_ids": [1], "flyers": [2]}, "flyers"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(("method", "url"), [("PUT", URL), ("POST", REMOVAL)])
def test_a_wrong_batch_is_a_400_that_names_what_is_wrong(as_alice, alice, service, method, url, wrong):
    body, field = WRONG[wrong]
    service.has(1, 2)
    keep(alice, 1)

    answer = as_alice.generic(method, url, json.dumps(body), content_type="application/json")

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [field]
    assert kept(alice) == [1]
    assert service.received == []


def test_a_huge_list_is_refused_without_a_message_for_each_of_its_items(as_alice, service):
    body = json.dumps({"flyer_ids": [0] * 300_000})

    answer = as_alice.generic("PUT", URL, body, content_type="application/json")

    assert answer.status_code == 400
    assert len(answer.content) < 1_000


@pytest.mark.parametrize(("method", "url"), [("put", URL), ("post", REMOVAL)])
def test_a_batch_of_an_anonymous_caller_is_a_401(anyone, service, method, url):
    assert getattr(anyone, method)(url, {"flyer_ids": [1]}).status_code == 401


# --- Dropping --------------------------------------------------------------------------------------


def test_dropping_several_says_which_were_favorites(as_alice, as_bob, alice, bob, service):
    keep(alice, 1, 2, 3)
    keep(bob, 1, 4)

    answer = as_alice.post(REMOVAL, {"flyer_ids": [3, 4, 1, 3]})

    assert answer.json() == {"removed": [3, 1], "absent": [4]}
    assert kept(alice) == [2]
    assert sorted(kept(bob)) == [1, 4]
    assert service.received == []


def test_a_batch_takes_as_many_queries_whatever_its_size(as_alice, service, django_assert_num_queries):
    service.has(*range(1, 51))

    # session; which are favorites; begin, person, room, upsert, version, commit
    with django_assert_num_queries(8):
        as_alice.put(URL, {"flyer_ids": list(range(1, 51))})
    # session; which are favorites; begin, person, upsert, tombstones, version, commit
    with django_assert_num_queries(8):
        as_alice.post(REMOVAL, {"flyer_ids": list(range(1, 51))})
