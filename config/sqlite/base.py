"""config: SQLite, whose writers wait in line, bounded in number and time. It knows statements, and no table.

Who writes, by a transaction or by a single statement, takes a turn before it begins and ends it when nothing is open any
more. Reads never wait.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from django.db.backends.sqlite3 import base

from config.bulkhead import BusyError
from config.sqlite.line import Line, Turn, line_of

# A statement that begins otherwise writes, or begins a transaction, which takes the lock at once (BEGIN IMMEDIATE).
_READS = ("SELECT", "PRAGMA", "EXPLAIN", "VALUES")


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, and its place in the line of those who write."""

    _turn: Turn | None = None

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=partial(Cursor, self))

    def written(self, write: Callable[[], Any]) -> Any:
        """Call ``write`` in turn, which lasts until no transaction is open."""
        if self._turn is not None or self.is_in_memory_db():
            try:
                return write()
            finally:
                self._end_turn()
        line = self._line
        try:
            self._turn = line.wait()
        except BusyError as error:
            raise sqlite3.OperationalError(f"database is locked: {error}") from error
        try:
            result = write()
            line.recover()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                line.fail()  # An outsider has the lock.
            raise
        else:
            return result
        finally:
            self._end_turn()

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self._end_turn()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._end_turn()

    def close(self) -> None:
        super().close()
        self._end_turn(is_closed=True)

    def _end_turn(self, *, is_closed: bool = False) -> None:
        if self._turn is not None and (is_closed or not self.connection.in_transaction):
            self._turn.end()
            self._turn = None

    @property
    def _line(self) -> Line:
        return line_of(str(self.settings_dict["NAME"]))


class Cursor(base.SQLiteCursorWrapper):
    """Django's, for statements that write in turn."""

    def __init__(self, database: DatabaseWrapper, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._database = database
        self._rows: Iterator[Any] | None = None

    def execute(self, query: str, params: Any = None) -> Any:
        self._rows = None
        if query.lstrip()[:7].upper().startswith(_READS):
            return super().execute(query, params)
        return self._database.written(partial(self._write, query, params))

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        return self._database.written(partial(super().executemany, query, param_list))

    def _write(self, query: str, params: Any) -> Any:
        super().execute(query, params)
        if self.description is not None:
            # With RETURNING a statement ends, and is committed, when its last row was read: that has to be in turn.
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
