"""When the copies of a catalog were last made worthless by a write: known at once to all processes that serve it.

The processes of one server share a file of eight bytes a catalog, which costs a read of memory. Servers on several hosts tell
each other through Redis, where there is one: each listens, and says so in the file. Without Redis the other hosts learn of
a write when their copies are no longer fresh.
"""

import fcntl
import mmap
import os
import secrets
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import redis
import structlog

from proxy.redis_level import ANSWER_SECONDS, PREFIX, client

log = structlog.get_logger(__name__)

_MOMENT: Final = struct.Struct("<d")
# How long a lost connection is left alone, after how much silence the other side is asked whether it is there, and as much
# longer it is believed; how soon whoever listens sees that it is over, and how long Redis may take to pass a word on.
_PAUSE_SECONDS: Final = 0.5
_QUIET_SECONDS: Final = 5.0
_WAKE_SECONDS: Final = 0.25
_PASS_ON_SECONDS: Final = 1.0
_CONNECT_SECONDS: Final = 0.3
# What was last written when nobody could say.
_NOT_KNOWN: Final = b"not known"


class Invalidations:
    """The moment of the last write to one upstream. Safe to use from many threads."""

    def __init__(self, upstream: str, url: str = "") -> None:
        """``url``: of the Redis through which hosts tell each other, empty if there is none."""
        self._upstream = upstream
        self._url = url
        self._key = f"{PREFIX}generation:written:{upstream}"
        self._moment = _Moment(upstream)
        self._is_over = threading.Event()
        # The last write that this server knows of, as it stands in Redis: whose, and when.
        self._known: bytes | None = _NOT_KNOWN
        if url:
            # Copies in Redis may be older than that write, and this process younger.
            self._read_last_write()
            # A daemon: it ends with the process.
            threading.Thread(target=self._listen, name=f"{upstream}-written", daemon=True).start()

    def written_at(self) -> float:
        """Return the moment (Unix seconds), 0 if nothing was written."""
        return self._moment.value

    def announce(self) -> None:
        """Say that something has been written, or may have been: what was fetched until now is worth nothing."""
        now = time.time()
        self._moment.raise_to(now)
        if not self._url:
            return
        word = f"{self._moment.owner} {now}"
        try:
            with self._client(_PASS_ON_SECONDS) as store:
                store.pipeline().set(self._key, word).publish(self._key, word).execute()
        except (redis.RedisError, OSError) as error:
            reason = type(error).__name__
            log.warning("other hosts do not know of a write", upstream=self._upstream, reason=reason)

    def stop(self) -> None:
        """Listen no longer."""
        self._is_over.set()

    def _client(self, answer_seconds: float) -> redis.Redis:
        return client(self._url, answer_seconds=answer_seconds, connect_seconds=_CONNECT_SECONDS)

    def _read_last_write(self) -> None:
        try:
            with client(self._url, answer_seconds=ANSWER_SECONDS) as store:
                self._known = store.get(self._key)
            # It was measured by another clock, which may be fast.
            self._moment.raise_to(min(float((self._known or b"0").split()[-1]), time.time()))
        except (redis.RedisError, OSError, ValueError):
            log.warning("not known when something was written", upstream=self._upstream)

    def _listen(self) -> None:
        """Note every write that another server announces; after a silence also one that was missed."""
        while not self._is_over.is_set():
            try:
                with self._client(_QUIET_SECONDS) as store, store.pubsub() as channel:
                    channel.subscribe(self._key)
                    channel.get_message(timeout=_QUIET_SECONDS)
                    self._hear(store.get(self._key))
                    self._hear_all(channel)
            except (redis.RedisError, OSError, ValueError):
                self._is_over.wait(_PAUSE_SECONDS)

    def _hear_all(self, channel: Any) -> None:
        """Listen until it is over; ``OSError`` if not even a ping is answered."""
        heard_at, is_asked = time.monotonic(), False
        while not self._is_over.is_set():
            message = channel.get_message(timeout=_WAKE_SECONDS)
            silence = time.monotonic() - heard_at
            if message is not None:
                heard_at, is_asked = time.monotonic(), False
                if message["type"] == "message":
                    self._hear(message["data"])
            elif silence > 2 * _QUIET_SECONDS:
                raise OSError("nothing for a long time")
            elif silence > _QUIET_SECONDS and not is_asked:
                channel.ping()
                is_asked = True

    def _hear(self, word: bytes | None) -> None:
        """Note a write of another server, unless it is known; nothing at all after something was lost with others."""
        is_ours = word is not None and word.startswith(f"{self._moment.owner} ".encode())
        if word != self._known and not is_ours:
            # By this host's clock, which its copies are measured by.
            self._moment.raise_to(time.time())
        self._known = word


class _Moment:
    """A moment that all processes of a server have in common, in a file; that of this process alone if it is no server.

    ``owner`` is the name of whoever has it in common, without blanks.
    """

    def __init__(self, name: str) -> None:
        self._lock = threading.Lock()
        self._bytes: Any = bytearray(_MOMENT.size)
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        self._file: int | None = None
        self.owner = f"{socket.gethostname()}:{Path(folder).name if folder else secrets.token_hex(8)}"
        if folder:
            # Open as long as the process: who cleans up old files does not part the processes.
            self._file = os.open(Path(folder, f"{name}.written"), os.O_RDWR | os.O_CREAT)
            os.ftruncate(self._file, _MOMENT.size)  # Of the same length whoever is first, and zeros.
            self._bytes = mmap.mmap(self._file, _MOMENT.size)

    @property
    def value(self) -> float:
        """Return it in Unix seconds, 0 at first."""
        return float(_MOMENT.unpack_from(self._bytes)[0])

    def raise_to(self, moment: float) -> None:
        """Make it so late; never back, whatever other threads and processes do and should the clock be set."""
        with self._lock, _locked(self._file):
            _MOMENT.pack_into(self._bytes, 0, max(moment, self.value))


@contextmanager
def _locked(file: int | None) -> Iterator[None]:
    if file is None:
        yield
        return
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
