"""Setting one favorite to what it is to be, whatever it was."""

import json

import pytest

from tests.favorites.keeping import kept

STATE = "/api/v1/favorites/"


def test_setting_the_state_never_toggles(as_alice, alice, service):
    service.has(7)
    wanted = [True, True, False, False, True]

    answers = [as_alice.post(STATE, {"flyer_id": 7, "favorite": favorite}) for favorite in wanted]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert [answer.json() for answer in answers] == [{"flyer_id": 7, "favorite": state} for state in wanted]
    assert kept(alice) == [7]


def test_setting_the_state_adds_unless_the_body_says_otherwise(as_alice, alice, service):
    service.has(7)

    answer = as_alice.post(STATE, {"flyer_id": 7})

    assert answer.json() == {"flyer_id": 7, "favorite": True}
    assert kept(alice) == [7]


def test_setting_the_state_of_a_flyer_that_is_not_there_is_a_404_only_if_it_is_to_be_added(as_alice, service):
    assert as_alice.post(STATE, {"flyer_id": 7}).status_code == 404
    assert as_alice.post(STATE, {"flyer_id": 7, "favorite": False}).status_code == 200


def test_a_number_with_an_empty_fraction_is_the_integer(as_alice, alice, service):
    service.has(7)

    answer = as_alice.generic("POST", STATE, b'{"flyer_id": 7.0}', content_type="application/json")

    assert (answer.status_code, answer.content) == (200, b'{"flyer_id":7,"favorite":true}')


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "flyer_id"),
        ({"flyer_id": 0}, "flyer_id"),
        ({"flyer_id": -1}, "flyer_id"),
        ({"flyer_id": 2**63}, "flyer_id"),
        ({"flyer_id": 10**400}, "flyer_id"),
        ({"flyer_id": "7"}, "flyer_id"),
        ({"flyer_id": "٣"}, "flyer_id"),
        ({"flyer_id": 7.5}, "flyer_id"),
        ({"flyer_id": 2.0**53 + 2}, "flyer_id"),
        ({"flyer_id": True}, "flyer_id"),
        ({"flyer_id": None}, "flyer_id"),
        ({"flyer_id": [7]}, "flyer_id"),
        ({"flyer_id": 7, "favorite": "false"}, "favorite"),
        ({"flyer_id": 7, "favorite": 0}, "favorite"),
        ({"flyer_id": 7, "favorite": None}, "favorite"),
        ({"flyer_id": 7, "favorit": False}, "favorit"),
        ([], "non_field_errors"),
        ("7", "non_field_errors"),
        (None, "non_field_errors"),
    ],
)
def test_a_wrong_state_is_a_400_that_names_what_is_wrong(as_alice, alice, service, body, field):
    service.has(7)

    answer = as_alice.generic("POST", STATE, json.dumps(body), content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert list(answer.json()["error"]["details"]) == [field]
    assert kept(alice) == []


@pytest.mark.parametrize(
    ("flyer_id", "sentence"),
    [
        ('"7"', "Give a whole number."),
        ("7.5", "Give a whole number."),
        ("true", "Give a whole number."),
        ("9007199254740994.0", "Give a whole number."),
        ("0", "At least 1."),
        ("-1e30", "At least 1."),
        (str(2**63), "At most 9223372036854775807."),
        ("1e30", "At most 9223372036854775807."),
    ],
)
def test_what_is_wrong_with_an_id_is_named(as_alice, service, flyer_id, sentence):
    body = f'{{"flyer_id": {flyer_id}}}'

    answer = as_alice.generic("POST", STATE, body, content_type="application/json")

    assert answer.json()["error"]["details"] == {"flyer_id": [sentence]}
