"""config: how many may be at a store at a time, and how long anybody waits for it. It knows threads, and no store.

Whoever waits for a store that is slow, locked or gone does so in a request thread, and hits and signs of life need
threads, too. So those who wait are bounded in number and in time, and while a store is known to give no answer one finds
out and the others are told at once.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

# For how long nobody tries after a failure.
COOLDOWN_SECONDS: Final = 0.5
# A queue that moved within this time moves: it may be longer than its bound.
MOVING_SECONDS: Final = 0.5


class BusyError(Exception):
    """There is no place, or the store is known to give no answer."""


class Bulkhead:
    """So many places, a bounded queue in front of them, and a circuit breaker. Safe to use from many threads.

    The queue is first come, first served. Up to ``max_waiting`` wait for ``wait_seconds``; those beyond wait only while
    it moves: so a storm of short visits is served, and no store that hangs takes all threads.
    After ``fail`` nobody waits any more, for half a second nobody enters, and then one at a time, the trial, until one
    of these says ``recover``.
    """

    def __init__(
        self,
        places: int,
        *,
        max_waiting: int,
        wait_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``clock`` gives seconds."""
        self._max_waiting = max_waiting
        self._wait_seconds = wait_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._free = places
        self._queue: deque[_Waiter] = deque()
        self._forgotten: deque[Permit] = deque()
        self._moved_at = -MOVING_SECONDS
        self._open_until: float | None = None
        self._is_tried = False

    def enter(self) -> "Permit":
        """Return a permit, which is for one place until it is released; ``BusyError`` if there is none in time."""
        while self._forgotten:
            self._forgotten.popleft().release()
        with self._lock:
            is_trial = self._pass_breaker()
            if self._free:
                self._free -= 1
                self._moved_at = self._clock()
                return Permit(self, is_trial=is_trial)
            waiter = _Waiter(is_patient=len(self._queue) < self._max_waiting)
            self._queue.append(waiter)
        try:
            self._wait(waiter)
        except BaseException:
            self._give_up(waiter, is_trial=is_trial)
            raise
        return Permit(self, is_trial=is_trial)

    def fail(self) -> None:
        """Say that the store gave no answer."""
        with self._lock:
            self._open_until = self._clock() + COOLDOWN_SECONDS
            for waiter in self._queue:
                waiter.wake()
            self._queue.clear()

    def recover(self) -> None:
        """Say that it answers."""
        self._open_until = None

    def _pass_breaker(self) -> bool:
        """Return whether this is the trial; ``BusyError`` for those who are not while there has to be one."""
        if self._open_until is None:
            return False
        if self._is_tried or self._clock() < self._open_until:
            raise BusyError("it gave no answer a moment ago")
        self._is_tried = True
        return True

    def _wait(self, waiter: "_Waiter") -> None:
        """Return when it has a place; ``BusyError`` when it will have none."""
        give_up_at = self._clock() + self._wait_seconds
        while not waiter.is_woken:
            until = give_up_at if waiter.is_patient else min(give_up_at, self._moved_at + MOVING_SECONDS)
            seconds = until - self._clock()
            if seconds <= 0:
                raise BusyError("too many wait for it")
            waiter.sleep(seconds)
        if not waiter.has_place:
            raise BusyError("it gives no answer")

    def _give_up(self, waiter: "_Waiter", *, is_trial: bool) -> None:
        with self._lock:
            if waiter in self._queue:
                self._queue.remove(waiter)
            if is_trial:
                self._is_tried = False
        if waiter.has_place:
            self.leave(is_trial=is_trial)

    def leave(self, *, is_trial: bool) -> None:
        """Give a place to the next in the queue, or keep it free; ``Permit`` does it once."""
        with self._lock:
            if is_trial:
                self._is_tried = False
            if self._queue:
                waiter = self._queue.popleft()
                waiter.has_place = True
                self._moved_at = self._clock()
                waiter.wake()
            else:
                self._free += 1

    def forget(self, permit: "Permit") -> None:
        """Have a permit released by the next who enters: the garbage collector may be called with the lock held."""
        self._forgotten.append(permit)


class Permit:
    """A place behind a bulkhead. One that is forgotten, with a thread that ended, gives its place back, too."""

    __slots__ = ("_bulkhead", "is_trial")

    def __init__(self, bulkhead: Bulkhead, *, is_trial: bool) -> None:
        self._bulkhead: Bulkhead | None = bulkhead
        self.is_trial = is_trial

    def release(self) -> None:
        """Give it back; a second time does nothing."""
        bulkhead, self._bulkhead = self._bulkhead, None
        if bulkhead is not None:
            bulkhead.leave(is_trial=self.is_trial)

    def __del__(self) -> None:
        if self._bulkhead is not None:
            self._bulkhead.forget(self)


class _Waiter:
    """Somebody in the queue."""

    __slots__ = ("_bell", "has_place", "is_patient", "is_woken")

    def __init__(self, *, is_patient: bool) -> None:
        self.is_patient = is_patient
        self.is_woken = self.has_place = False
        self._bell = threading.Lock()
        self._bell.acquire()

    def sleep(self, seconds: float) -> None:
        """Return when it was woken, or after so long."""
        self._bell.acquire(timeout=seconds)

    def wake(self) -> None:
        self.is_woken = True
        self._bell.release()
