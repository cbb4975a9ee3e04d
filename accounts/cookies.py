"""The two cookies, both out of reach of scripts: the refresh token, and the known device.

The known device grants no access. Whoever sends it has sign-in limits of their own (``accounts.throttles``), so that
strangers can't exhaust those of the owner. It survives signing out, and holds a random name and ids of people.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpResponse
from django.utils import timezone

from accounts.models import User
from accounts.sessions import Tokens

Response = TypeVar("Response", bound=HttpResponse)

REFRESH_COOKIE = "refresh_token"
DEVICE_COOKIE = "known_device"
DEVICE_SECONDS = 365 * 86_400
# Those who share a device: a family, or the staff behind one counter.
MAX_PEOPLE = 5
# Five of the largest ids, name, time and signature are 168 characters.
_MAX_COOKIE_LENGTH = 200
_SALT = "accounts.devices"  # of another one, all cookies that browsers have would be invalid


class Device(NamedTuple):
    """A browser: a random name, and who signed in on it, the last one first."""

    name: str
    user_ids: Sequence[int]


def with_refresh_token(response: Response, tokens: Tokens) -> Response:
    """Set the refresh token, for as long as the session lasts."""
    left = tokens.session.expires_at - timezone.now()
    return _with_cookie(response, REFRESH_COOKIE, tokens.refresh, max_age=max(0, int(left.total_seconds())))


def without_refresh_token(response: Response) -> Response:
    """Delete the refresh token."""
    return _with_cookie(response, REFRESH_COOKIE, "", max_age=0)


def shown_device(cookies: Mapping[str, str]) -> Device | None:
    """Return the known device; None if the cookie is missing, not ours or over a year old."""
    cookie = cookies.get(DEVICE_COOKIE, "")
    if len(cookie) > _MAX_COOKIE_LENGTH:
        return None
    try:
        name, *ids = TimestampSigner(salt=_SALT).unsign(cookie, max_age=DEVICE_SECONDS).split(".")
        return Device(name, [int(user_id) for user_id in ids])
    except (BadSignature, ValueError):  # ValueError: signed by another version of ours, in another form
        return None


def is_known_to(device: Device, email: str) -> bool:
    """Return whether the person with this e-mail address, in lower case, has signed in on this device."""
    return email in User.objects.filter(pk__in=device.user_ids).values_list("email", flat=True)


def with_person(response: Response, *, shown: Device | None, user: User) -> Response:
    """Add a person to the known device, in front of the last few others."""
    name, known = shown or Device(secrets.token_urlsafe(12), [])
    ids = [user.pk, *(user_id for user_id in known if user_id != user.pk)]
    return _with_device(response, name, ids[:MAX_PEOPLE])


def without_person(response: Response, *, shown: Device | None, user: User) -> Response:
    """Remove a person from the known device; the others stay."""
    if shown is None or user.pk not in shown.user_ids:
        return response
    ids = [user_id for user_id in shown.user_ids if user_id != user.pk]
    return (
        _with_device(response, shown.name, ids)
        if ids
        else _with_cookie(response, DEVICE_COOKIE, "", max_age=0)
    )


def _with_device(response: Response, name: str, user_ids: Sequence[int]) -> Response:
    value = TimestampSigner(salt=_SALT).sign(".".join([name, *map(str, user_ids)]))
    return _with_cookie(response, DEVICE_COOKIE, value, max_age=DEVICE_SECONDS)


def _with_cookie(response: Response, name: str, value: str, *, max_age: int) -> Response:
    response.set_cookie(
        name,
        value,
        max_age=max_age,  # seconds; 0 deletes it
        path="/api/",
        secure=settings.REFRESH_COOKIE_SECURE,
        httponly=True,
        samesite=settings.REFRESH_COOKIE_SAMESITE,
    )
    return response
