"""flyers_proxy: the threads that work behind answers already given. They know neither what they do nor for whom."""

import queue
import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)


class Refreshers:
    """A few threads that work off a bounded line of jobs; they start when first needed and end with the process."""

    def __init__(self, threads: int, most_waiting: int) -> None:
        self._jobs: queue.Queue[Callable[[], None]] = queue.Queue(most_waiting)
        self._threads = threads
        self._lock = threading.Lock()
        self._started = 0

    def take(self, job: Callable[[], None]) -> bool:
        """Put a job in line; False if the line is full."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            return False
        if self._started < self._threads:
            self._start_one()
        return True

    def settle(self) -> None:
        """Wait until the line is empty and every job is done."""
        self._jobs.join()

    def _start_one(self) -> None:
        with self._lock:
            if self._started < self._threads:
                self._started += 1
                # A daemon: the process may end in the middle of a refresh, which loses nothing.
                threading.Thread(target=self._work, name=f"refresher-{self._started}", daemon=True).start()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            except Exception:  # the thread has to outlive a bug, which is logged whole
                log.exception("refresh broke")
            finally:
                self._jobs.task_done()
