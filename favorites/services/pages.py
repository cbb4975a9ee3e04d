"""One page of what a person keeps of a kind on a shelf, and how many items there are on all pages: by one statement."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Self

from cachetools import LRUCache
from django.utils import timezone
from msgspec import Struct

from accounts.models import LIBRARY_VERSION_SQL, User
from accounts.sql import fetch_rows, moment

EXPIRING: Final = timedelta(hours=48)
# Totals remembered in a process, of as many shelves: each takes about 400 bytes.
MAX_TOTALS: Final = 5_000

_ORDERS: Final = {
    "-created_at": "created_at DESC, id DESC",
    "valid_until": "valid_until ASC NULLS LAST, id ASC",
}
_NO_VERSION: Final = -1


class Row(Struct):
    """An entry, as much of it as lists show; its fields are columns of the table."""

    id: int
    kind: str
    item_id: int
    value: int | None
    title: str
    image_url: str | None
    created_at: datetime
    valid_until: datetime | None
    forget_at: datetime | None

    @classmethod
    def of(cls, columns: Sequence[Any]) -> Self:
        """Return a row of the database's values."""
        return cls(*columns[:-3], *map(_moment, columns[-3:]))


class ShelfPage(NamedTuple):
    """The rows of one page, and how many there are on all pages."""

    rows: list[Row]
    total: int


class _Total(NamedTuple):
    """How many items of a kind stand on a shelf at a version of the person's library."""

    version: int
    number: int


# Computed, a moment comes from SQLite as its text, which is read in a sixth of the time that Django's converter takes.
_COLUMNS: Final = (
    "id, kind, item_id, value, title, image_url, "
    "COALESCE(created_at, NULL), COALESCE(valid_until, NULL), COALESCE(forget_at, NULL)"
)
_totals: Final[LRUCache[tuple[int, str, str], _Total]] = LRUCache(MAX_TOTALS)
_lock: Final = threading.Lock()


def page_of_shelf(
    *,
    user: User,
    shelf: str,
    kind: str,
    page: int,
    limit: int,
    expiring: bool = False,
    sort: str = "-created_at",
) -> ShelfPage:
    """Return a page of a person's entries: newest first, or (``sort="valid_until"``) by the end, the unknown end last.

    ``expiring`` leaves those that end within 48 hours. A page past the end is empty. One statement gives rows and total:
    the two can't disagree. Only past the end there is no row to say it.

    To count thousands of rows costs more than all else. So the total is remembered with the version of the library that
    the same statement read, and the next one counts only if it finds another version: whoever adds or removes anything
    raises it in the same transaction.
    """
    place = (user.pk, shelf, kind)
    with _lock:
        known = None if expiring else _totals.get(place)
    statement, values = page_statement(
        place, page=page, limit=limit, expiring=expiring, sort=sort, known=known
    )
    found = fetch_rows(statement, values)
    if not found:
        is_past_the_end = page > 1
        rows = fetch_rows(*_count(*_condition(place, expiring=expiring))) if is_past_the_end else [(0,)]
        return ShelfPage([], rows[0][0])
    total = _Total(*found[0][:2])
    if not expiring and total != known:
        with _lock:
            _totals[place] = total
    return ShelfPage([Row.of(columns[2:]) for columns in found], total.number)


def page_statement(
    place: tuple[int, str, str],
    *,
    page: int,
    limit: int,
    expiring: bool,
    sort: str,
    known: _Total | None = None,
) -> tuple[str, list[Any]]:
    """Return the SQL of a page and its parameters: rows of library version, total, and the columns of a ``Row``.

    ``place`` is whose, on which shelf and of which kind. By hand, as the ORM takes ten times as long to compile it as the
    database to answer.
    """
    condition, values = _condition(place, expiring=expiring)
    count, _ = _count(condition, values)
    statement = (
        f"SELECT library_version, CASE library_version WHEN %s THEN %s ELSE ({count}) END, {_COLUMNS} "  # noqa: S608 - our own words
        f"FROM {LIBRARY_VERSION_SQL} AS library, favorites_entry WHERE {condition} "
        f"ORDER BY {_ORDERS[sort]} LIMIT %s OFFSET %s"
    )
    known = known or _Total(_NO_VERSION, 0)
    return statement, [*known, *values, place[0], *values, limit, (page - 1) * limit]


def forget_totals() -> None:
    """Have this process count every shelf anew."""
    with _lock:
        _totals.clear()


def _condition(place: tuple[int, str, str], *, expiring: bool) -> tuple[str, list[Any]]:
    condition = "user_id = %s AND shelf = %s AND kind = %s AND removed_at IS NULL"
    if not expiring:
        return condition, [*place]
    now = timezone.now()
    span = map(moment, (now, now + EXPIRING))
    return f"{condition} AND valid_until BETWEEN %s AND %s", [*place, *span]


def _count(condition: str, values: list[Any]) -> tuple[str, list[Any]]:
    return f"SELECT count(*) FROM favorites_entry WHERE {condition}", values  # noqa: S608 - our own words


def _moment(value: datetime | str | None) -> datetime | None:
    """Return a moment of the database: SQLite's are UTC and don't say so."""
    return datetime.fromisoformat(f"{value}+00:00") if isinstance(value, str) else value
