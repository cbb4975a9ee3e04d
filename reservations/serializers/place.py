"""Requests and answers about the place: its settings, its primetime, and its calendar."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct
from rest_framework import serializers

from accounts.bodies import Body
from proxy import shapes
from proxy.fields import Boolean, Whole
from proxy.parameters import Query
from reservations import models
from reservations.serializers.fields import END_HELP, START_HELP, TIME_SCHEMA, Day, TimeOfDay, shown_time
from reservations.serializers.reservations import EndTime, StartTime
from reservations.services import calendar
from reservations.services.calendar import MAX_DAYS
from reservations.services.clock import wall_of

WEEKDAY_HELP: Final = "0 is Monday, 6 is Sunday."
ACTIVE_HELP: Final = "Whether it holds; if not, it is as if there were none."
OPENS_HELP: Final = "When the place opens, every day."
CLOSES_HELP: Final = "When it closes, on the same day."
SLOT_HELP: Final = "How long the slots of the calendar are."
MAILS_HELP: Final = "Whether people get mails about reservations and swaps."


class StepOfFive(Whole):
    """A number of minutes on the grid."""

    default_error_messages = {"step": "Give a multiple of 5."}

    def to_internal_value(self, data: object) -> int:
        minutes = super().to_internal_value(data)
        if minutes % 5:
            self.fail("step")
        return minutes


@extend_schema_serializer(
    examples=[OpenApiExample("Open until ten", value={"business_end_time": "22:00:00"})]
)
class SettingsChange(Body):
    """What is to change; what is not given stays."""

    business_start_time = TimeOfDay(required=False, help_text=OPENS_HELP)
    business_end_time = TimeOfDay(required=False, help_text=CLOSES_HELP)
    slot_duration_minutes = StepOfFive(
        required=False, min_value=5, max_value=480, help_text=f"{SLOT_HELP} A multiple of 5."
    )
    send_confirmation_emails = Boolean(required=False, help_text=MAILS_HELP)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Friday evenings", value={"weekday": 4, "start_time": "18:00:00", "end_time": "21:00:00"}
        )
    ]
)
class NewPrimetime(Body):
    """Hours of a day of the week in which reservations wait for approval."""

    weekday = Whole(min_value=0, max_value=6, help_text=WEEKDAY_HELP)
    start_time = TimeOfDay(help_text=START_HELP)
    end_time = TimeOfDay(help_text=f"{END_HELP} On the same day.")
    is_active = Boolean(default=True, help_text=ACTIVE_HELP)


@extend_schema_serializer(examples=[OpenApiExample("Asleep", value={"is_active": False})])
class PrimetimeChange(Body):
    """What is to change; what is not given stays."""

    weekday = Whole(required=False, min_value=0, max_value=6, help_text=WEEKDAY_HELP)
    start_time = TimeOfDay(required=False, help_text=START_HELP)
    end_time = TimeOfDay(required=False, help_text=f"{END_HELP} On the same day.")
    is_active = Boolean(required=False, help_text=ACTIVE_HELP)


class CalendarQuery(Query):
    start_date = Day(help_text="The first day.")
    end_date = Day(help_text=f"The last day; at most {MAX_DAYS} days in all.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        days = (attrs["end_date"] - attrs["start_date"]).days + 1
        if days < 1:
            raise serializers.ValidationError({"end_date": ["It is before start_date."]})
        if days > MAX_DAYS:
            raise serializers.ValidationError({"end_date": [f"At most {MAX_DAYS} days."]})
        return attrs


SETTINGS_EXAMPLE: Final = {
    "business_start_time": "09:00:00",
    "business_end_time": "21:00:00",
    "slot_duration_minutes": 60,
    "send_confirmation_emails": True,
}
PRIMETIME_EXAMPLE: Final = {
    "id": 1,
    "weekday": 4,
    "start_time": "18:00:00",
    "end_time": "21:00:00",
    "is_active": True,
}
CALENDAR_EXAMPLE: Final = {
    "start_date": "2026-05-01",
    "end_date": "2026-05-01",
    "calendar": [
        {
            "date": "2026-05-01",
            "is_primetime": True,
            "primetime_hours": [{"start_time": "18:00:00", "end_time": "21:00:00"}],
            "business_hours": {"start_time": "17:00:00", "end_time": "19:00:00"},
            "available_slots": [
                {"start_time": "17:00:00", "end_time": "18:00:00", "type": "regular", "available": True},
                {"start_time": "18:00:00", "end_time": "19:00:00", "type": "primetime", "available": False},
            ],
            "reserved_slots": [
                {
                    "id": 3,
                    "start_time": "18:00:00",
                    "end_time": "19:30:00",
                    "name": "Bob Meadows",
                    "is_own": False,
                }
            ],
        }
    ],
}


@extend_schema_serializer(examples=[OpenApiExample("The settings", value=SETTINGS_EXAMPLE)])
class PlaceSettings(Struct):
    """When the place is open, how long the slots of its calendar are, and whether it sends mails."""

    business_start_time: Annotated[str, Meta(description=OPENS_HELP, extra_json_schema=TIME_SCHEMA)]
    business_end_time: Annotated[str, Meta(description=CLOSES_HELP, extra_json_schema=TIME_SCHEMA)]
    slot_duration_minutes: Annotated[int, Meta(ge=5, le=480, description=SLOT_HELP)]
    send_confirmation_emails: Annotated[bool, Meta(description=MAILS_HELP)]

    @classmethod
    def of(cls, row: models.PlaceSettings) -> Self:
        return cls(
            business_start_time=shown_time(row.business_start_time),
            business_end_time=shown_time(row.business_end_time),
            slot_duration_minutes=row.slot_duration_minutes,
            send_confirmation_emails=row.send_confirmation_emails,
        )


@extend_schema_serializer(examples=[OpenApiExample("Friday evenings", value=PRIMETIME_EXAMPLE)])
class Primetime(Struct):
    """Hours of a day of the week in which reservations wait for approval."""

    id: Annotated[shapes.Id, Meta(description="Of the primetime.")]
    weekday: Annotated[int, Meta(ge=0, le=6, description=WEEKDAY_HELP)]
    start_time: StartTime
    end_time: EndTime
    is_active: Annotated[bool, Meta(description=ACTIVE_HELP)]

    @classmethod
    def of(cls, row: models.Primetime) -> Self:
        return cls(
            id=row.pk,
            weekday=row.weekday,
            start_time=shown_time(row.start_time),
            end_time=shown_time(row.end_time),
            is_active=row.is_active,
        )


class Primetimes(Struct):
    """All of them, by day and time."""

    results: Annotated[list[Primetime], Meta(description="By day and start.")]

    @classmethod
    def of(cls, rows: Iterable[models.Primetime]) -> Self:
        return cls(results=[Primetime.of(row) for row in rows])


class Hours(Struct):
    """A span of a day."""

    start_time: StartTime
    end_time: EndTime


class AvailableSlot(Struct):
    """A span of the length that the place offers."""

    start_time: StartTime
    end_time: EndTime
    type: Annotated[
        Literal["regular", "primetime"], Meta(description="What is booked in primetime waits for approval.")
    ]
    available: Annotated[
        bool, Meta(description="Whether it could be booked now: it is free, ahead, and not too far.")
    ]


class ReservedSlot(Struct):
    """Time that somebody holds."""

    id: Annotated[shapes.Id, Meta(description="Of the reservation.")]
    start_time: StartTime
    end_time: EndTime
    name: Annotated[str, Meta(description="Of who holds it.")]
    is_own: Annotated[bool, Meta(description="Whether it is the caller's own.")]

    @classmethod
    def of(cls, row: models.Reservation, *, viewer_id: int) -> Self:
        return cls(
            id=row.pk,
            start_time=shown_time(wall_of(row.starts_at)),
            end_time=shown_time(wall_of(row.ends_at)),
            name=row.user.display_name,
            is_own=row.user_id == viewer_id,
        )


class CalendarDay(Struct):
    """A day of the place."""

    date: Annotated[date, Meta(description="By the clock of the place.")]
    is_primetime: Annotated[bool, Meta(description="Whether any of its hours are primetime.")]
    primetime_hours: Annotated[
        list[Hours], Meta(description="In which what is booked waits for approval, in their order.")
    ]
    business_hours: Annotated[Hours, Meta(description="When the place is open.")]
    available_slots: Annotated[
        list[AvailableSlot],
        Meta(
            description="Those of the place's hours. Other times can be booked, too, in steps of 5 minutes."
        ),
    ]
    reserved_slots: Annotated[list[ReservedSlot], Meta(description="What is held, by its start.")]

    @classmethod
    def of(cls, day: calendar.Day, *, viewer_id: int) -> Self:
        return cls(
            date=day.date,
            is_primetime=bool(day.primetimes),
            primetime_hours=[
                Hours(shown_time(each.start_time), shown_time(each.end_time)) for each in day.primetimes
            ],
            business_hours=Hours(shown_time(day.opens), shown_time(day.closes)),
            available_slots=[
                AvailableSlot(
                    start_time=shown_time(slot.start_time),
                    end_time=shown_time(slot.end_time),
                    type="primetime" if slot.is_primetime else "regular",
                    available=slot.is_available,
                )
                for slot in day.slots
            ],
            reserved_slots=[ReservedSlot.of(each, viewer_id=viewer_id) for each in day.reservations],
        )


@extend_schema_serializer(examples=[OpenApiExample("A day", value=CALENDAR_EXAMPLE)])
class Calendar(Struct):
    """Every day of a range, its ends included."""

    start_date: Annotated[date, Meta(description="The first day.")]
    end_date: Annotated[date, Meta(description="The last day.")]
    calendar: Annotated[list[CalendarDay], Meta(description="In their order.")]
