"""The addresses of reservations."""

from django.urls import path

from reservations.views import place, reservations, trades

urlpatterns = [
    path("reservations/", reservations.Reservations.as_view()),
    path("reservations/<id:reservation_id>/", reservations.ReservationDetail.as_view()),
    path("reservations/<id:reservation_id>/approve/", reservations.DecisionOnOne.as_view()),
    path("reservations/approve/", reservations.DecisionOnMany.as_view()),
    path("reservations/calendar/", reservations.ReservationCalendar.as_view()),
    path("reservations/dashboard/", reservations.UserDashboard.as_view()),
    path("reservations/dashboard/user/", reservations.UserDashboardByName.as_view()),
    path("reservations/dashboard/admin/", reservations.AdministratorDashboardByName.as_view()),
    path("reservations/trades/", trades.Trades.as_view()),
    path("reservations/trades/<id:trade_id>/", trades.TradeDetail.as_view()),
    path("reservations/admin/dashboard/", reservations.AdministratorDashboard.as_view()),
    path("reservations/admin/settings/", place.Settings.as_view()),
    path("reservations/admin/primetime/", place.Primetimes.as_view()),
    path("reservations/admin/primetime/<id:primetime_id>/", place.PrimetimeDetail.as_view()),
]
