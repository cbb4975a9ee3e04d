"""The second cache level, on Redis, which processes and hosts share.

A read is one round trip, which also says who fills a key that is missing. Redis slow, down or talking nonsense
means misses: nothing here raises, and after a failure Redis is left alone for a cooldown.

Of what upstream does not have, the moment alone is stored that other values begin with. A lock is held by a token, or by
``!`` and a failure: those who waited for a fill that failed share its failure.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, TypeVar

import redis
import structlog
from prometheus_client import Counter
from redis.backoff import NoBackoff
from redis.retry import Retry

from clients.errors import UpstreamError, UpstreamMalformedError, UpstreamNotFoundError
from proxy.store import MAX_ENTRY_BYTES, MOMENT_DIGITS, Entry, pack, packed_moment, unpack

T = TypeVar("T")

log = structlog.get_logger(__name__)

PREFIX: Final = "flyers-bff:reads:"
GENERATION: Final = f"{PREFIX}generation"
# The first silence ends the question: connecting to nobody and then waiting in vain stay under 100 ms.
CONNECT_SECONDS: Final = 0.03
ANSWER_SECONDS: Final = 0.065
# How often a failure of Redis is logged.
LOG_SECONDS: Final = 60.0
NEGATIVE_SECONDS: Final = 60
# For how long those who were waiting can see that the fill failed.
FAILURE_MILLISECONDS: Final = 300

_FAILED = Counter("flyers_bff_shared_cache_failures", "Questions that Redis did not answer, or not well.")
_NOT_KNOWN = b"not known"

# KEYS: value, lock, generation. ARGV: token, lock ms, now ms, "1" to claim what is stale, "1" when waiting, the moment that
# a value begins with which is of no use to the asker.
# Gives the value (nil also for one that the asker must have seen), who holds the lock (the token: we do now; nil: nobody
# needs to), the generation, and for how many milliseconds the lock of another is still good.
_LOOK = """
local moment = redis.call('GETRANGE', KEYS[1], 0, 12)
local generation = redis.call('GET', KEYS[3])
local is_new = moment ~= '' and moment ~= ARGV[6]
if is_new and (ARGV[4] == '0' or tonumber(moment) > tonumber(ARGV[3])) then
  return {redis.call('GET', KEYS[1]), false, generation, 0}
end
local value = is_new and ARGV[5] == '0' and redis.call('GET', KEYS[1])
local holder = redis.call('GET', KEYS[2])
if holder and (string.sub(holder, 1, 1) ~= '!' or ARGV[5] == '1') then
  return {value, holder, generation, redis.call('PTTL', KEYS[2])}
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return {value, ARGV[1], generation, 0}
"""

# KEYS: lock. ARGV: token, failure (empty for none), failure ms. Only the holder may release it.
_RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""

_FAILURES: dict[str, type[UpstreamError]] = {
    kind.__name__: kind for kind in UpstreamError.__subclasses__() if kind is not UpstreamNotFoundError
}


class Look(NamedTuple):
    """What the shared level says about a key. The default is what it says when there is none: fill it yourself.

    ``is_mine``: the asker fills the key now. ``failure``: the fill that the asker waited for failed.
    ``is_negative``: upstream does not have it. ``is_cleared``: everything cached until now should be dropped.
    ``fill_age``: for how many seconds another has been filling the key. ``fresh_until``: of an entry, or of its being negative.
    """

    entry: Entry | None = None
    is_mine: bool = True
    failure: UpstreamError | None = None
    is_negative: bool = False
    is_cleared: bool = False
    fill_age: float = 0.0
    fresh_until: float = 0.0


class SharedLevel:
    """What the cache needs of a level shared with others; this one is none, for a process on its own.

    ``token`` says who holds a key's lock.
    """

    def look(
        self,
        key: str,
        token: str,
        *,
        now: float,
        claims_stale: bool = False,
        is_waiting: bool = False,
        useless: float = 0.0,
    ) -> Look:
        """Return what is there; whoever finds nothing (or, on demand, something stale) first, fills it.

        What is fresh until the moment ``useless`` is nothing to the asker, who knows it.
        """
        return Look()

    def look_at_all(self, keys: Sequence[str]) -> dict[str, Entry]:
        """Return those that are there, fresh or stale, claiming none."""
        return {}

    def put(self, key: str, token: str, entries: Iterable[tuple[str, Entry]], *, now: float) -> None:
        """Publish what a fill of ``key`` gave, and release its lock."""

    def put_negative(self, key: str, token: str, *, now: float) -> None:
        """Publish that upstream did not have it at this moment, and release its lock."""

    def release(self, key: str, token: str, failure: UpstreamError | None = None) -> None:
        """Release the lock without an entry; who waited for it shares ``failure``."""


class RedisLevel(SharedLevel):
    """The level on Redis. Safe to use from many threads; connects when first used."""

    def __init__(
        self,
        url: str,
        *,
        version: str,
        stale_seconds: float,
        lock_seconds: float,
        cooldown_seconds: float = 2.0,
        connections: int = 64,
        max_entry_bytes: int = MAX_ENTRY_BYTES,
        publish_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """``version`` of the shapes stored: copies of another are never read, so their etags are never sent either.

        ``stale_seconds``: how long an entry is of any use; ``lock_seconds``: the longest a fill takes; ``cooldown_seconds``:
        for how long Redis is left alone after a failure; ``publish_seconds``: how long it may take to receive an entry.
        """
        self._prefix = f"{PREFIX}{version}:"
        self._stale_seconds = stale_seconds
        self._max_entry_bytes = max_entry_bytes
        self._cooldown_seconds = cooldown_seconds
        self._lock_milliseconds = int(lock_seconds * 1000)
        self._redis = client(url, answer_seconds=ANSWER_SECONDS, max_connections=connections)
        is_patient = publish_seconds > ANSWER_SECONDS
        self._publishing = client(url, answer_seconds=publish_seconds) if is_patient else self._redis
        self._lock = threading.Lock()
        self._cooling_down_until = 0.0
        self._logged_at = float("-inf")
        self._generation: bytes | None = _NOT_KNOWN

    def close(self) -> None:
        """Close the idle connections; the next question connects anew."""
        for each in (self._redis, self._publishing):
            each.connection_pool.disconnect()

    def look(
        self,
        key: str,
        token: str,
        *,
        now: float,
        claims_stale: bool = False,
        is_waiting: bool = False,
        useless: float = 0.0,
    ) -> Look:
        keys = (self._prefix + key, self._lock_of(key), GENERATION)
        flags = (int(claims_stale), int(is_waiting), packed_moment(useless))
        values = (token, self._lock_milliseconds, int(now * 1000), *flags)
        return (
            self._try(lambda: self._read(self._redis.eval(_LOOK, len(keys), *keys, *values), token)) or Look()
        )

    def look_at_all(self, keys: Sequence[str]) -> dict[str, Entry]:
        values: Any = self._try(lambda: self._redis.mget([self._prefix + key for key in keys])) or []
        found = zip(keys, map(self._entry, values), strict=False)
        return {key: entry for key, entry in found if entry is not None}

    def put(self, key: str, token: str, entries: Iterable[tuple[str, Entry]], *, now: float) -> None:
        values: dict[str, tuple[bytes, int]] = {}
        for name, entry in entries:
            left = int((entry.fetched_at + self._stale_seconds - now) * 1000)
            if left > 0 and entry.body.size <= self._max_entry_bytes:
                values[name] = (pack(entry), left)
        self._publish(key, token, values)

    def put_negative(self, key: str, token: str, *, now: float) -> None:
        self._publish(key, token, {key: (packed_moment(now + NEGATIVE_SECONDS), NEGATIVE_SECONDS * 1000)})

    def release(self, key: str, token: str, failure: UpstreamError | None = None) -> None:
        self._try(
            lambda: self._release(self._redis, key, token, "" if failure is None else _written(failure))
        )

    def _publish(self, key: str, token: str, values: Mapping[str, tuple[bytes, int]]) -> None:
        def publish() -> None:
            pipeline = self._publishing.pipeline(transaction=False)
            for name, (value, milliseconds) in values.items():
                pipeline.set(self._prefix + name, value, px=milliseconds)
            self._release(pipeline, key, token, "")
            try:
                pipeline.execute()
            except (redis.RedisError, OSError):
                # It may have been too much at once: nobody should wait until the lock expires.
                if self._publishing is not self._redis:
                    self._release(self._redis, key, token, "")
                raise

        self._try(publish)

    def _release(self, connection: redis.Redis, key: str, token: str, failure: str) -> None:
        connection.eval(_RELEASE, 1, self._lock_of(key), token, failure, FAILURE_MILLISECONDS)

    def _lock_of(self, key: str) -> str:
        return f"{PREFIX}lock:{self._prefix}{key}"

    def _read(self, answer: Any, token: str) -> Look:
        value, holder, generation, lock_left = answer
        with self._lock:
            is_cleared = self._generation is not _NOT_KNOWN and generation != self._generation
            self._generation = generation
        is_moment = value is not None and len(value) == MOMENT_DIGITS
        entry = self._entry(value)
        is_unreadable = value is not None and entry is None and not is_moment
        is_mine = holder == token.encode() or is_unreadable
        return Look(
            entry=entry,
            is_mine=is_mine,
            failure=_failure(holder),
            is_negative=is_moment and holder is None,  # Otherwise it is over, and somebody fills the key.
            is_cleared=is_cleared,
            fill_age=0.0 if is_mine or holder is None else (self._lock_milliseconds - lock_left) / 1000,
            fresh_until=int(value) / 1000 if is_moment else entry.fresh_until if entry else 0.0,
        )

    def _entry(self, value: bytes | None) -> Entry | None:
        if value is None or len(value) == MOMENT_DIGITS:
            return None
        try:
            return unpack(value, self._max_entry_bytes)
        except ValueError:
            self._log_failure("a value that can't be read")
            return None

    def _try(self, question: Callable[[], T]) -> T | None:
        """Return Redis' answer, None when it has none to give; after a failure only one tries now and then."""
        with self._lock:
            now = time.monotonic()
            if now < self._cooling_down_until:
                return None
            if self._cooling_down_until:
                self._cooling_down_until = now + self._cooldown_seconds
        try:
            answer = question()
        except (redis.RedisError, OSError, ValueError) as error:
            self._cooling_down_until = time.monotonic() + self._cooldown_seconds
            self._log_failure(type(error).__name__)
            return None
        self._cooling_down_until = 0.0
        return answer

    def _log_failure(self, reason: str) -> None:
        _FAILED.inc()
        with self._lock:
            now = time.monotonic()
            is_due = now - self._logged_at >= LOG_SECONDS
            if is_due:
                self._logged_at = now
        if is_due:
            log.warning("shared cache failed", reason=reason)


def client(
    url: str, *, answer_seconds: float, connect_seconds: float | None = None, **options: Any
) -> redis.Redis:
    """Return a client of Redis that gives up with the first silence."""
    return redis.Redis.from_url(
        url,
        protocol=2,  # no HELLO, and no SETINFO either: each would be one more wait when connecting
        driver_info=None,
        socket_connect_timeout=connect_seconds or CONNECT_SECONDS,
        socket_timeout=answer_seconds,
        retry=Retry(NoBackoff(), 0),
        **options,
    )


def _written(failure: UpstreamError) -> str:
    return f"!{type(failure).__name__} {failure.retry_after or 0}"


def _failure(holder: bytes | None) -> UpstreamError | None:
    """Return the failure that stands where a lock stood."""
    if holder is None or not holder.startswith(b"!"):
        return None
    name, _, seconds = holder[1:].decode().partition(" ")
    failure = _FAILURES.get(name, UpstreamMalformedError)
    return failure("the call of another process failed", retry_after=float(seconds) or None)


# --- For operators: these may wait for seconds, and say so when Redis is down ----------------------


class RedisDownError(Exception):
    """Redis gave no answer."""


def census(url: str) -> tuple[int, int]:
    """Return how many entries the shared level holds, and the memory in bytes that all of Redis uses."""
    with _patient(url) as store:
        held = sum(not _is_internal(key) for key in store.scan_iter(f"{PREFIX}*", count=1000))
        return held, int(store.info("memory")["used_memory"])


def clear(url: str) -> int:
    """Drop every entry of the shared level, and have the processes drop theirs; return how many there were."""
    with _patient(url) as store:
        store.incr(GENERATION)
        entries = (key for key in store.scan_iter(f"{PREFIX}*", count=1000) if not _is_internal(key))
        return sum(int(store.unlink(key)) for key in entries)


@contextmanager
def _patient(url: str) -> Iterator[redis.Redis]:
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=2, socket_timeout=5, retry=Retry(NoBackoff(), 0)
        ) as store:
            yield store
    except (redis.RedisError, OSError) as error:
        raise RedisDownError(type(error).__name__) from error


def _is_internal(key: bytes) -> bool:
    return key.startswith((f"{PREFIX}lock:".encode(), GENERATION.encode()))
