"""The tables of booked time, and the constraints that hold whatever the code does: nobody ever holds a slot twice.

Moments are stored in UTC; what is the same every week (business hours, primetime) is wall time of the place.
"""

from datetime import datetime, time, timedelta
from typing import ClassVar, Final, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from accounts.models import User

# The grid of all times, and what one claim is.
SLOT: Final = timedelta(minutes=5)
MAX_LENGTH: Final = timedelta(hours=8)


class Status(models.TextChoices):
    """What became of a reservation; the first two hold their time."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class TradeStatus(models.TextChoices):
    """What became of an offer to swap; ``PENDING`` is open."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def in_status(self, status: str, *, now: datetime) -> Self:
        """Return those of a status as it is shown: what nobody decided before it began has expired."""
        undecided = models.Q(status=Status.PENDING, starts_at__lte=now)
        if status == Status.EXPIRED:
            return self.filter(undecided | models.Q(status=status))
        return self.filter(status=status).exclude(undecided)

    def upcoming(self, *, now: datetime) -> Self:
        """Return those that hold their time and have not begun."""
        return self.filter(status__in=[Status.PENDING, Status.CONFIRMED], starts_at__gt=now)

    def holding(self, *, now: datetime) -> Self:
        """Return those that hold their time, or did when they began."""
        undecided = models.Q(status=Status.PENDING, starts_at__gt=now)
        return self.filter(undecided | models.Q(status=Status.CONFIRMED))

    def between(self, start: datetime, end: datetime) -> Self:
        """Return those that share time with this span."""
        # Both ends of when one may start, so that an index on that finds them: none is longer than ``MAX_LENGTH``.
        return self.filter(starts_at__gt=start - MAX_LENGTH, starts_at__lt=end, ends_at__gt=start)


class Reservation(models.Model):
    """Time that a person has booked, or wants to, from ``starts_at`` until just before ``ends_at``."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reservations", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=9, choices=Status.choices)
    notes = models.CharField(max_length=500, blank=True)
    rejection_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="reservation_ends_after_its_start"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values), name="reservation_status_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-starts_at", "-id"], name="reservations_of_a_person"),
            models.Index(fields=["user", "-updated_at", "-id"], name="reservations_of_one_by_change"),
            models.Index(fields=["-starts_at", "-id"], name="reservations_by_time"),
            models.Index(fields=["-updated_at", "-id"], name="reservations_by_change"),
            models.Index(fields=["status", "starts_at", "id"], name="reservations_by_status"),
        ]

    def __str__(self) -> str:
        return f"reservation {self.pk}"

    def status_at(self, now: datetime) -> str:
        """Return its status as it is shown: what nobody decided before it began has expired."""
        return Status.EXPIRED if self.status == Status.PENDING and self.starts_at <= now else self.status


class Claim(models.Model):
    """Five minutes that a reservation holds; ``slot`` is how many of them there have been since 1970 in UTC."""

    slot = models.PositiveBigIntegerField()
    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="claims")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slot"], name="one_reservation_per_slot")]

    def __str__(self) -> str:
        return f"slot {self.slot} of {self.reservation_id}"


class Primetime(models.Model):
    """Hours of a day of the week in which an administrator approves what is booked."""

    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday.")
    start_time = models.TimeField()
    end_time = models.TimeField()
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["weekday", "start_time", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6), name="primetime_is_on_a_day_of_the_week"
            ),
            models.CheckConstraint(
                condition=models.Q(end_time__gt=models.F("start_time")), name="primetime_ends_after_its_start"
            ),
        ]

    def __str__(self) -> str:
        return f"primetime {self.pk}"


class PlaceSettingsManager(models.Manager["PlaceSettings"]):
    def current(self) -> "PlaceSettings":
        """Return the settings as they are; the defaults until somebody has changed them."""
        return self.filter(pk=1).first() or PlaceSettings(pk=1)

    def locked(self) -> "PlaceSettings":
        """Return them, locked until the transaction ends; it makes the row if there is none yet."""
        self.bulk_create([PlaceSettings(pk=1)], ignore_conflicts=True)
        return self.select_for_update().get(pk=1)


class PlaceSettings(models.Model):
    """When the place is open, and how it behaves: one row, or none as long as nobody has changed it."""

    business_start_time = models.TimeField(default=time(9))
    business_end_time = models.TimeField(default=time(21))
    slot_duration_minutes = models.PositiveSmallIntegerField(default=60, validators=[MaxValueValidator(480)])
    send_confirmation_emails = models.BooleanField(default=True)

    objects: ClassVar[PlaceSettingsManager] = PlaceSettingsManager()

    class Meta:
        verbose_name_plural = "place settings"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_row_of_place_settings"),
            models.CheckConstraint(
                condition=models.Q(business_end_time__gt=models.F("business_start_time")),
                name="place_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=models.Q(slot_duration_minutes__gte=5, slot_duration_minutes__lte=480),
                name="place_slots_are_5_to_480_minutes",
            ),
        ]

    def __str__(self) -> str:
        return "settings of the place"


class Trade(models.Model):
    """An offer to swap two reservations: their owners change, their times stay.

    ``requester`` and ``target`` are who owned them when it was offered.
    """

    requester = models.ForeignKey(User, on_delete=models.CASCADE, related_name="trades_sent", db_index=False)
    target = models.ForeignKey(User, on_delete=models.CASCADE, related_name="trades_received", db_index=False)
    requester_reservation = models.ForeignKey(
        Reservation, on_delete=models.CASCADE, related_name="trades_offered"
    )
    target_reservation = models.ForeignKey(
        Reservation, on_delete=models.CASCADE, related_name="trades_wanted"
    )
    status = models.CharField(max_length=9, choices=TradeStatus.choices, default=TradeStatus.PENDING)
    message = models.CharField(max_length=500, blank=True)
    response_message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=TradeStatus.values), name="trade_status_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(requester=models.F("target")), name="trade_is_between_two_people"
            ),
            models.UniqueConstraint(
                fields=["requester_reservation", "target_reservation"],
                condition=models.Q(status=TradeStatus.PENDING),
                name="one_open_trade_per_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["requester", "-id"], name="trades_sent_newest_first"),
            models.Index(fields=["target", "-id"], name="trades_received_newest_first"),
        ]

    def __str__(self) -> str:
        return f"trade {self.pk}"

    def status_at(self, now: datetime) -> str:
        """Return its status as it is shown: it is over when one of the two has begun."""
        begins = min(self.requester_reservation.starts_at, self.target_reservation.starts_at)
        is_over = self.status == TradeStatus.PENDING and begins <= now
        return TradeStatus.CANCELLED if is_over else self.status
