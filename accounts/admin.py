"""The admin site's pages of people and sessions. No hash, of a password or of a token, is shown."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import admin as auth_admin
from django.contrib.auth import forms as auth_forms
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from accounts.models import Session, SessionQuerySet, User
from accounts.passwords import MAX_PASSWORD_LENGTH, HashersBusyError
from accounts.sessions import end_sessions
from accounts.throttles import TooManyCallsError, hit_account_limit, hit_attempt_limit, normalized, undo_hits


class SignInForm(AdminAuthenticationForm):
    """The admin site's sign-in, limited like that of the API."""

    password = forms.CharField(
        strip=False,
        max_length=MAX_PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean(self) -> dict[str, Any]:
        meta = cast("HttpRequest", self.request).META
        try:
            hit_attempt_limit("admin-sign-in", meta)
            account = normalized(self.cleaned_data.get("username", ""))
            hits = hit_account_limit("admin-sign-in", account, meta)
            cleaned = super().clean()
        except TooManyCallsError as error:
            raise forms.ValidationError(
                f"Too many attempts. Try again in {error.retry_after} seconds."
            ) from None
        except HashersBusyError:
            raise forms.ValidationError("Too many people are signing in just now. Try again soon.") from None
        undo_hits(hits)
        return cleaned


class NewPasswordForm(auth_forms.AdminPasswordChangeForm):
    """Sets a person's password and ends their sessions."""

    def save(self, commit: bool = True) -> Any:
        user = super().save(commit)
        end_sessions(user)
        return user


@admin.register(User)
class UserAdmin(auth_admin.UserAdmin):
    # Django's own form would add the password's hash; the fields of this one are those of the fieldsets.
    form = forms.ModelForm
    add_form = auth_forms.BaseUserCreationForm
    change_password_form = NewPasswordForm
    list_display = ["email", "username", "display_name", "is_staff", "is_active", "creator_id", "created_at"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "username", "first_name", "last_name"]
    ordering = ["email"]
    filter_horizontal = []
    readonly_fields = ["created_at", "set_password"]
    fieldsets = [
        (None, {"fields": ["email", "username", "first_name", "last_name", "creator_id"]}),
        ("Access", {"fields": ["is_active", "is_staff", "set_password", "created_at"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "password1", "password2"]})]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the offered filters alone: others reach the database with values that it can't read."""
        return lookup.removesuffix("__exact") in self.list_filter

    @admin.display(description="password")
    def set_password(self, user: User) -> str:
        return format_html('<a href="../password/">{}</a>', "Set a new one and sign them out everywhere")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not obj.is_active:  # If they are activated again, they have to sign in.
            end_sessions(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Delete people one by one: in one transaction they would wait for others while others wait for them."""
        for user in queryset:
            user.delete()


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    list_display = ["id", "user", "user_agent", "created_at", "last_used_at", "expires_at", "is_live"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    fields = ["user", "user_agent", "created_at", "last_used_at", "rotated_at", "expires_at", "revoked_at"]
    ordering = ["-created_at", "-id"]
    show_full_result_count = False
    actions = ["end"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        live = Session.objects.live().filter(pk=OuterRef("pk"))
        sessions: QuerySet[Session] = super().get_queryset(request).annotate(is_live=Exists(live))
        return sessions

    @admin.display(boolean=True)
    def is_live(self, session: Any) -> bool:
        return bool(session.is_live)

    @admin.action(description="End the selected sessions", permissions=["view"])
    def end(self, request: HttpRequest, queryset: SessionQuerySet) -> None:
        self.message_user(request, f"{queryset.end()} sessions ended.")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False  # No filter is offered.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False


admin.site.login_form = SignInForm
admin.site.site_header = "Flyers BFF"
admin.site.unregister(Group)  # There are administrators and others; nobody is in a group.
