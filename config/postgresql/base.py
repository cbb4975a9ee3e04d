"""config: PostgreSQL, waited for no longer than a request can afford. It knows connections, and no table.

`statement_timeout` is kept by the database, as long as it runs and the network is there. This is for when it hangs: its
answers are waited for just as long, and while it takes no connection one thread finds out and the others are told at once.
Otherwise people who are signed in would wait in every thread, and those who need no database would wait for them.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base

# What the database may take beyond the time of the longest statement, to say that this was too long.
GRACE_SECONDS: Final = 1.0
# For how long nobody tries after a failure.
REST_SECONDS: Final = 0.5


class Door:
    """Open while connecting works; after a failure shut for a moment, and then for one at a time."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` gives seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._shut_until: float | None = None
        self._is_tried = False

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Connect during the block; ``psycopg.OperationalError`` at once when that is known to fail."""
        is_first = self._enter()
        try:
            yield
        except psycopg.OperationalError:
            with self._lock:
                self._shut_until = self._clock() + REST_SECONDS
            raise
        else:
            self._shut_until = None
        finally:
            if is_first:
                self._is_tried = False

    def _enter(self) -> bool:
        with self._lock:
            if self._shut_until is None:
                return False
            if self._is_tried or self._clock() < self._shut_until:
                raise psycopg.OperationalError("the database took no connection a moment ago")
            self._is_tried = True
            return True


_door = Door()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with bounds."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        with _door.passed():
            connection = super().get_new_connection(conn_params)
        seconds = settings.DATABASE_STATEMENT_SECONDS + GRACE_SECONDS
        connection.wait = partial(connection.wait, timeout=seconds)
        return connection
