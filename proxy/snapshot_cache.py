"""A snapshot in this process: fetched behind the callers, who wait for one deadline at most, and cut into answers."""

import math
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from typing import Any, Generic, NamedTuple, TypedDict, TypeVar, Unpack

import structlog
from msgspec.structs import replace

from clients.errors import UpstreamError, UpstreamNotFoundError
from proxy.background import COOLDOWN_SECONDS, Background
from proxy.cache import Cache, Fill, free
from proxy.rendering import Body, Page
from proxy.single_flight import release_connection
from proxy.snapshots import MAX_STORED_BYTES, Found, Selection, Snapshot, SnapshotCopy
from proxy.store import Answer, Entry, Outcome, Store, events

log = structlog.get_logger(__name__)

F = TypeVar("F")
Q = TypeVar("Q")


class Held(NamedTuple, Generic[F]):
    """A snapshot, how it was obtained, and if it is stale though it was to be fetched, why."""

    copy: SnapshotCopy[F]
    outcome: Outcome
    failure: UpstreamError | None = None


class How(TypedDict, total=False):
    """The options of ``Cache.get``."""

    confirm: bool
    ends_at: float
    on_miss: Callable[[], None]


def new_store() -> Store:
    """Return a store for one snapshot, of whatever size it may have."""
    return Store(max_bytes=2 * MAX_STORED_BYTES, max_entries=4, max_entry_bytes=MAX_STORED_BYTES)


class SnapshotCache(Generic[F]):
    """A snapshot of one upstream, cached for everybody, and what is cut from it. Safe to use from many threads."""

    def __init__(
        self,
        snapshot: Snapshot[Any, F],
        fill: Fill,
        *,
        upstream: str,
        cache: Cache,
        parts: Cache,
        deadline: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``fill`` fetches it all; ``cache`` has it, with as much time for a fill as that takes; ``parts`` what is cut of it.

        A caller waits ``deadline`` seconds.
        """
        self._snapshot = snapshot
        self._fill = fill
        self._upstream = upstream
        self._key = f"{upstream}:{snapshot.name}"
        self._events = events(upstream)
        self._cache = cache
        self._parts = parts
        self._deadline = deadline
        self._clock = clock
        self._behind = Background(threads=1, max_queued=2)
        self._lock = threading.Lock()
        self._refresh: tuple[Future[SnapshotCopy[F]], float] | None = None
        self._copy: SnapshotCopy[F] | None = None
        self._failed_at = -math.inf

    # --- What is cut from it ----------------------------------------------------------------------

    def page(self, key: str, selection: Selection[Q, F], query: Q, **how: Unpack[How]) -> Answer:
        """Return what ``query`` asks for; what nobody has asked for takes time and room, and so counts as a miss."""
        how = self._bounded(how)
        held = self.get(**how)
        if held.outcome is not Outcome.MISS and self._parts.copy(key) is None:
            how.get("on_miss", free)()
        make = partial(_made, selection, query)
        try:
            return self._cut(key, held, make)
        except Exception:
            if held.outcome is not Outcome.STALE:
                raise
            # Who is told that there is no such thing, is told what holds now.
            return self._cut(key, self._renewed(held, how), make)

    def item(self, key: str, found: Found[F], id_: int, **how: Unpack[How]) -> Answer | None:
        """Return an item; None if there may be one that the snapshot lacks, ``UpstreamNotFoundError`` if there is none."""
        how = self._bounded(how)
        held = self.get(**how)
        item = held.copy.item(found, id_)
        if item is None and held.outcome is Outcome.STALE and held.copy.is_whole:
            # It may be newer than the copy.
            how.get("on_miss", free)()
            held = self._renewed(held, how)
            item = held.copy.item(found, id_)
        if item is not None:
            return self._cut(key, held, lambda _: item)
        if held.copy.is_whole:
            raise UpstreamNotFoundError("not in the list of everything")
        return None

    def items(
        self, found: Found[F], ids: Iterable[int], **how: Unpack[How]
    ) -> tuple[dict[int, Answer], bool, UpstreamError | None]:
        """Return by id what there is of these, whether it may be all, and why nobody can say of those that are missing.

        It may not be all if the service has more than the snapshot. Without either what is missing is not there.
        """
        how, ids = self._bounded(how), set(ids)
        held, failure = self.get(**how), None
        items = held.copy.items(found, ids)
        if len(items) < len(ids) and held.outcome is Outcome.STALE and held.copy.is_whole:
            how.get("on_miss", free)()
            try:
                held = self._renewed(held, how)
            except UpstreamError as error:
                failure = error
            else:
                items = held.copy.items(found, ids)
        answers = {
            id_: Answer(replace(held.copy.entry, body=item, etag=None), held.outcome)
            for id_, item in items.items()
        }
        return answers, held.copy.is_whole, failure

    def _cut(self, key: str, held: Held[F], make: Callable[[SnapshotCopy[F]], Body]) -> Answer:
        """Return a part, which from then on is an entry of its own, fresh for as long as the whole."""
        entry, whole = self._parts.copy(key), held.copy.entry
        if entry is None or _stamp(entry) != _stamp(whole):
            entry = Entry(make(held.copy), whole.fetched_at, whole.fresh_until, whole.max_age)
            self._parts.put(key, entry)
        return Answer(entry, held.outcome, key)

    def _bounded(self, how: How) -> How:
        """Return the options with a deadline, which is one for all that is done for an answer."""
        ends_at = min(how.get("ends_at", math.inf), time.monotonic() + self._deadline)
        return {**how, "ends_at": ends_at}

    def _renewed(self, held: Held[F], how: How) -> Held[F]:
        """Return the snapshot as the service has it now, in place of a stale one; ``UpstreamError`` if that fails."""
        if held.failure:
            raise held.failure
        return Held(self.fetched(ends_at=how["ends_at"]), Outcome.MISS)

    # --- The whole --------------------------------------------------------------------------------

    def get(
        self,
        *,
        confirm: bool = False,
        ends_at: float = math.inf,
        on_miss: Callable[[], None] = free,
    ) -> Held[F]:
        """Return the snapshot, fetched if it has to be; raise ``UpstreamError`` if there is none.

        The options are those of ``Cache.get``. After a write one fetch is waited for; if that fails, it is an outage like any
        other, in which nobody waits for what is served stale.
        """
        copy = self.copy()
        is_outdated = copy is not None and self._cache.is_outdated(copy.entry)
        if copy is not None and not is_outdated and self._clock() < copy.entry.fresh_until:
            self._events["hit"].inc()
            return Held(copy, Outcome.HIT)
        has_failed_since = is_outdated and self._failed_at >= self._cache.written_at()
        if copy is not None and (has_failed_since or not is_outdated) and not confirm:
            self.revalidate()
            return self._stale(copy)
        on_miss()
        try:
            return Held(self.fetched(ends_at=ends_at), Outcome.MISS)
        except UpstreamError as failure:
            if (copy := self.copy()) is None:
                raise
            return self._stale(copy, failure)

    def copy(self) -> SnapshotCopy[F] | None:
        """Return what this process has, fresh or stale; makes no call."""
        copy = self._copy
        is_there = copy is not None and self._cache.is_of_use(copy.entry)
        return copy if is_there else None

    def fetched(self, *, ends_at: float = math.inf) -> SnapshotCopy[F]:
        """Return the snapshot as the service has it now, fetched unless it is fresh; ``UpstreamError`` if that fails.

        The caller waits for one deadline at most; the fetch goes on.
        """
        release_connection()
        ends_at = min(ends_at, time.monotonic() + self._deadline)
        copy = self._awaited(ends_at)
        # What began before a write does not show it.
        return self._awaited(ends_at) if self._cache.is_outdated(copy.entry) else copy

    def revalidate(self) -> None:
        """Have it fetched again in background, unless that is under way or failed a moment ago."""
        if self._clock() - self._failed_at >= COOLDOWN_SECONDS:
            self._submit()

    def settle(self) -> None:
        """Wait for what is under way in background."""
        self._behind.settle()

    def _awaited(self, ends_at: float) -> SnapshotCopy[F]:
        future, began_at = self._submit()
        self._events["wait"].inc()
        try:
            with self._cache.waiting(self._key, began_at=began_at, ends_at=ends_at) as until:
                return future.result(max(0.0, until - time.monotonic()))
        except UpstreamError as failure:
            failure.upstream = self._upstream
            raise

    def _submit(self) -> tuple["Future[SnapshotCopy[F]]", float]:
        """Have it fetched behind; return the outcome to come, and when the fetch began (monotonic)."""
        with self._lock:
            if self._refresh is None:
                outcome: Future[SnapshotCopy[F]] = Future()
                self._behind.submit(partial(self._fetch, outcome))
                self._refresh = (outcome, time.monotonic())
            return self._refresh

    def _fetch(self, outcome: "Future[SnapshotCopy[F]]") -> None:
        try:
            if self.copy() is None and (shared := self._cache.copies({self._key: self._key})):
                self._take(shared[self._key].entry)  # Fresh, or better than nothing should the service fail.
            copy = self._take(self._cache.confirmed(self._key, self._fill).entry)
        except BaseException as failure:
            self._failed_at = self._clock()
            self._end(partial(outcome.set_exception, failure))
            if not isinstance(failure, UpstreamError):
                raise
            self._events["refresh_failed"].inc()
            named = {"upstream": self._upstream, "kind": self._snapshot.name}
            log.warning("refresh failed", **named, outcome=failure.outcome, reason=failure.reason)
        else:
            self._end(partial(outcome.set_result, copy))

    def _take(self, entry: Entry) -> SnapshotCopy[F]:
        """Have it from now on. It is read here, and not by whoever comes first: that takes as long as hundreds of answers."""
        before = self._copy
        if before is None or before.entry is not entry:
            self._copy = before = SnapshotCopy(self._snapshot, entry, before=before)
        return before

    def _end(self, settle: Callable[[], None]) -> None:
        with self._lock:
            self._refresh = None
        settle()

    def _stale(self, copy: SnapshotCopy[F], failure: UpstreamError | None = None) -> Held[F]:
        self._events["stale"].inc()
        age = int(self._clock() - copy.entry.fetched_at)
        log.info("stale answer", upstream=self._upstream, kind=self._snapshot.name, age=age)
        return Held(copy, Outcome.STALE, failure)


def _made(selection: Selection[Q, F], query: Q, copy: SnapshotCopy[F]) -> Body:
    """Return what is selected; a page of a snapshot that lacks something may lack something, too."""
    body = selection.make(copy, query)
    return body if copy.is_whole or not isinstance(body, Page) else replace(body, is_partial=True)


def _stamp(entry: Entry) -> tuple[float, float]:
    return entry.fetched_at, entry.fresh_until
