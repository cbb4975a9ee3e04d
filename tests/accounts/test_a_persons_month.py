"""A person's month as one story, and wrong values and methods on every account route."""

import json
from datetime import timedelta

import pytest
import time_machine

from accounts.models import Session, User
from tests.accounts.cast import API, Browser, verdict
from tests.conftest import PASSWORD
from tests.races import at_once

pytestmark = pytest.mark.django_db

CAROL = {"email": "carol@example.com", "password": "under-the-old-bridge"}


def test_a_month_in_the_life_of_a_person():
    with time_machine.travel("2026-05-01T08:00:00Z", tick=False) as clock:
        laptop, phone = Browser(HTTP_USER_AGENT="Laptop"), Browser(HTTP_USER_AGENT="Phone")

        assert laptop.post(f"{API}/register/", CAROL).status_code == 201
        assert laptop.sign_in(**CAROL).is_signed_in()

        clock.shift(timedelta(minutes=10))
        assert not laptop.is_signed_in()
        assert laptop.refresh().status_code == 200
        assert laptop.is_signed_in()

        phone.sign_in(**CAROL)
        devices = laptop.get(f"{API}/sessions/").json()["results"]
        assert [(device["user_agent"], device["is_current"]) for device in devices] == [
            ("Phone", False),
            ("Laptop", True),
        ]

        assert laptop.delete(f"{API}/sessions/{devices[0]['id']}/").status_code == 204
        assert not phone.is_signed_in()
        assert phone.sign_in(**CAROL).is_signed_in()

        assert phone.post(f"{API}/logout-all/").status_code == 204
        assert not laptop.is_signed_in()
        assert laptop.refresh().status_code == 401

        assert laptop.sign_in(**CAROL).is_signed_in()
        clock.shift(timedelta(days=14))
        assert laptop.refresh().status_code == 401

        laptop.sign_in(**CAROL)
        assert laptop.delete(f"{API}/me/", {"password": CAROL["password"]}).status_code == 204
        assert not User.objects.exists()
        assert not Session.objects.exists()


ROUTES = [
    (
        "post",
        "register/",
        {"email": "x", "password": "x", "username": "x", "first_name": "x", "last_name": "x"},
    ),
    ("post", "login/", {"email": "x", "password": "x"}),
    ("patch", "me/", {"username": "x", "first_name": "x", "last_name": "x"}),
    ("delete", "me/", {"password": "x"}),
    ("post", "password/", {"current": "x", "new": "x"}),
    ("post", "password/reset/", {"email": "x"}),
    ("post", "password/reset/confirm/", {"token": "x", "new": "x"}),
]
FIELDS = [(method, path, body, field) for method, path, body in ROUTES for field in body]


@pytest.mark.parametrize(("method", "path", "body", "field"), FIELDS, ids=[f"{f[1]}{f[3]}" for f in FIELDS])
@pytest.mark.parametrize(
    "value", ["\x00", "a\x00b", "\ud800", None, True, 1.5, 10**400, [], {}, [["x"]], "x" * 100_000, "\u202e", "🚲" * 300],
    ids=lambda value: ascii(value)[:12],
)  # fmt: skip
def test_no_value_of_any_field_is_an_error_of_ours(as_alice, method, path, body, field, value):
    sent = json.dumps(body | {field: value})

    response = getattr(as_alice, method)(f"{API}/{path}", sent, content_type="application/json")

    assert response.status_code in ({200, 204, 400, 401} if method == "patch" else {204, 400, 401})
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("method", "path", "body"), ROUTES, ids=[route[1] for route in ROUTES])
@pytest.mark.parametrize("wrong", ["get", "put", "delete", "patch"])
def test_a_wrong_method_is_told_which_are_right(as_alice, method, path, body, wrong):
    response = getattr(as_alice, wrong)(f"{API}/{path}", body)

    if response.status_code == 405:
        assert verdict(response) == (405, "METHOD_NOT_ALLOWED")
        assert method.upper() in response["Allow"]
    else:
        assert path == "me/"


@pytest.mark.parametrize(
    "path", [route[1] for route in ROUTES] + ["logout/", "refresh/", "logout-all/", "sessions/"]
)
def test_every_address_works_without_its_last_slash_and_under_the_alias(anyone, db, path):
    canonical = anyone.post(f"/api/v1/auth/{path}", {})

    for address in f"/api/v1/auth/{path.rstrip('/')}", f"/api/auth/{path}", f"/api/auth/{path.rstrip('/')}":
        assert anyone.post(address, {}).status_code == canonical.status_code


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_whatever_happens_while_somebody_leaves_nothing_of_them_stays(alice, attempt):
    leaving, refreshing, changing = (Browser().sign_in() for _ in range(3))
    credentials = {"email": alice.email, "password": PASSWORD}

    answers = at_once(
        [
            lambda: leaving.delete(f"{API}/me/", {"password": PASSWORD}),
            refreshing.refresh,
            lambda: changing.patch(f"{API}/me/", {"first_name": "Al"}),
            lambda: changing.post(f"{API}/password/", {"current": PASSWORD, "new": "x-new-password-x"}),
            lambda: Browser().post(f"{API}/login/", credentials),
            lambda: Browser().post(f"{API}/login/", credentials),
            lambda: Browser().post(
                f"{API}/logout-all/", HTTP_AUTHORIZATION=refreshing._credentials["HTTP_AUTHORIZATION"]
            ),
        ]
    )

    assert all(answer.status_code in {200, 204, 400, 401} for answer in answers), answers
    left = answers[0].status_code == 204
    assert User.objects.exists() is not left
    assert not (left and Session.objects.exists())
