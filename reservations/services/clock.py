"""The place's clock: between dates and times of day, as people write them, and moments, as they are stored.

Twice a year clocks move. A time of day that they leave out, or show twice, names no moment, and so can't be booked.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from django.conf import settings

from reservations.models import SLOT, Reservation

_SLOT_SECONDS: Final = int(SLOT.total_seconds())
_SLOTS_A_DAY: Final = int(timedelta(days=1) / SLOT)


class NoSuchTimeError(Exception):
    """Clocks leave this time of this day out, or show it twice."""


class Span(NamedTuple):
    """Time from one moment until just before another."""

    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, reservation: Reservation) -> Self:
        """Return the time of a reservation."""
        return cls(reservation.starts_at, reservation.ends_at)

    @property
    def slots(self) -> range:
        """Return the slots that it touches, by what ``Claim`` counts them."""
        return range(slot_at(self.starts_at), -int(-self.ends_at.timestamp() // _SLOT_SECONDS))

    @property
    def days(self) -> range:
        """Return the days that it touches, counted in UTC since 1970: they are the same whatever the zone is."""
        slots = self.slots
        return range(slots[0] // _SLOTS_A_DAY, slots[-1] // _SLOTS_A_DAY + 1)


def zone() -> ZoneInfo:
    """Return the zone of the place."""
    return ZoneInfo(settings.RESERVATIONS_TIME_ZONE)


def moment_of(day: date, wall: time) -> datetime:
    """Return the moment of a time of a day, in UTC; raise ``NoSuchTimeError``."""
    there = datetime.combine(day, wall, zone())
    moment, other = there.astimezone(UTC), there.replace(fold=1).astimezone(UTC)
    if moment != other:
        raise NoSuchTimeError
    return moment


def wall_of(moment: datetime) -> datetime:
    """Return what the place's clock shows at a moment."""
    return moment.astimezone(zone())


def slot_at(moment: datetime) -> int:
    """Return the slot that a moment is in."""
    return int(moment.timestamp() // _SLOT_SECONDS)


def start_of(slot: int) -> datetime:
    """Return when a slot begins."""
    return datetime.fromtimestamp(slot * _SLOT_SECONDS, UTC)


def span_of_day(day: date) -> Span:
    """Return a whole day of the place."""
    # Where midnight itself is left out, or comes twice, ``fold=0`` is the earlier of what it may be.
    start, end = (
        datetime.combine(each, time(), zone()).astimezone(UTC) for each in (day, day + timedelta(days=1))
    )
    return Span(start, end)


def is_moved(day: date) -> bool:
    """Say whether clocks move on a day, perhaps at its very midnight."""
    start, end = span_of_day(day)
    return end - start != timedelta(days=1)
