"""Requests and answers about reservations, and about decisions."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Self

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct
from rest_framework import serializers

from accounts.bodies import Body
from accounts.models import User
from proxy import shapes
from proxy.fields import BoundedList, Id
from proxy.parameters import PageQuery
from proxy.shapes import ListEnvelope
from reservations import models
from reservations.models import Status
from reservations.serializers.fields import (
    DAY_HELP,
    END_HELP,
    START_HELP,
    TIME_SCHEMA,
    Day,
    Lines,
    TimeOfDay,
    shown_time,
)
from reservations.services.clock import wall_of
from reservations.services.decisions import Decided

MAX_DECIDED: Final = 50
STATUS_HELP: Final = "`PENDING` waits for approval; `EXPIRED` was still pending when it began."

NOTES_HELP: Final = "For the owner and administrators to read."

Date = Annotated[date, Meta(description=DAY_HELP)]
StartTime = Annotated[str, Meta(description=START_HELP, extra_json_schema=TIME_SCHEMA)]
EndTime = Annotated[str, Meta(description=END_HELP, extra_json_schema=TIME_SCHEMA)]
StatusWord = Literal["PENDING", "CONFIRMED", "REJECTED", "CANCELLED", "EXPIRED"]


class ReservationsQuery(PageQuery):
    user = serializers.CharField(
        required=False,
        min_length=1,
        max_length=254,
        help_text="A part of the owner's e-mail address; for administrators.",
    )
    date = Day(required=False, help_text="Those of this day.")
    status = serializers.ChoiceField(Status.choices, required=False, help_text=STATUS_HELP)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An hour and a half",
            value={
                "date": "2026-05-01",
                "start_time": "18:00:00",
                "end_time": "19:30:00",
                "notes": "Four of us",
            },
        )
    ]
)
class NewReservation(Body):
    """The time that is wanted, as the clock of the place shows it."""

    date = Day(help_text=DAY_HELP)
    start_time = TimeOfDay(help_text=START_HELP)
    end_time = TimeOfDay(help_text=f"{END_HELP} On the same day.")
    notes = Lines(allow_blank=True, default="", help_text=NOTES_HELP)


@extend_schema_serializer(
    examples=[OpenApiExample("An hour later", value={"start_time": "19:00:00", "end_time": "20:30:00"})]
)
class ReservationChange(Body):
    """What is to change; what is not given stays. Another time is judged as a new reservation's."""

    date = Day(required=False, help_text=DAY_HELP)
    start_time = TimeOfDay(required=False, help_text=START_HELP)
    end_time = TimeOfDay(required=False, help_text=f"{END_HELP} On the same day.")
    notes = Lines(allow_blank=True, required=False, help_text=NOTES_HELP)


@extend_schema_serializer(
    examples=[
        OpenApiExample("Approved", value={"action": "approve"}),
        OpenApiExample(
            "Rejected", value={"action": "reject", "rejection_reason": "The league plays that evening."}
        ),
    ]
)
class Decision(Body):
    """What an administrator decides; a rejection has a reason, an approval none."""

    action = serializers.ChoiceField(["approve", "reject"], help_text="What is decided.")
    rejection_reason = Lines(required=False, help_text="Why, for `reject` alone.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        reason = attrs.pop("rejection_reason", "")
        if attrs["action"] == "reject" and not reason:
            raise serializers.ValidationError({"rejection_reason": ["Say why."]})
        if attrs["action"] == "approve" and reason:
            raise serializers.ValidationError({"rejection_reason": ["An approval has no reason."]})
        return {**attrs, "reason": reason}


@extend_schema_serializer(
    examples=[OpenApiExample("Two approved", value={"action": "approve", "ids": [3, 4]})]
)
class DecisionOfMany(Decision):
    """The same decision about several; it is made about each that is pending."""

    ids = BoundedList(
        child=Id(), min_length=1, max_length=MAX_DECIDED, help_text="Of the reservations, each once."
    )


RESERVATION_EXAMPLE: Final[dict[str, Any]] = {
    "id": 3,
    "user": {"id": 2, "name": "Bob Meadows"},
    "date": "2026-05-01",
    "start_time": "18:00:00",
    "end_time": "19:30:00",
    "status": "PENDING",
    "notes": "Four of us",
    "rejection_reason": "",
    "created_at": "2026-04-20T09:15:00Z",
}


class Owner(Struct):
    """Somebody, by the name that others may see."""

    id: Annotated[shapes.Id, Meta(description="Of the person.")]
    name: Annotated[str, Meta(description="Never empty, and no e-mail address.")]

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(id=user.pk, name=user.display_name)


@extend_schema_serializer(examples=[OpenApiExample("A reservation", value=RESERVATION_EXAMPLE)])
class Reservation(Struct):
    """Booked time; dates and times of day are those of the place."""

    id: Annotated[shapes.Id, Meta(description="Of the reservation.")]
    user: Annotated[Owner, Meta(description="Who owns it.")]
    date: Date
    start_time: StartTime
    end_time: EndTime
    status: Annotated[StatusWord, Meta(description=STATUS_HELP)]
    notes: Annotated[str, Meta(description=NOTES_HELP)]
    rejection_reason: Annotated[str, Meta(description="Empty unless it was rejected.")]
    created_at: Annotated[datetime, Meta(description="When it was booked.")]

    @classmethod
    def of(cls, row: models.Reservation, *, now: datetime) -> Self:
        start, end = wall_of(row.starts_at), wall_of(row.ends_at)
        return cls(
            id=row.pk,
            user=Owner.of(row.user),
            date=start.date(),
            start_time=shown_time(start),
            end_time=shown_time(end),
            status=row.status_at(now),  # type: ignore[arg-type]  # one of the words: the database sees to that
            notes=row.notes,
            rejection_reason=row.rejection_reason,
            created_at=row.created_at,
        )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A page of reservations",
            value={
                "count": 1,
                "next": None,
                "previous": None,
                "results": [RESERVATION_EXAMPLE],
                "meta": {"as_of": "2026-04-20T09:15:00Z", "stale": False},
            },
        )
    ]
)
class ReservationPage(ListEnvelope, kw_only=True):
    """A page of reservations."""

    results: Annotated[list[Reservation], Meta(description="The latest first.")]


class DecidedReservation(Struct):
    """What became of one of several."""

    id: Annotated[shapes.Id, Meta(description="As it was named.")]
    outcome: Annotated[
        Literal["approved", "rejected", "not_pending", "not_found"],
        Meta(description="`not_pending`: it was decided, cancelled, or has begun before."),
    ]
    reservation: Annotated[Reservation | None, Meta(description="As it is now; null if there is none.")]

    @classmethod
    def of(cls, decided: Decided, *, now: datetime) -> Self:
        shown = Reservation.of(decided.reservation, now=now) if decided.reservation else None
        return cls(id=decided.id, outcome=decided.outcome, reservation=shown)


class DecidedReservations(Struct):
    """What became of each, in the order in which they were named."""

    results: Annotated[list[DecidedReservation], Meta(description="In the order in which they were named.")]
