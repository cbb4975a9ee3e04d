"""The one way in which a library changes: operations, judged under the person's lock, each change with a version of its own.

Routes, batches, imports and the queues of devices all end here.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User, lock_library, raise_library_version
from favorites.models import Entry
from favorites.services import pruning, summaries
from favorites.services.shelves import RATINGS, SHELVES, Key
from proxy.rendering import Summary

# What is added again so soon after its removal has its old place and date.
UNDO: Final = timedelta(minutes=10)
_TICK: Final = timedelta(microseconds=1)
# Well under the 32,766 parameters that one statement of SQLite may have.
_ROWS_PER_STATEMENT: Final = 1_000

# In the order of the model, as ``from_db`` takes them.
_FIELDS = Entry._meta.local_concrete_fields
_COLUMNS: Final = ", ".join(str(field.column) for field in _FIELDS)
_WRITTEN = [field for field in _FIELDS if not field.primary_key]
_NAMES: Final = ", ".join(str(field.column) for field in _WRITTEN)
_UNIQUE: Final = ("user_id", "shelf", "kind", "item_id")
_NEW_VALUES: Final = ", ".join(
    f"{field.column} = excluded.{field.column}" for field in _WRITTEN if field.column not in _UNIQUE
)
_UPSERT: Final = (
    f"INSERT INTO favorites_entry ({_NAMES}) VALUES {{}} ON CONFLICT ({', '.join(_UNIQUE)}) "  # noqa: S608 - our own names
    f"DO UPDATE SET {_NEW_VALUES} RETURNING shelf, kind, item_id, id"
)


class AccountRemovedError(Exception):
    """The person was deleted during the call."""


class LibraryFullError(Exception):
    """A shelf has as many items as anyone may have; ``details`` says how many that is."""

    def __init__(self, shelf: str) -> None:
        super().__init__(shelf)
        limit = SHELVES[shelf]
        message = f"You can have at most {limit.max_rows:,} {limit.nouns}. Remove some first."
        self.details = {"non_field_errors": [message]}


class Operation(NamedTuple):
    """What is to be so: an item is on a shelf (``is_add``), there with this value, or it is not.

    ``at`` is when a device meant it, and ``op_id`` decides between two of one moment; without them it is meant now, and
    later than everything before. ``summary`` and ``created_at`` are those of an item that comes to be there.
    """

    key: Key
    is_add: bool
    value: int | None = None
    summary: Summary | None = None
    created_at: datetime | None = None
    at: datetime | None = None
    op_id: str = ""


class Written(NamedTuple):
    """What became of an operation, and the row as it is then; ``is_new`` if the item was not there before.

    ``already``: it was so; ``superseded``: a later one is stored; ``full``: there is no room on the shelf.
    """

    outcome: Literal["applied", "already", "superseded", "full"]
    entry: Entry
    is_new: bool = False


def find_entries(user: User, keys: Iterable[Key]) -> dict[Key, Entry]:
    """Return the rows of these keys, tombstones too."""
    shelves: dict[tuple[str, str], list[int]] = {}
    for shelf, kind, item_id in keys:
        shelves.setdefault((shelf, kind), []).append(item_id)
    found: dict[Key, Entry] = {}
    for (shelf, kind), ids in shelves.items():
        for start in range(0, len(ids), _ROWS_PER_STATEMENT):
            part = ids[start : start + _ROWS_PER_STATEMENT]
            # By hand: while the lock is held others wait for the ORM, too, and it takes four times as long.
            statement = (
                f"SELECT {_COLUMNS} FROM favorites_entry WHERE user_id = %s AND shelf = %s AND kind = %s "  # noqa: S608 - our own names
                f"AND item_id IN ({_places(part)})"
            )
            rows = Entry.objects.raw(statement, [user.pk, shelf, kind, *part])
            found |= {Key(shelf, kind, entry.item_id): entry for entry in rows}
    return found


@contextmanager
def open_library(user: User) -> Iterator["OpenLibrary"]:
    """Change one person's library, nobody else meanwhile: all or nothing, and committed when the block ends.

    On PostgreSQL the person's row is the lock, on SQLite the whole transaction is. Versions are given under it, so they are
    committed in their order. ``AccountRemovedError`` when there is no such person any more.
    """
    with transaction.atomic(durable=True):
        version = lock_library(user.pk)
        if version is None:
            raise AccountRemovedError
        library = OpenLibrary(user, version)
        yield library
        if library.version > version:
            raise_library_version(user_id=user.pk, to=library.version)
    user.library_version = library.version


def write(
    user: User, operations: Sequence[Operation], *, known: dict[Key, Entry] | None = None
) -> list[Written]:
    """Apply all these or, with a ``LibraryFullError``, none.

    ``known`` are the rows of all their keys as they were read after ``user.library_version`` was: they are read anew only
    if something has changed since.
    """
    with open_library(user) as library:
        return library.apply_all(operations, known=known if library.version == user.library_version else None)


class OpenLibrary:
    """A person's library while its lock is held; ``version`` is that of its last change."""

    def __init__(self, user: User, version: int) -> None:
        self.user = user
        self.version = version
        self.now = timezone.now()

    def next_version(self) -> int:
        """Count a change and return its version."""
        self.version += 1
        return self.version

    def apply_all(
        self, operations: Sequence[Operation], *, known: dict[Key, Entry] | None = None
    ) -> list[Written]:
        """Apply operations in turn; ``LibraryFullError`` if one has no room."""
        written = self.apply(operations, known=known)
        for operation, (outcome, *_) in zip(operations, written, strict=True):
            if outcome == "full":
                raise LibraryFullError(operation.key.shelf)
        return written

    def apply(
        self, operations: Sequence[Operation], *, known: dict[Key, Entry] | None = None
    ) -> list[Written]:
        """Apply operations in turn, but for those that have no room; ``known`` are the rows of their keys as they are."""
        entries = known
        if entries is None:
            entries = find_entries(self.user, dict.fromkeys(operation.key for operation in operations))
        before = {key: _rating(entry) for key, entry in entries.items()}
        room = self._room(operations, entries)
        touched: dict[Key, Entry] = {}
        written = []
        for number, operation in enumerate(operations):
            was_there = operation.key in entries and entries[operation.key].is_there
            result = self._judge(operation, entries.get(operation.key), room, self.now + number * _TICK)
            is_stamped = result.outcome == "already" and operation.at is not None
            if result.outcome == "applied" or is_stamped:
                entries[operation.key] = touched[operation.key] = result.entry
                room[operation.key[:2]] += was_there - result.entry.is_there
            written.append(result)
        if touched:
            self._save(touched)
            summaries.count({key: (before.get(key), _rating(entry)) for key, entry in touched.items()})
            if any(not entry.is_there for entry in touched.values()):
                pruning.bound_tombstones(self.user.pk)
        return written

    def _judge(
        self, operation: Operation, entry: Entry | None, room: Counter[tuple[str, str]], now: datetime
    ) -> Written:
        at = operation.at or now
        if entry is None:
            shelf, kind, item_id = operation.key
            entry = Entry(
                user=self.user, shelf=shelf, kind=kind, item_id=item_id, created_at=at, removed_at=self.now
            )
        elif operation.at is None:  # A device's clock may be ahead.
            at = max(at, entry.changed_at + _TICK)
        elif (at, operation.op_id) < (entry.changed_at, entry.changed_by):
            return Written("superseded", entry)
        was_there = entry.is_there
        if was_there is operation.is_add and (not was_there or entry.value == operation.value):
            if operation.at is not None:
                # That it is so since then is stored all the same: an earlier op may arrive later.
                entry.changed_at, entry.changed_by = at, operation.op_id
            return Written("already", entry)
        if not was_there:
            if room[operation.key[:2]] <= 0:
                return Written("full", entry)
            _begin(entry, operation, at=at, now=now)
        entry.removed_at = None if operation.is_add else self.now
        entry.value, entry.version = operation.value, self.next_version()
        entry.changed_at, entry.changed_by = at, operation.op_id
        return Written("applied", entry, is_new=not was_there)

    def _room(self, operations: Sequence[Operation], entries: dict[Key, Entry]) -> Counter[tuple[str, str]]:
        """Return how many more items fit where there may be new ones, by shelf and kind."""
        wanted = {
            operation.key[:2]
            for operation in operations
            if operation.is_add and not (operation.key in entries and entries[operation.key].is_there)
        }
        room = Counter({(shelf, kind): SHELVES[shelf].max_rows for shelf, kind in wanted})
        if wanted:
            shelves, kinds = ({pair[place] for pair in wanted} for place in (0, 1))
            for shelf, kind, number in _rows_of(
                "SELECT shelf, kind, count(*) FROM favorites_entry WHERE user_id = %s AND removed_at IS NULL "  # noqa: S608 - our own words
                f"AND shelf IN ({_places(shelves)}) AND kind IN ({_places(kinds)}) GROUP BY shelf, kind",
                [self.user.pk, *shelves, *kinds],
            ):
                room[shelf, kind] -= number
        return room

    def _save(self, entries: dict[Key, Entry]) -> None:
        """Insert the new rows, which get their ids, and update the others."""
        rows = list(entries.values())
        for start in range(0, len(rows), _ROWS_PER_STATEMENT):
            part = rows[start : start + _ROWS_PER_STATEMENT]
            places = ", ".join([f"({_places(_WRITTEN)})"] * len(part))
            values = [
                field.get_db_prep_save(getattr(entry, field.attname), connection)
                for entry in part
                for field in _WRITTEN
            ]
            for shelf, kind, item_id, pk in _rows_of(_UPSERT.format(places), values):
                entries[Key(shelf, kind, item_id)].pk = pk


def _begin(entry: Entry, operation: Operation, *, at: datetime, now: datetime) -> None:
    """Let an item come to be there: since when, and what is remembered of it."""
    was_once_there = entry.version > 0
    # A device may have meant the removal before we learned of it, and once more later.
    removed_at = min(entry.changed_at, entry.removed_at or now)
    is_undone = was_once_there and operation.created_at is None and at <= removed_at + UNDO
    if not is_undone:
        entry.created_at = min(operation.created_at or at, now)
    if operation.summary is not None:
        entry.summary = operation.summary


def _rating(entry: Entry) -> int | None:
    """Return the value that counts in the summary of the item."""
    return entry.value if entry.shelf == RATINGS.name and entry.is_there else None


def _places(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _rows_of(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
