"""What time has decided: what was pending when it began, offers of what has begun, and claims of what is over."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from reservations.models import Claim, Reservation, Status, Trade, TradeStatus
from reservations.services.claims import expire
from reservations.services.clock import Span, slot_at
from reservations.services.locks import lock_days

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
        with transaction.atomic():
            lock_days(*map(Span.of, batch))
            expired += expire([each.pk for each in batch], now=now)
    return expired


def _end_overdue_trades() -> int:
    ended, now = 0, timezone.now()
    has_begun = Q(requester_reservation__starts_at__lte=now) | Q(target_reservation__starts_at__lte=now)
    overdue = (
        Trade.objects.filter(has_begun, status=TradeStatus.PENDING)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    while batch := list(overdue[:_BATCH]):
        still_open = Trade.objects.filter(pk__in=batch, status=TradeStatus.PENDING)
        ended += still_open.update(status=TradeStatus.CANCELLED, updated_at=now)
    return ended


def _delete_old_claims() -> int:
    deleted, now = 0, timezone.now()
    old = Claim.objects.filter(slot__lt=slot_at(now)).order_by("slot").values_list("pk", flat=True)
    while batch := list(old[:_BATCH]):
        deleted += Claim.objects.filter(pk__in=batch).delete()[0]
    return deleted
