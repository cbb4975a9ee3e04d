"""The hit path: a WSGI function that answers fresh reads before Django wakes up.

It learns from Django: a view that has answered a read leaves a note in the WSGI environment of what was requested. The next
request for the very same address, host, origin and media type is answered here, if the entry is fresh, with the headers
that Django gave and a body by the same renderer. Whatever is new, stale, unusual or wrong goes the whole way.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from cachetools import LRUCache
from django.db import DatabaseError, InterfaceError, connection

from accounts.tokens import InvalidTokenError, verify_access_token
from proxy.marks import Marked, marks_of_session
from proxy.reads import LIBRARY_VERSION, READ, Read
from proxy.rendering import Relation, Template
from proxy.single_flight import release_connection
from proxy.store import MEBIBYTE, Answer, Entry, Outcome

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Address = tuple[str | None, ...]
Headers = list[tuple[str, str]]
# Counts an answer by its method and status.
Count = Callable[[str, str], None]

# Addresses remembered (about 3 KB each), and the longest worth it: what nobody requests twice falls off.
MAX_LEARNED: Final = 5_000
MAX_ADDRESS_LENGTH: Final = 1_000
# Addresses for which what was made of an entry is kept ready, and the entries that it was made of together. A body for
# every address would double what the cache holds; and an entry that has fallen off there is still held here.
MAX_READY: Final = 200
MAX_READY_BYTES: Final = 16 * MEBIBYTE

# Of an earlier answer's headers these are repeated, for they depend on the address and the settings alone. Each answer has
# its own of the others, or they are for one caller (cookies), or say how that answer was encoded.
_REPEATED: Final = {
    *(
        "allow",
        "content-type",
        "vary",
        "content-security-policy",
        "x-content-type-options",
        "x-frame-options",
    ),
    *("referrer-policy", "cross-origin-opener-policy", "strict-transport-security"),
    *("access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers"),
}
_FOR_ONE: Final = {"set-cookie", "content-encoding"}
# With these a read may end in something else than the page or "not modified".
_UNUSUAL: Final = {"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"}


class Prepared(NamedTuple):
    """What an entry is at an address until something computed changes by itself: all but the marks."""

    entry: Entry
    template: Template
    ids: dict[Relation, set[int]]


class Ready(NamedTuple):
    """An answer; one for anonymous callers is good for what was prepared, to the end of the second."""

    prepared: Prepared
    second: int
    body: bytes
    etag: str
    headers: Headers


class Learned:
    """What was requested at an address, the headers that Django gave, and perhaps what was last made of them."""

    __slots__ = ("count", "headers", "key", "prepared", "read", "ready")

    def __init__(self, key: str, read: Read, headers: Headers, count: Count) -> None:
        self.key = key
        self.read = read
        self.headers = headers
        self.count = count
        self.prepared: Prepared | None = None
        self.ready: Ready | None = None


class _Holders(LRUCache[Learned, int]):
    """Addresses that hold what was made of an entry of so many bytes; one that falls off holds nothing any more."""

    def popitem(self) -> tuple[Learned, int]:
        learned, size = super().popitem()
        learned.prepared = learned.ready = None
        return learned, size


class HitPath:
    """A WSGI application in front of another: answers fresh reads, and leaves others to the one behind."""

    def __init__(
        self,
        application: Application,
        *,
        request_id: Callable[[str | None], str],
        counter: Callable[[Environ], Count],
    ) -> None:
        """``request_id`` makes the id of a request from what the caller sent.

        ``counter`` makes of a request that was answered what counts the next ones at its address.
        """
        self._application = application
        self._request_id = request_id
        self._counter = counter
        self._lock = threading.Lock()
        self._learned: LRUCache[Address, Learned] = LRUCache(MAX_LEARNED)
        self._holders = _Holders(
            MAX_READY_BYTES, getsizeof=lambda size: max(size, MAX_READY_BYTES // MAX_READY)
        )

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not environ["PATH_INFO"].startswith("/api/"):
            return self._application(environ, start_response)
        address = (
            environ["PATH_INFO"],
            environ["QUERY_STRING"],
            environ.get("HTTP_HOST"),
            environ.get("HTTP_ORIGIN"),
            environ.get("HTTP_ACCEPT"),
            "signed in" if "HTTP_AUTHORIZATION" in environ else None,
        )
        with self._lock:
            learned = self._learned.get(address)
        if learned is None:
            return self._learn(address, environ, start_response)
        return self._hit(learned, environ, start_response) or self._application(environ, start_response)

    def _hit(
        self, learned: Learned, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes] | None:
        method = environ["REQUEST_METHOD"]
        entry = learned.read.catalog.cache.fresh(learned.key)
        if entry is None or not _UNUSUAL.isdisjoint(environ):
            return None
        ready = self._answer(learned, entry, environ.get("HTTP_AUTHORIZATION"))
        if ready is None:
            return None
        body, etag = ready.body, ready.etag
        headers = [*ready.headers, ("X-Request-ID", self._request_id(environ.get("HTTP_X_REQUEST_ID")))]
        if_none_match = environ.get("HTTP_IF_NONE_MATCH")
        if if_none_match is not None:
            if "," in if_none_match:
                return None
            if if_none_match.strip() in {etag, f"W/{etag}", "*"}:
                headers = [pair for pair in headers if pair[0] != "Content-Type"]
                start_response("304 Not Modified", [*headers, ("Content-Length", "0")])
                learned.count(method, "304")
                return [b""]
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        learned.count(method, "200")
        return [b""] if method == "HEAD" else [body]

    def _learn(self, address: Address, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Let Django answer; if that was a read that can be answered here, know it the next time."""

        def listen(status: str, headers: Headers, *more: Any) -> Any:
            read: Read | None = environ.get(READ)
            is_short = sum(len(part or "") for part in address) <= MAX_ADDRESS_LENGTH
            # An answer with a cookie, or encoded for its caller, has headers that are for this caller alone.
            is_for_all = _FOR_ONE.isdisjoint(name.lower() for name, _ in headers)
            if read is not None and read.key is not None and status == "200 OK" and is_short and is_for_all:
                repeated = [pair for pair in headers if pair[0].lower() in _REPEATED]
                with self._lock:
                    self._learned[address] = Learned(read.key, read, repeated, self._counter(environ))
            return start_response(status, headers, *more)

        return self._application(environ, listen)

    def _answer(self, learned: Learned, entry: Entry, authorization: str | None) -> Ready | None:
        """Return the answer for a caller, None unless their token and its session are good."""
        now = time.time()
        prepared = learned.prepared
        if prepared is None or prepared.entry is not entry or now >= prepared.template.changes_at:
            prepared = self._prepare(learned, entry, now)
        if authorization is None:
            return _for_anyone(learned, prepared, now)
        return _for_person(authorization, learned, prepared, now)

    def _prepare(self, learned: Learned, entry: Entry, now: float) -> Prepared:
        template = learned.read.template(Answer(entry, Outcome.HIT), now=now)
        learned.prepared = prepared = Prepared(entry, template, template.ids)
        with self._lock:
            self._holders.pop(learned, None)
            self._holders[learned] = entry.body.size  # no entry is larger than all of the room
        return prepared


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
    try:
        if scheme != "Bearer":
            return None
        claims = verify_access_token(token)
        marked = marks_of_session(user_id=claims.user_id, session_id=claims.session_id, ids=prepared.ids)
    except InvalidTokenError:
        return None
    except (DatabaseError, InterfaceError):
        connection.close()  # What is broken stays broken: the whole way opens another, and says what is wrong.
        return None
    finally:
        release_connection()  # No signal of Django's says that this request is over.
    if marked is None:
        return None
    return _ready(learned, prepared, marked, now)


def _ready(learned: Learned, prepared: Prepared, marked: Marked | None, now: float) -> Ready:
    body, etag = prepared.template.filled(marked and marked.marks)
    answer = Answer(prepared.entry, Outcome.HIT)
    headers = [*learned.headers, *learned.read.headers(answer, etag, is_public=marked is None, now=now)]
    if marked is not None:
        headers.append((LIBRARY_VERSION, str(marked.version)))
    return Ready(prepared, int(now), body, etag, headers)
