"""flyers_proxy: a hit's answer, for anyone and for a person. It knows entries, marks and headers, and no WSGI."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from django.db import DatabaseError, InterfaceError, connection

from accounts.tokens import InvalidToken, verify_access_token
from favorites.services.marks import marks_of_session
from flyers_proxy.entries import Entry, Outcome
from flyers_proxy.reads import Read, read_headers
from flyers_proxy.services import Answer

Headers = list[tuple[str, str]]
# Counts an answer by its method and status.
Count = Callable[[str, str], None]

# Addresses whose last answer is kept whole. A body for every address would double what the cache holds.
MOST_READY: Final = 200


class Ready(NamedTuple):
    """An answer; one for anonymous callers is good while its entry is, to the end of the second."""

    entry: Entry
    second: int
    changes_at: float
    body: bytes
    etag: str
    headers: Headers


class Learned:
    """What was asked at an address, the headers that Django gave, and perhaps the last answer made of them."""

    __slots__ = ("count", "headers", "key", "read", "ready")

    def __init__(self, key: str, read: Read, headers: Headers, count: Count) -> None:
        self.key = key
        self.read = read
        self.headers = headers
        self.count = count
        self.ready: Ready | None = None


class Hits:
    """Makes answers of fresh entries. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders: OrderedDict[Learned, None] = OrderedDict()

    def answer(self, learned: Learned, entry: Entry, authorization: str | None) -> Ready | None:
        """Return the answer for a caller, None unless their token and its session are good."""
        now = time.time()
        if authorization is None:
            return self._for_anyone(learned, entry, now)
        return _for_person(authorization, learned, entry, now)

    def _for_anyone(self, learned: Learned, entry: Entry, now: float) -> Ready:
        """Return the last answer, or make it anew when the entry, the second or a flyer's validity has changed."""
        ready = learned.ready
        is_same = ready is not None and ready.entry is entry and now < ready.changes_at
        if ready is not None and is_same and ready.second == int(now):
            return ready
        answer = Answer.of(entry, Outcome.HIT)
        if ready is not None and is_same:
            body, etag, changes_at = ready.body, ready.etag, ready.changes_at
        else:
            body, etag = learned.read.fill(answer, None, now=now)
            changes_at = entry.rendered.changes_after(now)
        headers = [*learned.headers, *read_headers(answer, etag, is_public=True, now=now)]
        learned.ready = ready = Ready(entry, int(now), changes_at, body, etag, headers)
        self._hold(learned)
        return ready

    def _hold(self, learned: Learned) -> None:
        """Let this address keep its answer, and the one that was made longest ago keep none."""
        with self._lock:
            self._holders[learned] = None
            self._holders.move_to_end(learned)
            if len(self._holders) > MOST_READY:
                self._holders.popitem(last=False)[0].ready = None


def _for_person(authorization: str, learned: Learned, entry: Entry, now: float) -> Ready | None:
    """Return the answer for whoever the token says, None unless it and its session are good."""
    scheme, _, token = authorization.partition(" ")
    rendered = entry.rendered
    try:
        if scheme != "Bearer":
            return None
        claims = verify_access_token(token)
        marks = marks_of_session(
            user_id=claims.user_id,
            session_id=claims.session_id,
            flyer_ids=[spot.flyer_id for spot in rendered.spots],
            creator_ids=rendered.creator_ids,
        )
    except InvalidToken:
        return None
    except (DatabaseError, InterfaceError):
        connection.close()  # What is broken stays broken: the whole way opens another, and tells what is wrong.
        return None
    if marks is None:
        return None
    answer = Answer.of(entry, Outcome.HIT)
    body, etag = learned.read.fill(answer, marks, now=now)
    headers = [*learned.headers, *read_headers(answer, etag, is_public=False, now=now)]
    return Ready(entry, int(now), now, body, etag, headers)
