"""Circuit breaker and bulkhead of one upstream service."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

from clients.errors import UpstreamBusyError, UpstreamUnavailableError, bounded

State = Literal["closed", "open", "half_open"]

FAILING_SHARE: Final = 0.5
WINDOW_SECONDS: Final = 10.0
MAX_WINDOW_CALLS: Final = 200
FIRST_PAUSE_SECONDS: Final = 2.0
MAX_PAUSE_SECONDS: Final = 15.0


class Breaker:
    """A circuit breaker with a cooldown; safe to use from many threads.

    Closed: calls pass. It opens after ``failures_in_a_row``, or when ``FAILING_SHARE`` of at least ``window_calls`` in
    the last ``WINDOW_SECONDS`` failed. Open: calls are refused for ``FIRST_PAUSE_SECONDS``. Half open: one call passes,
    the probe. If it succeeds the breaker closes; else it opens for twice as long, up to ``MAX_PAUSE_SECONDS``. Pauses
    vary by a fifth, so that processes do not all return at once: ``chance`` returns a number from 0 to 1.
    """

    def __init__(
        self,
        *,
        failures_in_a_row: int = 5,
        window_calls: int = 10,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._failures_in_a_row = failures_in_a_row
        self._window_calls = window_calls
        self._clock = clock
        self._chance = chance
        self._lock = threading.Lock()
        self._streak = 0
        self._recent: deque[tuple[float, bool]] = deque(maxlen=MAX_WINDOW_CALLS)  # moment, success
        self._is_closed = True
        self._is_probing = False
        self._open_until = 0.0
        self._next_pause = FIRST_PAUSE_SECONDS
        self._cooldown_until = 0.0

    @property
    def state(self) -> State:
        """``half_open`` from the end of a pause until a probe has decided."""
        if self._is_closed:
            return "closed"
        return "open" if self._clock() < self._open_until else "half_open"

    @property
    def retry_in(self) -> float:
        """Seconds for which every call will be refused, by breaker or cooldown; 0 if one would pass."""
        return max(self._open_until - self._clock(), self._cooldown_until - self._clock(), 0.0)

    def cool_down(self, seconds: float) -> None:
        """Refuse every call for ``seconds``, bounded to 1 to 60, because the service requested it."""
        with self._lock:
            self._cooldown_until = max(self._cooldown_until, self._clock() + bounded(seconds))

    @contextmanager
    def attempt(self, on_change: Callable[[State], None]) -> Iterator[None]:
        """Let one call pass, or raise ``UpstreamUnavailableError``; the call failed if the block raises.

        ``UpstreamBusyError`` alone is no failure: the service was not called. ``on_change`` receives the new state if
        this call causes a change.
        """
        is_probe = self._enter()
        if is_probe:
            on_change("half_open")
        try:
            yield
        except UpstreamBusyError:
            if is_probe:
                self._is_probing = False
            raise
        except BaseException:
            if self._failed(is_probe=is_probe):
                on_change("open")
            raise
        self._succeeded(is_probe=is_probe)
        if is_probe:
            on_change("closed")

    def _enter(self) -> bool:
        """Return whether the call is the probe."""
        with self._lock:
            wait = self.retry_in
            if wait > 0 or self._is_probing:
                reason = "asked us to wait" if self._is_closed else "known to be down"
                raise UpstreamUnavailableError(reason, retry_after=wait)
            self._is_probing = not self._is_closed
            return self._is_probing

    def _succeeded(self, *, is_probe: bool) -> None:
        with self._lock:
            if is_probe:
                self._is_probing = False
                self._is_closed = True
                self._next_pause = FIRST_PAUSE_SECONDS
                self._recent.clear()
            self._streak = 0
            self._recent.append((self._clock(), True))

    def _failed(self, *, is_probe: bool) -> bool:
        """Count a failure; return whether it opened the breaker."""
        with self._lock:
            now = self._clock()
            if is_probe:
                self._is_probing = False
            elif not self._is_closed:
                return False  # A call from before the breaker opened: nothing new.
            else:
                self._streak += 1
                self._recent.append((now, False))
                if self._streak < self._failures_in_a_row and not self._is_mostly_failing(now):
                    return False
                self._is_closed = False
            self._open_until = now + self._next_pause * (0.8 + 0.4 * self._chance())
            self._next_pause = min(self._next_pause * 2, MAX_PAUSE_SECONDS)
            self._streak = 0
            return True

    def _is_mostly_failing(self, now: float) -> bool:
        latest = [success for moment, success in self._recent if now - moment <= WINDOW_SECONDS]
        return len(latest) >= self._window_calls and latest.count(False) >= FAILING_SHARE * len(latest)


class Bulkhead:
    """At most ``limit`` (from 1) calls wait for the service at once, so that the other threads never do."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.in_use = 0
        self._lock = threading.Lock()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Take a slot during the block; raise ``UpstreamBusyError`` at once if there is none."""
        with self._lock:
            if self.in_use >= self.limit:
                raise UpstreamBusyError("too many calls are waiting")
            self.in_use += 1
        try:
            yield
        finally:
            with self._lock:
                self.in_use -= 1
