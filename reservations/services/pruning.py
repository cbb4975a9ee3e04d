"""What time has decided: what was pending when it began, offers of what has begun, and claims of what is over."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from reservations.models import Claim, Reservation, Status, Trade, TradeStatus
from reservations.services.claims import expire
from reservations.services.clock import Span, slot_at
from reservations.services.locks import lock_days, retried

Row = TypeVar("Row", bound=Model)

_BATCH = 500


def prune_reservations() -> tuple[int, int, int]:
    """End what is overdue, and delete claims of what is over, in batches so that no lock is held long.

    Returns how many reservations expired, how many trades ended, and how many claims were deleted.
    """
    return _expire_overdue(), _end_overdue_trades(), _delete_old_claims()


def _expire_overdue() -> int:
    expired, now = 0, timezone.now()
    overdue = Reservation.objects.filter(status=Status.PENDING, starts_at__lte=now).order_by("pk")
    while batch := list(overdue[:_BATCH]):
        expired += retried(partial(_expire, batch, now=now))
    return expired


def _expire(batch: Iterable[Reservation], *, now: datetime) -> int:
    with transaction.atomic():
        lock_days(*map(Span.of, batch))
        return expire([each.pk for each in batch], now=now)


def _end_overdue_trades() -> int:
    ended, now = 0, timezone.now()
    has_begun = Q(requester_reservation__starts_at__lte=now) | Q(target_reservation__starts_at__lte=now)
    overdue = Trade.objects.filter(has_begun, status=TradeStatus.PENDING)
    while number := _in_a_batch(
        overdue, lambda rows: rows.update(status=TradeStatus.CANCELLED, updated_at=now)
    ):
        ended += number
    return ended


def _delete_old_claims() -> int:
    deleted, now = 0, timezone.now()
    old = Claim.objects.filter(slot__lt=slot_at(now))
    while number := _in_a_batch(old, lambda rows: rows.delete()[0]):
        deleted += number
    return deleted


def _in_a_batch(rows: QuerySet[Row], end: Callable[[QuerySet[Row]], int]) -> int:
    """End some of these, but for those that somebody is changing: nobody waits crosswise for them. Return how many."""
    with transaction.atomic():
        free = rows.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:_BATCH]
        return end(rows.filter(pk__in=[row.pk for row in free]))
