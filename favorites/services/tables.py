"""How rows are saved, so that races and limits end well."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from accounts.models import User, lock_library, raise_library_version
from favorites.models import Favorite, Follow

Row = TypeVar("Row", Favorite, Follow)

# Well under the 32,766 parameters that one statement of SQLite may have.
_ROWS_PER_STATEMENT: Final = 1_000
# A row that conflicted and is missing a moment later was deleted in between; so often in a row nobody does that.
_MAX_TRIES: Final = 10


class AccountRemovedError(Exception):
    """The person was deleted during the call."""


class LibraryFullError(Exception):
    """A person has as many rows as anyone may; ``details`` says how many that is."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.details = {"non_field_errors": [message]}


@contextmanager
def person_lock(user: User) -> Iterator[None]:
    """Run one person's changes one after another, each block all or nothing, and committed when it ends.

    So a limit that is counted inside holds, and each state of the library has a version of its own, which ``user`` has
    afterwards. On PostgreSQL the person's row is the lock, on SQLite the whole transaction is. ``AccountRemovedError``
    when there is no such person any more.
    """
    before = user.library_version
    try:
        with transaction.atomic(durable=True):
            user.library_version = _locked_version(user)
            yield
    except BaseException:
        user.library_version = before  # Nothing has changed after all.
        raise


@dataclass(frozen=True)
class SavedTable(Generic[Row]):
    """A table of what people save: at most ``max_rows`` of a person, one for each value of the column ``key``.

    It is a ``proxy.marks.Offer``. Its SQL is written by hand: while a person's lock is held (on SQLite everybody's) others
    wait for the ORM, too, and reading one row by it takes four times as long.
    """

    model: type[Row]
    key: str
    max_rows: int
    noun: str

    def get(self, user: User, key: int) -> Row | None:
        """Return a person's row, or None."""
        statement = f"SELECT * FROM {self._name} WHERE user_id = %s AND {self.key} = %s"  # noqa: S608 - our own names
        return next(iter(self.model.objects.raw(statement, [user.pk, key])), None)

    def existing(self, user: User, keys: Sequence[int]) -> set[int]:
        """Return those of these keys that a person has a row of."""
        return {key for _, key in _rows_of(*self.select(user.pk, "", keys, label=0))}

    def select(self, user_id: int, kind: str, ids: Collection[int], *, label: int) -> tuple[str, list[Any]]:
        # A table has items of one kind so far, whatever it is called.
        where = f"user_id = %s AND {self.key} IN ({_places(ids)})"
        return f"SELECT {label}, {self.key} FROM {self._name} WHERE {where}", [user_id, *ids]  # noqa: S608 - our own names

    def all_ids(self, user_id: int, kind: str) -> Sequence[int]:
        rows = self.model.objects.filter(user_id=user_id).order_by(self.key)
        return list(rows.values_list(self.key, flat=True))

    def insert_one(self, user: User, row: Row) -> tuple[Row, bool]:
        """Return the saved row of this key and whether it is new; ``LibraryFullError`` if there is no room."""
        for _ in range(_MAX_TRIES):
            with person_lock(user):
                if self.insert(user, [row]):
                    return row, True
            if saved := self.get(user, getattr(row, self.key)):
                return saved, False
        raise OperationalError("deleted each time it was there")

    def insert(self, user: User, rows: Sequence[Row]) -> set[int]:
        """Insert the rows whose key is new and return these keys; call it inside of ``person_lock``.

        ``LibraryFullError`` when they don't all fit; the transaction then leaves nothing behind.
        """
        new: set[int] = set()
        for start in range(0, len(rows), _ROWS_PER_STATEMENT):
            new |= self._insert(rows[start : start + _ROWS_PER_STATEMENT])
        if new:
            ((number,),) = _rows_of(f"SELECT count(*) FROM {self._name} WHERE user_id = %s", [user.pk])  # noqa: S608 - our own names
            if number > self.max_rows:
                raise LibraryFullError(
                    f"You can have at most {self.max_rows:,} {self.noun}. Remove some first."
                )
        _count_changes(user, len(new))
        return new

    def delete(self, user: User, keys: Sequence[int]) -> set[int]:
        """Delete a person's rows of these keys; return the keys of those that there were."""
        where = f"user_id = %s AND {self.key} IN ({_places(keys)})"
        statement = f"DELETE FROM {self._name} WHERE {where} RETURNING {self.key}"  # noqa: S608 - our own names
        with person_lock(user):
            deleted = {key for (key,) in _rows_of(statement, [user.pk, *keys])}
            _count_changes(user, len(deleted))
        return deleted

    @property
    def _name(self) -> str:
        return self.model._meta.db_table

    def _insert(self, rows: Sequence[Row]) -> set[int]:
        """Let the unique constraint tell new rows, which get their id, from old: ``bulk_create`` does not."""
        fields = [field for field in self.model._meta.local_concrete_fields if not field.primary_key]
        columns = ", ".join(str(field.column) for field in fields)
        places = ", ".join([f"({_places(fields)})"] * len(rows))
        values = [
            field.get_db_prep_save(getattr(row, field.attname), connection)
            for row in rows
            for field in fields
        ]
        new = _rows_of(
            f"INSERT INTO {self._name} ({columns}) VALUES {places} "  # noqa: S608 - our own names
            f"ON CONFLICT (user_id, {self.key}) DO NOTHING RETURNING {self.key}, id",
            values,
        )
        ids: dict[int, int] = dict(new)
        for row in rows:
            row.pk = ids.get(getattr(row, self.key))
        return set(ids)


@contextmanager
def counted_deletion(rows: QuerySet[Row]) -> Iterator[None]:
    """Lock the libraries of whoever has these rows, have them deleted in the block, and raise the versions."""
    with transaction.atomic():
        owners = list(User.objects.filter(pk__in=rows.values("user_id")).order_by("pk"))
        for owner in owners:  # Each in the same order, or two such calls could wait for each other.
            owner.library_version = lock_library(owner.pk) or 0
        yield
        for owner in owners:
            _count_changes(owner, 1)


def _locked_version(user: User) -> int:
    version = lock_library(user.pk)
    if version is None:
        raise AccountRemovedError
    return version


def _count_changes(user: User, number: int) -> None:
    """Raise the version of a person's library, which is locked, by so many changes."""
    if number:
        user.library_version += number
        raise_library_version(user_id=user.pk, to=user.library_version)


def _places(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _rows_of(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


FAVORITES: Final = SavedTable(Favorite, "flyer_id", max_rows=5_000, noun="favorites")
FOLLOWS: Final = SavedTable(Follow, "creator_id", max_rows=2_000, noun="followed creators")
