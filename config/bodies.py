"""Bounds on the request bodies that are read and processed concurrently.

The server hands a request over when its headers are complete; the body may arrive a byte a minute, and a thread that
waits for it can't be woken: without a bound, a slow client for each thread would block all others. And a body of 1 MB
can decode to many MB of objects: without a bound, once for each thread.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Any, Final

from config.parsers import UNTIL_ANSWERED, BodiesBusyError

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# A body beyond this is large; in good faith only an import of a library is.
LARGE_BODY_BYTES: Final = 16_384
# Requests with large bodies that are processed concurrently, and how long another one waits.
MAX_LARGE_BODIES: Final = 2
WAIT_SECONDS: Final = 2.0


class BoundedBodies:
    """A WSGI application in which at most ``max_readers`` threads read request bodies.

    Requests with large bodies beyond ``MAX_LARGE_BODIES`` wait for at most ``wait_seconds``, and count as readers
    meanwhile, so that threads are left for all others.
    """

    def __init__(
        self, application: Application, *, max_readers: int, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self._application = application
        self._readers = threading.BoundedSemaphore(max_readers)
        self._large = threading.BoundedSemaphore(MAX_LARGE_BODIES)
        self._wait_seconds = wait_seconds

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"] = _Body(environ, self._readers, self._admit_large_body)
        try:
            return self._application(environ, start_response)
        finally:
            if body.until_answered is not None:
                body.until_answered.close()

    def _admit_large_body(self) -> ExitStack:
        with ExitStack() as until_answered:
            until_answered.enter_context(_slot(self._large, self._wait_seconds))
            return until_answered.pop_all()


class _Body:
    """A body with the two ways that Django reads it by; ``BodiesBusyError`` when too many are being read."""

    until_answered: ExitStack | None = None

    def __init__(
        self, environ: Environ, readers: threading.BoundedSemaphore, admit_large: Callable[[], ExitStack]
    ) -> None:
        """``admit_large`` is called once, when more than ``LARGE_BODY_BYTES`` have been read."""
        self._environ = environ
        self._body: IO[bytes] = environ["wsgi.input"]
        self._readers = readers
        self._admit_large = admit_large
        self._left = LARGE_BODY_BYTES

    def read(self, size: int = -1) -> bytes:
        return self._counted(self._body.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._counted(self._body.readline, size)

    def _counted(self, read: Callable[[int], bytes], size: int) -> bytes:
        with _slot(self._readers):
            part = read(size)
            was_small = self._left >= 0
            self._left -= len(part)
            if was_small and self._left < 0:
                self._environ[UNTIL_ANSWERED] = self.until_answered = self._admit_large()
            return part


@contextmanager
def _slot(slots: threading.BoundedSemaphore, wait_seconds: float = 0) -> Iterator[None]:
    """Hold a slot of the semaphore; ``BodiesBusyError`` if none is free within ``wait_seconds``."""
    if not slots.acquire(timeout=wait_seconds):
        raise BodiesBusyError
    try:
        yield
    finally:
        slots.release()
