"""One upstream's answers, cached: fresh, else stale while they are revalidated in background, else filled in a single flight.

A key is *fresh* for a while, then *stale*: still served, at once, while one thread fetches it again. A key that is
*missing* is filled once for all who wait for it, and they share the outcome, a failure too. Only "not found" from upstream
drops a copy; whatever else goes wrong, the copy is served.
"""

import math
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, TypeVar

import structlog
from cachetools import TTLCache
from msgspec.structs import replace

from clients.errors import UpstreamBusyError, UpstreamError, UpstreamMalformedError, UpstreamNotFoundError
from clients.transport import Fetched
from proxy.background import Revalidations
from proxy.columns import unpacked_ids
from proxy.redis_level import NEGATIVE_SECONDS, Look, SharedLevel
from proxy.rendering import Body, Page
from proxy.single_flight import SingleFlight, release_connection, waiters
from proxy.store import Answer, Entry, Outcome, Store, events, item_key

log = structlog.get_logger(__name__)
T = TypeVar("T")

# Fetches from upstream, given the etag of the copy we have and the moment (monotonic) when it must be over. The value is
# None if the copy that the etag names still holds.
Fill = Callable[[str | None, float], Fetched[Body]]

MAX_NEGATIVE: Final = 1_000
JITTER: Final = 0.1
# How often to look whether another process has finished, and what a fill may take beyond upstream's deadline.
POLL_SECONDS: Final = 0.02
GRACE_SECONDS: Final = 0.3


def free() -> None:
    """Let anybody miss."""


def never() -> float:
    """Return the moment of the last write to a service that takes none."""
    return 0.0


class Cache:
    """Answers by key, for everybody: a key knows no caller. Safe to use from many threads."""

    def __init__(
        self,
        upstream: str,
        *,
        fresh_seconds: int,
        stale_seconds: float,
        deadline: float,
        shared: SharedLevel | None = None,
        store: Store | None = None,
        has_items: bool = True,
        written_at: Callable[[], float] = never,
        is_behind: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``upstream`` begins every key; ``deadline``: seconds that a fill may take; ``clock`` gives Unix seconds.

        ``has_items``: what is on a page is found by itself, too. ``written_at`` gives the moment of the last write to the
        service: what was fetched before is served only if the service gives no answer. ``is_behind``: keys are filled by
        threads in background alone, and none that waits there for another process is a caller's.
        """
        self._upstream = upstream
        self._fresh_seconds = fresh_seconds
        self._stale_seconds = stale_seconds
        self._deadline = deadline
        self._shared = shared or SharedLevel()
        self._store = store or Store()
        self._has_items = has_items
        self.written_at = written_at
        self._is_behind = is_behind
        self._clock = clock
        self._events = events(upstream)
        self._lock = threading.Lock()  # held for moves in memory only, never while waiting for anything
        # By key, the moment when it was asked for in vain.
        self._negative: TTLCache[str, float] = TTLCache(MAX_NEGATIVE, NEGATIVE_SECONDS, timer=clock)
        self._flights: SingleFlight[Answer] = SingleFlight(waiters())
        self.waiting = self._flights.waiting
        self._revalidations = Revalidations(clock)
        self.settle = self._revalidations.settle

    def fresh(self, key: str) -> Entry | None:
        """Return the entry if it is in this process and fresh: all that a hit takes."""
        entry = self._store.get(key)
        if entry is None or not self._is_fresh(entry):
            return None
        self._events["hit"].inc()
        return entry

    def copy(self, key: str) -> Entry | None:
        """Return the entry if it is in this process, fresh or stale; makes no call and counts nothing."""
        entry = self._store.get(key)
        if entry is not None and not self.is_of_use(entry):
            self._store.drop(key)
            return None
        return entry

    def is_of_use(self, entry: Entry) -> bool:
        """Say whether it may be served at all, fresh or stale."""
        return self._clock() < entry.fetched_at + self._stale_seconds

    def is_negative(self, key: str) -> bool:
        """Say whether upstream did not have it a moment ago; makes no call and counts nothing."""
        with self._lock:
            asked_at = self._negative.get(key)
        return asked_at is not None and asked_at >= self.written_at()

    def copies(self, names: Mapping[str, T]) -> dict[T, Answer]:
        """Return by name what is in this process or the shared level, fresh or stale; never calls upstream."""
        now = self._clock()
        found = self._store.get_many(names)
        for key in [key for key, entry in found.items() if now >= entry.fetched_at + self._stale_seconds]:
            self._store.drop(key)
            del found[key]
        missing = [key for key in names if key not in found]
        if missing and (shared := self._shared.look_at_all(missing)):
            for key, entry in shared.items():
                self._put(key, entry)
            found |= shared
        return {names[key]: self._answer(key, entry, now) for key, entry in found.items()}

    def get(
        self,
        key: str,
        fill: Fill,
        *,
        confirm: bool = False,
        ends_at: float = math.inf,
        on_miss: Callable[[], None] = free,
    ) -> Answer:
        """Return the entry, fetching it if it has to; raise ``UpstreamError`` if there is nothing to serve.

        With ``confirm`` a stale copy is good enough only if upstream gives no answer. ``ends_at`` (monotonic) is the deadline
        of a fill that this one is a part of. ``on_miss`` is called when nothing can be served at once; what it raises ends the
        question before anybody else has to do with it.
        """
        entry = self.copy(key)  # Looked at once: another thread may store one at any moment.
        if entry is not None and self._is_fresh(entry):
            self._events["hit"].inc()
            return Answer(entry, Outcome.HIT, key)
        confirm = confirm or (entry is not None and self.is_outdated(entry))
        if entry is not None and not confirm:
            self.revalidate(key, fill)
            return self._stale(key, entry)
        on_miss()
        release_connection()
        try:
            answer = self._single_flight(key, fill, confirm=confirm, ends_at=ends_at)
        except UpstreamNotFoundError:
            raise
        except UpstreamError as failure:
            failure.upstream = self._upstream
            if (entry := self.copy(key)) is None:
                raise
            return self._stale(key, entry)
        if answer.is_stale:  # The shared level had it.
            self.revalidate(key, fill)
            return self._stale(key, answer.entry)
        return answer

    def confirmed(self, key: str, fill: Fill) -> Answer:
        """Return a fresh entry, fetched if there is none; ``UpstreamError`` whatever stale copy there is."""
        try:
            return self._single_flight(key, fill, confirm=True)
        except UpstreamError as failure:
            failure.upstream = self._upstream
            raise

    def revalidate(self, key: str, fill: Fill) -> None:
        """Have the key filled again in background, unless that is under way or failed a moment ago."""
        self._revalidations.submit(key, partial(self._revalidate, key, fill))

    def _single_flight(self, key: str, fill: Fill, *, confirm: bool, ends_at: float = math.inf) -> Answer:
        """Find the key once for all callers of this moment; whoever waits does so for one deadline in all."""
        ends_at = min(ends_at, time.monotonic() + self._deadline)
        find = partial(self._find, key, fill, confirm=confirm, ends_at=ends_at)
        share = partial(
            self._flights.do, key, find, ends_at=ends_at + GRACE_SECONDS, on_wait=self._events["wait"].inc
        )
        answer = share()
        # A stale one was the work of somebody who was content with that, an outdated one began before a write.
        is_of_no_use = (confirm and answer.is_stale) or self.is_outdated(answer.entry)
        return share() if is_of_no_use else answer

    def _find(self, key: str, fill: Fill, *, confirm: bool, ends_at: float) -> Answer:
        """Look in the shared level; fill the key, or wait for the process that does."""
        copy = self.copy(key)
        if copy is not None and self._is_fresh(copy):  # The flight before ours has just landed.
            return Answer(copy, Outcome.HIT, key)
        if self.is_negative(key):
            self._events["gone"].inc()
            raise UpstreamNotFoundError("not there a moment ago")
        token = secrets.token_hex(8)
        look = partial(self._look, key, token, claims_stale=confirm)
        answer, seen = look(is_waiting=False)
        if answer is None and not seen.is_mine:
            began_at = time.monotonic() - seen.fill_age
            with self._flights.waiting(
                key, began_at=began_at, ends_at=ends_at, is_counted=not self._is_behind
            ) as until:
                while answer is None and not seen.is_mine:
                    if time.monotonic() >= until:
                        raise TimeoutError
                    time.sleep(POLL_SECONDS)
                    answer, seen = look(is_waiting=True)
        return answer or self._fill(key, fill, token, ends_at)

    def _look(
        self, key: str, token: str, *, claims_stale: bool, is_waiting: bool
    ) -> tuple[Answer | None, Look]:
        """Return what the shared level has, taken over if it is of use, and what else it says; raise its failures."""
        copy, now = self.copy(key), self._clock()
        ask = partial(self._shared.look, key, token, now=now, is_waiting=is_waiting)
        # If a copy like ours were enough nobody would ask.
        look = ask(claims_stale=claims_stale, useless=copy.fresh_until if copy else 0.0)
        if not look.is_mine and self._began_before_write(look):
            # It counts as fresh there, and is nothing to whoever knows of the write.
            look = ask(claims_stale=True, useless=look.fresh_until)
        if look.is_cleared:
            self._store.clear()
            with self._lock:
                self._negative.clear()
        if look.is_negative:
            self._remember_not_found(key, look.fresh_until - NEGATIVE_SECONDS)
            raise UpstreamNotFoundError("not there, says the shared level")
        if look.failure is not None:
            raise look.failure
        answer = self._take_over(key, look.entry) if look.entry is not None else None
        if answer is None or self.is_outdated(answer.entry) or (answer.is_stale and claims_stale):
            return None, look
        if look.is_mine:  # Ours has become good enough meanwhile.
            self._shared.release(key, token)
        return answer, look

    def _began_before_write(self, look: Look) -> bool:
        if look.entry is not None:
            return self.is_outdated(look.entry)
        return look.is_negative and look.fresh_until - NEGATIVE_SECONDS < self.written_at()

    def _fill(self, key: str, fill: Fill, token: str, ends_at: float) -> Answer:
        copy = self.copy(key)
        began_at, start, before = self._clock(), time.perf_counter(), _upstream_ms()
        try:
            fetched = fill(copy.etag if copy else None, ends_at)
            entry = self._entry_of(fetched, copy, began_at)
        except UpstreamNotFoundError:
            self._remember_not_found(key, began_at)
            self._shared.put_negative(key, token, now=began_at)
            raise
        except BaseException as error:
            # Not shared: that all slots of this process are taken. Another may have one.
            is_busy = isinstance(error, UpstreamBusyError)
            failure = error if isinstance(error, UpstreamError) and not is_busy else None
            self._shared.release(key, token, failure)
            raise
        finally:
            # What was filled inside of this fill has taken a part of its time, and is not counted twice.
            spent = (time.perf_counter() - start) * 1000
            structlog.contextvars.bind_contextvars(upstream_ms=round(before + spent, 1))
        self._events["fill"].inc()
        if fetched.value is None:
            self._events["unmodified"].inc()
        self._put(key, entry, with_items=self._has_items)
        self._shared.put(key, token, self._with_items(key, entry), now=self._clock())
        return Answer(entry, Outcome.MISS, key)

    def _entry_of(self, fetched: Fetched[Body], copy: Entry | None, now: float) -> Entry:
        """Return what was fetched as of ``now``, when the fetch began: what it says may be as old as that."""
        body = fetched.value or (copy.body if copy else None)
        if body is None:
            raise UpstreamMalformedError("not modified, but there is no copy")
        max_age = fetched.fresh_seconds or self._fresh_seconds
        jitter = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
        fresh_until = now + max_age * jitter
        if fetched.max_age is not None:
            max_age, fresh_until = min(max_age, fetched.max_age), min(fresh_until, now + fetched.max_age)
        etag = fetched.etag or (copy.etag if copy and fetched.value is None else None)
        return Entry(body, now, fresh_until, max_age, etag)

    def _with_items(self, key: str, entry: Entry) -> Iterator[tuple[str, Entry]]:
        """Give the entry with its key; of a page also those of its items."""
        yield key, entry
        if isinstance(entry.body, Page) and entry.body.ids and self._has_items:
            for id_, item in zip(unpacked_ids(entry.body.ids), entry.body.items, strict=True):
                yield self.key_of(item.kind, id_), replace(entry, body=item, etag=None)

    def add(self, key: str, body: Body, *, max_age: int | None = None) -> None:
        """Store what came with another answer, fresh as of now, in this process."""
        self.put(key, self._entry_of(Fetched(body, max_age=max_age), None, self._clock()))

    def put(self, key: str, entry: Entry) -> None:
        """Store an entry in this process."""
        self._put(key, entry)

    def key_of(self, kind: str, id_: int) -> str:
        """Return the key of one item."""
        return item_key(self._upstream, kind, id_)

    def _take_over(self, key: str, entry: Entry) -> Answer:
        """Store an entry of the shared level, unless ours is newer."""
        ours = self.copy(key)
        if ours is not None and ours.fetched_at >= entry.fetched_at:
            entry = ours
        else:
            self._events["shared"].inc()
            self._put(key, entry)
        return self._answer(key, entry, self._clock())

    def _put(self, key: str, entry: Entry, *, with_items: bool = False) -> None:
        self._store.put(key, entry, items_of=self._upstream if with_items else None)
        with self._lock:
            self._negative.pop(key, None)
            if with_items and isinstance(entry.body, Page) and self._negative:
                for id_ in unpacked_ids(entry.body.ids):
                    self._negative.pop(self.key_of(entry.body.kind, id_), None)

    def _revalidate(self, key: str, fill: Fill) -> bool:
        try:
            self._single_flight(key, fill, confirm=True)
        except UpstreamNotFoundError:
            return True
        except Exception as failure:
            self._events["refresh_failed"].inc()
            if not isinstance(failure, UpstreamError):
                raise
            outcome = {"outcome": failure.outcome, "reason": failure.reason}
            log.warning("refresh failed", **self._logged(key), **outcome)
            return False
        return True

    def _answer(self, key: str, entry: Entry, now: float) -> Answer:
        is_fresh = now < entry.fresh_until and not self.is_outdated(entry)
        return Answer(entry, Outcome.HIT if is_fresh else Outcome.STALE, key)

    def _stale(self, key: str, entry: Entry) -> Answer:
        self._events["stale"].inc()
        log.info("stale answer", **self._logged(key), age=int(self._clock() - entry.fetched_at))
        return Answer(entry, Outcome.STALE, key)

    def _is_fresh(self, entry: Entry) -> bool:
        return self._clock() < entry.fresh_until and not self.is_outdated(entry)

    def is_outdated(self, entry: Entry) -> bool:
        """Say whether something was written to the service after this was fetched, as far as this process knows."""
        return entry.fetched_at < self.written_at()

    def _logged(self, key: str) -> dict[str, str]:
        """Return what may be logged of a key: the rest may be what a person searched for."""
        kind, _, _ = key.removeprefix(f"{self._upstream}:").partition(":")
        return {"upstream": self._upstream, "kind": kind}

    def _remember_not_found(self, key: str, asked_at: float) -> None:
        self._store.drop(key)
        with self._lock:
            self._negative[key] = asked_at


def _upstream_ms() -> float:
    """Return how long all fills of the request took together so far, as its log line will say."""
    return float(structlog.contextvars.get_contextvars().get("upstream_ms", 0))
