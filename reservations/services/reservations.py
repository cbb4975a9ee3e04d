"""Reservations as they are stored: finding them, booking, moving and cancelling, each as a whole or not at all."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from reservations.models import Reservation, ReservationQuerySet, Status
from reservations.services import trades
from reservations.services.claims import claim, release
from reservations.services.clock import Span, span_of_day, wall_of
from reservations.services.locks import MovedError, lock_days, lock_people
from reservations.services.mail import tell_owners
from reservations.services.place import BookingRefusedError, Place, Wish

MAX_UPCOMING: Final = 20


class ReservationNotFoundError(Exception):
    """There is no such reservation, or it is somebody else's."""


class NotEditableError(Exception):
    """It has begun, was cancelled, or was decided against."""


class ReservationPage(NamedTuple):
    """The reservations of one page, and how many there are on all pages."""

    rows: list[Reservation]
    total: int


# --- Finding ----------------------------------------------------------------------------------------


def page_of_reservations(
    *,
    viewer: User,
    page: int,
    limit: int,
    user: str | None = None,
    date: date | None = None,
    status: str | None = None,
) -> ReservationPage:
    """Return a page of the viewer's own, or of everybody's for an administrator, the latest first.

    ``user`` is a part of an e-mail address, for administrators: others get ``PermissionDenied``.
    """
    found = _visible_to(viewer)
    if user is not None:
        if not viewer.is_staff:
            raise PermissionDenied
        found = found.filter(user__email__icontains=user)
    if date is not None:
        found = found.between(*span_of_day(date))
    if status is not None:
        found = found.in_status(status, now=timezone.now())
    rows = found.select_related("user").order_by("-starts_at", "-pk")[(page - 1) * limit : page * limit]
    return ReservationPage(list(rows), found.count())


def find_reservation(*, viewer: User, reservation_id: int) -> Reservation:
    """Return one of the viewer's, or anybody's for an administrator; raise ``ReservationNotFoundError``."""
    found = _visible_to(viewer).select_related("user").filter(pk=reservation_id).first()
    if found is None:
        raise ReservationNotFoundError
    return found


def _visible_to(viewer: User) -> ReservationQuerySet:
    return Reservation.objects.all() if viewer.is_staff else Reservation.objects.filter(user=viewer)


# --- Writes, each in a transaction that ``retried`` may begin again ------------------------------------


def book(*, user: User, date: date, start_time: time, end_time: time, notes: str = "") -> Reservation:
    """Store a reservation: confirmed, or pending if any of it is primetime.

    ``BookingRefusedError`` against a rule of the place, ``SlotTakenError`` if somebody else holds some of that time.
    """
    now, wish = timezone.now(), Wish(date, start_time, end_time)
    span = wish.span()
    with transaction.atomic(savepoint=False):
        lock_people([user.pk], actor_id=user.pk)
        lock_days(span)
        place = Place.now()
        place.require_bookable(wish, span, now=now)
        if Reservation.objects.filter(user=user).upcoming(now=now).count() >= MAX_UPCOMING:
            raise BookingRefusedError(
                "non_field_errors", f"A person has at most {MAX_UPCOMING} upcoming reservations."
            )
        status = place.status_of(wish)
        reservation = Reservation.objects.create(
            user=user, starts_at=span.starts_at, ends_at=span.ends_at, status=status, notes=notes
        )
        claim(reservation, now=now)
        tell_owners(status.lower(), [reservation])
    return reservation


def change_reservation(*, actor: User, reservation_id: int, changes: Mapping[str, Any]) -> Reservation:
    """Change what is given of ``date``, ``start_time``, ``end_time`` and ``notes``; another time is judged anew.

    What stays as it is costs nothing. ``NotEditableError``, and what ``book`` raises.
    """
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        found = find_reservation(viewer=actor, reservation_id=reservation_id)
        old, wish = Span.of(found), _wish(found, changes)
        span = old if wish is None else wish.span()
        lock_people([found.user_id], actor_id=actor.pk)
        lock_days(old, span)
        reservation = _locked(found)
        _require_editable(reservation, now=now)
        notes = changes.get("notes", reservation.notes)
        if span == old and notes == reservation.notes:
            return reservation
        reservation.notes, reservation.updated_at = notes, now
        if wish is not None and span != old:
            place = Place.now()
            place.require_bookable(wish, span, now=now)
            release([reservation.pk])
            reservation.starts_at, reservation.ends_at = span
            reservation.status = place.status_of(wish)
            claim(reservation, now=now)
            trades.end_trades_of([reservation.pk], now=now)
            tell_owners(reservation.status.lower(), [reservation])
        reservation.save(update_fields=["starts_at", "ends_at", "status", "notes", "updated_at"])
    return reservation


def cancel_reservation(*, actor: User, reservation_id: int) -> None:
    """Cancel a reservation, and let its time go; once more is no error. ``NotEditableError``."""
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        found = find_reservation(viewer=actor, reservation_id=reservation_id)
        lock_people([found.user_id], actor_id=actor.pk)
        lock_days(Span.of(found))
        reservation = _locked(found)
        if reservation.status == Status.CANCELLED:
            return
        _require_editable(reservation, now=now)
        release([reservation.pk])
        trades.end_trades_of([reservation.pk], now=now)
        reservation.status, reservation.updated_at = Status.CANCELLED, now
        reservation.save(update_fields=["status", "updated_at"])


def _require_editable(reservation: Reservation, *, now: datetime) -> None:
    """Raise ``NotEditableError`` if nobody may change it: it has begun, was cancelled, or was decided against."""
    if reservation.status not in {Status.PENDING, Status.CONFIRMED} or reservation.starts_at <= now:
        raise NotEditableError


def _locked(found: Reservation) -> Reservation:
    """Return it, locked as its owner and days are already; ``MovedError`` if those are others by now."""
    rows = Reservation.objects.select_for_update(of=("self",)).select_related("user")
    current = rows.filter(pk=found.pk).first()
    if current is None or (current.user_id, Span.of(current)) != (found.user_id, Span.of(found)):
        raise MovedError
    return current


def _wish(reservation: Reservation, changes: Mapping[str, Any]) -> Wish | None:
    """Return what time is wanted, None if none of it was given."""
    start, end = wall_of(reservation.starts_at), wall_of(reservation.ends_at)
    was = Wish(start.date(), start.time(), end.time())
    wanted = Wish(*(changes.get(field, getattr(was, field)) for field in Wish._fields))
    return None if wanted == was else wanted
