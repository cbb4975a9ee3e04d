"""flyers_proxy: one piece of work at a time for each key, whose outcome all share. It knows nothing of the work."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

from cachetools import TTLCache

from clients.errors import UpstreamBusyError, UpstreamError, UpstreamNotFoundError, UpstreamTimeoutError
from proxy import counters

T = TypeVar("T")

# Work is young for so long; past the bound on waiters nobody waits for older work, nor for that of a key whose last
# work failed or took longer than this, for the seconds after it.
YOUNG_SECONDS: Final = 0.3
SLOW_SECONDS: Final = 10.0
MAX_SLOW_KEYS: Final = 10_000


class Waiters:
    """Bounds how many threads of the process wait for the work of others, over all keys."""

    def __init__(self, limit: int) -> None:
        """``limit``: threads, at least 1."""
        self._places = threading.BoundedSemaphore(limit)

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Take a place during the block, if there is one; give whether there was."""
        has_place = self._places.acquire(blocking=False)
        try:
            yield has_place
        finally:
            if has_place:
                self._places.release()


class _Flight(Generic[T]):
    """Work under way; ``began_at`` on the monotonic clock."""

    __slots__ = ("began_at", "outcome")

    def __init__(self, began_at: float) -> None:
        self.began_at = began_at
        self.outcome: Future[T] = Future()


class Flights(Generic[T]):
    """The work under way, by key. Safe to use from many threads."""

    def __init__(self, waiters: Waiters, *, clock: Callable[[], float] = time.monotonic) -> None:
        """``waiters``: the bound on who waits, which other flights may share; ``clock`` gives seconds."""
        self._waiters = waiters
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: dict[str, _Flight[T]] = {}
        self._slow: TTLCache[str, bool] = TTLCache(MAX_SLOW_KEYS, SLOW_SECONDS, timer=clock)

    def share(self, key: str, work: Callable[[], T], *, ends_at: float) -> T:
        """Do the work, or wait until ``ends_at`` for the thread that is doing it; return or raise what came of it."""
        with self._lock:
            flight = self._under_way.get(key)
            if flight is None:
                mine = self._under_way[key] = _Flight(self._clock())
        if flight is None:
            return self._do(key, work, mine)
        counters.WAIT.inc()
        with self.waiting(key, began_at=flight.began_at, ends_at=ends_at) as until:
            return flight.outcome.result(max(0.0, until - self._clock()))

    @contextmanager
    def waiting(self, key: str, *, began_at: float, ends_at: float) -> Iterator[float]:
        """Let the block wait for work on ``key`` that another began; give the moment until when it may.

        ``UpstreamBusyError`` when as many wait as may, and the work is no longer young. The block says by ``TimeoutError``
        that the work was not done by then.
        """
        with self._waiters.place() as has_place:
            until = ends_at if has_place else min(ends_at, self._young_until(key, began_at))
            too_late = (
                UpstreamTimeoutError("the call that others wait for is not over")
                if has_place
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
        is_slow = False
        try:
            outcome = work()
        except BaseException as failure:
            is_slow = isinstance(failure, UpstreamError) and not isinstance(failure, UpstreamNotFoundError)
            flight.outcome.set_exception(failure)
            raise
        else:
            flight.outcome.set_result(outcome)
            return outcome
        finally:
            with self._lock:
                del self._under_way[key]
                if is_slow or self._clock() > flight.began_at + YOUNG_SECONDS:
                    self._slow[key] = True
            del flight  # It holds the failure, which holds this frame: a circle for the garbage collector.
