"""A limit on concurrent use of a database, with a bounded queue and a circuit breaker.

A request thread that waits for a slow, locked or unreachable database is missing for cache hits and health checks. So
waiters are bounded in number and in time, and while the database is known not to answer, one thread probes it and the
others fail at once.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

# How long after a failure nobody enters.
COOLDOWN_SECONDS: Final = 0.5
# A queue that moved within this time may be longer than ``max_waiting``.
MOVING_SECONDS: Final = 0.5


class BusyError(Exception):
    """There was no slot in time, or the database is known not to answer."""


class Bulkhead:
    """At most ``limit`` threads at a time, a first-come-first-served queue, and a circuit breaker. Thread-safe.

    Up to ``max_waiting`` threads wait for ``wait_seconds``; those beyond wait only while the queue moves: so a burst of
    short uses is served, and a database that hangs never takes all threads. After ``fail`` all waiters get ``BusyError``,
    nobody enters during the cooldown, and then one at a time, the probe, until one of them calls ``recover``.
    """

    def __init__(
        self,
        limit: int,
        *,
        max_waiting: int,
        wait_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``clock`` returns seconds."""
        self.abandoned: deque[Permit] = deque()
        self._max_waiting = max_waiting
        self._wait_seconds = wait_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._free = limit
        self._queue: deque[_Waiter] = deque()
        self._moved_at = -MOVING_SECONDS
        self._open_until: float | None = None
        self._is_probing = False

    def enter(self) -> "Permit":
        """Return a permit, which holds one slot until it is released; ``BusyError`` if there is none in time."""
        while self.abandoned:
            self.abandoned.popleft().release()
        with self._lock:
            is_probe = self._pass_breaker()
            if self._free:
                self._free -= 1
                self._moved_at = self._clock()
                return Permit(self, is_probe=is_probe)
            waiter = _Waiter(is_within_bound=len(self._queue) < self._max_waiting)
            self._queue.append(waiter)
        try:
            self._wait(waiter)
        except BaseException:
            with self._lock:
                if waiter in self._queue:
                    self._queue.remove(waiter)
            self.leave(is_probe=is_probe, has_slot=waiter.has_slot)
            raise
        return Permit(self, is_probe=is_probe)

    def fail(self) -> None:
        """Record that the database gave no answer."""
        with self._lock:
            self._open_until = self._clock() + COOLDOWN_SECONDS
            for waiter in self._queue:
                waiter.wake()
            self._queue.clear()

    def recover(self) -> None:
        """Record that the database answers."""
        self._open_until = None

    def _pass_breaker(self) -> bool:
        """Return whether this caller is the probe; ``BusyError`` for all others while the breaker is open."""
        if self._open_until is None:
            return False
        if self._is_probing or self._clock() < self._open_until:
            raise BusyError("it gave no answer a moment ago")
        self._is_probing = True
        return True

    def _wait(self, waiter: "_Waiter") -> None:
        """Return when the waiter has a slot; ``BusyError`` when it will get none."""
        give_up_at = self._clock() + self._wait_seconds
        while not waiter.is_woken:
            until = give_up_at if waiter.is_within_bound else min(give_up_at, self._moved_at + MOVING_SECONDS)
            seconds = until - self._clock()
            if seconds <= 0:
                raise BusyError("too many wait for it")
            waiter.wait(seconds)
        if not waiter.has_slot:
            raise BusyError("it gives no answer")

    def leave(self, *, is_probe: bool, has_slot: bool = True) -> None:
        """Pass a slot on to the first waiter, or free it; ``Permit.release`` calls this once."""
        with self._lock:
            if is_probe:
                self._is_probing = False
            if has_slot and self._queue:
                waiter = self._queue.popleft()
                waiter.has_slot = True
                self._moved_at = self._clock()
                waiter.wake()
            elif has_slot:
                self._free += 1


class Permit:
    """A slot of a bulkhead. One that is dropped without a release, with a thread that ended, returns its slot, too."""

    __slots__ = ("_bulkhead", "is_probe")

    def __init__(self, bulkhead: Bulkhead, *, is_probe: bool) -> None:
        self._bulkhead: Bulkhead | None = bulkhead
        self.is_probe = is_probe

    def release(self) -> None:
        """Return the slot; a second call does nothing."""
        bulkhead, self._bulkhead = self._bulkhead, None
        if bulkhead is not None:
            bulkhead.leave(is_probe=self.is_probe)

    def __del__(self) -> None:
        if self._bulkhead is not None:
            # The next who enters releases it: the garbage collector may run while this thread holds the lock.
            self._bulkhead.abandoned.append(self)


class _Waiter:
    """A thread in the queue, woken once: when it gets a slot, or when it will get none."""

    __slots__ = ("_signal", "has_slot", "is_within_bound", "is_woken")

    def __init__(self, *, is_within_bound: bool) -> None:
        self.is_within_bound = is_within_bound
        self.is_woken = self.has_slot = False
        self._signal = threading.Lock()  # in a storm a handover by threading.Event takes twice as long
        self._signal.acquire()

    def wait(self, seconds: float) -> None:
        self._signal.acquire(timeout=seconds)

    def wake(self) -> None:
        self.is_woken = True
        self._signal.release()
