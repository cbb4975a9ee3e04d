"""The one way in which a library changes: operations, judged under the person's lock, each change with a version of its own.

Routes, batches, imports and the queues of devices all end here.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import AccountRemovedError, User, lock_library, raise_library_version
from accounts.sql import among, fetch_rows, write_lock
from favorites.models import Entry
from favorites.services import pruning, summaries
from favorites.services.rows import find_entries, save_entries, save_unless_changed
from favorites.services.shelves import RATINGS, SHELVES, Key, forget_at
from proxy.rendering import Summary

# What is added again so soon after its removal has its old place and date.
UNDO: Final = timedelta(minutes=10)
_TICK: Final = timedelta(microseconds=1)


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

    ``known`` are the rows of all their keys as they were read after ``user.library_version`` was. A single operation is then
    judged by them and written if nothing has changed since, without a wait for the lock; but for a rating, with which the
    summary of its item changes, too.
    """
    if known is None or len(operations) != 1 or operations[0].key.shelf == RATINGS.name:
        with open_library(user) as library:
            is_known = library.version == user.library_version
            return library.apply_all(operations, known=known if is_known else None)
    # Who finds another version goes on at once, where all others wait, and not from the end of the line.
    with write_lock():
        written = _write_unless_changed(user, operations[0], known)
        if written is not None:
            return [written]
        with open_library(user) as library:
            return library.apply_all(operations)


def _write_unless_changed(user: User, operation: Operation, known: dict[Key, Entry]) -> Written | None:
    """Write an operation as judged by ``known``; None, and nothing is written, if the library has changed since.

    Nor is anything written if a bound is reached.
    """
    library = OpenLibrary(user, user.library_version)
    result = library.judge(operation, known.get(operation.key), room=1, now=library.now)
    if result.outcome == "applied":
        bound = _full_sql(user.pk, operation.key) if operation.is_add else pruning.full_sql(user.pk)
        if not save_unless_changed(result.entry, since=user.library_version, bound=bound):
            return None
        user.library_version = library.version
    return result


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
            left = room[operation.key[:2]]
            result = self.judge(
                operation, entries.get(operation.key), room=left, now=self.now + number * _TICK
            )
            is_stamped = result.outcome == "already" and operation.at is not None
            if result.outcome == "applied" or is_stamped:
                entries[operation.key] = touched[operation.key] = result.entry
                room[operation.key[:2]] += was_there - result.entry.is_there
            written.append(result)
        if touched:
            save_entries(touched)
            summaries.count({key: (before.get(key), _rating(entry)) for key, entry in touched.items()})
            if any(not entry.is_there for entry in touched.values()):
                pruning.bound_tombstones(self.user.pk)
        return written

    def judge(self, operation: Operation, entry: Entry | None, *, room: int, now: datetime) -> Written:
        """Say what becomes of an operation, and change its row, but store nothing; ``room`` is for so many new items."""
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
            if room <= 0:
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
            (of_shelves, shelves), (of_kinds, kinds) = (
                among(list(each)) for each in zip(*wanted, strict=True)
            )
            for shelf, kind, number in fetch_rows(
                "SELECT shelf, kind, count(*) FROM favorites_entry WHERE user_id = %s AND removed_at IS NULL "  # noqa: S608 - our own words
                f"AND shelf {of_shelves} AND kind {of_kinds} GROUP BY shelf, kind",
                [self.user.pk, *shelves, *kinds],
            ):
                room[shelf, kind] -= number
        return room


def _begin(entry: Entry, operation: Operation, *, at: datetime, now: datetime) -> None:
    """Let an item come to be there: since when, and what is remembered of it."""
    was_once_there = entry.version > 0
    # A device may have meant the removal before we learned of it, and once more later.
    removed_at = min(entry.changed_at, entry.removed_at or now)
    is_undone = was_once_there and operation.created_at is None and at <= removed_at + UNDO
    if not is_undone:
        entry.created_at = min(operation.created_at or at, now)
    if operation.summary is not None:
        entry.summary, entry.forget_at = operation.summary, forget_at(entry.kind, now)


def _rating(entry: Entry) -> int | None:
    """Return the value that counts in the summary of the item."""
    return entry.value if entry.shelf == RATINGS.name and entry.is_there else None


def _full_sql(user_id: int, key: Key) -> tuple[str, list[Any]]:
    """Return a statement that finds a row if a person has no room for an item where this is, and its parameters."""
    sql = (
        "SELECT 1 FROM favorites_entry WHERE user_id = %s AND shelf = %s AND kind = %s AND removed_at IS NULL "
        "LIMIT 1 OFFSET %s"
    )
    return sql, [user_id, key.shelf, key.kind, SHELVES[key.shelf].max_rows - 1]
