"""In which order changes take their locks, and what happens to one that comes too late.

Every change of a reservation locks people by their ids, then the days that it touches, ascending, then reservations by
their ids; then it deletes claims, and inserts some, ascending; and then it locks the trades that it ends, by their ids. So no
two of them wait for each other crosswise, nor for an account that is deleted: that locks its person, and then deletes claims,
trades and reservations. A reservation changes only while its owner is locked: what is read after that stays true. On SQLite
whoever writes has the whole file, and all of this comes of itself.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Final, TypeVar

from django.db import OperationalError, connection

from accounts.models import AccountRemovedError, lock_person
from accounts.sql import fetch_rows
from reservations.services.clock import Span

T = TypeVar("T")

ATTEMPTS: Final = 3

# Names our kind of advisory lock beside those that others may take in the same database: "resv" in ASCII.
_DAYS: Final = 0x72657376
# SQLSTATE: serialization failure, deadlock detected.
_BEGIN_AGAIN: Final = {"40001", "40P01"}


class MovedError(Exception):
    """Somebody else changed it after it was found and before it was locked."""


def retried(write: Callable[[], T]) -> T:
    """Return what ``write`` does in a transaction of its own, which is begun again if another one got in between.

    Raises ``MovedError``, or the database's own, when that has happened ``ATTEMPTS`` times.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return write()
        except MovedError:
            continue
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in _BEGIN_AGAIN:
                raise
    return write()


def lock_people(user_ids: Iterable[int], *, actor_id: int) -> None:
    """Lock people until the transaction ends; raise ``AccountRemovedError`` if the actor is gone, ``MovedError`` for others."""
    for user_id in sorted(set(user_ids)):
        if not lock_person(user_id):
            raise AccountRemovedError if user_id == actor_id else MovedError


def lock_days(*spans: Span) -> None:
    """Lock the days that these touch until the transaction ends."""
    if connection.vendor == "postgresql":
        for day in sorted(set(chain.from_iterable(span.days for span in spans))):
            fetch_rows("SELECT pg_advisory_xact_lock(%s::int, %s::int)", [_DAYS, day])
