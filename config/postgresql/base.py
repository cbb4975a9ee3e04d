"""The PostgreSQL backend, whose connections are pooled and waited for no longer than a request can afford.

The server enforces `statement_timeout` as long as it runs and is reachable. For when it hangs, answers are waited for
only as long here, too, and while it gives none, one thread probes it and the others fail at once.
"""

import select
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import OperationalError
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8Dumper

from config.bulkhead import Bulkhead, BusyError, Permit

# Beyond the longest statement: the time for the server to say that it was too long.
GRACE_SECONDS: Final = 0.5
# The longest wait for a free connection.
WAIT_SECONDS: Final = 1.0
# An older connection is not used again, so that a database that moved, or a role that changed, is noticed.
MAX_AGE_SECONDS: Final = 600.0
# For so long after its return a connection counts as open without a check.
QUIET_SECONDS: Final = 1.0
# A statement about so many rows seldom comes again, and the server remembers its plan for each connection.
MAX_PREPARED_PARAMETERS: Final = 50


class PooledConnection:
    """A connection, when it was made, and when it was returned to the pool."""

    __slots__ = ("connection", "made_at", "used_at")

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.made_at = self.used_at = time.monotonic()

    @property
    def is_good(self) -> bool:
        """Whether it is young and the server has sent nothing unasked, which as a rule is that it closes."""
        now = time.monotonic()
        if now - self.made_at > MAX_AGE_SECONDS:
            return False
        # Each poll hands the interpreter over, which costs a hit more than everything else in this file.
        if now - self.used_at < QUIET_SECONDS:
            return True
        poll = select.poll()
        poll.register(self.connection.pgconn.socket, select.POLLIN)
        return not poll.poll(0)


class Pool:
    """The idle connections to one database, and the bulkhead in front of all of them."""

    def __init__(self) -> None:
        # If all of them hang, half of the request threads are left for requests that need no database.
        limit = min(settings.DATABASE_CONNECTIONS, max(1, settings.THREADS // 2))
        self.bulkhead = Bulkhead(limit, max_waiting=max(1, settings.THREADS // 3), wait_seconds=WAIT_SECONDS)
        self._lock = threading.Lock()
        self._idle: dict[PooledConnection, None] = {}  # returned longest ago first
        self._healthy_at = -QUIET_SECONDS

    def take(self, last: PooledConnection | None) -> PooledConnection | None:
        """Return an idle connection, preferably ``last``, the caller's former one; None if no good one is idle."""
        while True:
            with self._lock:
                pooled = last if last in self._idle else next(iter(self._idle), None)
                if pooled is None:
                    return None
                del self._idle[pooled]
            if pooled.is_good:
                return pooled
            pooled.connection.close()

    def put(self, pooled: PooledConnection) -> None:
        """Take a connection back, or close it if it is broken or in a transaction."""
        connection = pooled.connection
        status = connection.pgconn.transaction_status
        if connection.autocommit and status == TransactionStatus.IDLE:
            pooled.used_at = self._healthy_at = time.monotonic()
            with self._lock:
                self._idle[pooled] = None
            return
        connection.close()
        if status == TransactionStatus.UNKNOWN:
            self.clear()  # If one is broken the others may be, too.

    @property
    def is_healthy(self) -> bool:
        """Whether existing connections work: a healthy database may refuse more of them."""
        return time.monotonic() - self._healthy_at < QUIET_SECONDS

    def fail(self) -> None:
        """Record that the database gave no answer: the next caller connects anew."""
        self.bulkhead.fail()
        self.clear()

    def clear(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for pooled in idle:
            pooled.connection.close()


_pools: dict[tuple[str, str], Pool] = {}  # by alias and database name: tests have several


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects through a pool of ours; ADR 12 says why Django's own does not do."""

    _permit: Permit | None = None
    _pooled: PooledConnection | None = None
    _last: PooledConnection | None = None
    # Whether Django's way of connecting has run and only the connection is missing.
    _is_set_up = False

    @property
    def _pool(self) -> Pool:
        key = self.alias, str(self.settings_dict["NAME"])
        # setdefault is atomic: two threads that need it first get the same pool.
        return _pools.get(key) or _pools.setdefault(key, Pool())

    def connect(self) -> None:
        if self.alias == NO_DB_ALIAS:
            super().connect()
            return
        pool = self._pool
        try:
            permit = pool.bulkhead.enter()
        except BusyError as error:
            raise psycopg.OperationalError(f"no connection to the database: {error}") from error
        try:
            self._connect(pool, is_probe=permit.is_probe)
        except BaseException as error:
            if self.connection is not None:
                self.connection.close()
            self.connection = self._pooled = None
            if isinstance(error, (psycopg.OperationalError, OperationalError)) and not pool.is_healthy:
                pool.fail()
            permit.release()
            raise
        self._permit = permit

    def _connect(self, pool: Pool, *, is_probe: bool) -> None:
        if is_probe:
            pool.clear()  # Only a new connection proves that the database answers.
        self._pooled = pool.take(self._last)
        if self._pooled is not None and self._is_set_up:
            # Django's way would cost a hit as much as its statement.
            self.connection = self._pooled.connection
            self.errors_occurred = False
            return
        super().connect()
        self._is_set_up = True
        if is_probe:
            pool.bulkhead.recover()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self._pooled is not None:
            return self._pooled.connection
        connection = super().get_new_connection(conn_params)
        # Otherwise the type of a number depends on how large it is, and a statement is prepared for each.
        connection.adapters.register_dumper(int, Int8Dumper)
        if self.alias != NO_DB_ALIAS:
            connection.wait = partial(_wait, self._pool, connection, connection.wait)
            self._pooled = PooledConnection(connection)
        return connection

    def fetch_rows(self, query: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Execute a statement, prepared if it came before, and return its rows; ``accounts.sql`` says more."""
        try:
            return _fetch_rows(self.connection, query, params)
        except psycopg.errors.FeatureNotSupported:
            # As a rule that a column has another type since the statement was prepared.
            if self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
                raise
        self.connection.close()
        self.close()  # and the idle ones with it, which may have prepared it, too
        self.connect()
        return _fetch_rows(self.connection, query, params)

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
            self._pool.put(pooled)
        if permit is not None:
            permit.release()

    def close_pool(self) -> None:
        self._pool.clear()


def _fetch_rows(
    connection: psycopg.Connection[Any], query: str, params: Sequence[Any]
) -> list[tuple[Any, ...]]:
    # Not Django's cursor, which puts the parameters into the text: the server can't prepare that.
    cursor = psycopg.Cursor(connection)
    cursor.execute(query, params, prepare=None if len(params) <= MAX_PREPARED_PARAMETERS else False)
    return [] if cursor.rownumber is None else cursor.fetchall()


def _wait(pool: Pool, connection: psycopg.Connection[Any], wait: Any, *arguments: Any, **options: Any) -> Any:
    """Call ``wait``, the connection's own, with a timeout; a connection that exceeds it is closed."""
    seconds = settings.DATABASE_STATEMENT_SECONDS + GRACE_SECONDS
    try:
        return wait(*arguments, **{"timeout": seconds} | options)
    except psycopg.OperationalError:
        if connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
            pool.fail()
            connection.close()
        raise
