"""config: the line of those who write to an SQLite file: one at a time, of all threads and processes. It knows no SQL.

SQLite itself lets writers sleep and try again, up to 100 ms at a time and in no order, each in a thread: that was most of
the time that a write took in a storm. Here they are woken one by one, and those who would wait long are told at once.
"""

import fcntl
import os
import threading
import time
from typing import Final

from django.conf import settings

from config.bulkhead import Bulkhead, BusyError, Permit

# The longest that anybody stands in line: for the threads of this process, and then for the other processes.
WAIT_SECONDS: Final = 2.0
# How long a process sleeps between two looks at the file lock.
_LOOK_SECONDS: Final = 0.0005


class Turn:
    """The right to write, until it is over."""

    def __init__(self, permit: Permit, lock: int) -> None:
        """``lock`` is an open file that is locked."""
        self._permit = permit
        self._lock = lock

    def end(self) -> None:
        """Let the next one write; a second time does nothing."""
        self._unlock()
        self._permit.release()

    def __del__(self) -> None:
        self._unlock()

    def _unlock(self) -> None:
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)


class Line:
    """Where the writers of one database file wait."""

    def __init__(self, path: str, *, wait_seconds: float = WAIT_SECONDS) -> None:
        """``path`` is the database's; the file that processes lock is beside it."""
        self._lock_path = f"{path}-lock"
        self._wait_seconds = wait_seconds
        self._bulkhead = Bulkhead(1, max_waiting=max(1, settings.THREADS // 3), wait_seconds=wait_seconds)

    def wait(self) -> Turn:
        """Return when it is the caller's turn; ``BusyError`` when that takes too long."""
        end = time.monotonic() + self._wait_seconds
        permit = self._bulkhead.enter()
        try:
            return Turn(permit, self._lock(end))
        except BaseException:
            permit.release()
            raise

    def fail(self) -> None:
        """Say that the database was locked by somebody who does not stand in line."""
        self._bulkhead.fail()

    def recover(self) -> None:
        """Say that it could be written to."""
        self._bulkhead.recover()

    def _lock(self, end: float) -> int:
        """Return the lock file, locked. It is opened each time, so that no fork shares it and no kill leaves it locked."""
        try:
            file = os.open(self._lock_path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise BusyError(f"its lock file can't be opened: {error.strerror}") from error
        try:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() >= end:
                        self.fail()
                        raise BusyError("another process writes to it for too long") from None
                    time.sleep(_LOOK_SECONDS)
                else:
                    return file
        except BaseException:
            os.close(file)
            raise


_lines: dict[str, Line] = {}
_lines_lock = threading.Lock()


def line_of(path: str) -> Line:
    """Return the one line of this process for a database file."""
    with _lines_lock:
        if path not in _lines:
            _lines[path] = Line(path)
        return _lines[path]
