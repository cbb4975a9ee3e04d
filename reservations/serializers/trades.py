"""Requests and answers about swaps, and the dashboards."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct
from rest_framework import serializers

from accounts.bodies import Body
from proxy import shapes
from proxy.fields import Id
from proxy.parameters import Flag, PageQuery
from reservations import models
from reservations.serializers.fields import Lines, shown_time
from reservations.serializers.reservations import Date, EndTime, Owner, Reservation, StartTime
from reservations.services import dashboards, trades
from reservations.services.clock import wall_of

MESSAGE_HELP: Final = "What who offers it says to the other."
RESPONSE_HELP: Final = "What the other says to that."


class TradesQuery(PageQuery):
    open = Flag(required=False, help_text="Those that can be answered, or those that can't.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Mine for yours",
            value={
                "requester_reservation_id": 3,
                "target_reservation_id": 4,
                "message": "Would Friday suit you?",
            },
        )
    ]
)
class NewTrade(Body):
    """The caller's reservation, and the one that they would like to have for it."""

    requester_reservation_id = Id(help_text="One of the caller's own.")
    target_reservation_id = Id(help_text="Somebody else's; the calendar has its id.")
    message = Lines(allow_blank=True, default="", help_text=MESSAGE_HELP)


@extend_schema_serializer(
    examples=[OpenApiExample("Accepted", value={"action": "accept", "response_message": "Gladly."})]
)
class Answer(Body):
    """What the owner of the other reservation says."""

    action = serializers.ChoiceField(["accept", "reject"], help_text="Whether they swap.")
    response_message = Lines(allow_blank=True, default="", help_text=RESPONSE_HELP)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_accepted = attrs.pop("action") == "accept"
        return {**attrs, "is_accepted": is_accepted}


TRADE_EXAMPLE: Final[dict[str, Any]] = {
    "id": 5,
    "status": "PENDING",
    "requester_reservation": {
        "id": 3,
        "user": {"id": 2, "name": "Bob Meadows"},
        "date": "2026-05-01",
        "start_time": "18:00:00",
        "end_time": "19:00:00",
    },
    "target_reservation": {
        "id": 4,
        "user": {"id": 3, "name": "Carol Woods"},
        "date": "2026-05-02",
        "start_time": "10:00:00",
        "end_time": "11:00:00",
    },
    "message": "Would Friday suit you?",
    "response_message": "",
}


class TradedReservation(Struct):
    """A reservation as both sides of a swap see it, by who owns it now: without notes."""

    id: Annotated[shapes.Id, Meta(description="Of the reservation.")]
    user: Annotated[Owner, Meta(description="Who owns it now.")]
    date: Date
    start_time: StartTime
    end_time: EndTime

    @classmethod
    def of(cls, row: models.Reservation) -> Self:
        start, end = wall_of(row.starts_at), wall_of(row.ends_at)
        return cls(
            id=row.pk,
            user=Owner.of(row.user),
            date=start.date(),
            start_time=shown_time(start),
            end_time=shown_time(end),
        )


@extend_schema_serializer(examples=[OpenApiExample("An offer", value=TRADE_EXAMPLE)])
class Trade(Struct):
    """An offer to swap two reservations: their owners change, their times stay."""

    id: Annotated[shapes.Id, Meta(description="Of the swap.")]
    status: Annotated[
        Literal["PENDING", "ACCEPTED", "REJECTED", "CANCELLED"],
        Meta(
            description=(
                "`CANCELLED`: taken back, or one of the two has begun, was changed, cancelled or swapped otherwise."
            )
        ),
    ]
    requester_reservation: Annotated[TradedReservation, Meta(description="What is offered.")]
    target_reservation: Annotated[TradedReservation, Meta(description="What is wanted for it.")]
    message: Annotated[str, Meta(description=MESSAGE_HELP)]
    response_message: Annotated[str, Meta(description=RESPONSE_HELP)]

    @classmethod
    def of(cls, row: models.Trade, *, now: datetime) -> Self:
        return cls(
            id=row.pk,
            status=row.status_at(now),  # type: ignore[arg-type]  # one of the words: the database sees to that
            requester_reservation=TradedReservation.of(row.requester_reservation),
            target_reservation=TradedReservation.of(row.target_reservation),
            message=row.message,
            response_message=row.response_message,
        )


class Trades(Struct):
    """What the caller has offered, and what was offered to them; the newest first."""

    sent: Annotated[list[Trade], Meta(description="What the caller has offered.")]
    received: Annotated[list[Trade], Meta(description="What was offered to the caller.")]

    @classmethod
    def of(cls, found: trades.Trades, *, now: datetime) -> Self:
        sent, received = ([Trade.of(row, now=now) for row in rows] for rows in found)
        return cls(sent=sent, received=received)


class Activity(Struct):
    """A reservation that was made or changed, and when."""

    at: Annotated[datetime, Meta(description="When it changed last.")]
    reservation: Annotated[Reservation, Meta(description="As it is now.")]

    @classmethod
    def of(cls, row: models.Reservation, *, now: datetime) -> Self:
        return cls(at=row.updated_at, reservation=Reservation.of(row, now=now))


class Dashboard(Struct):
    """What a person has before them."""

    upcoming_reservations: Annotated[list[Reservation], Meta(description="The next first.")]
    pending_trades: Annotated[Trades, Meta(description="What is open, the newest 50.")]
    recent_activity: Annotated[list[Activity], Meta(description="What changed last, the latest first.")]

    @classmethod
    def of(cls, found: dashboards.Dashboard, *, now: datetime) -> Self:
        return cls(
            upcoming_reservations=[Reservation.of(row, now=now) for row in found.upcoming],
            pending_trades=Trades.of(found.trades, now=now),
            recent_activity=[Activity.of(row, now=now) for row in found.recent],
        )


class Counts(Struct):
    """How many reservations there are of each status."""

    PENDING: Annotated[int, Meta(ge=0, description="Those that wait for approval.")]
    CONFIRMED: Annotated[int, Meta(ge=0, description="Those that are on, or were.")]
    REJECTED: Annotated[int, Meta(ge=0, description="Those that were not approved.")]
    CANCELLED: Annotated[int, Meta(ge=0, description="Those that were taken back.")]
    EXPIRED: Annotated[int, Meta(ge=0, description="Those that were still pending when they began.")]


class AdminDashboard(Struct):
    """What an administrator has before them."""

    pending_approvals: Annotated[
        list[Reservation], Meta(description="The first to begin first; at most 100.")
    ]
    todays_reservations: Annotated[list[Reservation], Meta(description="The first first; at most 100.")]
    recent_activity: Annotated[list[Activity], Meta(description="What changed last, the latest first.")]
    counts: Annotated[Counts, Meta(description="Of all reservations that there ever were.")]

    @classmethod
    def of(cls, found: dashboards.AdminDashboard, *, now: datetime) -> Self:
        return cls(
            pending_approvals=[Reservation.of(row, now=now) for row in found.pending],
            todays_reservations=[Reservation.of(row, now=now) for row in found.today],
            recent_activity=[Activity.of(row, now=now) for row in found.recent],
            counts=Counts(**{status.value: number for status, number in found.counts.items()}),
        )
