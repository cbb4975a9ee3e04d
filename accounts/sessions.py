"""accounts: signed-in devices: opened, rotated, ended, pruned; and the refresh cookie. It knows no view, no password."""

from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

import structlog
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts import counters
from accounts.cookies import with_cookie
from accounts.models import Session, User
from accounts.tokens import (
    Claims,
    ExpiredTokenError,
    InvalidTokenError,
    Kind,
    access_token,
    hash_of,
    new_token_id,
    signed,
    verified,
)

R = TypeVar("R", bound=HttpResponseBase)

log = structlog.get_logger(__name__)

SESSION_SECONDS = 14 * 86_400
MAX_SESSIONS = 20
_PRUNE_BATCH = 500

# Tabs of one browser that refresh at the same moment show the same token, or one that was replaced a moment ago
# several times over; that is no theft. So many are remembered.
SUPERSEDED_SECONDS = 10
MAX_SPENT = 20

COOKIE = "refresh_token"


class TokenExpiredError(Exception):
    """The refresh token or its session is over: sign in again."""


class TokenSupersededError(Exception):
    """Another tab has just refreshed with this token; the browser has the next one."""


class TokenReusedError(Exception):
    """A refresh token that was spent before came back, so two parties have it: the session has been ended."""


class Tokens(NamedTuple):
    """What a device gets: an access token for the answer, a refresh token for the cookie."""

    session: Session
    access: str
    refresh: str


# Written by hand: the ORM takes ten times as long to say it as the database to answer, and every request asks.
_PERSON = (
    "id",
    "password",
    "email",
    "username",
    "first_name",
    "last_name",
    "creator_id",
    "is_active",
    "is_staff",
)
_LIVE = f"""
SELECT {", ".join(f"person.{column}" for column in _PERSON)}
FROM accounts_session session JOIN accounts_user person ON person.id = session.user_id
WHERE session.id = %s AND session.user_id = %s AND session.revoked_at IS NULL AND session.expires_at > %s
AND person.is_active"""  # noqa: S608 - our own names


def live_session(claims: Claims) -> Session:
    """Return the session with its person in one query; raise ``InvalidTokenError`` unless both are alive.

    Of the session only its id is loaded, of the person all but ``created_at``; the rest is fetched when looked at.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, [claims.session_id, claims.user_id, now])
        row = cursor.fetchone()
    if row is None:
        raise InvalidTokenError
    *texts, is_active, is_staff = row
    session = Session.from_db(connection.alias, ["id", "user_id"], [claims.session_id, claims.user_id])
    session.user = User.from_db(connection.alias, _PERSON, [*texts, bool(is_active), bool(is_staff)])
    return session


def open_session(*, user: User, user_agent: str = "") -> Tokens:
    """Sign a device in and end the oldest sign-in beyond ``MAX_SESSIONS``.

    Raises ``User.DoesNotExist`` if, since ``user`` was read, they were removed or deactivated or their password
    changed: a sign-in that raced "end all my sessions" leaves nothing behind.
    """
    now = timezone.now()
    token_id = new_token_id()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk, password=user.password, is_active=True)
        session = Session.objects.create(
            user=user,
            token_hash=hash_of(token_id),
            created_at=now,
            last_used_at=now,
            expires_at=now + timedelta(seconds=SESSION_SECONDS),
            user_agent="".join(filter(str.isprintable, user_agent))[:200],
        )
        surplus = sessions_of(user).values_list("pk", flat=True)[MAX_SESSIONS:]
        Session.objects.filter(pk__in=list(surplus)).update(revoked_at=now)
    counters.OPENED.inc()
    return _tokens(session, token_id)


def rotate(refresh_token: str) -> Tokens:
    """Spend a refresh token for a new one of the same session, which ends when it would have ended before.

    One atomic UPDATE decides, so of many that come with one token one wins. Raises ``InvalidTokenError`` (not
    ours), ``TokenExpiredError``, ``TokenSupersededError`` or ``TokenReusedError``; only the last changes anything.
    """
    try:
        claims = verified(refresh_token, "refresh")
    except ExpiredTokenError:
        raise TokenExpiredError from None
    now, old, token_id = timezone.now(), hash_of(claims.token_id), new_token_id()
    session = _session_to_refresh(claims, now)
    if session.token_hash == old:
        living = Session.objects.filter(pk=session.pk, token_hash=old, revoked_at=None, expires_at__gt=now)
        # The list is as young as the token that it was read with: whoever changes one changes both.
        spent = [*_spent_lately(session, now), (old, now.timestamp())][-MAX_SPENT:]
        if living.update(token_hash=hash_of(token_id), spent=spent, rotated_at=now, last_used_at=now):
            counters.REFRESHED.inc()
            return _tokens(session, token_id)
        session = _session_to_refresh(claims, now)
    if old in dict(_spent_lately(session, now)):
        counters.SUPERSEDED.inc()
        raise TokenSupersededError
    counters.REUSED.inc()
    log.warning("a spent refresh token came back", user_id=session.user_id, session=session.pk)
    end_session(session)
    raise TokenReusedError


def _session_to_refresh(claims: Claims, now: datetime) -> Session:
    """Return the session with its person; raise ``TokenExpiredError`` unless both are alive."""
    this = Session.objects.filter(pk=claims.session_id, user_id=claims.user_id)
    session = this.select_related("user").first()
    if session is None or session.revoked_at or session.expires_at <= now or not session.user.is_active:
        raise TokenExpiredError
    return session


def _spent_lately(session: Session, now: datetime) -> list[tuple[str, float]]:
    """Return the tokens that other tabs may still show in good faith, and when each was spent."""
    since = now.timestamp() - SUPERSEDED_SECONDS
    return [(token_hash, spent_at) for token_hash, spent_at in session.spent if spent_at > since]


def sessions_of(user: User) -> QuerySet[Session]:
    """Return a person's live sessions, newest first; never more than ``MAX_SESSIONS``."""
    return Session.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now()).order_by(
        "-created_at", "-pk"
    )


def end_session(session: Session) -> None:
    """Sign one device out. Twice is the same as once."""
    Session.objects.filter(pk=session.pk, revoked_at=None).update(revoked_at=timezone.now())


def end_sessions(user: User, *, but: Session | None = None) -> None:
    """Sign all of a person's devices out, or all others."""
    ended = Session.objects.filter(user=user, revoked_at=None)
    if but is not None:
        ended = ended.exclude(pk=but.pk)
    ended.update(revoked_at=timezone.now())


def end_session_of(*, refresh_token: str | None, access_token: str | None) -> None:
    """Sign the device out that shows these tokens; those that are not good end nothing."""
    shown: list[tuple[str | None, Kind]] = [(refresh_token, "refresh"), (access_token, "access")]
    for token, kind in shown:
        try:
            claims = verified(token or "", kind)
        except InvalidTokenError:
            continue
        Session.objects.filter(pk=claims.session_id, user_id=claims.user_id, revoked_at=None).update(
            revoked_at=timezone.now()
        )


def dead_sessions() -> QuerySet[Session]:
    """Return the sessions that nothing can bring back: ended or over."""
    return Session.objects.filter(Q(revoked_at__isnull=False) | Q(expires_at__lte=timezone.now()))


def prune_sessions() -> int:
    """Delete dead sessions, a batch at a time so that nobody waits long for a lock; return how many."""
    deleted = 0
    while batch := list(dead_sessions().values_list("pk", flat=True)[:_PRUNE_BATCH]):
        deleted += Session.objects.filter(pk__in=batch).delete()[0]
    return deleted


def _tokens(session: Session, token_id: str) -> Tokens:
    refresh = signed(session, "refresh", until=session.expires_at, token_id=token_id)
    return Tokens(session=session, access=access_token(session), refresh=refresh)


# --- The cookie -----------------------------------------------------------------------------------


def with_refresh_token(response: R, tokens: Tokens) -> R:
    """Hand the refresh token to the browser, for as long as the session lasts."""
    left = tokens.session.expires_at - timezone.now()
    return with_cookie(response, COOKIE, tokens.refresh, max_age=max(0, int(left.total_seconds())))


def without_refresh_token(response: R) -> R:
    """Have the browser forget the refresh token."""
    return with_cookie(response, COOKIE, "", max_age=0)
