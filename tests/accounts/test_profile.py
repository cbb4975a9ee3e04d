"""The caller's own account: reading, changing and removing it."""

import pytest

from accounts.models import Session, User
from accounts.services import update_profile
from accounts.tokens import InvalidTokenError
from tests.accounts.cast import API, Browser, verdict
from tests.conftest import PASSWORD

ME = f"{API}/me/"

pytestmark = pytest.mark.django_db


def test_a_person_changes_their_names(as_alice, alice):
    response = as_alice.patch(ME, {"first_name": "Alicia", "last_name": "Rivers", "username": "alice.r"})

    assert response.status_code == 200
    assert response.json() == as_alice.get(ME).json()
    assert response.json() == {
        "id": alice.pk, "email": "alice@example.com", "username": "alice.r", "first_name": "Alicia",
        "last_name": "Rivers", "role": "user",
    }  # fmt: skip


def test_what_is_left_out_stays(as_alice):
    as_alice.patch(ME, {"username": "alice"})
    assert as_alice.patch(ME, {}).json()["first_name"] == "Alice"
    assert as_alice.patch(ME, {"first_name": ""}).json()["username"] == "alice"


def test_a_username_can_be_given_up(as_alice):
    as_alice.patch(ME, {"username": "alice"})

    assert as_alice.patch(ME, {"username": None}).json()["username"] is None


def test_a_username_that_somebody_has_is_refused(as_alice, bob):
    User.objects.filter(pk=bob.pk).update(username="Bob")

    response = as_alice.patch(ME, {"username": "bob"})

    assert verdict(response) == (400, "VALIDATION_ERROR")
    assert response.json()["error"]["details"] == {"username": ["This field must be unique."]}


def test_nobody_changes_what_they_are(as_alice, alice):
    given = {
        "is_staff": True,
        "role": "admin",
        "id": 1,
        "is_active": False,
        "email": "x@example.com",
        "creator_id": 1,
    }

    response = as_alice.patch(ME, given)

    assert verdict(response) == (400, "VALIDATION_ERROR")
    assert response.json()["error"]["details"] == {name: ["There is no such field."] for name in given}
    after = User.objects.get(pk=alice.pk)
    assert (after.is_staff, after.is_active, after.email, after.creator_id) == (
        False,
        True,
        alice.email,
        None,
    )


def test_leaving_asks_for_the_password(as_alice):
    response = as_alice.delete(ME, {"password": "not-hers"})

    assert verdict(response) == (400, "VALIDATION_ERROR")
    assert response.json()["error"]["details"] == {"password": ["This is not your password."]}
    assert verdict(as_alice.delete(ME)) == (400, "VALIDATION_ERROR")
    assert User.objects.exists()


def test_leaving_removes_the_person_and_all_devices(alice, bob):
    browser, phone = Browser().sign_in(), Browser().sign_in()

    response = browser.delete(ME, {"password": PASSWORD})

    assert response.status_code == 204
    assert response.cookies["refresh_token"]["max-age"] == 0
    assert list(User.objects.all()) == [bob]
    assert not Session.objects.exists()
    assert verdict(phone.get(ME)) == (401, "INVALID_TOKEN")
    assert verdict(phone.refresh()) == (401, "TOKEN_EXPIRED")


def test_whoever_was_removed_meanwhile_has_no_names_to_change(alice):
    User.objects.all().delete()

    with pytest.raises(InvalidTokenError):
        update_profile(user=alice, changes={"first_name": "Al"})


def test_after_leaving_the_address_is_free_again(alice, as_alice, anyone):
    as_alice.delete(ME, {"password": PASSWORD})

    response = anyone.post(f"{API}/register/", {"email": "alice@example.com", "password": PASSWORD})

    assert response.status_code == 201


def test_a_display_name_never_gives_the_address_away(alice):
    names = [
        User(email="a@example.com", first_name="Alice", last_name="Rivers", username="al").display_name,
        User(email="a@example.com", first_name="Alice").display_name,
        User(email="a@example.com", last_name="Rivers").display_name,
        User(email="a@example.com", username="al").display_name,
        User(email="a@example.com").display_name,
    ]

    assert names == ["Alice Rivers", "Alice", "Rivers", "al", "Someone"]
