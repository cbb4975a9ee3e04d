"""Threads that work for many owners, none of whom takes what is left for the others."""

import contextvars
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


class FairPool:
    """A bounded number of threads; they start when first needed and end with the process.

    Owners take turns, and one who has as many threads as are idle gets no further one (the dynamic thresholds by which
    switches share a buffer): alone it has half of them, and whoever comes next finds one at once.
    """

    def __init__(self, threads: int, name: str) -> None:
        """``threads``: at least 1; ``name`` is that of the threads."""
        self._threads = threads
        self._name = name
        self._changed = threading.Condition()
        self._waiting: OrderedDict[str, deque[tuple[Future[Any], Callable[[], Any]]]] = OrderedDict()
        self._running: Counter[str] = Counter()
        self._started = 0

    def submit(self, owner: str, work: Callable[[], T]) -> Future[T]:
        """Have the work done when it is the owner's turn, in the caller's context; return its future."""
        future: Future[T] = Future()
        # What is logged and traced of it belongs to the same request.
        job = (future, partial(contextvars.copy_context().run, work))
        with self._changed:
            self._waiting.setdefault(owner, deque()).append(job)
            self._changed.notify()
            is_short_of_threads = self._started < self._threads
            self._started += is_short_of_threads
        if is_short_of_threads:
            # A daemon: the process may end in the middle of it, and nobody is left who waits for it.
            threading.Thread(target=self._serve, name=f"{self._name}-{self._started}", daemon=True).start()
        return future

    def _serve(self) -> None:
        while True:
            with self._changed:
                while (owner := self._next_owner()) is None:
                    self._changed.wait()
                future, work = self._take(owner)
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as failure:  # noqa: BLE001 - whoever waits for the future raises it
                    future.set_exception(failure)
            with self._changed:
                self._running[owner] -= 1
                self._running += Counter()  # drops the owners who have none
                self._changed.notify_all()

    def _next_owner(self) -> str | None:
        idle = self._threads - self._running.total()
        return next((owner for owner in self._waiting if self._running[owner] < idle), None)

    def _take(self, owner: str) -> tuple[Future[Any], Callable[[], Any]]:
        """Take the owner's next job, and put the owner behind the others."""
        self._running[owner] += 1
        jobs = self._waiting.pop(owner)
        job = jobs.popleft()
        if jobs:
            self._waiting[owner] = jobs
        return job
