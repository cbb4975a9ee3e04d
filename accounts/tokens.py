"""accounts: access and refresh tokens; the only file that knows JWT. It knows no table but the session's id.

An access token (RFC 7519) says who calls and from which session, for ten minutes. It alone opens nothing: the
session must still live. A refresh token is worth one rotation of its session and is only ever in the cookie.
"""

import hashlib
import re
import secrets
import time
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import jwt
from django.conf import settings
from django.utils import timezone

from accounts.models import Session

ALGORITHM = "HS256"
ACCESS_SECONDS = 600
MAX_REMEMBERED = 10_000

Kind = Literal["access", "refresh"]

_CLAIMS = ["sub", "sid", "jti", "iat", "exp", "type"]
_ID = re.compile(r"[1-9][0-9]{0,18}")
_MAX_TOKEN_LENGTH = 2_000


class InvalidTokenError(Exception):
    """The token is not one of ours, is over, or belongs to a session that has ended."""


class ExpiredTokenError(InvalidTokenError):
    """The token was good once."""


class Claims(NamedTuple):
    """What a verified token says; ``expires_at`` in Unix seconds."""

    user_id: int
    session_id: int
    token_id: str
    expires_at: int


def verify_access_token(token: str) -> Claims:
    """Return what an access token says, without asking the database; raise ``InvalidTokenError``.

    A good one is remembered, so that its signature is checked once; that it is over, every time.
    """
    claims = _remembered(token, tuple(settings.JWT_KEYS))
    if claims.expires_at <= time.time():
        raise InvalidTokenError
    return claims


@lru_cache(maxsize=MAX_REMEMBERED)
def _remembered(token: str, keys: tuple[str, ...]) -> Claims:
    return verified(token, "access")


def access_token(session: Session) -> str:
    """Return a new access token for a session."""
    until = timezone.now() + timedelta(seconds=ACCESS_SECONDS)
    return signed(session, "access", until=until, token_id=new_token_id())


def new_token_id() -> str:
    """Return what makes a token like no other: 128 random bits."""
    return secrets.token_urlsafe(16)


def hash_of(token_id: str) -> str:
    """Return what the table keeps of a refresh token: it can be recognised, and never made again."""
    return hashlib.sha256(token_id.encode()).hexdigest()


def signed(session: Session, kind: Kind, *, until: datetime, token_id: str) -> str:
    """Return a token of a session, good until then."""
    claims = {
        "sub": str(session.user_id),
        "sid": session.pk,
        "jti": token_id,
        "iat": int(timezone.now().timestamp()),
        "exp": int(until.timestamp()),
        "type": kind,
    }
    return jwt.encode(claims, settings.JWT_KEYS[0], algorithm=ALGORITHM)


def verified(token: str, kind: Kind) -> Claims:
    """Return what a token says; raise ``InvalidTokenError`` unless signature, times and claims are right.

    Keys are ours alone, whatever the token's header names.
    """
    if len(token) > _MAX_TOKEN_LENGTH or not token.isascii():
        raise InvalidTokenError
    for key in settings.JWT_KEYS:
        try:
            claims = jwt.decode(token, key, algorithms=[ALGORITHM], options={"require": _CLAIMS})
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError:
            raise ExpiredTokenError from None
        except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError):
            raise InvalidTokenError from None
        return _read(claims, kind)
    raise InvalidTokenError


def _read(claims: dict[str, Any], kind: Kind) -> Claims:
    subject, session_id = claims["sub"], claims["sid"]
    if (
        claims["type"] != kind
        or any(type(claims[name]) is not int for name in ("sid", "iat", "exp"))
        or not _ID.fullmatch(subject)
        or not (0 < session_id < 2**63 and int(subject) < 2**63)
    ):
        raise InvalidTokenError
    return Claims(int(subject), session_id, token_id=claims["jti"], expires_at=int(claims["exp"]))
