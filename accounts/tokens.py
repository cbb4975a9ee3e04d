"""Access and refresh tokens (JWT).

An access token (RFC 7519) names a person and a session, for ten minutes. It alone grants nothing: the session must
still be live. A refresh token is good for one rotation of its session and is only ever in the cookie.
"""

import hashlib
import re
import secrets
import time
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import jwt
from django.conf import settings
from django.utils import timezone

from accounts.models import Session
from clients.values import MAX_ID

ALGORITHM = "HS256"
ACCESS_SECONDS = 600
MAX_CACHED = 10_000

Kind = Literal["access", "refresh"]

_CLAIMS = ["sub", "sid", "jti", "iat", "exp", "type"]
_ID = re.compile(r"[1-9][0-9]{0,18}")
_MAX_TOKEN_LENGTH = 2_000


class InvalidTokenError(Exception):
    """The token is not one of ours, has expired, or belongs to a session that has ended."""


class ExpiredTokenError(InvalidTokenError):
    """The token is one of ours and has expired."""


class Claims(NamedTuple):
    """The claims of a verified token; ``expires_at`` in Unix seconds."""

    user_id: int
    session_id: int
    token_id: str
    expires_at: int


def verify_access_token(token: str) -> Claims:
    """Return the claims of an access token, without a query; raise ``InvalidTokenError``.

    They are cached, so that a signature is checked once; the expiry is checked every time.
    """
    claims = _cached_claims(token, tuple(settings.JWT_KEYS))
    if claims.expires_at <= time.time():
        raise InvalidTokenError
    return claims


@lru_cache(maxsize=MAX_CACHED)
def _cached_claims(token: str, keys: tuple[str, ...]) -> Claims:
    return verify(token, "access")


def new_id() -> str:
    """Return 128 random bits, which make a token unique."""
    return secrets.token_urlsafe(16)


def hash_id(token_id: str) -> str:
    """Return the hash by which the table recognises a refresh token."""
    return hashlib.sha256(token_id.encode()).hexdigest()


def sign(session: Session, kind: Kind, *, until: datetime, token_id: str) -> str:
    """Return a token of a session that expires at ``until``."""
    claims = {
        "sub": str(session.user_id),
        "sid": session.pk,
        "jti": token_id,
        "iat": int(timezone.now().timestamp()),
        "exp": int(until.timestamp()),
        "type": kind,
    }
    return jwt.encode(claims, settings.JWT_KEYS[0], algorithm=ALGORITHM)


def verify(token: str, kind: Kind) -> Claims:
    """Return a token's claims; raise ``InvalidTokenError`` unless signature, times and claims are right.

    Only our keys are tried, whatever the token's header names.
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
        return _checked(claims, kind)
    raise InvalidTokenError


def _checked(claims: dict[str, Any], kind: Kind) -> Claims:
    subject, session_id = claims["sub"], claims["sid"]
    if (
        claims["type"] != kind
        or any(type(claims[name]) is not int for name in ("sid", "iat", "exp"))
        or not _ID.fullmatch(subject)
        or not 0 < session_id <= MAX_ID
        or int(subject) > MAX_ID
    ):
        raise InvalidTokenError
    return Claims(int(subject), session_id, token_id=claims["jti"], expires_at=int(claims["exp"]))
