"""Key rotation: the key that signs tokens is replaced while people are signed in."""

from http.cookies import SimpleCookie

import jwt
import pytest

from tests.operations.programs import PASSWORD, Answer, Server, running

FIRST = "the-first-key-of-the-rotation-long-enough"
SECOND = "the-second-key-of-the-rotation-long-enough"
ALICE = {"email": "alice@flyers.test", "password": PASSWORD}
NOBODY = "http://127.0.0.1:1"  # No flyer is asked for.


@pytest.fixture
def server(tmp_path):
    with running(Server(tmp_path, upstream=NOBODY, WORKERS="1", JWT_SIGNING_KEY=FIRST)) as server:
        yield server


def restart(server: Server, *, key: str, previous: str = "") -> None:
    assert server.stop() == 0
    server.environment |= {"JWT_SIGNING_KEY": key, "JWT_PREVIOUS_KEYS": previous}
    server.start()


def cookie_of(answer: Answer) -> str:
    return SimpleCookie(answer.headers["set-cookie"])["refresh_token"].value


def refresh(server: Server, cookie: str) -> Answer:
    page = server.environment["PUBLIC_URL"]
    return server.request("/api/v1/auth/refresh/", "POST", Cookie=f"refresh_token={cookie}", Origin=page)


def me(server: Server, access: str) -> Answer:
    return server.request("/api/v1/auth/me/", token=access)


def is_signed_with(key: str, token: str) -> bool:
    try:
        jwt.decode(token, key, algorithms=["HS256"])
    except jwt.InvalidSignatureError:
        return False
    return True


def test_nobody_who_comes_back_during_the_overlap_is_signed_out_by_a_new_key(server):
    assert server.request("/api/v1/auth/register/", "POST", ALICE).status == 201
    phone, laptop = (server.request("/api/v1/auth/login/", "POST", ALICE) for _ in range(2))
    old = phone.json()["tokens"]["access"]
    assert is_signed_with(FIRST, old)

    restart(server, key=SECOND, previous=FIRST)

    assert me(server, old).json()["email"] == ALICE["email"]
    renewed = refresh(server, cookie_of(phone))
    assert renewed.status == 200, renewed.body
    new = renewed.json()["access"]
    for token in (new, cookie_of(renewed)):
        assert is_signed_with(SECOND, token)
        assert not is_signed_with(FIRST, token)
    assert me(server, new).status == 200

    restart(server, key=SECOND)

    refused = me(server, old)
    assert (refused.status, refused.error) == (401, "INVALID_TOKEN")
    stayed_away = refresh(server, cookie_of(laptop))
    assert (stayed_away.status, stayed_away.error) == (401, "INVALID_TOKEN")
    assert me(server, new).status == 200
    again = refresh(server, cookie_of(renewed))
    assert again.status == 200, again.body
    assert me(server, again.json()["access"]).json()["email"] == ALICE["email"]
