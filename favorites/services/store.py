"""How rows are written, so that races and limits end well."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import OperationalError, connection, transaction

from accounts.models import User, lock_person
from favorites.models import Favorite, Follow

Row = TypeVar("Row", Favorite, Follow)

# Well under the 32,766 parameters that one statement of SQLite may have.
_ROWS_PER_STATEMENT = 1_000
# A row that was there and is gone a moment later was deleted in between; so often in a row nobody does that.
_TRIES = 10


class AccountRemovedError(Exception):
    """The person was deleted while they were being served."""


class LibraryFullError(Exception):
    """A person keeps as much as anyone may; ``details`` says how much that is."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.details = {"non_field_errors": [message]}


@contextmanager
def one_at_a_time(user: User) -> Iterator[None]:
    """Let one person's inserts happen one after another, all or nothing, and committed when the block ends.

    So a limit that is counted inside holds. On PostgreSQL the person's row is the lock, on SQLite the whole
    transaction is. ``AccountRemovedError`` when there is no such person any more.
    """
    with transaction.atomic(durable=True):
        if not lock_person(user.pk):
            raise AccountRemovedError
        yield


@dataclass(frozen=True)
class Store(Generic[Row]):
    """A table where a person keeps things of one kind: each ``key`` once, and at most ``most`` of them."""

    model: type[Row]
    key: str
    most: int
    noun: str

    def find(self, user: User, key: int) -> Row | None:
        """Return what a person keeps under ``key``."""
        rows = self.model.objects.raw(
            f"SELECT * FROM {self._table} WHERE user_id = %s AND {self.key} = %s",  # noqa: S608 - our own names
            [user.pk, key],
        )
        return next(iter(rows), None)

    def keys(self, user: User, among: Sequence[int]) -> set[int]:
        """Return which of these keys a person keeps."""
        kept = self.model.objects.filter(user=user, **{f"{self.key}__in": among})
        return set(kept.values_list(self.key, flat=True))

    def select(self, user_id: int, ids: Collection[int], *, label: int) -> tuple[str, list[Any]]:
        """Return a SELECT of (``label``, id) for those of these ids that a person has saved, and its parameters."""
        places = ", ".join(["%s"] * len(ids))
        where = f"user_id = %s AND {self.key} IN ({places})"
        return f"SELECT {label}, {self.key} FROM {self._table} WHERE {where}", [user_id, *ids]  # noqa: S608 - our own names

    def all_ids(self, user_id: int) -> Sequence[int]:
        """Return every id that a person has saved, ascending."""
        rows = self.model.objects.filter(user_id=user_id).order_by(self.key)
        return list(rows.values_list(self.key, flat=True))

    def put(self, user: User, row: Row) -> tuple[Row, bool]:
        """Keep one thing, or find the one that is kept already; say whether it is new. ``LibraryFullError`` or done."""
        for _ in range(_TRIES):
            with one_at_a_time(user):
                if self.insert(user, [row]):
                    return row, True
            kept = self.find(user, getattr(row, self.key))
            if kept:
                return kept, False
        raise OperationalError("deleted each time it was there")

    def insert(self, user: User, rows: Sequence[Row]) -> set[int]:
        """Insert those whose key is new, and return the keys of these: call it inside of ``one_at_a_time``.

        ``LibraryFullError`` when they don't all fit; the transaction then leaves nothing behind.
        """
        new: set[int] = set()
        for start in range(0, len(rows), _ROWS_PER_STATEMENT):
            new |= self._insert(rows[start : start + _ROWS_PER_STATEMENT])
        if new and self._count(user) > self.most:
            raise LibraryFullError(f"You can have at most {self.most:,} {self.noun}. Remove some first.")
        return new

    def drop(self, user: User, keys: Sequence[int]) -> set[int]:
        """Keep these no longer; return which of them were kept until now."""
        places = ", ".join(["%s"] * len(keys))
        gone = _rows_of(
            f"DELETE FROM {self._table} WHERE user_id = %s AND {self.key} IN ({places}) "  # noqa: S608 - our own names
            f"RETURNING {self.key}",
            [user.pk, *keys],
        )
        return {key for (key,) in gone}

    @property
    def _table(self) -> str:
        return self.model._meta.db_table

    def _count(self, user: User) -> int:
        ((number,),) = _rows_of(f"SELECT count(*) FROM {self._table} WHERE user_id = %s", [user.pk])  # noqa: S608
        return int(number)

    def _insert(self, rows: Sequence[Row]) -> set[int]:
        """Let the unique constraint tell new from old, which ``bulk_create(ignore_conflicts=True)`` does not.

        Rows that are new learn their id.
        """
        table = self.model._meta
        fields = [field for field in table.local_concrete_fields if not field.primary_key]
        columns = ", ".join(str(field.column) for field in fields)
        places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(rows))
        values = [
            field.get_db_prep_save(getattr(row, field.attname), connection)
            for row in rows
            for field in fields
        ]
        new = _rows_of(
            f"INSERT INTO {self._table} ({columns}) VALUES {places} "  # noqa: S608 - our own names
            f"ON CONFLICT (user_id, {self.key}) DO NOTHING RETURNING {self.key}, id",
            values,
        )
        ids: dict[int, int] = dict(new)
        for row in rows:
            row.pk = ids.get(getattr(row, self.key))
        return set(ids)


def _rows_of(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement written by hand.

    While a person's lock is held (on SQLite everybody's) the ORM's time to say a thing is time that others wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


FAVORITES = Store(Favorite, "flyer_id", 5_000, "favorites")
FOLLOWS = Store(Follow, "creator_id", 2_000, "followed creators")
