"""The admin site: who gets in, what they see, and how they end a session."""

import contextlib

import pytest
import time_machine
from django.test import Client

from accounts.models import Session, User
from accounts.passwords import _QUEUE, MAX_QUEUED
from accounts.sessions import open_session
from tests.accounts.cast import Browser
from tests.conftest import PASSWORD

LOGIN = "/admin/login/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(alice):
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    client = Client()
    assert client.post(LOGIN, {"username": "Alice@example.com", "password": PASSWORD}).status_code == 302
    return client


def saved(response):
    """Return the response of a form that was taken; a form with mistakes comes again with a 200."""
    assert response.status_code == 302, response.content.decode()
    return response


def test_an_administrator_gets_in_and_sees_people_and_devices(admin, bob):
    open_session(user=bob, user_agent="Bob's phone")

    assert "Flyers BFF" in admin.get("/admin/").content.decode()
    assert "bob@example.com" in admin.get("/admin/accounts/user/").content.decode()
    assert "Bob&#x27;s phone" in admin.get("/admin/accounts/session/").content.decode()


def test_the_site_is_served_under_a_policy_without_inline_scripts(admin):
    page = admin.get("/admin/accounts/user/")

    assert "script-src 'self';" in page["Content-Security-Policy"]
    assert "<script>" not in page.content.decode()


@pytest.mark.parametrize(("table", "hash_"), [("user", "password"), ("session", "token_hash")])
def test_no_filter_is_taken_but_those_that_are_offered(admin, table, hash_):
    for query in ("created_at__year=0", "created_at__year=10000", "id__exact=x", f"{hash_}__startswith=a"):
        assert admin.get(f"/admin/accounts/{table}/?{query}").status_code == 400, query
    assert "alice@" in admin.get("/admin/accounts/user/?is_staff__exact=1").content.decode()


@pytest.mark.parametrize("is_active", [True, False])
def test_nobody_else_gets_in(bob, is_active):
    User.objects.update(is_active=is_active)
    client = Client()

    response = client.post(LOGIN, {"username": bob.email, "password": PASSWORD})

    assert response.status_code == 200
    assert client.get("/admin/accounts/user/")["Location"].startswith(LOGIN)


def test_the_refresh_cookie_and_access_tokens_open_no_admin_page(alice, admin):
    browser = Browser().sign_in()

    assert browser.get("/admin/")["Location"].startswith(LOGIN)


def test_no_page_shows_a_hash(admin, alice):
    tokens = open_session(user=alice)
    pages = [
        "/admin/accounts/user/",
        f"/admin/accounts/user/{alice.pk}/change/",
        f"/admin/accounts/user/{alice.pk}/password/",
        "/admin/accounts/session/",
        f"/admin/accounts/session/{tokens.session.pk}/change/",
    ]

    for page in pages:
        response = admin.get(page)
        assert response.status_code == 200
        text = response.content.decode()
        assert "argon2" not in text
        assert User.objects.get(pk=alice.pk).password not in text
        assert tokens.session.token_hash not in text


def test_an_administrator_ends_sessions(admin, bob):
    browser = Browser().sign_in(bob.email)

    response = admin.post(
        "/admin/accounts/session/",
        {"action": "end", "_selected_action": [Session.objects.get().pk]},
        follow=True,
    )

    assert "1 sessions ended." in response.content.decode()
    assert not browser.is_signed_in()


def test_a_session_can_be_neither_made_nor_changed(admin, alice):
    session = open_session(user=alice).session

    assert admin.get("/admin/accounts/session/add/").status_code == 403
    assert admin.post(f"/admin/accounts/session/{session.pk}/change/", {"user_agent": "x"}).status_code == 403


def test_an_administrator_makes_a_person(admin):
    new = {"email": "Carol@example.com", "password1": "under-the-bridge", "password2": "under-the-bridge"}

    saved(admin.post("/admin/accounts/user/add/", new))

    carol = User.objects.get(email="carol@example.com")
    assert carol.check_password("under-the-bridge")
    assert not carol.is_staff


def test_an_address_that_is_taken_is_said_so(admin, bob):
    new = {"email": "BOB@example.com", "password1": "under-the-bridge", "password2": "under-the-bridge"}

    response = admin.post("/admin/accounts/user/add/", new)

    assert response.status_code == 200
    assert "one_person_per_email" in response.content.decode()


def person(**changes):
    fields = {
        "email": "bob@example.com",
        "first_name": "Bob",
        "last_name": "",
        "username": "",
        "creator_id": "",
    }
    return fields | {"is_active": "on"} | changes


def test_an_administrator_links_a_person_to_a_creator(admin, bob):
    saved(admin.post(f"/admin/accounts/user/{bob.pk}/change/", person(creator_id="7")))

    bob.refresh_from_db()
    assert (bob.creator_id, bob.username, bob.is_active) == (7, None, True)


def test_a_person_who_is_deactivated_and_let_in_again_has_to_sign_in_again(admin, bob):
    browser = Browser().sign_in(bob.email)
    address = f"/admin/accounts/user/{bob.pk}/change/"
    fields = person()
    del fields["is_active"]

    saved(admin.post(address, fields))
    saved(admin.post(address, person()))

    assert not browser.is_signed_in()
    assert Browser().sign_in(bob.email).is_signed_in()


def test_a_password_that_an_administrator_sets_ends_all_sessions(admin, bob):
    browser = Browser().sign_in(bob.email)
    new = {"password1": "under-the-bridge", "password2": "under-the-bridge", "usable_password": "true"}

    saved(admin.post(f"/admin/accounts/user/{bob.pk}/password/", new))

    assert not browser.is_signed_in()
    assert Browser().sign_in(bob.email, "under-the-bridge").is_signed_in()


@pytest.mark.parametrize("password", ["short", "x" * 257])
def test_an_administrator_cannot_set_a_bad_password_either(admin, bob, password):
    new = {"password1": password, "password2": password, "usable_password": "true"}

    assert admin.post(f"/admin/accounts/user/{bob.pk}/password/", new).status_code == 200


def test_an_administrator_removes_a_person_and_their_devices(admin, bob):
    open_session(user=bob)

    saved(admin.post(f"/admin/accounts/user/{bob.pk}/delete/", {"post": "yes"}))

    assert not User.objects.filter(pk=bob.pk).exists()
    assert not Session.objects.exists()


def test_tries_at_the_admin_sign_in_are_limited_by_address_and_account(alice, settings):
    settings.THROTTLE_AUTH = (2, 60)
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False):

        def page(address, name):
            response = Client().post(LOGIN, {"username": name, "password": "a-guess"}, REMOTE_ADDR=address)
            assert response.status_code == 200
            return "Too many attempts" in response.content.decode()

        assert [page("198.51.100.7", f"p{n}@example.com") for n in range(3)] == [False] * 2 + [True]
        assert [page(f"203.0.113.{n // 2}", alice.email) for n in range(21)] == [False] * 20 + [True]


def test_administrators_see_a_flood_of_sign_ins_as_well(alice):
    with contextlib.ExitStack() as places:
        for _ in range(MAX_QUEUED):
            places.enter_context(_QUEUE)

        response = Client().post(LOGIN, {"username": alice.email, "password": PASSWORD})

    assert "Too many people are signing in" in response.content.decode()


@pytest.mark.parametrize(
    "fields", [{}, {"username": "a\x00b"}, {"password": "x" * 900_000}, {"password": "x" * 257}]
)
def test_odd_sign_ins_are_only_refused(alice, fields):
    body = {"username": alice.email, "password": PASSWORD} | fields if fields else {}

    assert Client().post(LOGIN, body).status_code == 200


def test_a_form_of_another_site_is_refused(alice):
    client = Client(enforce_csrf_checks=True)

    assert client.post(LOGIN, {"username": alice.email, "password": PASSWORD}).status_code == 403


def test_the_cookies_of_the_admin_site_stay_there(admin):
    cookies = admin.cookies

    for name in "sessionid", "csrftoken":
        assert (cookies[name]["path"], cookies[name]["secure"], cookies[name]["samesite"]) == (
            "/admin/",
            True,
            "Strict",
        )
    assert cookies["sessionid"]["httponly"] is True
