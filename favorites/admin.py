"""The admin site's pages of what people keep: things can be removed, and neither added nor changed.

A removal is one of the person's own, and their devices learn of it: the row stays as a tombstone.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from favorites.models import Entry, SharedList
from favorites.services.entries import remove_entries
from favorites.services.sharing import revoke_link


def after_commit(change: Callable[..., object], **arguments: Any) -> None:
    """Change a library once the admin site's own transaction is over: the change needs one of its own."""
    transaction.on_commit(partial(change, **arguments))


class LibraryAdmin(admin.ModelAdmin):
    show_full_result_count = False
    ordering = ["-id"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False  # No filter is offered.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)


@admin.register(Entry)
class EntryAdmin(LibraryAdmin):
    list_display = ["shelf", "kind", "item_id", "title", "user", "created_at"]
    search_fields = ["=item_id", "user__email"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return super().get_queryset(request).filter(removed_at=None).select_related("user")

    def delete_model(self, request: HttpRequest, obj: Entry) -> None:
        after_commit(remove_entries, user=obj.user, shelf=obj.shelf, kind=obj.kind, ids=[obj.item_id])


@admin.register(SharedList)
class SharedListAdmin(LibraryAdmin):
    """The link itself is not shown: it is its owner's to give away."""

    list_display = ["list_name", "kind", "owner", "created_at", "revoked_at"]
    search_fields = ["list_name", "owner__email"]
    exclude = ["slug"]
    actions = ["revoke"]

    def delete_model(self, request: HttpRequest, obj: SharedList) -> None:
        after_commit(revoke_link, user=obj.owner, kind=obj.kind)

    @admin.action(description="Revoke the links of the selected lists", permissions=["delete"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[SharedList]) -> None:
        self.delete_queryset(request, queryset)
