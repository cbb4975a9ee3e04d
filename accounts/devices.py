"""accounts: browsers on which somebody has signed in before, and the signed cookie that says so. It knows no password.

The cookie opens nothing. Whoever shows it has tries to sign in of their own (`accounts.throttles`), so that strangers
can't use up those of the owner. It survives signing out, and holds a random name and ids of people, newest first.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from django.core.signing import BadSignature, TimestampSigner
from django.http.response import HttpResponseBase

from accounts.cookies import with_cookie
from accounts.models import User

R = TypeVar("R", bound=HttpResponseBase)

COOKIE = "known_device"
DEVICE_SECONDS = 365 * 86_400
# Those who share a device: a family, or the staff behind one counter.
MAX_PEOPLE = 5
# Five of the largest ids, name, time and signature are 168 characters.
_MAX_COOKIE_LENGTH = 200
_SALT = "accounts.devices"


class Device(NamedTuple):
    """A browser: a random name, and who signed in on it, the last one first."""

    name: str
    user_ids: tuple[int, ...]


def shown_device(cookies: Mapping[str, str]) -> Device | None:
    """Return the device that a request shows; a cookie that is not ours, or is over a year old, shows none."""
    cookie = cookies.get(COOKIE, "")
    if len(cookie) > _MAX_COOKIE_LENGTH:
        return None
    try:
        name, *ids = TimestampSigner(salt=_SALT).unsign(cookie, max_age=DEVICE_SECONDS).split(".")
        return Device(name, tuple(int(user_id) for user_id in ids))
    except (BadSignature, ValueError):  # ValueError: signed by another version of ours, in another form
        return None


def is_known_to(device: Device, email: str) -> bool:
    """Say whether the person with this e-mail address, in lower case, has signed in on this device."""
    return email in User.objects.filter(pk__in=device.user_ids).values_list("email", flat=True)


def with_device(response: R, *, shown: Device | None, user: User) -> R:
    """Have the browser remember that this person signed in on it, besides the last few others."""
    name, known = shown or Device(secrets.token_urlsafe(12), ())
    ids = [user.pk, *(user_id for user_id in known if user_id != user.pk)][:MAX_PEOPLE]
    return _remember(response, name, ids)


def without_person(response: R, *, shown: Device | None, user: User) -> R:
    """Have the browser remember this person no more; the others stay."""
    if shown is None or user.pk not in shown.user_ids:
        return response
    ids = [user_id for user_id in shown.user_ids if user_id != user.pk]
    return _remember(response, shown.name, ids) if ids else with_cookie(response, COOKIE, "", max_age=0)


def _remember(response: R, name: str, user_ids: Sequence[int]) -> R:
    value = TimestampSigner(salt=_SALT).sign(".".join([name, *map(str, user_ids)]))
    return with_cookie(response, COOKIE, value, max_age=DEVICE_SECONDS)
