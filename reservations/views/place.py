"""The HTTP of the place's rules, for administrators."""

from typing import Final

from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from accounts.api import Response
from proxy.views import DONE
from reservations.models import PlaceSettings
from reservations.serializers import place as shown
from reservations.services import place
from reservations.views.booking import REFUSED, AdminView, admin_operation, admin_write_operation, conflicts

NO_PRIMETIME: Final = {404: OpenApiResponse(description="`NOT_FOUND`: there is no such primetime.")}


class Settings(AdminView):
    @admin_operation("reservation_settings", responses={200: shown.PlaceSettings, **REFUSED})
    def get(self, request: Request) -> Response:
        """When the place is open, how long its slots are, and whether it sends mails."""
        return Response(shown.PlaceSettings.of(PlaceSettings.objects.current()))

    @admin_write_operation(
        "reservation_settings_change",
        request=shown.SettingsChange,
        responses={200: shown.PlaceSettings, **REFUSED, **conflicts()},
    )
    def put(self, request: Request) -> Response:
        """Change what is given. What is booked already stays, even outside of new hours."""
        changes = shown.SettingsChange.read(request.data)
        return self.write_once(lambda: Response(shown.PlaceSettings.of(place.change_settings(**changes))))


class Primetimes(AdminView):
    @admin_operation("primetime_list", responses={200: shown.Primetimes, **REFUSED})
    def get(self, request: Request) -> Response:
        """Every primetime, active or not, by day and time."""
        return Response(shown.Primetimes.of(place.primetimes()))

    @admin_write_operation(
        "primetime_create",
        request=shown.NewPrimetime,
        responses={201: shown.Primetime, **REFUSED, **conflicts()},
    )
    def post(self, request: Request) -> Response:
        """Add primetime; active ones don't overlap. What is booked already stays as it is."""
        new = shown.NewPrimetime.read(request.data)
        return self.write_once(lambda: Response(shown.Primetime.of(place.add_primetime(**new)), status=201))


class PrimetimeDetail(AdminView):
    @admin_operation("primetime_detail", responses={200: shown.Primetime, **REFUSED, **NO_PRIMETIME})
    def get(self, request: Request, primetime_id: int) -> Response:
        """One primetime."""
        return Response(shown.Primetime.of(place.find_primetime(primetime_id)))

    @admin_write_operation(
        "primetime_change",
        request=shown.PrimetimeChange,
        responses={200: shown.Primetime, **REFUSED, **NO_PRIMETIME, **conflicts()},
    )
    def put(self, request: Request, primetime_id: int) -> Response:
        """Change what is given. What is pending stays pending."""
        changes = shown.PrimetimeChange.read(request.data)
        return self.write_once(
            lambda: Response(
                shown.Primetime.of(place.change_primetime(primetime_id=primetime_id, changes=changes))
            )
        )

    @admin_write_operation("primetime_remove", responses={**DONE, **REFUSED, **NO_PRIMETIME, **conflicts()})
    def delete(self, request: Request, primetime_id: int) -> Response:
        """Delete a primetime."""
        return self.write_once(lambda: self.removed(primetime_id))

    def removed(self, primetime_id: int) -> Response:
        """Delete a primetime and say so."""
        place.remove_primetime(primetime_id=primetime_id)
        return Response(status=204)
