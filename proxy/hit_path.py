"""flyers_proxy: the WSGI function that answers hits before Django wakes up. It knows bytes and headers, and no route.

It learns from Django: a view that has answered a read leaves a note in the WSGI environment of what was asked. The next
request for the very same address, host, origin and media type is answered here, if the entry is fresh, with the headers
that Django gave and a body by the same renderer. Whatever is new, stale, unusual or wrong goes the whole way.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

from cachetools import LRUCache

from flyers_proxy import services
from proxy.hits import Count, Headers, Hits, Learned
from proxy.reads import READ, Read

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Address = tuple[str | None, ...]

# Addresses remembered (about 3 KB each), and the longest worth it: what nobody asks for twice falls off.
MAX_LEARNED: Final = 5_000
MAX_ADDRESS_LENGTH: Final = 1_000

# Each answer has its own of these; the others stay the same until the settings change.
_OWN = {"x-request-id", "server-timing", "etag", "age", "x-cache", "cache-control", "content-length"}
# With these a read may end in something else than the page or "not modified".
_UNUSUAL = {"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"}


class HitPath:
    """A WSGI application in front of another: answers fresh reads, and leaves the rest to the one behind."""

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
        self._hits = Hits()
        self._learned: LRUCache[Address, Learned] = LRUCache(MAX_LEARNED)

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
        entry = services.store().fresh(learned.key)
        if entry is None or not _UNUSUAL.isdisjoint(environ):
            return None
        ready = self._hits.answer(learned, entry, environ.get("HTTP_AUTHORIZATION"))
        if ready is None:
            return None
        body, etag = ready.body, ready.etag
        headers = [*ready.headers, ("X-Request-ID", self._request_id(environ.get("HTTP_X_REQUEST_ID")))]
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None:
            if "," in asked:
                return None
            if asked.strip() in {etag, f"W/{etag}", "*"}:
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
            # A cookie, and be it one to forget, is for this caller alone.
            is_for_all = all(name.lower() != "set-cookie" for name, _ in headers)
            if read is not None and read.key is not None and status == "200 OK" and is_short and is_for_all:
                lasting = [pair for pair in headers if pair[0].lower() not in _OWN]
                with self._lock:
                    self._learned[address] = Learned(read.key, read, lasting, self._counter(environ))
            return start_response(status, headers, *more)

        return self._application(environ, listen)
