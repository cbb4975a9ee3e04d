"""Signed-in devices, and signing them out."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import Session, User
from accounts.sessions import open_session
from tests.accounts.cast import API, Browser, verdict, with_cookie

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(alice):
    return Browser().sign_in()


def test_a_person_sees_their_devices_newest_first(alice, bob):
    with time_machine.travel(NOON, tick=False) as clock:
        laptop = Browser(HTTP_USER_AGENT="Laptop").sign_in()
        clock.shift(3600)
        Browser(HTTP_USER_AGENT="Phone").sign_in()
        Browser(HTTP_USER_AGENT="Bob's").sign_in("bob@example.com")
        clock.shift(3600)
        laptop.refresh()

        response = laptop.get(f"{API}/sessions/")

    ids = dict(Session.objects.values_list("user_agent", "pk"))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "count": 2,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": ids["Phone"],
                "user_agent": "Phone",
                "created_at": "2026-05-01T13:00:00Z",
                "last_used_at": "2026-05-01T13:00:00Z",
                "expires_at": "2026-05-15T13:00:00Z",
                "is_current": False,
            },
            {
                "id": ids["Laptop"],
                "user_agent": "Laptop",
                "created_at": "2026-05-01T12:00:00Z",
                "last_used_at": "2026-05-01T14:00:00Z",
                "expires_at": "2026-05-15T12:00:00Z",
                "is_current": True,
            },
        ],
        "meta": {"as_of": "2026-05-01T14:00:00Z", "stale": False},
    }


def test_the_list_of_devices_costs_two_queries_and_holds_no_hash(browser, alice, django_assert_num_queries):
    for _ in range(5):
        open_session(user=alice)

    with django_assert_num_queries(2):
        answer = browser.get(f"{API}/sessions/").content.decode()

    for session in Session.objects.all():
        assert session.token_hash not in answer


def test_a_person_signs_another_device_out(browser, alice):
    phone = Browser().sign_in()
    session = Session.objects.latest("pk")

    response = browser.delete(f"{API}/sessions/{session.pk}/")

    assert response.status_code == 204
    assert not phone.is_signed_in()
    assert verdict(phone.refresh()) == (401, "TOKEN_EXPIRED")
    assert browser.is_signed_in()
    assert browser.get(f"{API}/sessions/").json()["count"] == 1


def test_a_device_that_is_gone_is_not_found(browser, alice):
    Browser().sign_in()
    address = f"{API}/sessions/{Session.objects.latest('pk').pk}/"
    browser.delete(address)

    assert verdict(browser.delete(address)) == (404, "NOT_FOUND")


def test_the_device_of_somebody_else_is_not_found(browser, bob):
    bobs = Browser().sign_in("bob@example.com")

    response = browser.delete(f"{API}/sessions/{Session.objects.get(user=bob).pk}/")

    assert verdict(response) == (404, "NOT_FOUND")
    assert bobs.is_signed_in()


@pytest.mark.parametrize("name", ["0", "-1", "x", "1.5", str(2**63), "9" * 400, "1%00", "%D9%A1"])
def test_an_address_that_names_no_device_is_not_found(browser, name):
    assert browser.delete(f"{API}/sessions/{name}/").status_code == 404


def test_signing_out_ends_this_device_alone(browser):
    phone = Browser().sign_in()

    response = browser.post(f"{API}/logout/")

    assert response.status_code == 204
    assert response["Cache-Control"] == "no-store"
    assert (response.cookies["refresh_token"].value, response.cookies["refresh_token"]["max-age"]) == ("", 0)
    assert response.cookies["refresh_token"]["path"] == "/api/"
    assert not browser.is_signed_in()
    assert phone.is_signed_in()


def test_the_refresh_token_is_worth_nothing_after_signing_out(browser):
    old_cookie = browser.cookie
    browser.post(f"{API}/logout/")

    assert verdict(with_cookie(old_cookie).refresh()) == (401, "TOKEN_EXPIRED")


def test_signing_out_works_with_an_access_token_that_is_over(browser):
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        assert browser.post(f"{API}/logout/").status_code == 204

    assert Session.objects.get().revoked_at is not None


def test_signing_out_works_without_the_cookie(alice, as_alice):
    assert as_alice.post(f"{API}/logout/").status_code == 204

    assert Session.objects.get().revoked_at is not None


def test_signing_out_twice_or_without_being_in_is_no_mistake(browser, anyone):
    assert [browser.post(f"{API}/logout/").status_code for _ in range(2)] == [204, 204]
    assert anyone.post(f"{API}/logout/").status_code == 204
    assert with_cookie("noise").post(f"{API}/logout/").status_code == 204


def test_signing_out_everywhere_ends_every_device_at_once(browser, bob):
    phone, bobs = Browser().sign_in(), Browser().sign_in("bob@example.com")

    response = browser.post(f"{API}/logout-all/")

    assert response.status_code == 204
    assert response.cookies["refresh_token"]["max-age"] == 0
    for device in browser, phone:
        assert verdict(device.get(f"{API}/me/")) == (401, "INVALID_TOKEN")
    assert verdict(phone.refresh()) == (401, "TOKEN_EXPIRED")
    assert bobs.is_signed_in()


def test_after_signing_out_everywhere_one_can_sign_in_again(browser):
    browser.post(f"{API}/logout-all/")

    assert Browser().sign_in().is_signed_in()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "me/"), ("patch", "me/"), ("delete", "me/"), ("post", "logout-all/"), ("post", "password/"),
        ("get", "sessions/"), ("delete", "sessions/1/"),
    ],
)  # fmt: skip
def test_a_stranger_is_told_to_sign_in_first(anyone, db, method, path):
    assert verdict(getattr(anyone, method)(f"{API}/{path}")) == (401, "NOT_AUTHENTICATED")


def test_a_signed_in_request_asks_the_database_once(as_alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        as_alice.get(f"{API}/me/")


def test_the_question_whether_a_session_lives_uses_the_indexes(alice, as_alice, django_assert_num_queries):
    with django_assert_num_queries(1) as captured:
        as_alice.get(f"{API}/me/")

    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + captured.captured_queries[0]["sql"])
            plan = [row[-1] for row in cursor.fetchall()]
        assert len(plan) == 2
        assert all("USING INTEGER PRIMARY KEY" in step for step in plan)


def test_people_are_counted_for_administrators_alone(as_alice, alice, anyone, bob):
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    as_bob = Browser().sign_in("bob@example.com")

    assert as_bob.get("/api/v1/users/").json() == {"total_users": 2, "by_role": {"user": 1, "admin": 1}}
    assert as_bob.get("/api/v1/users/")["Cache-Control"] == "no-store"
    assert verdict(as_alice.get("/api/v1/users/")) == (403, "PERMISSION_DENIED")
    assert verdict(anyone.get("/api/v1/users/")) == (401, "NOT_AUTHENTICATED")
