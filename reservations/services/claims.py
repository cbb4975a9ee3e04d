"""Claims: the rows by which the database sees to it that nobody holds a slot twice."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from reservations.models import MAX_LENGTH, Claim, Reservation, Status
from reservations.services.clock import Span, slot_at, start_of, wall_of
from reservations.services.locks import MovedError


class SlotTakenError(Exception):
    """Somebody else holds some of that time; ``details`` says which."""

    def __init__(self, taken: Iterable[int]) -> None:
        super().__init__()
        self.details = {"taken": list(map(_shown, _joined(taken)))}


def claim(reservation: Reservation, *, now: datetime) -> None:
    """Claim the time of a reservation, whose days are locked; raise ``SlotTakenError``, or ``MovedError``."""
    slots = Span.of(reservation).slots
    _release_overdue(slots, now=now)
    try:
        with transaction.atomic():
            Claim.objects.bulk_create([Claim(slot=slot, reservation=reservation) for slot in slots])
    except IntegrityError:
        claims = Claim.objects.filter(slot__range=(slots[0], slots[-1])).order_by("slot")
        taken = list(claims.values_list("slot", flat=True))
        # Whose account is deleted lets go of their time without a lock on its days.
        raise SlotTakenError(taken) if taken else MovedError from None


def release(reservation_ids: Iterable[int]) -> None:
    """Let go of what reservations hold."""
    Claim.objects.filter(reservation_id__in=reservation_ids).delete()


def expire(reservation_ids: Iterable[int], *, now: datetime) -> int:
    """End those of these, whose days are locked, that nobody decided before they began; return how many."""
    overdue = Reservation.objects.filter(status=Status.PENDING, starts_at__lte=now)
    ids = list(overdue.filter(pk__in=list(reservation_ids)).values_list("pk", flat=True))
    # Claims before reservations: whoever deletes an account goes the same way.
    release(ids)
    return overdue.filter(pk__in=ids).update(status=Status.EXPIRED, updated_at=now)


def _release_overdue(slots: range, *, now: datetime) -> None:
    """End what somebody waited for in these slots until it began."""
    if slots[0] > slot_at(now + MAX_LENGTH):
        return  # Nothing that has begun lasts until then.
    overdue = Claim.objects.filter(
        slot__range=(slots[0], slots[-1]), reservation__status=Status.PENDING, reservation__starts_at__lte=now
    )
    if ids := set(overdue.values_list("reservation_id", flat=True)):
        expire(ids, now=now)


def _joined(slots: Iterable[int]) -> list[range]:
    """Return slots in ascending order as spans of those that follow one another."""
    spans: list[range] = []
    for slot in slots:
        if spans and spans[-1].stop == slot:
            spans[-1] = range(spans[-1].start, slot + 1)
        else:
            spans.append(range(slot, slot + 1))
    return spans


def _shown(slots: range) -> str:
    start, end = (wall_of(start_of(slot)) for slot in (slots.start, slots.stop))
    return f"{start:%Y-%m-%d %H:%M:%S} to {end:%H:%M:%S}"
