"""flyers_proxy: a hit's answer, for anyone and for a person. It knows entries, marks and headers, and no WSGI."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from django.db import DatabaseError, InterfaceError, connection

from accounts.tokens import InvalidTokenError, verify_access_token
from favorites.services.marks import marks_of_session
from flyers_proxy.services import Answer, release_connection
from proxy.entries import MEBIBYTE, Entry, Outcome
from proxy.reads import Read, read_headers
from proxy.rendering import Marks, Template

Headers = list[tuple[str, str]]
# Counts an answer by its method and status.
Count = Callable[[str, str], None]

# Addresses that keep what was made of them, and the entries that it was made of together. A body for every address would
# double what the cache holds; and an entry that has fallen off there is still held here.
MAX_READY: Final = 200
MAX_READY_BYTES: Final = 16 * MEBIBYTE


class Prepared(NamedTuple):
    """What an entry is at an address until a flyer begins or ends to be valid: all but the marks."""

    entry: Entry
    changes_at: float
    template: Template


class Ready(NamedTuple):
    """An answer; one for anonymous callers is good for what was prepared, to the end of the second."""

    prepared: Prepared
    second: int
    body: bytes
    etag: str
    headers: Headers


class Learned:
    """What was asked at an address, the headers that Django gave, and perhaps what was last made of them."""

    __slots__ = ("count", "headers", "key", "prepared", "read", "ready")

    def __init__(self, key: str, read: Read, headers: Headers, count: Count) -> None:
        self.key = key
        self.read = read
        self.headers = headers
        self.count = count
        self.prepared: Prepared | None = None
        self.ready: Ready | None = None


class Hits:
    """Makes answers of fresh entries. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders: OrderedDict[Learned, int] = OrderedDict()
        self._bytes = 0

    def answer(self, learned: Learned, entry: Entry, authorization: str | None) -> Ready | None:
        """Return the answer for a caller, None unless their token and its session are good."""
        now = time.time()
        prepared = learned.prepared
        if prepared is None or prepared.entry is not entry or now >= prepared.changes_at:
            prepared = self._prepare(learned, entry, now)
        if authorization is None:
            return _for_anyone(learned, prepared, now)
        return _for_person(authorization, learned, prepared, now)

    def _prepare(self, learned: Learned, entry: Entry, now: float) -> Prepared:
        template = learned.read.template(Answer.of(entry, Outcome.HIT), now=now)
        learned.prepared = prepared = Prepared(entry, entry.rendered.changes_after(now), template)
        self._hold(learned, entry.rendered.size)
        return prepared

    def _hold(self, learned: Learned, size: int) -> None:
        """Let this address keep what was made, and those where that is longest ago keep nothing."""
        with self._lock:
            self._bytes += size - self._holders.pop(learned, 0)
            self._holders[learned] = size
            while len(self._holders) > MAX_READY or self._bytes > MAX_READY_BYTES:
                oldest, its_size = self._holders.popitem(last=False)
                self._bytes -= its_size
                oldest.prepared = oldest.ready = None


def _for_anyone(learned: Learned, prepared: Prepared, now: float) -> Ready:
    """Return the last answer, or make it anew when the second or what was prepared is another."""
    ready = learned.ready
    if ready is None or ready.prepared is not prepared or ready.second != int(now):
        learned.ready = ready = _ready(learned, prepared, None, now)
        if learned.prepared is not prepared:  # Another thread had this address let go of it meanwhile.
            learned.ready = None
    return ready


def _for_person(authorization: str, learned: Learned, prepared: Prepared, now: float) -> Ready | None:
    """Return the answer for whoever the token says, None unless it and its session are good."""
    scheme, _, token = authorization.partition(" ")
    rendered = prepared.entry.rendered
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
    except InvalidTokenError:
        return None
    except (DatabaseError, InterfaceError):
        connection.close()  # What is broken stays broken: the whole way opens another, and tells what is wrong.
        return None
    finally:
        release_connection()  # No signal of Django's says that this request is over.
    if marks is None:
        return None
    return _ready(learned, prepared, marks, now)


def _ready(learned: Learned, prepared: Prepared, marks: Marks | None, now: float) -> Ready:
    body, etag = prepared.template.filled(marks)
    answer = Answer.of(prepared.entry, Outcome.HIT)
    headers = [*learned.headers, *read_headers(answer, etag, is_public=marks is None, now=now)]
    return Ready(prepared, int(now), body, etag, headers)
