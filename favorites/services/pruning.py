"""What is deleted of libraries, and when: removed entries, old ops of devices, summaries of no rating, titles unseen for long.

Whoever follows the changes learns from removed entries (tombstones) what was removed. Once some are deleted, nobody can
continue from a version before these: ``LibraryState.pruned_version`` says so.
"""

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User, lock_library, raise_library_version
from accounts.sql import fetch_rows
from favorites.models import AppliedOp, Entry, LibraryState, RatingSummary

MAX_TOMBSTONES: Final = 10_000
TOMBSTONES_KEPT: Final = timedelta(days=90)
OPS_KEPT: Final = timedelta(days=7)
MAX_STORED_OPS: Final = 10_000
_BATCH: Final = 500
# More changes than a person ever makes, and few enough for as many restores as anybody ever needs.
_FAR: Final = 1_000_000_000


def full_sql(user_id: int) -> tuple[str, list[Any]]:
    """Return a statement that finds a row if a person has no room for another tombstone, and its parameters."""
    sql = "SELECT 1 FROM favorites_entry WHERE user_id = %s AND removed_at IS NOT NULL LIMIT 1 OFFSET %s"
    return sql, [user_id, MAX_TOMBSTONES - 1]


def bound_tombstones(user_id: int) -> None:
    """Delete a person's oldest tombstones beyond ``MAX_TOMBSTONES``; call it under their lock."""
    surplus = fetch_rows(
        "SELECT id FROM favorites_entry WHERE user_id = %s AND removed_at IS NOT NULL "
        "ORDER BY removed_at DESC LIMIT 1 OFFSET %s",
        [user_id, MAX_TOMBSTONES],
    )
    if surplus:
        oldest = Entry.objects.filter(pk=surplus[0][0]).values("removed_at")
        _delete(user_id, _tombstones_of(user_id).filter(removed_at__lte=Subquery(oldest)))


def bound_ops(user_id: int) -> None:
    """Forget the oldest ops of a person's devices beyond ``MAX_STORED_OPS``; call it under their lock."""
    newest = (
        AppliedOp.objects.filter(user_id=user_id).order_by("-created_at", "-pk").values_list("pk", flat=True)
    )
    if surplus := list(newest[MAX_STORED_OPS : MAX_STORED_OPS + _BATCH]):
        AppliedOp.objects.filter(pk__in=surplus).delete()


def prune_library() -> int:
    """Delete tombstones and ops that are older than they have to be, and summaries of no rating; return how many rows.

    Titles and pictures that have to be forgotten are deleted out of their rows, which are not counted.
    Person by person and in batches, so that no lock is held long.
    """
    now = timezone.now()
    deleted = 0
    old = Entry.objects.filter(removed_at__lt=now - TOMBSTONES_KEPT)
    while users := list(old.order_by("user_id").values_list("user_id", flat=True).distinct()[:_BATCH]):
        for user_id in users:
            with transaction.atomic():
                lock_library(user_id)
                deleted += _delete(user_id, old.filter(user_id=user_id))
    for rows in (
        AppliedOp.objects.filter(created_at__lt=now - OPS_KEPT),
        RatingSummary.objects.filter(count=0),
    ):
        while number := _delete_some(rows):
            deleted += number
    while _forget_some(Entry.objects.filter(forget_at__lt=now)):
        pass
    return deleted


def expire_cursors() -> int:
    """Let nobody continue from where a device was: for a library that a backup has put back; return of how many people.

    What a device saw after the backup may not have happened, and versions will be given a second time. They begin anew far
    above all that were given before.
    """
    number = 0
    for user_id in list(User.objects.values_list("pk", flat=True)):
        with transaction.atomic():
            version = lock_library(user_id)
            if version is None:
                continue
            raise_library_version(user_id=user_id, to=version + _FAR)
            LibraryState.objects.update_or_create(
                user_id=user_id, defaults={"pruned_version": version + _FAR}
            )
        number += 1
    return number


def _delete(user_id: int, tombstones: QuerySet[Entry]) -> int:
    last = tombstones.aggregate(version=Max("version"))["version"] or 0
    if last:
        state, _ = LibraryState.objects.get_or_create(
            user_id=user_id
        )  # nobody else does: this is under the lock
        if state.pruned_version < last:
            LibraryState.objects.filter(pk=user_id).update(pruned_version=last)
    return tombstones.delete()[0]


def _delete_some(rows: QuerySet[Any]) -> int:
    """Delete a batch of rows; return how many. Those that somebody is writing are left: nobody waits crosswise for them."""
    with transaction.atomic():
        free = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:_BATCH]
        return rows.filter(pk__in=list(free)).delete()[0]


def _forget_some(rows: QuerySet[Entry]) -> int:
    """Forget what is remembered of the items of a batch of rows, which is no change of a library; return of how many."""
    with transaction.atomic():
        free = rows.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:_BATCH]
        return rows.filter(pk__in=list(free)).update(
            title="", image_url=None, valid_until=None, forget_at=None
        )


def _tombstones_of(user_id: int) -> QuerySet[Entry]:
    return Entry.objects.filter(user_id=user_id, removed_at__isnull=False)
