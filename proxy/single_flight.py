"""Single flight: one piece of work at a time for each key, whose outcome all share; and the bound on those who wait."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Final, Generic, TypeVar

from cachetools import TTLCache
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from clients.errors import UpstreamBusyError, UpstreamError, UpstreamNotFoundError, UpstreamTimeoutError

T = TypeVar("T")

# Work is young for so long; past the bound on waiters nobody waits for older work, nor for that of a key whose last
# work failed or took longer than this, for the seconds after it.
YOUNG_SECONDS: Final = 0.3
SLOW_SECONDS: Final = 10.0
MAX_SLOW_KEYS: Final = 10_000


class Waiters:
    """Bounds how many threads of the process wait for the work of others, over all keys and catalogs."""

    def __init__(self, limit: int) -> None:
        """``limit``: threads, at least 1."""
        self._slots = threading.BoundedSemaphore(limit)

    @contextmanager
    def slot(self) -> Iterator[bool]:
        """Hold a slot during the block, if one is free; give whether there was."""
        has_slot = self._slots.acquire(blocking=False)
        try:
            yield has_slot
        finally:
            if has_slot:
                self._slots.release()


@cache
def waiters() -> Waiters:
    """Return this process's bound; the first catalog that is used makes it."""
    return Waiters(settings.MAX_WAITERS)


def release_connection() -> None:
    """Give this thread's database connection back to those who wait for one, if it is pooled and no transaction is open.

    For whoever waits for something else, or ends outside of Django's signals; the next statement takes one again.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    # A connection that is pooled is one that Django closes with each request.
    if connection.settings_dict["CONN_MAX_AGE"] == 0 and not connection.in_atomic_block:
        connection.close()


class _Flight(Generic[T]):
    """Work under way; ``began_at`` on the monotonic clock."""

    __slots__ = ("began_at", "outcome")

    def __init__(self, began_at: float) -> None:
        self.began_at = began_at
        self.outcome: Future[T] = Future()


class SingleFlight(Generic[T]):
    """The work under way, by key. Safe to use from many threads."""

    def __init__(self, waiters: Waiters, *, clock: Callable[[], float] = time.monotonic) -> None:
        """``waiters``: the bound on who waits, which others may share; ``clock`` gives seconds."""
        self._waiters = waiters
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: dict[str, _Flight[T]] = {}
        self._slow: TTLCache[str, bool] = TTLCache(MAX_SLOW_KEYS, SLOW_SECONDS, timer=clock)

    def do(
        self, key: str, work: Callable[[], T], *, ends_at: float, on_wait: Callable[[], None] | None = None
    ) -> T:
        """Do the work, or wait until ``ends_at`` for the thread that does it; return or raise what it ended in."""
        with self._lock:
            flight = self._under_way.get(key)
            if flight is None:
                mine = self._under_way[key] = _Flight(self._clock())
        if flight is None:
            return self._do(key, work, mine)
        if on_wait:
            on_wait()
        with self.waiting(key, began_at=flight.began_at, ends_at=ends_at) as until:
            return flight.outcome.result(max(0.0, until - self._clock()))

    @contextmanager
    def waiting(
        self, key: str, *, began_at: float, ends_at: float, is_counted: bool = True
    ) -> Iterator[float]:
        """Let the block wait for work on ``key`` that another began; give the moment until when it may.

        ``UpstreamBusyError`` when as many wait as may, and the work is no longer young. The block says by ``TimeoutError``
        that the work was not done by then. Not ``is_counted``: it is no caller's thread that waits.
        """
        with self._waiters.slot() if is_counted else nullcontext(True) as has_slot:
            until = ends_at if has_slot else min(ends_at, self._young_until(key, began_at))
            too_late = (
                UpstreamTimeoutError("the call that others wait for is not over")
                if has_slot
                else UpstreamBusyError("too many wait for the calls of others")
            )
            if until <= self._clock():
                raise too_late
            try:
                yield until
            except TimeoutError:
                raise too_late from None

    def _young_until(self, key: str, began_at: float) -> float:
        with self._lock:
            return began_at if key in self._slow else began_at + YOUNG_SECONDS

    def _do(self, key: str, work: Callable[[], T], flight: _Flight[T]) -> T:
        try:
            outcome = work()
        except BaseException as failure:
            is_broken = isinstance(failure, UpstreamError) and not isinstance(failure, UpstreamNotFoundError)
            self._end(key, flight, is_slow=is_broken)
            flight.outcome.set_exception(failure)
            raise
        else:
            self._end(key, flight)
            flight.outcome.set_result(outcome)
            return outcome
        finally:
            del flight  # It holds the failure, which holds this frame: a circle for the garbage collector.

    def _end(self, key: str, flight: _Flight[T], *, is_slow: bool = False) -> None:
        """Let the next work on the key begin, before anybody knows what came of this: it may not be enough for them."""
        with self._lock:
            del self._under_way[key]
            if is_slow or self._clock() > flight.began_at + YOUNG_SECONDS:
                self._slow[key] = True
