"""accounts: how a browser is given a cookie: to us alone, out of reach of scripts. It knows no cookie's meaning."""

from typing import TypeVar

from django.conf import settings
from django.http.response import HttpResponseBase

R = TypeVar("R", bound=HttpResponseBase)


def with_cookie(response: R, name: str, value: str, *, max_age: int) -> R:
    """Have the browser keep a value for ``max_age`` seconds; with 0, forget it."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/api/",
        secure=settings.REFRESH_COOKIE_SECURE,
        httponly=True,
        samesite=settings.REFRESH_COOKIE_SAMESITE,
    )
    return response
