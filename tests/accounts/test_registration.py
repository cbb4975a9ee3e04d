"""Signing up."""

import json

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from accounts.models import User
from tests.races import at_once

ADDRESS = "/api/v1/auth/register/"
NEW = {"email": "carol@example.com", "password": "under-the-old-bridge"}

pytestmark = pytest.mark.django_db


def details_of(response):
    assert response.status_code == 400, response.content
    assert response["Cache-Control"] == "no-store"
    error = response.json()["error"]
    assert error["code"] == "VALIDATION_ERROR"
    return error["details"]


def test_somebody_signs_up(anyone):
    response = anyone.post(ADDRESS, NEW | {"first_name": "Carol", "last_name": "Sands", "username": "carol"})

    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "id": User.objects.get().pk,
        "email": "carol@example.com",
        "username": "carol",
        "first_name": "Carol",
        "last_name": "Sands",
        "role": "user",
    }


def test_email_and_password_are_enough(anyone):
    answer = anyone.post(ADDRESS, NEW).json()

    assert (answer["username"], answer["first_name"], answer["last_name"]) == (None, "", "")


def test_several_people_may_go_without_a_username(anyone):
    for name in ("one", "two"):
        assert anyone.post(ADDRESS, NEW | {"email": f"{name}@example.com", "username": ""}).status_code == 201

    assert list(User.objects.values_list("username", flat=True)) == [None, None]


def test_signing_up_signs_nobody_in(anyone):
    response = anyone.post(ADDRESS, NEW)

    assert not response.cookies
    assert "tokens" not in response.json()


def test_the_password_is_stored_as_argon2_and_shown_nowhere(anyone):
    response = anyone.post(ADDRESS, NEW)

    stored = User.objects.get().password
    assert stored.startswith("argon2$argon2id$")
    assert identify_hasher(stored).algorithm == "argon2"
    assert "password" not in response.json()
    assert NEW["password"] not in response.content.decode()


@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@Example.COM", " alice@example.com "])
def test_an_address_is_taken_in_whatever_case(anyone, alice, email):
    response = anyone.post(ADDRESS, NEW | {"email": email})

    assert details_of(response) == {"email": ["This field must be unique."]}
    assert User.objects.count() == 1


def test_the_database_itself_keeps_addresses_apart(alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="Alice@EXAMPLE.com", password="!")])


def test_a_username_is_taken_in_whatever_case(anyone):
    anyone.post(ADDRESS, NEW | {"username": "carol"})

    response = anyone.post(ADDRESS, NEW | {"email": "other@example.com", "username": "Carol"})

    assert details_of(response) == {"username": ["This field must be unique."]}


def test_nobody_makes_themselves_more_than_they_are(anyone):
    given = {
        "id": 999, "is_staff": True, "is_superuser": True, "is_active": False, "role": "admin", "creator_id": 3,
        "created_at": "2000-01-01T00:00:00Z", "last_login": "2000-01-01T00:00:00Z", "groups": [1], "pk": 999,
    }  # fmt: skip

    details = details_of(anyone.post(ADDRESS, NEW | given))

    assert details == {name: ["There is no such field."] for name in given}

    assert not User.objects.exists()


@pytest.mark.parametrize("field", ["password", "username", "first_name", "last_name"])
def test_a_number_is_no_text(anyone, field):
    assert set(details_of(anyone.post(ADDRESS, NEW | {field: 1234567890123}))) == {field}


@pytest.mark.parametrize(
    "email",
    [
        "c@localhost",
        "a.b-c+d@sub.example.museum",
        "O'Hara!#$%&*/=?^_`{|}~@x.xn--p1ai",
        f"c@{'d' * 63}.{'e' * 63}",
    ],
)
def test_an_address_as_people_have_them_is_taken(anyone, email):
    assert anyone.post(ADDRESS, NEW | {"email": email}).status_code == 201


@pytest.mark.parametrize(
    "email",
    [
        ".c@example.com", "c.@example.com", "c..d@example.com", "c@-example.com", "c@example-.com", "c@example..com",
        "c@[127.0.0.1]", '"c d"@example.com', "c@example.com.", f"c@{'d' * 64}.com", "c@127.0.0.1", "c@d@example.com",
        "", " ", "carol", "carol@", "@example.com", "carol@example", "a b@example.com", "carol@example.com\r\n",
        "carol@example.com\nBcc: eve@example.com", "\tcarol@example.com", "cärol@example.com", "carol@exämple.com",
        "carol@\u0435xample.com", "carol@example.com\u200b", f"{'c' * 250}@example.com", None, 5, True, [], {}, ["a@b.co"],
    ],
    ids=repr,
)  # fmt: skip
def test_an_address_that_is_none_is_refused(anyone, email):
    assert set(details_of(anyone.post(ADDRESS, NEW | {"email": email}))) == {"email"}


@pytest.mark.parametrize(
    "password", ["", "short1!", "password", "12345678901", "carol@example.com", "x" * 257, None, [], {}, True]
)
def test_a_weak_or_endless_password_is_refused(anyone, password):
    assert set(details_of(anyone.post(ADDRESS, NEW | {"password": password}))) == {"password"}
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", ["a" * 250 + "-bcdef", "  blanks at both ends  ", "пароль-из-слов", "🚲" * 256]
)
def test_a_long_odd_or_foreign_password_is_taken_to_the_letter(anyone, password):
    assert anyone.post(ADDRESS, NEW | {"password": password}).status_code == 201

    assert User.objects.get().check_password(password)
    assert not User.objects.get().check_password(password + " ")
    assert not User.objects.get().check_password(password.strip() + "x")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "c@rol"), ("username", "x" * 51), ("username", "ca rol"), ("username", "\u0441arol"), ("username", []),
        ("first_name", "x" * 151), ("first_name", "a\nb"), ("first_name", "a\u202eb"), ("last_name", "a\tb"),
        ("last_name", {}),
    ],
)  # fmt: skip
def test_a_name_that_does_not_fit_on_its_line_is_refused(anyone, field, value):
    assert set(details_of(anyone.post(ADDRESS, NEW | {field: value}))) == {field}


@pytest.mark.parametrize("field", ["email", "password", "username", "first_name", "last_name"])
@pytest.mark.parametrize("text", ["\x00", "carol\x00@example.com", "\ud800"], ids=ascii)
def test_nul_and_half_characters_are_refused_in_every_field(anyone, field, text):
    body = json.dumps(NEW | {field: text})

    assert anyone.post(ADDRESS, body, content_type="application/json").status_code == 400
    assert not User.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "null", "5", '"text"', "{", "[{}]"])
def test_a_body_that_is_no_object_is_refused(anyone, body):
    response = anyone.post(ADDRESS, body, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "VALIDATION_ERROR"


def test_a_form_is_no_json(anyone):
    assert anyone.post(ADDRESS, NEW, format="multipart").status_code == 415


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_with_one_address_in_different_case_one_gets_it(settings):
    settings.THROTTLE_AUTH = (1000, 60)
    name = "carol@example.com"
    spellings = [name[:i] + name[i:].upper() for i in range(17)] + [
        "cArOl@example.com",
        "CarOL@example.com",
        name,
    ]

    def sign_up(email):
        return lambda: APIClient().post(ADDRESS, NEW | {"email": email})

    answers = at_once([sign_up(email) for email in spellings])

    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 19
    assert all(
        details_of(a) == {"email": ["This field must be unique."]} for a in answers if a.status_code == 400
    )
    assert User.objects.get().email == name
