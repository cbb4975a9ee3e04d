"""What this process caches: entries, and the bounded LRU store that all catalogs share."""

import threading
import zlib
from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

import msgspec
from cachetools import LRUCache
from msgspec.structs import force_setattr, replace
from prometheus_client import Counter, Gauge

from proxy.columns import SLOTS, unpacked_ids
from proxy.rendering import Body, Page

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
_MIN_COMPRESSED_BYTES: Final = 2048
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


def item_key(upstream: str, kind: str, id_: int) -> str:
    """Return the key of one item."""
    return f"{_prefix(upstream, kind)}:{id_}"


@cache
def _prefix(upstream: str, kind: str) -> str:
    return f"{upstream}:{kind}"


class _Entries(LRUCache[str, Entry]):
    """Entries by key; tells of what falls off for lack of room."""

    def __init__(self, max_bytes: int, min_size: int, on_evict: Callable[[str, Entry], None]) -> None:
        super().__init__(max_bytes, getsizeof=lambda entry: max(_size(entry), min_size))
        self._on_evict = on_evict

    def popitem(self) -> tuple[str, Entry]:
        key, entry = super().popitem()
        events(key.partition(":")[0])["evicted"].inc()
        self._on_evict(key, entry)
        return key, entry


class Store:
    """Entries by key, the least recently used falling off first. Safe to use from many threads.

    The items of a page are found by their own keys: each is cut out when it is first looked for, and an entry of its own
    from then on. What falls off takes with it the items that nobody has looked for; what is replaced or dropped leaves them.
    """

    def __init__(
        self,
        *,
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
        max_entry_bytes: int = MAX_ENTRY_BYTES,
    ) -> None:
        """Bound the entries in number and in bytes of memory."""
        self._lock = threading.Lock()
        self._max_entry_bytes = max_entry_bytes
        # Each counts for so much at least, which bounds their number.
        self._entries = _Entries(max_bytes, max_bytes // max_entries, self._forget_items)
        # By what their keys begin with, of each item the key of the last page that had it, if it has no later entry of its
        # own; and by the keys of such pages what those of their items begin with.
        self._pages: dict[str, dict[int, str]] = {}
        self._prefixes: dict[str, str] = {}
        self._reported_entries, self._reported_bytes = 0, 0.0

    def get(self, key: str) -> Entry | None:
        """Return the entry, which counts as used now."""
        with self._lock:
            return self._get(key)

    def get_many(self, keys: Iterable[str]) -> dict[str, Entry]:
        """Return by key those that are there, which count as used now."""
        with self._lock:
            found = {key: self._get(key) for key in keys}
        return {key: entry for key, entry in found.items() if entry is not None}

    def _get(self, key: str) -> Entry | None:
        if (place := self._place(key)) is not None:
            pages, id_ = place
            self._take_out(pages, id_, self._entries[pages[id_]])
        return self._entries.get(key)

    def put(self, key: str, entry: Entry, *, items_of: str | None = None) -> None:
        """Store an entry; one that is too large only drops what it replaces.

        ``items_of`` the upstream of this name are those of a page: they are stored with it.
        """
        page = entry.body if isinstance(entry.body, Page) else None
        ids = unpacked_ids(page.ids) if page and items_of else ()
        is_small = entry.body.size <= self._max_entry_bytes
        with self._lock:
            self._remove(key, but=ids if is_small else ())
            if page and items_of:
                prefix = self._prefixes[key] = _prefix(items_of, page.kind)
                self._pages.setdefault(prefix, {}).update(dict.fromkeys(ids, key))
            if is_small:
                self._entries[key] = entry
            elif page and items_of:
                self._leave_items(key, entry)
            self._report()

    def drop(self, key: str) -> None:
        """Remove an entry, if it is there."""
        with self._lock:
            self._remove(key)
            self._report()

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._entries.clear()
            self._pages.clear()
            self._prefixes.clear()
            self._report()

    def _report(self) -> None:
        """Count what is held here beside what other stores of the process hold."""
        entries, size = len(self._entries), self._entries.currsize
        ENTRIES.inc(entries - self._reported_entries)
        BYTES.inc(size - self._reported_bytes)
        self._reported_entries, self._reported_bytes = entries, size

    def _place(self, key: str) -> tuple[dict[int, str], int] | None:
        """Return where it stands which page has this item, None if no page has it."""
        prefix, _, number = key.rpartition(":")
        pages = self._pages.get(prefix)
        id_ = int(number) if pages and number.isdecimal() else 0
        return (pages, id_) if pages and id_ in pages else None

    def _take_out(self, pages: dict[int, str], id_: int, entry: Entry) -> None:
        """Make an item of a page an entry of its own."""
        assert isinstance(entry.body, Page)  # noqa: S101 - for the type
        key = f"{self._prefixes[pages.pop(id_)]}:{id_}"
        self._entries.pop(key, None)
        self._entries[key] = replace(entry, body=entry.body.item(id_), etag=None)

    def _remove(self, key: str, *, but: Collection[int] = ()) -> None:
        """Remove an entry, from its page too if it is an item; if it is a page, leave its items, but these."""
        if (place := self._place(key)) is not None:
            pages, id_ = place
            del pages[id_]
        removed = self._entries.pop(key, None)
        if removed is not None and key in self._prefixes:
            self._leave_items(key, removed, but=but)

    def _leave_items(self, key: str, entry: Entry, *, but: Collection[int] = ()) -> None:
        """Make those items entries of their own that this page, which is no longer there, was the last to have."""
        pages, ids = self._items_of(key, entry)
        for id_ in set(ids).difference(but):
            self._take_out(pages, id_, entry)
        del self._prefixes[key]

    def _forget_items(self, key: str, entry: Entry) -> None:
        if key in self._prefixes:
            pages, ids = self._items_of(key, entry)
            for id_ in ids:
                del pages[id_]
            del self._prefixes[key]

    def _items_of(self, key: str, entry: Entry) -> tuple[dict[int, str], list[int]]:
        """Return where it stands which page has an item, and the items that this page was the last to have."""
        pages = self._pages[self._prefixes[key]]
        return pages, [id_ for id_ in dict.fromkeys(unpacked_ids(entry.body.ids)) if pages.get(id_) == key]


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


def unpack(value: bytes, max_bytes: int = MAX_ENTRY_BYTES) -> Entry:
    """Return the entry; ``ValueError`` if the value is none of ours, or its body larger than ``max_bytes``."""
    kind, plain = value[MOMENT_DIGITS : MOMENT_DIGITS + 1], value[MOMENT_DIGITS + 1 :]
    try:
        if kind == _COMPRESSED:
            unpacking = zlib.decompressobj()
            plain = unpacking.decompress(plain, 2 * max_bytes)
            if not unpacking.eof:
                raise ValueError("cut, or larger than any entry")
        entry = _ENTRIES.decode(plain)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError("not an entry") from error
    if not entry.body.is_whole:
        raise ValueError("text and columns do not belong together")
    force_setattr(entry.body, "slots", SLOTS[entry.body.slots])  # the one tuple that all share
    return entry
