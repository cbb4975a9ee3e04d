"""A person's marks on what is shown: who offers them, and their one statement a request."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts.models import live_session_sql
from proxy.rendering import Marks, Relation


class Offer(Protocol):
    """What a room that stores a relation of people to items offers."""

    def select(self, user_id: int, ids: Collection[int], *, label: int) -> tuple[str, list[Any]]:
        """Return a SELECT whose rows are (``label``, id) for those of these ids that the person has, and its parameters."""

    def all_ids(self, user_id: int) -> Sequence[int]:
        """Return every id that the person has, ascending."""


_OFFERS: Final[dict[Relation, Offer]] = {}
_SESSION_LABEL: Final = -1


def register_offer(relation: str, kind: str, offer: Offer) -> None:
    """Have marks of this relation to items of this kind read from there."""
    _OFFERS[relation, kind] = offer


def require_offers(relations: Iterable[Relation]) -> None:
    """Raise ``ImproperlyConfigured`` at the start for what is shown as a mark and stored by nobody."""
    for relation, kind in set(relations) - _OFFERS.keys():
        raise ImproperlyConfigured(f"no room offers the marks {relation!r} of the kind {kind!r}")


def related_ids(*, user_id: int, relation: str, kind: str) -> Sequence[int]:
    """Return every id of that kind that a person has in the relation, ascending."""
    return _OFFERS[relation, kind].all_ids(user_id)


def marks_for(*, user_id: int, ids: Mapping[Relation, Collection[int]]) -> Marks:
    """Return which of these ids a person has, by relation, in one statement however many they are."""
    statement, values = marks_statement(user_id=user_id, ids=ids)
    return _marks(ids, _fetch(statement, values) if statement else ())


def marks_of_session(
    *, user_id: int, session_id: int, ids: Mapping[Relation, Collection[int]]
) -> Marks | None:
    """Return what ``marks_for`` does, or None unless the session lives and its person is active: one statement, too."""
    statement, values = marks_statement(user_id=user_id, ids=ids)
    live, live_values = live_session_sql(session_id=session_id, user_id=user_id)
    session = f"SELECT {_SESSION_LABEL}, session.id {live}"
    rows = _fetch(f"{session} UNION ALL {statement}" if statement else session, [*live_values, *values])
    return _marks(ids, rows) if (_SESSION_LABEL, session_id) in rows else None


def marks_statement(*, user_id: int, ids: Mapping[Relation, Collection[int]]) -> tuple[str, list[Any]]:
    """Return the SQL of ``marks_for`` and its parameters: the parts that each room offers, as one statement."""
    selects, values = [], []
    for label, (relation, wanted) in enumerate(ids.items()):
        if wanted:
            select, parameters = _OFFERS[relation].select(user_id, wanted, label=label)
            selects.append(select)
            values += parameters
    return " UNION ALL ".join(selects), values


def _fetch(statement: str, values: Sequence[Any]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[int, int]] = cursor.fetchall()
        return rows


def _marks(ids: Mapping[Relation, Collection[int]], rows: Iterable[tuple[int, int]]) -> Marks:
    marks: dict[Relation, set[int]] = {relation: set() for relation in ids}
    found = list(marks.values())
    for label, id_ in rows:
        if label != _SESSION_LABEL:
            found[label].add(id_)
    return marks
