"""clients: when not to ask, because it is known to be useless or too many already wait. It knows no HTTP."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

from clients.errors import UpstreamBusyError, UpstreamUnavailableError

State = Literal["closed", "open", "half_open"]

MAX_COOLDOWN_SECONDS: Final = 60.0
_MAX_REMEMBERED = 200


class Breaker:
    """Stops calls to a service that fails, and lets one call find out whether it is back.

    Closed: calls pass. It opens after ``failures_in_a_row``, or when ``failing_share`` of at least
    ``window_calls`` in the last ``window_seconds`` failed. Open: calls are refused for ``first_pause`` seconds.
    Then half open: one call passes, the probe. If it works the breaker closes; if not it opens for twice as
    long, up to ``longest_pause``. Pauses vary by a fifth, so that processes do not all come back at once.

    Apart from that it has a door, which the service itself can ask us to shut for a while (Retry-After).
    Safe to use from many threads; ``clock`` gives seconds, ``chance`` a number from 0 to 1.
    """

    def __init__(
        self,
        *,
        failures_in_a_row: int = 5,
        window_seconds: float = 10.0,
        window_calls: int = 10,
        failing_share: float = 0.5,
        first_pause: float = 2.0,
        longest_pause: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Times in seconds."""
        self._failures_in_a_row = failures_in_a_row
        self._window_seconds = window_seconds
        self._window_calls = window_calls
        self._failing_share = failing_share
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._clock = clock
        self._chance = chance
        self._lock = threading.Lock()
        self._streak = 0
        self._recent: deque[tuple[float, bool]] = deque(maxlen=_MAX_REMEMBERED)
        self._opened_at: float | None = None
        self._open_until = 0.0
        self._next_pause = first_pause
        self._is_probing = False
        self._door_shut_until = 0.0

    @property
    def state(self) -> State:
        """``half_open`` from the end of a pause until a probe has decided."""
        if self._opened_at is None:
            return "closed"
        return "open" if self._clock() < self._open_until else "half_open"

    @property
    def open_for(self) -> float:
        """Seconds since the breaker last was closed; 0 while it is."""
        opened_at = self._opened_at
        return 0.0 if opened_at is None else self._clock() - opened_at

    @property
    def retry_in(self) -> float:
        """Seconds for which every call will be refused, by breaker or door; 0 when one would pass."""
        return max(self._open_until - self._clock(), self._door_shut_until - self._clock(), 0.0)

    def shut_door(self, seconds: float) -> None:
        """Refuse every call for ``seconds``, at most 60, because the service asked for it."""
        with self._lock:
            until = self._clock() + min(seconds, MAX_COOLDOWN_SECONDS)
            self._door_shut_until = max(self._door_shut_until, until)

    @contextmanager
    def attempt(self, on_change: Callable[[State], None]) -> Iterator[None]:
        """Let one call pass, or raise ``UpstreamUnavailableError``; the call failed if the block raises.

        ``UpstreamBusyError`` alone says nothing about the service, since it was not asked. ``on_change`` is told
        the new state when this call brings it about.
        """
        is_probe = self._enter()
        if is_probe:
            on_change("half_open")
        try:
            yield
        except UpstreamBusyError:
            self._withdraw(is_probe=is_probe)
            raise
        except BaseException:
            if self._failed(is_probe=is_probe):
                on_change("open")
            raise
        self._worked(is_probe=is_probe)
        if is_probe:
            on_change("closed")

    def _enter(self) -> bool:
        with self._lock:
            wait = self.retry_in
            if wait > 0 or self._is_probing:
                reason = "known to be down" if self._opened_at is not None else "asked us to wait"
                raise UpstreamUnavailableError(reason, retry_after=wait)
            self._is_probing = self._opened_at is not None
            return self._is_probing

    def _withdraw(self, *, is_probe: bool) -> None:
        with self._lock:
            if is_probe:
                self._is_probing = False

    def _worked(self, *, is_probe: bool) -> None:
        with self._lock:
            if is_probe:
                self._is_probing = False
                self._opened_at = None
                self._next_pause = self._first_pause
                self._recent.clear()
            self._streak = 0
            self._recent.append((self._clock(), True))

    def _failed(self, *, is_probe: bool) -> bool:
        """Take note of a failure; say whether it opened the breaker."""
        with self._lock:
            now = self._clock()
            if is_probe:
                self._is_probing = False
            elif self._opened_at is not None:
                return False  # A call from before the breaker opened: nothing new.
            else:
                self._streak += 1
                self._recent.append((now, False))
                if self._streak < self._failures_in_a_row and not self._is_mostly_failing(now):
                    return False
                self._opened_at = now
            self._open_until = now + self._next_pause * (0.8 + 0.4 * self._chance())
            self._next_pause = min(self._next_pause * 2, self._longest_pause)
            self._streak = 0
            return True

    def _is_mostly_failing(self, now: float) -> bool:
        latest = [worked for moment, worked in self._recent if now - moment <= self._window_seconds]
        return len(latest) >= self._window_calls and latest.count(False) >= self._failing_share * len(latest)


class Bulkhead:
    """Lets at most ``limit`` calls wait for the service at once, so that the rest of this process never does."""

    def __init__(self, limit: int) -> None:
        """``limit``: calls, at least 1."""
        self.limit = limit
        self._lock = threading.Lock()
        self._in_use = 0

    @property
    def in_use(self) -> int:
        """How many calls are waiting now."""
        return self._in_use

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot during the block; ``UpstreamBusyError`` at once if there is none."""
        with self._lock:
            if self._in_use >= self.limit:
                raise UpstreamBusyError("too many calls are waiting")
            self._in_use += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_use -= 1
