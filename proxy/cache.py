"""flyers_proxy: fresh when we can, stale when we must, one fill at a time. It knows no flyers, no HTTP, no people.

A key is *fresh* for a while, then *stale*: still served, at once, while one thread behind asks upstream again. A
key that is *missing* is filled once for all who wait for it, and they share what comes of it, a failure too. Only
"not found" from upstream drops a copy; whatever else goes wrong, the copy is served.
"""

import contextvars
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final, TypeVar

import structlog
from cachetools import TTLCache

from clients.errors import UpstreamBusyError, UpstreamError, UpstreamMalformedError, UpstreamNotFoundError
from proxy import counters
from proxy.background import Refreshers
from proxy.entries import MEBIBYTE, Entry, Fill, Filled, Found, Outcome, Shelf
from proxy.redis_level import GONE_SECONDS, Look, NoSharedLevel, SharedLevel
from proxy.rendering import Rendered
from proxy.single_flight import Flights, Waiters

log = structlog.get_logger(__name__)
T = TypeVar("T")

# Names the parts of an answer that are answers of their own: the flyers of a page.
Parts = Callable[[Rendered], Iterable[tuple[str, Rendered]]]

MAX_ENTRIES: Final = 50_000
MAX_BYTES: Final = 64 * MEBIBYTE
MAX_NEGATIVE: Final = 1_000
MAX_WAITERS: Final = 64
JITTER: Final = 0.1

# Refreshes at once, well under the bulkhead so that they never crowd out those who wait; and as many in line.
REFRESHERS: Final = 4
MAX_QUEUED_REVALIDATIONS: Final = 200
# How long a key is left alone after a failed refresh.
REST_SECONDS: Final = 2.0
# How often to look whether another process has finished, and what a fill may take beyond upstream's deadline.
POLL_SECONDS: Final = 0.02
GRACE_SECONDS: Final = 0.3


def _nothing() -> None:
    pass


class Cache:
    """Answers by key, for everybody: a key knows no caller. Safe to use from many threads."""

    def __init__(
        self,
        *,
        fresh_seconds: int,
        stale_seconds: float,
        deadline: float,
        parts: Parts,
        shared: SharedLevel | None = None,
        waiters: Waiters | None = None,
        before_waiting: Callable[[], None] = _nothing,
        clock: Callable[[], float] = time.time,
        most_entries: int = MAX_ENTRIES,
        most_bytes: int = MAX_BYTES,
    ) -> None:
        """``deadline``: seconds that a fill may take; ``waiters``: the process' bound; ``clock`` gives Unix seconds.

        ``before_waiting`` is called in each thread that is about to wait, so that it holds nothing that others need.
        """
        self._fresh_seconds = fresh_seconds
        self._stale_seconds = stale_seconds
        self._deadline = deadline
        self._parts = parts
        self._before_waiting = before_waiting
        self._shared = shared or NoSharedLevel()
        self._clock = clock
        self._lock = threading.Lock()  # held for moves in memory only, never while waiting for anything
        self._shelf = Shelf(most_entries=most_entries, most_bytes=most_bytes)
        self._gone: TTLCache[str, bool] = TTLCache(MAX_NEGATIVE, GONE_SECONDS, timer=clock)
        self._flights: Flights[Found] = Flights(waiters or Waiters(MAX_WAITERS))
        self._refreshing: set[str] = set()
        self._resting: TTLCache[str, bool] = TTLCache(MAX_ENTRIES, REST_SECONDS, timer=clock)
        self._refreshers = Refreshers(REFRESHERS, MAX_QUEUED_REVALIDATIONS)

    # --- Reading ----------------------------------------------------------------------------------

    def fresh(self, key: str) -> Entry | None:
        """Return the entry if it is here and fresh: the whole way of a hit."""
        with self._lock:
            entry = self._shelf.get(key)
        if entry is None or not self._is_fresh(entry):
            return None
        counters.HIT.inc()
        return entry

    def copy(self, key: str) -> Entry | None:
        """Return the entry if it is here, fresh or stale; asks nobody and counts nothing."""
        with self._lock:
            entry = self._shelf.get(key)
            if entry is not None and self._is_expired(entry):
                self._shelf.drop(key)
                entry = None
        return entry

    def copies(self, names: Mapping[str, T]) -> dict[T, Entry]:
        """Return by name the entries that are here or in the shared level, fresh or stale; asks upstream nothing."""
        held = {key: entry for key in names if (entry := self.copy(key)) is not None}
        missing = [key for key in names if key not in held]
        shared = self._shared.look_at_all(missing) if missing else {}
        if shared:
            self._put(shared)
        return {names[key]: entry for key, entry in (held | shared).items()}

    def get(
        self, key: str, fill: Fill, *, confirm: bool = False, on_miss: Callable[[], None] = _nothing
    ) -> Found:
        """Return the entry, asking upstream if it has to; raise ``UpstreamError`` if there is nothing to serve.

        With ``confirm`` a stale copy is good enough only if upstream can't be asked. ``on_miss`` is called when nothing
        is here to be served; what it raises ends the question before anybody else has to do with it.
        """
        if (entry := self.fresh(key)) is not None:
            return Found(entry, Outcome.HIT)
        if (entry := self.copy(key)) is not None and not confirm:
            self.refresh_behind(key, fill)
            return self._stale(key, entry)
        on_miss()
        self._before_waiting()
        try:
            found = self._together(key, fill, confirm=confirm)
        except UpstreamNotFoundError:
            raise
        except UpstreamError:
            if (entry := self.copy(key)) is None:
                raise
            return self._stale(key, entry)
        if found.outcome is Outcome.STALE:  # The shared level had it.
            self.refresh_behind(key, fill)
            return self._stale(key, found.entry)
        return found

    def refresh_behind(self, key: str, fill: Fill) -> None:
        """Have the key filled again by a thread behind, unless that is under way or failed a moment ago."""
        with self._lock:
            if key in self._refreshing or key in self._resting:
                return
            self._refreshing.add(key)
        # The thread behind works in the name of whoever made it start: same request id.
        context = contextvars.copy_context()
        if not self._refreshers.take(lambda: context.run(self._refresh, key, fill)):
            with self._lock:
                self._refreshing.discard(key)

    def settle(self) -> None:
        """Wait until no refresh is under way."""
        self._refreshers.settle()

    def clear(self) -> None:
        """Forget every entry of this process."""
        with self._lock:
            self._shelf.clear()
            self._gone.clear()

    # --- Filling ----------------------------------------------------------------------------------

    def _together(self, key: str, fill: Fill, *, confirm: bool) -> Found:
        """Find the key once for all who ask for it at this moment; whoever waits does so for one deadline in all."""
        ends_at = time.monotonic() + self._deadline
        find = partial(self._find, key, fill, confirm=confirm, ends_at=ends_at)
        found = self._flights.share(key, find, ends_at=ends_at + GRACE_SECONDS)
        if confirm and found.outcome is Outcome.STALE:  # That was the work of one who was content with stale.
            found = self._flights.share(key, find, ends_at=ends_at + GRACE_SECONDS)
        return found

    def _find(self, key: str, fill: Fill, *, confirm: bool, ends_at: float) -> Found:
        """Look in the shared level; fill the key, or wait for the process that does."""
        copy = self.copy(key)
        if copy is not None and self._is_fresh(copy):  # The flight before ours has just landed.
            return Found(copy, Outcome.HIT)
        self._raise_if_gone(key)
        token = secrets.token_hex(8)
        look = partial(self._look, key, token, claims_stale=confirm)
        found, seen = look(is_waiting=False)
        if found is None and not seen.is_mine:
            began_at = time.monotonic() - seen.fill_age
            with self._flights.waiting(key, began_at=began_at, ends_at=ends_at) as until:
                while found is None and not seen.is_mine:
                    if time.monotonic() >= until:
                        raise TimeoutError
                    time.sleep(POLL_SECONDS)
                    found, seen = look(is_waiting=True)
        return found or self._fill(key, fill, token, ends_at)

    def _look(
        self, key: str, token: str, *, claims_stale: bool, is_waiting: bool
    ) -> tuple[Found | None, Look]:
        """Return what the shared level has, taken over if it is of use, and what else it says; raise its failures."""
        look = self._shared.look(
            key, token, now=self._clock(), claims_stale=claims_stale, is_waiting=is_waiting
        )
        if look.is_cleared:
            self.clear()
        if look.is_gone:
            self._bury(key)
            raise UpstreamNotFoundError("not there, says the shared level")
        if look.failure is not None:
            raise look.failure
        found = self._promote(key, look.entry) if look.entry is not None else None
        if found is not None and claims_stale and found.outcome is Outcome.STALE:
            found = None
        return found, look

    def _fill(self, key: str, fill: Fill, token: str, ends_at: float) -> Found:
        copy = self.copy(key)
        start = time.perf_counter()
        try:
            filled = fill(copy.etag if copy else None, ends_at)
            entries = self._entries_of(key, filled, copy)
        except UpstreamNotFoundError:
            self._bury(key)
            self._shared.bury(key, token, now=self._clock())
            raise
        except UpstreamBusyError:
            self._shared.let_go(key, token)  # Another process may have a slot.
            raise
        except UpstreamError as failure:
            self._shared.let_go(key, token, failure)
            raise
        except BaseException:
            self._shared.let_go(key, token)
            raise
        finally:
            _add_to_request(upstream_ms=(time.perf_counter() - start) * 1000)
        counters.FILL.inc()
        if filled.rendered is None:
            counters.UNMODIFIED.inc()
        if filled.left_out:
            counters.LEFT_OUT.inc(filled.left_out)
            log.warning("flyers left out", kind=_kind(key), number=filled.left_out)
        self._put(entries)
        self._shared.keep(key, token, entries, now=self._clock())
        return Found(entries[key], Outcome.MISS)

    def _entries_of(self, key: str, filled: Filled, copy: Entry | None) -> dict[str, Entry]:
        """Return the entry of the key and those of its parts."""
        rendered = filled.rendered or (copy.rendered if copy else None)
        if rendered is None:
            raise UpstreamMalformedError("not modified, but there is no copy")
        now = self._clock()
        max_age, jitter = self._fresh_seconds, random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
        fresh_until = now + max_age * jitter
        if filled.max_age is not None:
            max_age, fresh_until = min(max_age, filled.max_age), min(fresh_until, now + filled.max_age)
        etag = filled.etag or (copy.etag if copy and filled.rendered is None else None)
        entry = Entry(rendered, now, fresh_until, max_age, etag)
        parts = {name: Entry(part, now, fresh_until, max_age) for name, part in self._parts(rendered)}
        return {key: entry, **parts}

    def _promote(self, key: str, entry: Entry) -> Found:
        """Take over an entry from the shared level, unless ours is newer."""
        ours = self.copy(key)
        if ours is not None and ours.fetched_at >= entry.fetched_at:
            entry = ours
        else:
            counters.SHARED.inc()
            self._put({key: entry})
        return Found(entry, Outcome.HIT if self._is_fresh(entry) else Outcome.STALE)

    def _put(self, entries: dict[str, Entry]) -> None:
        with self._lock:
            before = self._shelf.evicted
            for name in reversed(entries):  # The page last: its parts fall off before it.
                self._shelf.put(name, entries[name])
                self._gone.pop(name, None)
            evicted = self._shelf.evicted - before
            counters.ENTRIES.set(len(self._shelf))
            counters.BYTES.set(self._shelf.size)
        counters.EVICTED.inc(evicted)

    def _refresh(self, key: str, fill: Fill) -> None:
        try:
            self._together(key, fill, confirm=True)
        except UpstreamNotFoundError:
            return
        except Exception as failure:
            with self._lock:
                self._resting[key] = True
            counters.REFRESH_FAILED.inc()
            if not isinstance(failure, UpstreamError):
                raise
            log.warning("refresh failed", kind=_kind(key), outcome=failure.outcome, reason=failure.reason)
        finally:
            with self._lock:
                self._refreshing.discard(key)

    def _stale(self, key: str, entry: Entry) -> Found:
        counters.STALE.inc()
        log.info("stale answer", kind=_kind(key), age=int(self._clock() - entry.fetched_at))
        return Found(entry, Outcome.STALE)

    def _is_fresh(self, entry: Entry) -> bool:
        return self._clock() < entry.fresh_until

    def _is_expired(self, entry: Entry) -> bool:
        return self._clock() >= entry.fetched_at + self._stale_seconds

    def _bury(self, key: str) -> None:
        with self._lock:
            self._shelf.drop(key)
            self._gone[key] = True

    def _raise_if_gone(self, key: str) -> None:
        with self._lock:
            if key not in self._gone:
                return
        counters.GONE.inc()
        raise UpstreamNotFoundError("not there a moment ago")


def _kind(key: str) -> str:
    """Return what may be logged of a key: the rest may be what a person searched for."""
    return key.partition(":")[0]


def _add_to_request(*, upstream_ms: float) -> None:
    """Let the line of the request say how long all its fills took together."""
    before = structlog.contextvars.get_contextvars().get("upstream_ms", 0)
    structlog.contextvars.bind_contextvars(upstream_ms=round(before + upstream_ms, 1))
