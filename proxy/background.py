"""What is fetched again behind answers already given: a few threads that work off a bounded queue."""

import contextvars
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

import structlog
from cachetools import TTLCache

# Revalidations at once, well under the bulkhead so that they never crowd out those who wait; and as many in the queue.
REVALIDATIONS: Final = 4
MAX_QUEUED_REVALIDATIONS: Final = 200
# How long a key is left alone after a failed revalidation, and how many such keys are remembered.
COOLDOWN_SECONDS: Final = 2.0
_MAX_COOLING_DOWN: Final = 50_000

log = structlog.get_logger(__name__)


class Background:
    """Threads and a queue; they start when first needed and end with the process."""

    def __init__(self, threads: int, max_queued: int) -> None:
        self._jobs: queue.Queue[Callable[[], object]] = queue.Queue(max_queued)
        self._threads = threads
        self._lock = threading.Lock()
        self._started = 0

    def submit(self, job: Callable[[], None]) -> bool:
        """Queue a job, which runs in the caller's context (its request id); False if the queue is full."""
        context = contextvars.copy_context()
        try:
            self._jobs.put_nowait(lambda: context.run(job))
        except queue.Full:
            return False
        with self._lock:
            if self._started < self._threads:
                self._started += 1
                # A daemon: the process may end in the middle of a job, which loses nothing.
                threading.Thread(target=self._work, name=f"background-{self._started}", daemon=True).start()
        return True

    def settle(self) -> None:
        """Wait until the queue is empty and every job is done."""
        self._jobs.join()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            except Exception:  # the thread has to outlive a bug, which is logged whole
                log.exception("refresh broke")
            finally:
                self._jobs.task_done()


class Revalidations:
    """Keys that are fetched again in background: each once at a time, and none that failed a moment ago."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` gives Unix seconds."""
        self._background = Background(REVALIDATIONS, MAX_QUEUED_REVALIDATIONS)
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        self._cooling_down: TTLCache[str, bool] = TTLCache(_MAX_COOLING_DOWN, COOLDOWN_SECONDS, timer=clock)
        self.settle = self._background.settle

    def submit(self, key: str, work: Callable[[], bool]) -> None:
        """Have ``work`` done, which says whether it went well, unless there is no need, or no room."""
        with self._lock:
            if key in self._under_way or key in self._cooling_down:
                return
            self._under_way.add(key)
        if not self._background.submit(partial(self._run, key, work)):
            with self._lock:
                self._under_way.discard(key)

    def _run(self, key: str, work: Callable[[], bool]) -> None:
        is_done = False
        try:
            is_done = work()
        finally:
            with self._lock:
                self._under_way.discard(key)
                if not is_done:
                    self._cooling_down[key] = True
