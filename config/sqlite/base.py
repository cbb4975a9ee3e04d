"""The SQLite backend whose writers take a lock of ours.

Each transaction, and each single statement that writes, acquires the lock before it begins and releases it when no
transaction is open any more. Reads never wait.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import islice
from typing import Any, TypeVar

from django.db.backends.sqlite3 import base

from config.bulkhead import Bulkhead, BusyError
from config.sqlite.write_lock import WritePermit, write_lock_of

# A statement that begins otherwise writes, or begins a transaction, which locks the file at once (BEGIN IMMEDIATE).
_READS = ("SELECT", "PRAGMA", "EXPLAIN", "VALUES")


@lru_cache(maxsize=1_000)
def _statement(query: str) -> tuple[str, bool]:
    """Return a statement as SQLite takes it, with ``?`` for ``%s``, and whether it only reads."""
    placed = query.replace("%%", "\0").replace("%s", "?").replace("\0", "%")
    return placed, query.lstrip()[:7].upper().startswith(_READS)


Result = TypeVar("Result")


class DatabaseWrapper(base.DatabaseWrapper):
    _permit: WritePermit | None = None
    _keeps_permit = False

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=partial(Cursor, self))

    def fetch_rows(self, query: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Execute a statement and return its rows; ``accounts.sql`` says more."""
        statement, is_read = _statement(query)
        if is_read:
            return self.connection.execute(statement, params).fetchall()  # type: ignore[no-any-return]
        return self.run_write(lambda: self.connection.execute(statement, params).fetchall())

    def fetch_together(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[tuple[Any, ...]]]:
        """Execute statements in a transaction of their own and return their rows."""
        return self.run_write(partial(self._execute_together, statements))

    def _execute_together(
        self, statements: Sequence[tuple[str, Sequence[Any]]]
    ) -> list[list[tuple[Any, ...]]]:
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            rows = [execute(_statement(query)[0], params).fetchall() for query, params in statements]
            execute("COMMIT")
        except BaseException:
            self.connection.rollback()
            raise
        return rows

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        """Hold the write lock over several transactions; in one it is held already."""
        if self._permit is not None or self.in_atomic_block:
            yield
            return
        self.ensure_connection()
        with self.wrap_database_errors:
            self._acquire()
        self._keeps_permit = True
        try:
            yield
        finally:
            self._keeps_permit = False
            self._release_when_done()

    def _start_transaction_under_autocommit(self) -> None:
        begin = f"BEGIN {self.settings_dict['OPTIONS']['transaction_mode']}"
        if self.queries_logged or self.execute_wrappers:
            with self.cursor() as cursor:
                cursor.execute(begin)
            return
        with self.wrap_database_errors:  # Django's cursor would cost as much as the statement
            self.fetch_rows(begin, ())

    def run_write(self, write: Callable[[], Result]) -> Result:
        """Call ``write`` under the write lock, which is held until no transaction is open."""
        bulkhead = self._acquire()
        try:
            result = write()
        except sqlite3.OperationalError as error:
            if bulkhead is not None and error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                bulkhead.fail()  # Somebody who does not take our lock writes.
            raise
        else:
            if bulkhead is not None:
                bulkhead.recover()
            return result
        finally:
            self._release_when_done()

    def _acquire(self) -> Bulkhead | None:
        """Wait for the write lock if this thread does not hold it; return its queue, None in a transaction that began before."""
        if self.is_in_memory_db() or (self._permit is not None and not self._keeps_permit):
            return None
        lock = write_lock_of(str(self.settings_dict["NAME"]))
        if self._permit is None:
            try:
                self._permit = lock.acquire()
            except BusyError as error:
                raise sqlite3.OperationalError(f"database is locked: {error}") from error
        return lock.bulkhead

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self._release_when_done()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._release_when_done()

    def close(self) -> None:
        super().close()
        self._release_when_done(is_closed=True)

    def _release_when_done(self, *, is_closed: bool = False) -> None:
        if self._permit is None:
            return
        if is_closed or not (self._keeps_permit or self.connection.in_transaction):
            self._permit.release()
            self._permit = None


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that runs statements under the write lock, unless they only read."""

    def __init__(self, database: DatabaseWrapper, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._database = database
        self._rows: Iterator[Any] | None = None

    def execute(self, query: str, params: Any = None) -> Any:
        self._rows = None
        if query.lstrip()[:7].upper().startswith(_READS):
            return super().execute(query, params)
        return self._database.run_write(partial(self._write, query, params))

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        return self._database.run_write(partial(super().executemany, query, param_list))

    def _write(self, query: str, params: Any) -> Any:
        super().execute(query, params)
        if self.description is not None:
            # With RETURNING a statement ends, and is committed, when its last row was read: that has to be under the lock.
            self._rows = iter(self.fetchall())
        return self

    def fetchone(self) -> Any:
        return super().fetchone() if self._rows is None else next(self._rows, None)

    def fetchmany(self, size: int | None = None) -> list[Any]:
        size = self.arraysize if size is None else size
        return super().fetchmany(size) if self._rows is None else list(islice(self._rows, size))

    def fetchall(self) -> list[Any]:
        return super().fetchall() if self._rows is None else list(self._rows)

    def __next__(self) -> Any:
        return super().__next__() if self._rows is None else next(self._rows)
