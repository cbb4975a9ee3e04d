"""`manage.py sample_user`: a person to sign in as, on a developer's machine."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import services
from accounts.models import User

EMAIL = "alice@example.com"
PASSWORD = "a-long-walk-by-the-river"  # noqa: S105 - it opens nothing but a developer's own machine


class Command(BaseCommand):
    help = "Create a sample user and print how to sign in. Only with DEBUG."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("A sample user is for development (DEBUG=True) alone.")
        user = services.find_person(EMAIL) or User(email=EMAIL, first_name="Alice", last_name="Rivers")
        user.is_active = user.is_staff = True  # An administrator, so that /admin/ opens, too.
        if not user.check_password(PASSWORD):
            user.set_password(PASSWORD)
        user.save()
        self.stdout.write(f"{EMAIL} {PASSWORD}")
