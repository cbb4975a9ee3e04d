"""config: the bodies of requests, of which only so many are read and worked on at once. It knows WSGI, and no route.

The server hands a request over when its head is there; its body may come a byte a minute, and a thread that waits for
it can't be woken. Without a bound, as many such callers as there are threads would end every other answer, too. And a
body of 1 MB can decode to many MB of objects: without a bound, as many of them as there are threads.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Any, Final

from config.parsers import UNTIL_ANSWERED, BodiesBusyError

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# Beyond this a body is large: nothing but an import of a library is, in good faith.
LARGE_BODY_BYTES: Final = 16_384
# Large bodies that are worked on at once, until they are answered, and for how many seconds another one waits.
MAX_LARGE_BODIES: Final = 2
PATIENCE_SECONDS: Final = 2.0


class BoundedBodies:
    """A WSGI application whose requests read their bodies through a door for ``at_once`` threads.

    Of those with a large body ``MAX_LARGE_BODIES`` are worked on at once. The others wait, ``patience`` seconds at
    most, and stand in the door meanwhile, so that there are threads for everybody else.
    """

    def __init__(self, application: Application, *, at_once: int, patience: float = PATIENCE_SECONDS) -> None:
        self._application = application
        self._readers = threading.BoundedSemaphore(at_once)
        self._large = threading.BoundedSemaphore(MAX_LARGE_BODIES)
        self._patience = patience

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with ExitStack() as until_answered:

            def wait_for_place() -> None:
                until_answered.enter_context(_place(self._large, self._patience))
                environ[UNTIL_ANSWERED] = until_answered

            environ["wsgi.input"] = _Body(environ["wsgi.input"], self._readers, wait_for_place)
            return self._application(environ, start_response)


class _Body:
    """A body that is read as far as Django does: as a whole or by lines; ``BodiesBusyError`` when there is no place for it."""

    def __init__(
        self, body: IO[bytes], readers: threading.BoundedSemaphore, when_large: Callable[[], None]
    ) -> None:
        """``when_large`` is called once, when more than ``LARGE_BODY_BYTES`` have been read."""
        self._body = body
        self._readers = readers
        self._when_large = when_large
        self._left = LARGE_BODY_BYTES

    def read(self, size: int = -1) -> bytes:
        with _place(self._readers):
            return self._counted(self._body.read(size))

    def readline(self, size: int = -1) -> bytes:
        with _place(self._readers):
            return self._counted(self._body.readline(size))

    def _counted(self, part: bytes) -> bytes:
        was_small = self._left >= 0
        self._left -= len(part)
        if was_small and self._left < 0:
            self._when_large()
        return part


@contextmanager
def _place(places: threading.BoundedSemaphore, patience: float = 0) -> Iterator[None]:
    """Hold one of the places; ``BodiesBusyError`` if there is none within ``patience`` seconds."""
    if not places.acquire(timeout=patience):
        raise BodiesBusyError
    try:
        yield
    finally:
        places.release()
