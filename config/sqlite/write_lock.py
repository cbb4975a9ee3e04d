"""The write lock of an SQLite file: one writer at a time, of all threads and processes.

SQLite itself lets writers sleep and retry, up to 100 ms at a time and in no order, each in a thread: that was most of
the time of a write under load. Here writers wait in a queue that is bounded in number and time, and are woken in order.
Processes take turns, however many threads of one are waiting.
"""

import fcntl
import os
import time
from typing import Final

from django.conf import settings

from config.bulkhead import Bulkhead, BusyError, Permit

# The longest wait for the lock: for the threads of this process, and then for other processes.
WAIT_SECONDS: Final = 2.0
_POLL_SECONDS: Final = 0.0005


class WritePermit:
    """The right to write, until it is released or dropped."""

    __slots__ = ("_lock_file", "_permit")

    def __init__(self, permit: Permit, lock_file: int) -> None:
        """``lock_file`` is the descriptor of the locked file."""
        self._permit = permit
        self._lock_file: int | None = lock_file

    def release(self) -> None:
        """Let the next one write; a second call does nothing."""
        self._unlock()
        self._permit.release()

    def _unlock(self) -> None:
        lock_file, self._lock_file = self._lock_file, None
        if lock_file is not None:
            os.close(lock_file)

    __del__ = _unlock


class WriteLock:
    """A queue for the threads of this process, and then a file lock between processes."""

    def __init__(self, path: str, *, wait_seconds: float = WAIT_SECONDS) -> None:
        """``path`` is the database's; the lock files are beside it."""
        self._lock_path, self._turn_path = f"{path}-lock", f"{path}-turn"
        self._wait_seconds = wait_seconds
        self.bulkhead = Bulkhead(1, max_waiting=max(1, settings.THREADS // 3), wait_seconds=wait_seconds)

    def acquire(self) -> WritePermit:
        """Wait for the lock; ``BusyError`` when that takes too long."""
        end = time.monotonic() + self._wait_seconds
        permit = self.bulkhead.enter()
        # Who has waited long behind other threads has no reason to believe that another process hangs.
        end = max(end, time.monotonic() + self._wait_seconds / 4)
        try:
            return WritePermit(permit, self._lock_file(end))
        except BaseException:
            permit.release()
            raise

    def _lock_file(self, end: float) -> int:
        """Return the locked file."""
        # Who waits for the lock has the turn, for which the others wait. Otherwise a process whose threads hand the lock on
        # among themselves holds it while another one sleeps between two looks, for seconds on a busy machine.
        turn = self._locked(self._turn_path, end)
        try:
            return self._locked(self._lock_path, end)
        finally:
            os.close(turn)

    def _locked(self, path: str, end: float) -> int:
        """Open a file and lock it. It is opened each time, so that no fork shares it and no kill leaves it locked."""
        try:
            file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise BusyError(f"its lock file can't be opened: {error.strerror}") from error
        try:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() >= end:
                        self.bulkhead.fail()
                        raise BusyError("another process writes to it for too long") from None
                    time.sleep(_POLL_SECONDS)
                else:
                    return file
        except BaseException:
            os.close(file)
            raise


_locks: dict[str, WriteLock] = {}


def write_lock_of(path: str) -> WriteLock:
    """Return this process's lock for a database file."""
    # setdefault is atomic: two threads that need it first get the same lock.
    return _locks.get(path) or _locks.setdefault(path, WriteLock(path))
