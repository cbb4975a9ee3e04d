"""What this process caches: entries, and the bounded LRU store that all catalogs share."""

import threading
import time
import zlib
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

import msgspec
from cachetools import LRUCache
from prometheus_client import Counter, Gauge

from proxy.rendering import Body, Marks

_EVENTS = Counter("flyers_bff_cache", "What happened when answers were looked for.", ["upstream", "event"])
EVENTS: Final = {
    "hit": "fresh and in this process",
    "stale": "a stale copy was served",
    "gone": "known not to exist, so no call was made",
    "wait": "waited for a fill of this process",
    "fill": "upstream was called, and answered",
    "unmodified": "... that the copy still holds",
    "shared": "taken over from the shared level",
    "refresh_failed": "a revalidation in background failed",
    "left_out": "items that were not fit to show",
    "evicted": "entries that fell off for lack of room",
}
ENTRIES = Gauge("flyers_bff_cache_entries", "Entries held.", multiprocess_mode="livesum")
BYTES = Gauge("flyers_bff_cache_bytes", "Bytes held.", multiprocess_mode="livesum")


@cache
def events(upstream: str) -> dict[str, Counter]:
    """Return the counters of one upstream's cache, by event."""
    return {event: _EVENTS.labels(upstream, event) for event in EVENTS}


MEBIBYTE: Final = 1024 * 1024
MAX_ENTRY_BYTES: Final = MEBIBYTE
MAX_BYTES: Final = 64 * MEBIBYTE
MAX_ENTRIES: Final = 50_000
MOMENT_DIGITS: Final = 13
_PLAIN, _COMPRESSED = b"p", b"z"
_MIN_COMPRESSED_BYTES: Final = 1024
# What an entry takes besides its body, key and etag: itself, its moments, and its place in the store.
_ENTRY_BYTES: Final = 400


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An answer cached for everybody.

    Moments are Unix seconds; ``max_age`` is for how many seconds others may cache it, counted from ``fetched_at``;
    ``etag`` is upstream's, to revalidate with.
    """

    body: Body
    fetched_at: float
    fresh_until: float
    max_age: int
    etag: str | None = None


_ENTRIES = msgspec.msgpack.Decoder(Entry)


class Outcome(StrEnum):
    """How an answer was obtained, in the words of RFC 9211; the value of ``X-Cache``."""

    HIT = "HIT"
    STALE = "STALE"
    MISS = "MISS"


class Answer(NamedTuple):
    """An entry and how it was obtained; ``key`` is None for one that stands in no cache."""

    entry: Entry
    outcome: Outcome
    key: str | None = None

    @property
    def body(self) -> Body:
        """Return what is shown."""
        return self.entry.body

    @property
    def is_stale(self) -> bool:
        """Say whether it is older than it should be."""
        return self.outcome is Outcome.STALE

    def json(self, marks: Marks | None) -> msgspec.Raw:
        """Return it as it stands inside of another answer, for somebody with these marks and nowhere."""
        template = self.body.template(as_of=self.entry.fetched_at, is_stale=self.is_stale, now=time.time())
        return msgspec.Raw(template.filled(marks)[0])


class _Entries(LRUCache[str, Entry]):
    """Counts what falls off for lack of room."""

    def popitem(self) -> tuple[str, Entry]:
        key, entry = super().popitem()
        events(key.partition(":")[0])["evicted"].inc()
        return key, entry


class Store:
    """Entries by key, the least recently used falling off first. Safe to use from many threads.

    The items of a page are entries of their own and share its bytes; they count nevertheless, as they hold them when the
    page has gone.
    """

    def __init__(self, *, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        """Bound the entries in number and in bytes of memory."""
        self._min_size = max_bytes // max_entries  # counted for each at least, which bounds their number
        self._lock = threading.Lock()
        self._entries = _Entries(max_bytes, getsizeof=lambda entry: max(_size(entry), self._min_size))

    def get(self, key: str) -> Entry | None:
        """Return the entry, which counts as used now."""
        with self._lock:
            return self._entries.get(key)

    def put(self, entries: dict[str, Entry]) -> None:
        """Store these, the last ones to be the next to fall off; one that is too large only drops what it replaces."""
        with self._lock:
            for key in reversed(entries):
                self._entries.pop(key, None)
                if entries[key].body.size <= MAX_ENTRY_BYTES:
                    self._entries[key] = entries[key]
            ENTRIES.set(len(self._entries))
            BYTES.set(self._entries.currsize)

    def drop(self, key: str) -> None:
        """Remove an entry, if it is there."""
        with self._lock:
            self._entries.pop(key, None)

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._entries.clear()


def _size(entry: Entry) -> int:
    return entry.body.size + len(entry.etag or "") + _ENTRY_BYTES


# --- As bytes, for a level that others share ---------------------------------------------------------
#
# 13 digits (fresh until, Unix milliseconds), one letter (plain or compressed) and the entry as MessagePack. Nothing in it
# can run.


def packed_moment(seconds: float) -> bytes:
    """Return a moment (Unix seconds) in the form that values begin with."""
    return b"%013d" % int(seconds * 1000)


def pack(entry: Entry) -> bytes:
    """Return the value for an entry."""
    plain = msgspec.msgpack.encode(entry)
    head = packed_moment(entry.fresh_until)
    if len(plain) < _MIN_COMPRESSED_BYTES:
        return head + _PLAIN + plain
    return head + _COMPRESSED + zlib.compress(plain, 1)


def unpack(value: bytes) -> Entry:
    """Return the entry; ``ValueError`` if the value is none of ours."""
    kind, plain = value[MOMENT_DIGITS : MOMENT_DIGITS + 1], value[MOMENT_DIGITS + 1 :]
    try:
        if kind == _COMPRESSED:
            unpacking = zlib.decompressobj()
            plain = unpacking.decompress(plain, 2 * MAX_ENTRY_BYTES)
            if not unpacking.eof:
                raise ValueError("cut, or larger than any entry")
        entry = _ENTRIES.decode(plain)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError("not an entry") from error
    if not entry.body.is_whole:
        raise ValueError("fragments and placeholders do not belong together")
    return entry
