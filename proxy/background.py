"""A few threads that work off a bounded queue behind answers already given."""

import contextvars
import queue
import threading
from collections.abc import Callable

import structlog

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
