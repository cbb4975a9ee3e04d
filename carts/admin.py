"""The admin site's pages of carts: they can be looked at and deleted, and neither made nor changed."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from carts.models import Cart, Line
from carts.services.carts import remove_cart


class LineInline(admin.TabularInline):
    model = Line
    fields = ["product_id", "title", "quantity", "price_then"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Cart)
class CartAdmin(admin.ModelAdmin):
    list_display = ["id", "user", "date", "updated_at"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    show_full_result_count = False
    ordering = ["-id"]
    inlines = [LineInline]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False  # No filter is offered.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Cart) -> None:
        """Delete a cart as its owner would: nothing is added to it meanwhile."""
        remove_cart(actor=cast("User", request.user), cart_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Cart]) -> None:
        for cart in queryset:
            self.delete_model(request, cart)
