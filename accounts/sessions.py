"""Sessions (signed-in devices): opened, refreshed, ended and pruned."""

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Q, QuerySet
from django.db.models.base import ModelState
from django.utils import timezone
from prometheus_client import Counter

from accounts import tokens
from accounts.models import Session, SessionQuerySet, User, live_session_sql
from accounts.sql import fetch_rows

log = structlog.get_logger(__name__)

SESSION_SECONDS = 14 * 86_400
MAX_SESSIONS = 20
_PRUNE_BATCH = 500

# Tabs of one browser that refresh at the same moment send the same token, or one that was replaced a moment ago
# several times over; that is no theft. So many of the replaced tokens are stored.
SUPERSEDED_SECONDS = 10
MAX_SPENT = 20

_EVENTS = Counter("flyers_bff_sessions", "What happened to signed-in devices.", ["event"])
_OPENED, _REFRESHED = _EVENTS.labels("opened"), _EVENTS.labels("refreshed")
_SUPERSEDED = _EVENTS.labels("superseded")  # a second tab sent the token that the first had just replaced
_REUSED = _EVENTS.labels("reused")  # a replaced token came back: the session was ended

# In the order of the model, as ``from_db`` takes them; a moment would need converting on SQLite, as the booleans do.
_PERSON = [field.attname for field in User._meta.concrete_fields if field.attname != "created_at"]
_SELECT_PERSON = f"SELECT {', '.join(f'person.{column}' for column in _PERSON)}"


class TokenExpiredError(Exception):
    """The refresh token or its session has expired, or the session was ended."""


class TokenSupersededError(Exception):
    """Another tab has just refreshed with this token; the browser has the next one."""


class TokenReusedError(Exception):
    """A refresh token that was replaced before came back, so two parties hold it: the session has been ended."""


class Tokens(NamedTuple):
    """A session's tokens: ``access`` for the body of an answer (``expires_in`` seconds), ``refresh`` for the cookie."""

    session: Session
    access: str
    refresh: str
    expires_in: int = tokens.ACCESS_SECONDS


def person_of(claims: tokens.Claims) -> User:
    """Return whose session this is, in one query; raise ``InvalidTokenError`` unless it is live.

    All of the person but ``created_at`` is loaded, which Django loads on access.
    """
    live, values = live_session_sql(session_id=claims.session_id, user_id=claims.user_id)
    rows = fetch_rows(f"{_SELECT_PERSON} {live}", values)
    if not rows:
        raise tokens.InvalidTokenError
    # As ``Model.from_db`` does, without its look at each field.
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    person = User.__new__(User)
    person.__dict__.update(zip(_PERSON, rows[0], strict=True), _state=state)
    person.is_active, person.is_staff = bool(person.is_active), bool(person.is_staff)
    return person


def library_version_of(*, session_id: int, user_id: int) -> int | None:
    """Return the library version of the person whose session this is, None unless it is live."""
    live, values = live_session_sql(session_id=session_id, user_id=user_id)
    rows = fetch_rows(f"SELECT person.library_version {live}", values)
    return int(rows[0][0]) if rows else None


def open_session(*, user: User, user_agent: str = "") -> Tokens:
    """Sign a device in and end the oldest sessions beyond ``MAX_SESSIONS``.

    Raises ``User.DoesNotExist`` if, since ``user`` was read, they were removed or deactivated or their password
    changed: a sign-in that raced "end all my sessions" leaves nothing behind.
    """
    now = timezone.now()
    token_id = tokens.new_id()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk, password=user.password, is_active=True)
        session = Session.objects.create(
            user=user,
            token_hash=tokens.hash_id(token_id),
            created_at=now,
            last_used_at=now,
            expires_at=now + timedelta(seconds=SESSION_SECONDS),
            user_agent="".join(filter(str.isprintable, user_agent))[:200],
        )
        surplus = sessions_of(user).values_list("pk", flat=True)[MAX_SESSIONS:]
        Session.objects.filter(pk__in=list(surplus)).end()
    _OPENED.inc()
    return _tokens(session, token_id)


def rotate(refresh_token: str) -> Tokens:
    """Replace a refresh token by a new one of the same session, whose end stays where it is.

    One atomic UPDATE decides, so of many calls with one token one succeeds. Raises ``InvalidTokenError`` (not ours),
    ``TokenExpiredError``, ``TokenSupersededError`` or ``TokenReusedError``; only the last changes anything.
    """
    try:
        claims = tokens.verify(refresh_token, "refresh")
    except tokens.ExpiredTokenError:
        raise TokenExpiredError from None
    now, old, token_id = timezone.now(), tokens.hash_id(claims.token_id), tokens.new_id()
    session = _session_to_refresh(claims)
    if session.token_hash == old:
        # The list is as young as the token that it was read with: whoever changes one changes both.
        spent = [*_recently_spent(session, now), (old, now.timestamp())][-MAX_SPENT:]
        current = Session.objects.live().filter(pk=session.pk, token_hash=old)
        if current.update(token_hash=tokens.hash_id(token_id), spent=spent, rotated_at=now, last_used_at=now):
            _REFRESHED.inc()
            return _tokens(session, token_id)
        session = _session_to_refresh(claims)
    if old in dict(_recently_spent(session, now)):
        _SUPERSEDED.inc()
        raise TokenSupersededError
    _REUSED.inc()
    log.warning("a spent refresh token came back", user_id=session.user_id, session=session.pk)
    Session.objects.filter(pk=session.pk).end()
    raise TokenReusedError


def _session_to_refresh(claims: tokens.Claims) -> Session:
    session = Session.objects.live().filter(pk=claims.session_id, user_id=claims.user_id).first()
    if session is None:
        raise TokenExpiredError
    return session


def _recently_spent(session: Session, now: datetime) -> list[tuple[str, float]]:
    """Return the hashes that other tabs may still send in good faith, each with when it was replaced."""
    since = now.timestamp() - SUPERSEDED_SECONDS
    return [(token_hash, spent_at) for token_hash, spent_at in session.spent if spent_at > since]


def sessions_of(user: User) -> SessionQuerySet:
    """Return a person's live sessions, newest first; never more than ``MAX_SESSIONS``."""
    return Session.objects.live().filter(user=user).order_by("-created_at", "-pk")


def end_sessions(user: User, *, but: int | None = None) -> None:
    """Sign all of a person's devices out, or all but the session of this id."""
    ended = Session.objects.filter(user=user)
    if but is not None:
        ended = ended.exclude(pk=but)
    ended.end()


def end_session_of(*, refresh_token: str | None, access_token: str | None) -> None:
    """Sign the device out that sent these tokens; a token that is not valid ends nothing."""
    pairs: list[tuple[str | None, tokens.Kind]] = [(refresh_token, "refresh"), (access_token, "access")]
    for token, kind in pairs:
        try:
            claims = tokens.verify(token or "", kind)
        except tokens.InvalidTokenError:
            continue
        Session.objects.filter(pk=claims.session_id, user_id=claims.user_id).end()


def dead_sessions() -> QuerySet[Session]:
    """Return the sessions that can't become live again: revoked or expired (a deactivated person may come back)."""
    return Session.objects.filter(Q(revoked_at__isnull=False) | Q(expires_at__lte=timezone.now()))


def prune_sessions() -> int:
    """Delete dead sessions, in batches so that no lock is held long; return how many."""
    deleted = 0
    while batch := list(dead_sessions().values_list("pk", flat=True)[:_PRUNE_BATCH]):
        deleted += Session.objects.filter(pk__in=batch).delete()[0]
    return deleted


def _tokens(session: Session, token_id: str) -> Tokens:
    access_until = timezone.now() + timedelta(seconds=tokens.ACCESS_SECONDS)
    access = tokens.sign(session, "access", until=access_until, token_id=tokens.new_id())
    refresh = tokens.sign(session, "refresh", until=session.expires_at, token_id=token_id)
    return Tokens(session, access, refresh)
