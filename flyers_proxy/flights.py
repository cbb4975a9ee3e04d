"""flyers_proxy: one piece of work at a time for each key, whose outcome all share. It knows nothing of the work."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from clients.errors import UpstreamTimeout
from flyers_proxy import counters

T = TypeVar("T")


class Flights(Generic[T]):
    """The work under way, by key. Safe to use from many threads."""

    def __init__(self, patience: float) -> None:
        """``patience``: for how many seconds to wait for the work of another thread."""
        self._patience = patience
        self._lock = threading.Lock()
        self._under_way: dict[str, Future[T]] = {}

    def share(self, key: str, work: Callable[[], T]) -> T:
        """Do the work, or wait for the thread that is doing it; return or raise what came of it."""
        with self._lock:
            flight = self._under_way.get(key)
            if flight is None:
                mine: Future[T] = Future()
                self._under_way[key] = mine
        if flight is None:
            return self._do(key, work, mine)
        counters.WAIT.inc()
        try:
            return flight.result(self._patience)
        except TimeoutError:
            raise UpstreamTimeout("the call that others wait for is not over") from None

    def _do(self, key: str, work: Callable[[], T], flight: Future[T]) -> T:
        try:
            outcome = work()
        except BaseException as failure:
            flight.set_exception(failure)
            raise
        else:
            flight.set_result(outcome)
            return outcome
        finally:
            with self._lock:
                del self._under_way[key]
