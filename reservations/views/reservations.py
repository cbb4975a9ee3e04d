"""The HTTP of reservations: one's own, and for administrators everybody's."""

from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from accounts.api import Response
from proxy.reads import freshness, page_of
from proxy.views import DONE
from reservations.models import Reservation
from reservations.serializers import reservations as shown
from reservations.serializers.place import Calendar, CalendarDay, CalendarQuery
from reservations.serializers.trades import AdminDashboard, Dashboard
from reservations.services import decisions, reservations
from reservations.services.calendar import read_calendar
from reservations.services.dashboards import read_admin_dashboard, read_dashboard
from reservations.views.booking import (
    NO_RESERVATION,
    REFUSED,
    AdminView,
    BookingView,
    admin_operation,
    admin_write_operation,
    conflicts,
    operation,
    write_operation,
)

TAKEN: Final = "`SLOT_TAKEN`: somebody holds some of that time; `details.taken` says which."
CLOSED: Final = "`NOT_EDITABLE`: it has begun, was cancelled, or was decided against."


def _answer(reservation: Reservation, *, status: int = 200) -> Response:
    return Response(shown.Reservation.of(reservation, now=timezone.now()), status=status)


class Reservations(BookingView):
    query = shown.ReservationsQuery

    @operation("reservation_list", parameters=[query], responses={200: shown.ReservationPage, **REFUSED})
    def get(self, request: Request) -> Response:
        """The caller's reservations, the latest first; everybody's for an administrator."""
        page, limit, now = self.params["page"], self.params["limit"], timezone.now()
        found = reservations.page_of_reservations(viewer=self.person, **self.params)
        rows = page_of(*found, request, page=page, limit=limit)
        results = [shown.Reservation.of(row, now=now) for row in rows.rows]
        response = Response(rows.envelope(results, meta=freshness([], is_partial=False)))
        response["ETag"] = rows.etag(results)
        return response

    @write_operation(
        "reservation_create",
        request=shown.NewReservation,
        responses={201: shown.Reservation, **conflicts(TAKEN)},
    )
    def post(self, request: Request) -> Response:
        """Book time: confirmed at once, or pending if any of it is primetime.

        On the 5-minute grid, within the hours of the place, up to 8 hours, up to 90 days ahead, and 20 upcoming a person.
        """
        new = shown.NewReservation.read(request.data)
        return self.write_once(lambda: _answer(reservations.book(user=self.person, **new), status=201))


class ReservationDetail(BookingView):
    @operation("reservation_detail", responses={200: shown.Reservation, **NO_RESERVATION})
    def get(self, request: Request, reservation_id: int) -> Response:
        """A reservation of the caller's; anybody's for an administrator."""
        return _answer(reservations.find_reservation(viewer=self.person, reservation_id=reservation_id))

    @write_operation(
        "reservation_change",
        request=shown.ReservationChange,
        responses={200: shown.Reservation, **NO_RESERVATION, **conflicts(TAKEN, CLOSED)},
    )
    def put(self, request: Request, reservation_id: int) -> Response:
        """Change what is given. Another time is judged as a new reservation's, and ends offers to swap it."""
        changes = shown.ReservationChange.read(request.data)
        return self.write_once(
            lambda: _answer(
                reservations.change_reservation(
                    actor=self.person, reservation_id=reservation_id, changes=changes
                )
            )
        )

    @write_operation("reservation_cancel", responses={**DONE, **NO_RESERVATION, **conflicts(CLOSED)})
    def delete(self, request: Request, reservation_id: int) -> Response:
        """Cancel a reservation. It stays in the list; its time is free at once."""
        return self.write_once(lambda: self.cancelled(reservation_id))

    def cancelled(self, reservation_id: int) -> Response:
        """Cancel a reservation and say so."""
        reservations.cancel_reservation(actor=self.person, reservation_id=reservation_id)
        return Response(status=204)


class ReservationCalendar(BookingView):
    query = CalendarQuery

    @operation("reservation_calendar", parameters=[query], responses=Calendar)
    def get(self, request: Request) -> Response:
        """Each day of at most 62: hours, slots, and what is reserved; of others the time and the name alone."""
        start, end = self.params["start_date"], self.params["end_date"]
        days = [CalendarDay.of(day, viewer_id=self.person.pk) for day in read_calendar(start=start, end=end)]
        return Response(Calendar(start_date=start, end_date=end, calendar=days))


class UserDashboard(BookingView):
    @operation("reservation_dashboard", responses=Dashboard)
    def get(self, request: Request) -> Response:
        """What the caller has before them: reservations, open swaps, and what changed last."""
        return Response(Dashboard.of(read_dashboard(self.person), now=timezone.now()))


class UserDashboardByName(UserDashboard):
    """The same, at the address beside that of administrators."""

    @operation("reservation_dashboard_user", responses=Dashboard)
    def get(self, request: Request) -> Response:
        """The same as `reservations/dashboard/`."""
        return super().get(request)


class AdministratorDashboard(AdminView):
    @admin_operation("reservation_admin_dashboard", responses={200: AdminDashboard, **REFUSED})
    def get(self, request: Request) -> Response:
        """What waits for a decision, what is on today, what changed last, and counts."""
        return Response(AdminDashboard.of(read_admin_dashboard(), now=timezone.now()))


class AdministratorDashboardByName(AdministratorDashboard):
    """The same, at the address beside that of others."""

    @admin_operation("reservation_dashboard_admin", responses={200: AdminDashboard, **REFUSED})
    def get(self, request: Request) -> Response:
        """The same as `reservations/admin/dashboard/`."""
        return super().get(request)


class DecisionOnOne(AdminView):
    @admin_write_operation(
        "reservation_decide",
        request=shown.Decision,
        responses={
            200: shown.Reservation,
            **REFUSED,
            404: OpenApiResponse(description="`NOT_FOUND`: there is no such reservation."),
            **conflicts("`NOT_EDITABLE`: it is not pending, or not any more."),
        },
    )
    def post(self, request: Request, reservation_id: int) -> Response:
        """Approve or reject a pending reservation. Of two administrators at once one wins; the other gets a 409."""
        said = shown.Decision.read(request.data)
        return self.write_once(
            lambda: _answer(decisions.decide(actor=self.person, reservation_id=reservation_id, **said))
        )


class DecisionOnMany(AdminView):
    @admin_write_operation(
        "reservation_decide_many",
        request=shown.DecisionOfMany,
        responses={200: shown.DecidedReservations, **REFUSED, **conflicts()},
    )
    def post(self, request: Request) -> Response:
        """Approve or reject up to 50; each says what became of it."""
        said: dict[str, Any] = shown.DecisionOfMany.read(request.data)
        return self.write_once(lambda: self.decided(said))

    def decided(self, said: dict[str, Any]) -> Response:
        """Decide, and say what became of each."""
        found, now = decisions.decide_many(actor=self.person, **said), timezone.now()
        results = [shown.DecidedReservation.of(each, now=now) for each in found]
        return Response(shown.DecidedReservations(results=results))
