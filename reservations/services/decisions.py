"""What administrators decide about pending reservations. Of two at once one wins, and the other learns it."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from reservations.models import Reservation, Status
from reservations.services.claims import release
from reservations.services.clock import Span
from reservations.services.locks import MovedError, lock_days, lock_people
from reservations.services.mail import tell_owners
from reservations.services.reservations import ReservationNotFoundError

Action = Literal["approve", "reject"]
Outcome = Literal["approved", "rejected", "not_pending", "not_found"]


class NotPendingError(Exception):
    """It was decided already, cancelled, or has begun."""


class Decided(NamedTuple):
    """What became of one reservation of many; without the reservation there is none."""

    id: int
    outcome: Outcome
    reservation: Reservation | None


def decide(*, actor: User, reservation_id: int, action: Action, reason: str = "") -> Reservation:
    """Approve or reject a pending reservation; raise ``ReservationNotFoundError`` or ``NotPendingError``."""
    (decided,) = decide_many(actor=actor, ids=[reservation_id], action=action, reason=reason)
    if decided.reservation is None:
        raise ReservationNotFoundError
    if decided.outcome == "not_pending":
        raise NotPendingError
    return decided.reservation


def decide_many(*, actor: User, ids: Sequence[int], action: Action, reason: str = "") -> list[Decided]:
    """Approve or reject those of these that are pending; return what became of each, in the order of the ids."""
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        found = _locked(ids, actor=actor)
        pending = [each for each in found.values() if each.status_at(now) == Status.PENDING]
        decided = {each.pk for each in pending}
        if action == "reject":
            release(decided)
        for each in pending:
            each.status = Status.CONFIRMED if action == "approve" else Status.REJECTED
            each.rejection_reason, each.updated_at = reason, now
        Reservation.objects.bulk_update(pending, ["status", "rejection_reason", "updated_at"])
        outcome: Outcome = "approved" if action == "approve" else "rejected"
        tell_owners(outcome, pending)
    return [
        Decided(
            id_, outcome if id_ in decided else "not_pending" if id_ in found else "not_found", found.get(id_)
        )
        for id_ in dict.fromkeys(ids)
    ]


def _locked(ids: Iterable[int], *, actor: User) -> dict[int, Reservation]:
    """Return those that there are by id, locked after their owners and their days."""
    found = {each.pk: each for each in Reservation.objects.filter(pk__in=ids)}
    lock_people([each.user_id for each in found.values()], actor_id=actor.pk)
    lock_days(*map(Span.of, found.values()))
    rows = Reservation.objects.select_for_update(of=("self",)).select_related("user").order_by("pk")
    current = {each.pk: each for each in rows.filter(pk__in=found)}
    for each in current.values():
        was = found[each.pk]
        if (each.user_id, Span.of(each)) != (was.user_id, Span.of(was)):
            raise MovedError
    return current
