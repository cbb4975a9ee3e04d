"""favorites: what a person keeps of the flyers and creators that are shown. It knows no page and no answer."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from accounts.models import live_session_sql
from proxy.rendering import Marks

_FLYER, _CREATOR, _ALIVE = 0, 1, 2


def marks_for(*, user_id: int, flyer_ids: Collection[int], creator_ids: Collection[int]) -> Marks:
    """Return which of these a person keeps and follows, in one statement however many they are."""
    if not flyer_ids and not creator_ids:
        return Marks(frozenset(), frozenset())
    statement, values = marks_statement(user_id=user_id, flyer_ids=flyer_ids, creator_ids=creator_ids)
    return _marks(_fetch(statement, values))


def marks_of_session(
    *, user_id: int, session_id: int, flyer_ids: Collection[int], creator_ids: Collection[int]
) -> Marks | None:
    """Return what ``marks_for`` does, or None unless the session lives and its person is active: one statement, too."""
    statement, values = marks_statement(user_id=user_id, flyer_ids=flyer_ids, creator_ids=creator_ids)
    live, live_values = live_session_sql(session_id=session_id, user_id=user_id)
    session = f"SELECT {_ALIVE}, session.id {live}"
    found = _fetch(f"{session} UNION ALL {statement}" if statement else session, [*live_values, *values])
    return _marks(found) if (_ALIVE, session_id) in found else None


def _fetch(statement: str, values: list[Any]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[int, int]] = cursor.fetchall()
        return found


def _marks(found: list[tuple[int, int]]) -> Marks:
    return Marks(
        favorites={key for kind, key in found if kind == _FLYER},
        following={key for kind, key in found if kind == _CREATOR},
    )


def marks_statement(
    *, user_id: int, flyer_ids: Collection[int], creator_ids: Collection[int]
) -> tuple[str, list[int]]:
    """Return the SQL of ``marks_for`` and its parameters; its rows are (kind, id)."""
    selects: list[str] = []
    values: list[int] = []
    for kind, table, column, ids in (
        (_FLYER, "favorites_favorite", "flyer_id", flyer_ids),
        (_CREATOR, "favorites_follow", "creator_id", creator_ids),
    ):
        if ids:
            places = ", ".join(["%s"] * len(ids))
            where = f"user_id = %s AND {column} IN ({places})"
            selects.append(f"SELECT {kind}, {column} FROM {table} WHERE {where}")  # noqa: S608 - our own names
            values += [user_id, *ids]
    return " UNION ALL ".join(selects), values
