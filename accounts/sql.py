"""Statements written by hand, past the layers of Django's cursors, which take longer than a small statement itself."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection, connections

VENDOR: Final = connection.vendor  # Each look at ``connection`` asks anew whose it is.


def moment(value: datetime) -> datetime | str:
    """Return an aware moment as a parameter of ``fetch_rows``."""
    return str(value.astimezone(UTC).replace(tzinfo=None)) if VENDOR == "sqlite" else value


def fetch_rows(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
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
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        rows: list[tuple[Any, ...]] = database.fetch_rows(sql, params)
        return rows


def among(values: Sequence[Any]) -> tuple[str, list[Any]]:
    """Return the condition that a column is one of these, to stand after its name, and its parameters.

    On PostgreSQL it is one parameter, so that statements about few and about many have the same text.
    """
    if VENDOR == "postgresql":
        return "= ANY(%s)", [list(values)]
    return f"IN ({', '.join(['%s'] * len(values))})", list(values)
