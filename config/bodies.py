"""config: the bodies of requests, of which only so many are waited for at once. It knows WSGI, and no route.

The server hands a request over when its head is there; its body may come a byte a minute, and a thread that waits for
it can't be woken. Without a bound, as many such callers as there are threads would end every other answer, too.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from config.parsers import BodiesBusy

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class BoundedBodies:
    """A WSGI application whose requests read their bodies through a door for ``at_once`` threads."""

    def __init__(self, application: Application, *, at_once: int) -> None:
        self._application = application
        self._places = threading.BoundedSemaphore(at_once)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = _Body(environ["wsgi.input"], self._places)
        return self._application(environ, start_response)


class _Body:
    """A body that is read as far as Django does: as a whole or by lines; ``BodiesBusy`` when too many are being read."""

    def __init__(self, body: IO[bytes], places: threading.BoundedSemaphore) -> None:
        self._body = body
        self._places = places

    def read(self, size: int = -1) -> bytes:
        with self._place():
            return self._body.read(size)

    def readline(self, size: int = -1) -> bytes:
        with self._place():
            return self._body.readline(size)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise BodiesBusy
        try:
            yield
        finally:
            self._places.release()
