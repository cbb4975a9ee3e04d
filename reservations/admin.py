"""The admin site's pages of reservations: they are looked at, and what is pending is decided."""

from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from reservations.models import PlaceSettings, Primetime, Reservation, Trade
from reservations.serializers.reservations import MAX_DECIDED
from reservations.services.clock import wall_of
from reservations.services.decisions import Action, decide_many
from reservations.services.locks import MovedError, retried


class DecisionForm(ActionForm):
    """The choice of what to do with those selected, and why."""

    reason = forms.CharField(required=False, max_length=500, label="Reason of a rejection:")


class LookedAt(admin.ModelAdmin):
    """A page that changes nothing: what may be changed has rules, which the API holds."""

    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup.removesuffix("__exact") in self.list_filter

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Reservation)
class ReservationAdmin(LookedAt):
    list_display = ["id", "user", "date", "start", "end", "shown_status", "updated_at"]
    list_filter = ["status"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    ordering = ["-starts_at", "-id"]
    actions = ["approve", "reject"]
    action_form = DecisionForm

    @admin.display(description="date", ordering="starts_at")
    def date(self, reservation: Reservation) -> str:
        return f"{wall_of(reservation.starts_at):%a %Y-%m-%d}"

    @admin.display(description="from")
    def start(self, reservation: Reservation) -> str:
        return f"{wall_of(reservation.starts_at):%H:%M}"

    @admin.display(description="to")
    def end(self, reservation: Reservation) -> str:
        return f"{wall_of(reservation.ends_at):%H:%M}"

    @admin.display(description="status", ordering="status")
    def shown_status(self, reservation: Reservation) -> str:
        return reservation.status_at(timezone.now())

    @admin.action(description="Approve the selected reservations", permissions=["view"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Reservation]) -> None:
        self._decide(request, queryset, "approve", "")

    @admin.action(description="Reject the selected reservations", permissions=["view"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Reservation]) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason or len(reason) > 500:
            self.message_user(request, "Say why, in up to 500 characters.", messages.ERROR)
            return
        self._decide(request, queryset, "reject", reason)

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[Reservation], action: Action, reason: str
    ) -> None:
        ids = list(queryset.order_by("pk").values_list("pk", flat=True)[: MAX_DECIDED + 1])
        if len(ids) > MAX_DECIDED:
            self.message_user(request, f"Select at most {MAX_DECIDED}.", messages.ERROR)
            return
        actor = cast("User", request.user)
        try:
            found = retried(partial(decide_many, actor=actor, ids=ids, action=action, reason=reason))
        except MovedError:
            self.message_user(request, "Somebody else changed one of them. Try again.", messages.ERROR)
            return
        decided = sum(each.outcome in {"approved", "rejected"} for each in found)
        self.message_user(request, f"{decided} decided; {len(found) - decided} were not pending.")


@admin.register(Trade)
class TradeAdmin(LookedAt):
    list_display = ["id", "requester", "target", "requester_reservation", "target_reservation", "status"]
    list_filter = ["status"]
    list_select_related = ["requester", "target", "requester_reservation", "target_reservation"]
    ordering = ["-id"]


@admin.register(Primetime)
class PrimetimeAdmin(LookedAt):
    list_display = ["id", "weekday", "start_time", "end_time", "is_active"]
    list_filter = ["weekday", "is_active"]


@admin.register(PlaceSettings)
class PlaceSettingsAdmin(LookedAt):
    list_display = [
        "business_start_time",
        "business_end_time",
        "slot_duration_minutes",
        "send_confirmation_emails",
    ]
