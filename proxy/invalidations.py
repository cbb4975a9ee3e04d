"""When the copies of a catalog were last made worthless by a write: known at once to all processes that serve it.

The processes of one server share a file of eight bytes a catalog, which costs a read of memory. Servers on several hosts tell
each other through Redis, where there is one: each listens, and says so in the file. Without Redis the other hosts learn of
a write when their copies are no longer fresh.
"""

import mmap
import os
import struct
import threading
import time
from pathlib import Path
from typing import Any, Final

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from proxy.redis_level import CONNECT_SECONDS, PREFIX

log = structlog.get_logger(__name__)

_MOMENT: Final = struct.Struct("<d")
# How long a lost connection is left alone, how often a quiet one is tried, and how long Redis may take to pass a word on.
_PAUSE_SECONDS: Final = 0.5
_QUIET_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 1.0


class Invalidations:
    """The moment of the last write to one upstream. Safe to use from many threads."""

    def __init__(self, upstream: str, url: str = "") -> None:
        """``url``: of the Redis through which hosts tell each other, empty if there is none."""
        self._upstream = upstream
        self._url = url
        self._counter = f"{PREFIX}generation:written:{upstream}"
        self._moment = _shared_moment(upstream)
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        if url:
            # A daemon: it ends with the process.
            threading.Thread(target=self._listen, name=f"{upstream}-written", daemon=True).start()

    def written_at(self) -> float:
        """Return the moment (Unix seconds), 0 if nothing was written."""
        return float(_MOMENT.unpack_from(self._moment)[0])

    def announce(self) -> None:
        """Say that something has been written, or may have been: what was fetched until now is worth nothing."""
        self._note()
        if not self._url:
            return
        try:
            with self._connection(_ANSWER_SECONDS) as store:
                number = store.incr(self._counter)
                store.publish(self._counter, number)
        except (redis.RedisError, OSError) as error:
            log.warning(
                "other hosts do not know of a write", upstream=self._upstream, reason=type(error).__name__
            )

    def stop(self) -> None:
        """Listen no longer."""
        self._is_over.set()

    def _note(self) -> None:
        with self._lock:
            # By this host's clock, which its copies are measured by; never back, should the clock be set.
            _MOMENT.pack_into(self._moment, 0, max(time.time(), self.written_at()))

    def _listen(self) -> None:
        """Note every write that another host announces; after a silence also one that was missed."""
        known: bytes | None = None
        is_first = True
        while not self._is_over.is_set():
            try:
                with self._connection(_QUIET_SECONDS) as store, store.pubsub() as channel:
                    channel.subscribe(self._counter)
                    channel.get_message(timeout=_QUIET_SECONDS)
                    missed = store.get(self._counter)
                    if missed != known and not is_first:
                        self._note()
                    known, is_first = missed, False
                    while not self._is_over.is_set():
                        message = _next_message(channel)
                        if message["type"] == "message":
                            known = message["data"]
                            self._note()
            except (redis.RedisError, OSError, ValueError):
                self._is_over.wait(_PAUSE_SECONDS)

    def _connection(self, seconds: float) -> Any:
        return redis.Redis.from_url(
            self._url,
            protocol=2,
            driver_info=None,
            socket_connect_timeout=CONNECT_SECONDS * 10,
            socket_timeout=seconds,
            retry=Retry(NoBackoff(), 0),
        )


def _next_message(channel: Any) -> dict[str, Any]:
    """Wait for whatever comes next; ``OSError`` if not even a ping is answered."""
    message = channel.get_message(timeout=_QUIET_SECONDS)
    if message is None:
        channel.ping()
        message = channel.get_message(timeout=_QUIET_SECONDS)
    if message is None:
        raise OSError("nothing for a long time")
    return dict(message)


def _shared_moment(upstream: str) -> Any:
    """Return eight bytes that all processes of a server have in common; those of this process if it is no server."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return bytearray(_MOMENT.size)
    path = Path(folder, f"{upstream}.written")
    with path.open("a+b") as file:
        file.truncate(_MOMENT.size)  # Of the same length whoever is first, and zeros.
        return mmap.mmap(file.fileno(), _MOMENT.size)
