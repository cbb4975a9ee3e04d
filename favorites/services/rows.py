"""The rows of entries, read and written by hand: others wait while one writes, and the ORM takes ten times as long."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.db.models import DateTimeField
from django.db.models.base import ModelState

from accounts.models import User, raised_library_version_sql
from accounts.sql import VENDOR, among, fetch_rows, fetch_together, moment
from favorites.models import Entry
from favorites.services.shelves import Key

# Well under the 32,766 parameters that one statement of SQLite may have.
_ROWS_PER_STATEMENT: Final = 1_000

_FIELDS: Final = [field.attname for field in Entry._meta.local_concrete_fields]
_MOMENTS: Final = [
    field.attname for field in Entry._meta.local_concrete_fields if isinstance(field, DateTimeField)
]
_COLUMNS: Final = ", ".join(_FIELDS)
_WRITTEN: Final = [name for name in _FIELDS if name != "id"]
_VALUES: Final = ", ".join(["%s"] * len(_WRITTEN))
_UNIQUE: Final = ("user_id", "shelf", "kind", "item_id")
_NEW_VALUES: Final = ", ".join(f"{name} = excluded.{name}" for name in _WRITTEN if name not in _UNIQUE)
_UPSERT: Final = (
    f"INSERT INTO favorites_entry ({', '.join(_WRITTEN)}) {{}} ON CONFLICT ({', '.join(_UNIQUE)}) "
    f"DO UPDATE SET {_NEW_VALUES} RETURNING shelf, kind, item_id, id"
)
_UPSERT_FROM: Final = _UPSERT.format(f"SELECT {_VALUES} {{}}")


def find_entries(user: User, keys: Iterable[Key]) -> dict[Key, Entry]:
    """Return the rows of these keys, tombstones too."""
    shelves: dict[tuple[str, str], list[int]] = {}
    for shelf, kind, item_id in keys:
        shelves.setdefault((shelf, kind), []).append(item_id)
    found: dict[Key, Entry] = {}
    for (shelf, kind), ids in shelves.items():
        for start in range(0, len(ids), _ROWS_PER_STATEMENT):
            condition, values = among(ids[start : start + _ROWS_PER_STATEMENT])
            statement = (
                f"SELECT {_COLUMNS} FROM favorites_entry WHERE user_id = %s AND shelf = %s AND kind = %s "  # noqa: S608 - our own names
                f"AND item_id {condition}"
            )
            for row in fetch_rows(statement, [user.pk, shelf, kind, *values]):
                entry = _entry_of(row)
                found[Key(shelf, kind, entry.item_id)] = entry
    return found


def _entry_of(row: Sequence[Any]) -> Entry:
    """Return the entry of a row as ``Model.from_db`` does, without its look at each field."""
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    entry = Entry.__new__(Entry)
    entry.__dict__.update(zip(_FIELDS, row, strict=True), _state=state)
    for name in _MOMENTS:
        # SQLite's driver returns moments in UTC without saying so.
        if (value := entry.__dict__[name]) is not None and value.tzinfo is None:
            entry.__dict__[name] = value.replace(tzinfo=UTC)
    return entry


def save_entries(entries: dict[Key, Entry]) -> None:
    """Insert the new rows, which get their ids, and update the others."""
    rows = list(entries.values())
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        part = rows[start : start + _ROWS_PER_STATEMENT]
        places = ", ".join([f"({_VALUES})"] * len(part))
        values = [value for entry in part for value in _values_of(entry)]
        for shelf, kind, item_id, pk in fetch_rows(_UPSERT.format(f"VALUES {places}"), values):
            entries[Key(shelf, kind, item_id)].pk = pk


def save_unless_changed(entry: Entry, *, since: int, bound: tuple[str, Sequence[Any]]) -> bool:
    """Insert or update a row if its person's library version is ``since`` and ``bound`` finds no row; return whether.

    The version becomes that of the row. One statement, or on SQLite two in a transaction: whoever changes the library at
    the same time waits, and finds another version.
    """
    raising, values = raised_library_version_sql(user_id=entry.user_id, since=since, to=entry.version)
    raising = f"{raising} AND NOT EXISTS ({bound[0]})"
    values = [*values, *bound[1]]
    if VENDOR == "postgresql":
        statement = f"WITH person AS ({raising} RETURNING id) {_UPSERT_FROM.format('FROM person')}"
        rows = fetch_rows(statement, [*values, *_values_of(entry)])
    else:
        upsert = _UPSERT_FROM.format("WHERE changes() = 1"), _values_of(entry)
        _, rows = fetch_together((raising, values), upsert)
    for *_, entry.pk in rows:
        pass
    return bool(rows)


def _values_of(entry: Entry) -> list[Any]:
    values = [getattr(entry, name) for name in _WRITTEN]
    return [moment(value) if isinstance(value, datetime) else value for value in values]
