"""A signed-in browser, and helpers to sign in from an address."""

import jwt
from django.conf import settings
from rest_framework.test import APIClient

from tests.conftest import PASSWORD

API = "/api/v1/auth"
STRANGER, HOME = "198.51.100.7", "203.0.113.1"


class Browser(APIClient):
    """A browser: it stores the cookie by itself, and its page holds the access token in memory."""

    def sign_in(self, email="alice@example.com", password=PASSWORD):
        response = self.post(f"{API}/login/", {"email": email, "password": password})
        assert response.status_code == 200, response.content
        self.show(response.json()["tokens"]["access"])
        return self

    def refresh(self):
        """Request new tokens, as a page does that has none or an old one."""
        response = self.post(f"{API}/refresh/", HTTP_AUTHORIZATION="")
        if response.status_code == 200:
            self.show(response.json()["access"])
        return response

    def show(self, access):
        self.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")

    def is_signed_in(self):
        return self.get(f"{API}/me/").status_code == 200

    @property
    def cookie(self):
        return self.cookies["refresh_token"].value

    @cookie.setter
    def cookie(self, value):
        self.cookies["refresh_token"] = value


def with_cookie(value):
    """Return somebody who holds this refresh token, however they obtained it."""
    browser = Browser()
    browser.cookie = value
    return browser


def verdict(response):
    """Return status and code of a refused request, after a look at what all refusals share."""
    assert response["Cache-Control"] == "no-store"
    return response.status_code, response.json()["error"]["code"]


def forged(token, *, key=None, algorithm="HS256", headers=None, without=(), **changes):
    """Return the token with other claims, signed as if by us."""
    claims = jwt.decode(token, options={"verify_signature": False}) | changes
    claims = {name: value for name, value in claims.items() if name not in without}
    return jwt.encode(claims, key or settings.JWT_KEYS[0], algorithm=algorithm, headers=headers)


# --- Signing in, or trying to, from somewhere ---


def sign_in(address, *, email="alice@example.com", password=PASSWORD, client=None, path=f"{API}/login/"):
    body = {"email": email, "password": password}
    return (client or APIClient()).post(path, body, REMOTE_ADDR=address)


def guess(address, **how):
    return sign_in(address, password="a-guess", **how)


def statuses(answers):
    return [answer.status_code for answer in answers]


def use_up(account="alice@example.com"):
    """Fail at an account from ten networks, as often as strangers may from everywhere."""
    calls, _ = settings.THROTTLE_AUTH
    for network in range(10):
        assert statuses(guess(f"192.0.2.{network}", email=account) for _ in range(calls)) == [401] * calls
