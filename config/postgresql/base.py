"""config: PostgreSQL, by connections that requests share and wait for no longer than they can afford. It knows no table.

`statement_timeout` is kept by the database, as long as it runs and the network is there. This is for when it hangs: its
answers are waited for just as long, and while it gives none one thread finds out and the others are told at once.
"""

import select
import threading
import time
from functools import partial
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import OperationalError
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from config.bulkhead import Bulkhead, BusyError, Permit

# What the database may take beyond the time of the longest statement, to say that this was too long.
GRACE_SECONDS: Final = 0.5
# The longest that anybody waits for a connection to be free.
WAIT_SECONDS: Final = 1.0
# A connection is used no longer, so that a database that moved, or a role that changed, is noticed.
MAX_AGE_SECONDS: Final = 600.0
# For how long one that was given back counts as whole without a look.
QUIET_SECONDS: Final = 1.0


class Pooled:
    """A connection, when it was made, and when it was given back."""

    __slots__ = ("connection", "made_at", "used_at")

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.made_at = self.used_at = time.monotonic()

    @property
    def is_good(self) -> bool:
        """Say whether it may be used: it is not old, and the server has not said farewell."""
        now = time.monotonic()
        if now - self.made_at > MAX_AGE_SECONDS:
            return False
        # Each look hands the interpreter over, which costs a hit more than the rest of this file.
        return now - self.used_at < QUIET_SECONDS or _is_quiet(self.connection)


class Pool:
    """The connections to one database that nobody uses at the moment, and the bulkhead in front of all of them."""

    def __init__(self) -> None:
        # Where all of them hang, half of the request threads are there for who needs no database.
        places = min(settings.DATABASE_CONNECTIONS, max(1, settings.THREADS // 2))
        self.bulkhead = Bulkhead(places, max_waiting=max(1, settings.THREADS // 3), wait_seconds=WAIT_SECONDS)
        self._lock = threading.Lock()
        # The one that was given back longest ago comes first.
        self._idle: dict[Pooled, None] = {}
        self._well_at = -QUIET_SECONDS

    def take(self, last: Pooled | None) -> Pooled | None:
        """Return a connection, best the one that the caller had last; None if there is none that is good."""
        while True:
            with self._lock:
                pooled = last if last in self._idle else next(iter(self._idle), None)
                if pooled is None:
                    return None
                del self._idle[pooled]
            if pooled.is_good:
                return pooled
            pooled.connection.close()

    def give(self, pooled: Pooled) -> None:
        """Keep a connection for the next, unless it is in the middle of something, or broken."""
        connection = pooled.connection
        status = connection.pgconn.transaction_status
        if connection.autocommit and status == TransactionStatus.IDLE:
            pooled.used_at = self._well_at = time.monotonic()
            with self._lock:
                self._idle[pooled] = None
            return
        connection.close()
        if status == TransactionStatus.UNKNOWN:
            self.clear()  # Where one is broken the others may be, too.

    @property
    def is_well(self) -> bool:
        """Say whether connections work that there are: a database may be well and take no more of them."""
        return time.monotonic() - self._well_at < QUIET_SECONDS

    def fail(self) -> None:
        """Say that the database gave no answer: whoever is next connects anew."""
        self.bulkhead.fail()
        self.clear()

    def clear(self) -> None:
        """Close what nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for pooled in idle:
            pooled.connection.close()


def _is_quiet(connection: psycopg.Connection[Any]) -> bool:
    """Say whether the server has said nothing unasked: as a rule that is its farewell."""
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return not poll.poll(0)


_pools: dict[tuple[str, str], Pool] = {}
_pools_lock = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, on a pool of ours: ADR 12 says why not on the one that Django offers."""

    _pool: Pool
    _permit: Permit | None = None
    _pooled: Pooled | None = None
    _last: Pooled | None = None
    # Whether this wrapper is as Django's way of connecting leaves it, but for the connection.
    _is_set_up = False

    def connect(self) -> None:
        if self.alias == NO_DB_ALIAS:
            super().connect()
            return
        self._pool = pool = _pool_of(self.alias, str(self.settings_dict["NAME"]))
        try:
            permit = pool.bulkhead.enter()
        except BusyError as error:
            raise psycopg.OperationalError(f"no connection to the database: {error}") from error
        try:
            self._connect(pool, is_trial=permit.is_trial)
        except BaseException as error:
            if self.connection is not None:
                self.connection.close()
            self.connection = self._pooled = None
            if isinstance(error, (psycopg.OperationalError, OperationalError)) and not pool.is_well:
                pool.fail()
            permit.release()
            raise
        self._permit = permit

    def _connect(self, pool: Pool, *, is_trial: bool) -> None:
        if is_trial:
            pool.clear()  # Only a new connection says that the database answers.
        self._pooled = pool.take(self._last)
        if self._pooled is not None and self._is_set_up:
            # Django's way would cost a hit as much as its statement.
            self.connection = self._pooled.connection
            self.errors_occurred = False
            return
        super().connect()
        self._is_set_up = True
        if is_trial:
            pool.bulkhead.recover()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self._pooled is not None:
            return self._pooled.connection
        connection = super().get_new_connection(conn_params)
        if self.alias != NO_DB_ALIAS:
            connection.wait = partial(_wait, self._pool, connection, connection.wait)
            self._pooled = Pooled(connection)
        return connection

    def close(self) -> None:
        self.validate_thread_sharing()
        pooled, permit = self._pooled, self._permit
        self._pooled = self._permit = None
        if self.connection is None or pooled is None or self.in_atomic_block:
            self._is_set_up = self._is_set_up and not self.in_atomic_block
            super().close()
        else:
            self._is_set_up = self.autocommit
            self.run_on_commit = []
            self.connection = None
            self._last = pooled
            self._pool.give(pooled)
        if permit is not None:
            permit.release()

    def close_pool(self) -> None:
        _pool_of(self.alias, str(self.settings_dict["NAME"])).clear()


def _pool_of(alias: str, name: str) -> Pool:
    """Return this process's pool for a database; tests use several."""
    pool = _pools.get((alias, name))
    if pool is None:
        with _pools_lock:
            pool = _pools.setdefault((alias, name), Pool())
    return pool


def _wait(pool: Pool, connection: psycopg.Connection[Any], wait: Any, *arguments: Any, **options: Any) -> Any:
    """Wait for an answer as ``wait`` does, for so long; a connection that gives none is used no more."""
    seconds = settings.DATABASE_STATEMENT_SECONDS + GRACE_SECONDS
    try:
        return wait(*arguments, **{"timeout": seconds} | options)
    except psycopg.OperationalError:
        if connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
            pool.fail()
            connection.close()
        raise
