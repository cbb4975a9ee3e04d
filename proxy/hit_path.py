"""The hit path: a WSGI function that answers fresh reads before Django wakes up.

It learns from Django: a view that has answered a read leaves a note in the WSGI environment of what was requested. The next
request for the very same address, host, origin and media type is answered here, if the entry is fresh, with the headers
that Django gave and a body by the same renderer. Whatever is new, stale, unusual or wrong goes the whole way.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from cachetools import LRUCache
from django.db import DatabaseError, InterfaceError, connection

from accounts.tokens import InvalidTokenError, verify_access_token
from proxy.marks import Ids, Marked, marks_of_session
from proxy.reads import LIBRARY_VERSION, READ, Read
from proxy.single_flight import release_connection
from proxy.store import MEBIBYTE, Answer, Entry, Outcome
from proxy.templates import Filling, Template

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
# Addresses whose whole answer is kept ready, and the bytes of these bodies. A body for every address would double what the
# cache holds; to make one takes a few microseconds.
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
    """What fills an entry at an address until something computed changes by itself: all but the marks.

    It holds nothing of the entry's body, which may fall off the cache; ``stamp`` tells it from others. ``ids`` are those
    that it shows marks of, where they are needed.
    """

    stamp: tuple[float, bytes]
    filling: Filling
    changes_at: float
    ids: Ids


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
        self._ready = _ReadyAnswers()

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
            if read is None or read.key is None or status != "200 OK":
                return start_response(status, headers, *more)
            is_short = sum(len(part or "") for part in address) <= MAX_ADDRESS_LENGTH
            # An answer with a cookie, or encoded for its caller, has headers that are for this caller alone.
            is_for_all = _FOR_ONE.isdisjoint(name.lower() for name, _ in headers)
            if is_short and is_for_all:
                repeated = [pair for pair in headers if pair[0].lower() in _REPEATED]
                with self._lock:
                    self._learned[address] = Learned(read.key, read, repeated, self._counter(environ))
            return start_response(status, headers, *more)

        return self._application(environ, listen)

    def _answer(self, learned: Learned, entry: Entry, authorization: str | None) -> Ready | None:
        """Return the answer for a caller, None unless their token and its session are good."""
        now = time.time()
        prepared = learned.prepared
        if (
            prepared is None
            or prepared.stamp[0] != entry.fetched_at
            or prepared.stamp[1] is not entry.body.ends
            or now >= prepared.changes_at
        ):
            template = learned.read.template(Answer(entry, Outcome.HIT), now=now)
            # The ends of a body's items are an object of its own, and small.
            stamp = (entry.fetched_at, entry.body.ends)
            ids = template.ids if authorization else {}
            learned.prepared = prepared = Prepared(stamp, template.filling, template.changes_at(now), ids)
        if authorization is not None:
            return _for_person(authorization, learned, prepared, entry, now)
        ready = learned.ready
        if ready is None or ready.prepared is not prepared or ready.second != int(now):
            ready = _ready(learned, prepared, entry, None, now)
            self._ready.put(learned, ready)
        return ready


class _ReadyAnswers:
    """The addresses that hold a whole answer, by when that was made; what is not over takes the room of no other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders: OrderedDict[Learned, int] = OrderedDict()
        self._bytes = 0

    def put(self, learned: Learned, ready: Ready) -> None:
        """Have the address hold it, if there is room beside those of this second."""
        size = len(ready.body)
        with self._lock:
            self._bytes -= self._holders.pop(learned, 0)
            learned.ready = None
            while len(self._holders) >= MAX_READY or self._bytes + size > MAX_READY_BYTES:
                oldest = next(iter(self._holders), None)
                if oldest is None or (oldest.ready and oldest.ready.second >= ready.second):
                    return
                self._bytes -= self._holders.pop(oldest)
                oldest.ready = None
            self._holders[learned] = size
            self._bytes += size
            learned.ready = ready


def _for_person(
    authorization: str, learned: Learned, prepared: Prepared, entry: Entry, now: float
) -> Ready | None:
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
    return _ready(learned, prepared, entry, marked, now)


def _ready(learned: Learned, prepared: Prepared, entry: Entry, marked: Marked | None, now: float) -> Ready:
    body, etag = Template(entry.body, prepared.filling).filled(marked and marked.marks)
    answer = Answer(entry, Outcome.HIT)
    headers = [*learned.headers, *learned.read.headers(answer, etag, is_public=marked is None, now=now)]
    if marked is not None:
        headers.append((LIBRARY_VERSION, str(marked.version)))
    return Ready(prepared, int(now), body, etag, headers)
