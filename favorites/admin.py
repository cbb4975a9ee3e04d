"""The admin site's pages of what people save: rows can be deleted, and neither added nor changed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from favorites.models import Favorite, Follow, SharedList
from favorites.services.tables import counted_deletion


class ReadOnlyAdmin(admin.ModelAdmin):
    show_full_result_count = False
    ordering = ["-id"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False  # No filter is offered.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SavedAdmin(ReadOnlyAdmin):
    """Rows that are marks: deleting them is a change of a person's library."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_queryset(request, type(obj).objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with counted_deletion(queryset):
            super().delete_queryset(request, queryset)


@admin.register(Favorite)
class FavoriteAdmin(SavedAdmin):
    list_display = ["flyer_id", "title", "user", "created_at"]
    search_fields = ["=flyer_id", "user__email"]


@admin.register(Follow)
class FollowAdmin(SavedAdmin):
    list_display = ["creator_id", "user", "created_at"]
    search_fields = ["=creator_id", "user__email"]


@admin.register(SharedList)
class SharedListAdmin(ReadOnlyAdmin):
    """The link itself is not shown: it is its owner's to give away."""

    list_display = ["list_name", "owner", "created_at", "revoked_at"]
    search_fields = ["list_name", "owner__email"]
    exclude = ["slug"]
    actions = ["revoke"]

    @admin.action(description="Revoke the links of the selected lists", permissions=["delete"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[SharedList]) -> None:
        queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
