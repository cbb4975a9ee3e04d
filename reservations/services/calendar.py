"""The calendar: each day's hours, its slots and which of them can be booked, and what is reserved."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from django.utils import timezone

from reservations.models import Primetime, Reservation
from reservations.services import clock
from reservations.services.clock import NoSuchTimeError, Span
from reservations.services.place import Place, Wish, last_day, overlap

MAX_DAYS: Final = 62


class Slot(NamedTuple):
    """A span of the length that the place offers, and whether somebody could book it now."""

    start_time: time
    end_time: time
    is_primetime: bool
    is_available: bool


class Day(NamedTuple):
    """A day of the calendar."""

    date: date
    primetimes: Sequence[Primetime]
    opens: time
    closes: time
    slots: list[Slot]
    reservations: list[Reservation]


def read_calendar(*, start: date, end: date) -> list[Day]:
    """Return each day of a range of at most ``MAX_DAYS``, both ends included; in three statements."""
    now, place = timezone.now(), Place.now()
    whole = Span(clock.span_of_day(start).starts_at, clock.span_of_day(end).ends_at)
    holding = Reservation.objects.holding(now=now).between(*whole)
    # There may be thousands: no more of each than is shown.
    named = [f"user__{name}" for name in ("username", "first_name", "last_name")]
    shown = holding.select_related("user").only("starts_at", "ends_at", "user", *named)
    reserved = list(shown.order_by("starts_at", "pk"))
    taken = {slot for each in reserved for slot in Span.of(each).slots}
    by_day = _by_day(reserved)
    days = (start + timedelta(days=number) for number in range((end - start).days + 1))
    return [
        Day(
            day,
            place.primetimes_of(day),
            place.settings.business_start_time,
            place.settings.business_end_time,
            list(_slots(place, day, taken, now=now)),
            by_day[day],
        )
        for day in days
    ]


def _by_day(reserved: Iterable[Reservation]) -> defaultdict[date, list[Reservation]]:
    """Return by day what is reserved on it; over midnight, after the zone was changed, on both."""
    found: defaultdict[date, list[Reservation]] = defaultdict(list)
    for each in reserved:
        last = clock.wall_of(each.ends_at - timedelta(microseconds=1)).date()
        for day in dict.fromkeys((clock.wall_of(each.starts_at).date(), last)):
            found[day].append(each)
    return found


def _slots(place: Place, day: date, taken: set[int], *, now: datetime) -> Iterator[Slot]:
    """Give the slots of a day, each as long as the place says: what is left of the hours is none."""
    minutes = timedelta(minutes=place.settings.slot_duration_minutes)
    start = datetime.combine(day, place.settings.business_start_time)
    closes = datetime.combine(day, place.settings.business_end_time)
    span_of, primetimes = _Moments(day), place.primetimes_of(day)
    is_bookable_day = day <= last_day(now)
    while (end := start + minutes) <= closes:
        wish = Wish(day, start.time(), end.time())
        span = span_of(wish)
        if span is not None:
            is_free = is_bookable_day and span.starts_at > now and taken.isdisjoint(span.slots)
            is_primetime = any(overlap(each, wish) for each in primetimes)
            yield Slot(wish.start_time, wish.end_time, is_primetime, is_free)
        start = end


class _Moments:
    """Which moments the times of one day are: where clocks don't move, reckoned from its first."""

    def __init__(self, day: date) -> None:
        self._midnight = None if clock.is_moved(day) else clock.span_of_day(day).starts_at
        self._day = datetime.combine(day, time())

    def __call__(self, wish: Wish) -> Span | None:
        """Return the moments of a time of the day, None if there are no such."""
        if self._midnight is None:
            try:
                return Span(
                    clock.moment_of(wish.date, wish.start_time), clock.moment_of(wish.date, wish.end_time)
                )
            except NoSuchTimeError:
                return None
        return Span(
            *(
                self._midnight + (datetime.combine(wish.date, wall) - self._day)
                for wall in (wish.start_time, wish.end_time)
            )
        )
