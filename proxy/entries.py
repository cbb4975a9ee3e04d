"""flyers_proxy: what the cache keeps, and the bounded place it keeps it in. It knows no clock, no threads, no Redis."""

from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from proxy.rendering import Rendered

MEBIBYTE: Final = 1024 * 1024
MAX_ENTRY_BYTES: Final = MEBIBYTE
# What an entry takes besides its answer, key and etag: itself, its moments, and its place on the shelf.
_ENTRY_BYTES: Final = 400


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An answer kept for everybody.

    Moments are Unix seconds; ``max_age`` is for how many seconds others may keep it, counted from ``fetched_at``;
    ``etag`` is upstream's, to revalidate with.
    """

    rendered: Rendered
    fetched_at: float
    fresh_until: float
    max_age: int
    etag: str | None = None


class Filled(NamedTuple):
    """What upstream gave for a key: ``rendered`` is None if the copy named by the etag that was sent still holds.

    ``max_age`` is for how many seconds upstream lets it count as fresh, None when it does not say; ``left_out``
    is how many flyers were not fit to show.
    """

    rendered: Rendered | None
    etag: str | None = None
    max_age: int | None = None
    left_out: int = 0


# Asks upstream: given the etag of the copy we have, and the moment (monotonic) when it must be over.
Fill = Callable[[str | None, float], Filled]


class Outcome(StrEnum):
    """How an answer was come by, in the words of RFC 9211; the value of ``X-Cache``."""

    HIT = "HIT"
    STALE = "STALE"
    MISS = "MISS"


class Found(NamedTuple):
    """An entry, and how it was come by."""

    entry: Entry
    outcome: Outcome


class Shelf:
    """Entries by key, the least recently used falling off first. Not thread-safe: its owner has the lock.

    ``size`` is how many bytes of memory they take together. Flyers share the bytes of the page they came on, and count
    nevertheless: they hold them when the page has gone.
    """

    def __init__(self, *, most_entries: int, most_bytes: int) -> None:
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self.size = 0
        self.evicted = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Entry | None:
        """Return the entry and count it as used."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: str, entry: Entry) -> None:
        """Keep an entry, unless it is larger than any may be; what it replaces goes in any case."""
        self.drop(key)
        if entry.rendered.size > MAX_ENTRY_BYTES:
            return
        self._entries[key] = entry
        self.size += _size(key, entry)
        while len(self._entries) > self._most_entries or self.size > self._most_bytes:
            self.size -= _size(*self._entries.popitem(last=False))
            self.evicted += 1

    def drop(self, key: str) -> None:
        """Forget an entry, if it is there."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.size -= _size(key, entry)

    def clear(self) -> None:
        """Forget all entries."""
        self._entries.clear()
        self.size = 0


def _size(key: str, entry: Entry) -> int:
    """Return how many bytes of memory an entry takes on the shelf."""
    return entry.rendered.size + len(key) + len(entry.etag or "") + _ENTRY_BYTES
