"""Statements written by hand, past the layers of Django's cursors, which take longer than a small statement itself."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

Row = tuple[Any, ...]

VENDOR: Final = connection.vendor  # Each look at ``connection`` asks anew whose it is.


def moment(value: datetime) -> datetime | str:
    """Return an aware moment as a parameter of ``fetch_rows``."""
    if VENDOR != "sqlite":
        return value
    return str(value if value.tzinfo is UTC else value.astimezone(UTC))[: -len("+00:00")]


def fetch_rows(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """Execute one statement and return its rows, none if it is not of the kind that returns some.

    ``%s`` stands for a parameter and ``%%`` for a percent sign. Values are those of the driver: on SQLite moments are sent
    as ``moment`` makes them, and come back without a time zone, in UTC. On PostgreSQL the
    parameters are bound by the server: a list is one parameter (``= ANY(%s)``), and a statement is prepared when it comes
    again, so that its text should be one of few and name its columns. Raises Django's exceptions.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.queries_logged or database.execute_wrappers:
        with database.cursor() as cursor:
            cursor.execute(sql, params)
            return [] if cursor.description is None else list(cursor.fetchall())
    if database.connection is None:
        database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        rows: list[Row] = database.fetch_rows(sql, params)
        return rows


def fetch_together(*statements: tuple[str, Sequence[Any]]) -> list[list[Row]]:
    """Execute statements of which at least one writes in a transaction of their own, or in the caller's; return their rows.

    For SQLite, on which the way of a transaction through Django takes as long as all of them.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block or database.queries_logged or database.execute_wrappers:
        with transaction.atomic():
            return [fetch_rows(*statement) for statement in statements]
    if database.connection is None:
        database.ensure_connection()
    with database.wrap_database_errors:
        found: list[list[Row]] = database.fetch_together(statements)
        return found


def write_lock() -> AbstractContextManager[None]:
    """Keep all others from writing while the block runs where one lock is everybody's, on SQLite; elsewhere do nothing."""
    if VENDOR != "sqlite":
        return nullcontext()
    lock: AbstractContextManager[None] = connections[DEFAULT_DB_ALIAS].write_lock()  # type: ignore[attr-defined]  # ours
    return lock


def among(values: Sequence[Any]) -> tuple[str, list[Any]]:
    """Return the condition that a column is one of these, to stand after its name, and its parameters.

    On PostgreSQL it is one parameter, so that statements about few and about many have the same text.
    """
    if VENDOR == "postgresql":
        return "= ANY(%s)", [list(values)]
    return f"IN ({', '.join(['%s'] * len(values))})", list(values)
