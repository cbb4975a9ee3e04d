"""When the place is open, which of its hours are primetime, and what may be booked by that.

What is booked already stays when these rules change, and what is pending stays pending.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple, Self

from django.db import transaction

from accounts.services import FieldRefusedError
from reservations.models import MAX_LENGTH, PlaceSettings, Primetime, Status
from reservations.services import clock
from reservations.services.clock import NoSuchTimeError, Span

MAX_DAYS_AHEAD: Final = 90
MAX_PRIMETIMES: Final = 100


class BookingRefusedError(FieldRefusedError):
    """A rule of the place refuses it."""


class PrimetimeNotFoundError(Exception):
    """There is no such primetime."""


class Wish(NamedTuple):
    """Time that somebody wants, as the place's clock shows it."""

    date: date
    start_time: time
    end_time: time

    def span(self) -> Span:
        """Return the moments; ``BookingRefusedError`` if they make no span of time, or clocks move over them."""
        if self.end_time <= self.start_time:
            raise BookingRefusedError("end_time", "It has to end after its start, on the same day.")
        moments = []
        for field in ("start_time", "end_time"):
            try:
                moments.append(clock.moment_of(self.date, getattr(self, field)))
            except NoSuchTimeError:
                raise BookingRefusedError(
                    field, "Clocks move on this day: there is no such time, or there are two."
                ) from None
        return Span(*moments)


class Place(NamedTuple):
    """The rules as they are now."""

    settings: PlaceSettings
    primetimes: Sequence[Primetime]  # the active ones

    @classmethod
    def now(cls) -> Self:
        """Return the rules as they are stored."""
        return cls(PlaceSettings.objects.current(), list(Primetime.objects.filter(is_active=True)))

    def require_bookable(self, wish: Wish, span: Span, *, now: datetime) -> None:
        """Raise ``BookingRefusedError`` for what nobody may book."""
        if span.starts_at <= now:
            raise BookingRefusedError("start_time", "It has begun already.")
        if wish.date > last_day(now):
            raise BookingRefusedError("date", f"At most {MAX_DAYS_AHEAD} days ahead.")
        if span.ends_at - span.starts_at > MAX_LENGTH:
            raise BookingRefusedError("end_time", f"At most {MAX_LENGTH // timedelta(hours=1)} hours.")
        opens, closes = self.settings.business_start_time, self.settings.business_end_time
        if wish.start_time < opens:
            raise BookingRefusedError("start_time", f"The place is open from {opens} to {closes}.")
        if wish.end_time > closes:
            raise BookingRefusedError("end_time", f"The place is open from {opens} to {closes}.")

    def primetimes_of(self, day: date) -> list[Primetime]:
        """Return those of a day, in order."""
        return [each for each in self.primetimes if each.weekday == day.weekday()]

    def is_primetime(self, wish: Wish) -> bool:
        """Say whether any of it is primetime."""
        return any(overlap(each, wish) for each in self.primetimes_of(wish.date))

    def status_of(self, wish: Wish) -> Status:
        """Return what a reservation becomes."""
        return Status.PENDING if self.is_primetime(wish) else Status.CONFIRMED


def last_day(now: datetime) -> date:
    """Return the last day that can be booked."""
    return clock.wall_of(now).date() + timedelta(days=MAX_DAYS_AHEAD)


# --- For administrators -------------------------------------------------------------------------------


def change_settings(**changes: Any) -> PlaceSettings:
    """Change what is given; raise ``FieldRefusedError`` if the result is no place that could open."""
    with transaction.atomic(savepoint=False):
        found = PlaceSettings.objects.locked()
        _change(found, changes)
        if found.business_end_time <= found.business_start_time:
            field = "business_end_time" if "business_end_time" in changes else "business_start_time"
            raise FieldRefusedError(field, "The place has to close after it opens, on the same day.")
        if changes:
            found.save(update_fields=list(changes))
    return found


def primetimes() -> list[Primetime]:
    """Return all of them, active or not, by day and time."""
    return list(Primetime.objects.all())


def find_primetime(primetime_id: int) -> Primetime:
    """Return one; raise ``PrimetimeNotFoundError``."""
    found = Primetime.objects.filter(pk=primetime_id).first()
    if found is None:
        raise PrimetimeNotFoundError
    return found


def add_primetime(**fields: Any) -> Primetime:
    """Store a new one; raise ``FieldRefusedError`` if it overlaps another or there are ``MAX_PRIMETIMES``."""
    with transaction.atomic(savepoint=False):
        PlaceSettings.objects.locked()
        if Primetime.objects.count() >= MAX_PRIMETIMES:
            raise FieldRefusedError("non_field_errors", f"There are at most {MAX_PRIMETIMES}.")
        return _saved(Primetime(**fields))


def change_primetime(*, primetime_id: int, changes: dict[str, Any]) -> Primetime:
    """Change what is given; raise ``PrimetimeNotFoundError``, or ``FieldRefusedError`` if it then overlaps another."""
    with transaction.atomic(savepoint=False):
        PlaceSettings.objects.locked()
        found = find_primetime(primetime_id)
        _change(found, changes)
        return _saved(found)


def remove_primetime(*, primetime_id: int) -> None:
    """Delete one; raise ``PrimetimeNotFoundError``."""
    with transaction.atomic(savepoint=False):
        PlaceSettings.objects.locked()
        find_primetime(primetime_id).delete()


def _change(row: Any, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, value)


def _saved(primetime: Primetime) -> Primetime:
    if primetime.end_time <= primetime.start_time:
        raise FieldRefusedError("end_time", "It has to end after its start, on the same day.")
    others = Primetime.objects.filter(weekday=primetime.weekday, is_active=True).exclude(pk=primetime.pk)
    overlapping = next((each for each in others if overlap(each, primetime)), None)
    if primetime.is_active and overlapping is not None:
        raise FieldRefusedError(
            "non_field_errors",
            f"It overlaps with primetime {overlapping.pk}, {overlapping.start_time} to {overlapping.end_time}.",
        )
    primetime.save()
    return primetime


def overlap(one: Primetime | Wish, other: Primetime | Wish) -> bool:
    """Say whether two spans of one day share any time."""
    return one.start_time < other.end_time and other.start_time < one.end_time
