"""Signing in, and what an answer reveals to whoever guesses."""

import jwt
import pytest
from rest_framework.test import APIClient

from accounts.models import Session, User
from accounts.passwords import BoundedArgon2
from accounts.sessions import MAX_SESSIONS, sessions_of
from tests.conftest import PASSWORD
from tests.counts import Counts

ADDRESS = "/api/v1/auth/login/"
RIGHT = {"email": "alice@example.com", "password": PASSWORD}

pytestmark = pytest.mark.django_db


def error_of(response):
    assert response["Cache-Control"] == "no-store"
    return response.json()["error"]


def test_alice_signs_in(anyone, alice):
    counted = Counts()

    response = anyone.post(ADDRESS, RIGHT)

    assert counted("flyers_bff_sessions_total", event="opened") == 1
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    answer = response.json()
    assert set(answer) == {"message", "tokens", "user"}
    assert answer["message"] == "Signed in."
    assert set(answer["tokens"]) == {"access", "expires_in"}
    assert answer["tokens"]["expires_in"] == 600
    assert answer["user"] == {
        "id": alice.pk, "email": "alice@example.com", "username": None, "first_name": "Alice", "last_name": "",
        "role": "user",
    }  # fmt: skip


def test_the_access_token_works_at_once(anyone, alice):
    access = anyone.post(ADDRESS, RIGHT).json()["tokens"]["access"]

    assert anyone.get("/api/v1/auth/me/", HTTP_AUTHORIZATION=f"Bearer {access}").json()["id"] == alice.pk


@pytest.mark.parametrize("email", ["ALICE@EXAMPLE.COM", "Alice@Example.com"])
def test_the_address_counts_in_whatever_case(anyone, alice, email):
    assert anyone.post(ADDRESS, RIGHT | {"email": email}).status_code == 200


def test_the_refresh_token_comes_in_the_cookie_alone(anyone, alice):
    response = anyone.post(ADDRESS, RIGHT)

    cookie = response.cookies["refresh_token"]
    assert cookie["httponly"] is True
    assert cookie["secure"] is True
    assert cookie["samesite"] == "Strict"
    assert cookie["domain"] == ""
    assert cookie["path"] == "/api/"
    assert 14 * 86_400 - 5 <= cookie["max-age"] <= 14 * 86_400
    assert cookie.value not in response.content.decode()


def test_the_table_holds_no_token_that_could_be_shown(anyone, alice):
    response = anyone.post(ADDRESS, RIGHT)

    refresh, access = response.cookies["refresh_token"].value, response.json()["tokens"]["access"]
    row = repr(Session.objects.values().get())
    for token in refresh, access:
        claims = jwt.decode(token, options={"verify_signature": False})
        assert token not in row
        assert claims["jti"] not in row


def test_a_session_remembers_what_the_device_called_itself(anyone, alice):
    anyone.post(ADDRESS, RIGHT, HTTP_USER_AGENT="Browser/1 \x00\x1b[31m" + "x" * 500)

    assert Session.objects.get().user_agent == ("Browser/1 [31m" + "x" * 500)[:200]


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "not-her-password"},
        {"email": "nobody@example.com"},
        {"email": "\x1c"},
        {"email": "bob"},
        {"email": "é@x\u202e"},
    ],
    ids=["password", "unknown", "a separator alone", "no address", "odd address"],
)
def test_whatever_is_wrong_the_answer_is_the_same(anyone, alice, wrong):
    response = anyone.post(ADDRESS, RIGHT | wrong)

    assert response.status_code == 401
    assert error_of(response)["code"] == "INVALID_CREDENTIALS"
    assert error_of(response)["message"] == "The e-mail address or the password is wrong."
    assert error_of(response)["details"] == {}
    assert not response.cookies
    assert not Session.objects.exists()


def test_a_deactivated_person_is_nobody(anyone, alice):
    User.objects.update(is_active=False)

    known, unknown = (
        anyone.post(ADDRESS, RIGHT),
        anyone.post(ADDRESS, RIGHT | {"email": "nobody@example.com"}),
    )

    assert {known.status_code, unknown.status_code} == {401}
    for answer in known, unknown:
        assert error_of(answer) | {"request_id": None} == {
            "code": "INVALID_CREDENTIALS",
            "message": "The e-mail address or the password is wrong.",
            "details": {},
            "request_id": None,
        }


class CountedArgon2(BoundedArgon2):
    """The service's own hasher, which counts how often its work is done."""

    memory_cost = 8
    time_cost = 1
    done = 0

    def encode(self, password, salt):
        type(self).done += 1
        return super().encode(password, salt)

    def verify(self, password, encoded):
        type(self).done += 1
        return super().verify(password, encoded)


@pytest.mark.parametrize("who", ["right", "wrong password", "unknown", "inactive", "without a password"])
def test_whoever_it_is_one_password_is_hashed(anyone, bob, settings, who):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedArgon2"]
    User.objects.create_user(
        email="alice@example.com",
        password=None if who == "without a password" else PASSWORD,
        is_active=who != "inactive",
    )
    body = RIGHT | {"wrong password": {"password": "wrong"}, "unknown": {"email": "x@example.com"}}.get(
        who, {}
    )
    CountedArgon2.done = 0

    response = anyone.post(ADDRESS, body)

    assert response.status_code == (200 if who == "right" else 401)
    assert CountedArgon2.done == 1


@pytest.mark.parametrize("password", ["x" * 257, "x" * 900_000, "🚲" * 100_000])
def test_an_endless_password_never_reaches_the_hasher(anyone, alice, settings, password):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedArgon2"]
    CountedArgon2.done = 0

    response = anyone.post(ADDRESS, RIGHT | {"password": password})

    assert response.status_code == 400
    assert set(error_of(response)["details"]) == {"password"}
    assert CountedArgon2.done == 0


def test_a_body_of_more_than_a_megabyte_is_not_read(anyone, alice):
    response = anyone.post(ADDRESS, RIGHT | {"password": "x" * 1_000_000})

    assert (response.status_code, error_of(response)["code"]) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "alice@example.com"}, {"email": [], "password": {}}, [], {"email": "", "password": ""}],
)
def test_half_a_sign_in_is_a_400(anyone, alice, body):
    response = anyone.post(ADDRESS, body)

    assert (response.status_code, error_of(response)["code"]) == (400, "VALIDATION_ERROR")


def test_an_old_access_token_is_no_hindrance(anyone, alice):
    assert anyone.post(ADDRESS, RIGHT, HTTP_AUTHORIZATION="Bearer over.and.out").status_code == 200


def test_the_twenty_first_device_signs_the_oldest_out(alice):
    devices = [APIClient().post(ADDRESS, RIGHT, REMOTE_ADDR=f"10.0.0.{n}").json() for n in range(10)]
    assert all("tokens" in device for device in devices)
    first = Session.objects.earliest("pk")
    for _ in range(11):
        from accounts.sessions import open_session

        open_session(user=alice)

    first.refresh_from_db()
    assert first.revoked_at is not None
    assert sessions_of(alice).count() == MAX_SESSIONS
    header = f"Bearer {devices[0]['tokens']['access']}"
    assert APIClient().get("/api/v1/auth/me/", HTTP_AUTHORIZATION=header).status_code == 401


# --- From where -----------------------------------------------------------------------------------

ROUTES = [ADDRESS, "/api/v1/auth/refresh/", "/api/v1/auth/logout/"]


@pytest.mark.parametrize("address", ROUTES)
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.test", "null", "", "http://localhost:5173.evil.test", "http://localhost:51731",
        "https://localhost:5173", "http://LOCALHOST:5173", "http://localhost:5173/", "http://localhost:5173@evil.test",
        "http://flyers.test", "https://flyers.test:8443", "https://flyers.test.", "https://xn--flyrs-bsa.test",
        "http://localhost:5173, https://evil.test", "file://", "*", "http://localhost:5173\x00",
    ],
    ids=ascii,
)  # fmt: skip
def test_a_page_of_another_site_gets_nowhere(alice, address, origin):
    browser = APIClient()
    assert browser.post(ADDRESS, RIGHT).status_code == 200
    before = Session.objects.values().get()

    response = browser.post(address, RIGHT, HTTP_ORIGIN=origin)

    assert (response.status_code, error_of(response)["code"]) == (403, "ORIGIN_NOT_ALLOWED")
    assert not response.cookies
    assert Session.objects.values().get() == before


@pytest.mark.parametrize(
    "origin", ["http://localhost:5173", "https://flyers.test"], ids=["the app", "Swagger UI"]
)
def test_pages_of_ours_may_sign_people_in(anyone, alice, origin):
    assert anyone.post(ADDRESS, RIGHT, HTTP_ORIGIN=origin).status_code == 200
    assert anyone.post(ROUTES[1], HTTP_ORIGIN=origin).status_code == 200
    assert anyone.post(ROUTES[2], HTTP_ORIGIN=origin).status_code == 204


@pytest.mark.parametrize(
    ("site", "status"),
    [("cross-site", 403), ("Cross-Site", 403), ("same-origin", 200), ("same-site", 200), ("none", 200)],
)
def test_without_an_origin_the_browsers_word_for_the_site_counts(anyone, alice, site, status):
    assert anyone.post(ADDRESS, RIGHT, HTTP_SEC_FETCH_SITE=site).status_code == status


def test_a_foreign_page_cannot_read_the_refusal_and_ours_can(anyone, alice):
    foreign = anyone.post(ADDRESS, RIGHT, HTTP_ORIGIN="https://evil.test")
    ours = anyone.post(ADDRESS, RIGHT | {"password": "wrong"}, HTTP_ORIGIN="http://localhost:5173")

    assert "Access-Control-Allow-Origin" not in foreign
    assert ours["Access-Control-Allow-Origin"] == "http://localhost:5173"
    assert ours["Access-Control-Allow-Credentials"] == "true"
