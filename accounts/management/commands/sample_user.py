"""`manage.py sample_user`: an administrator, and two people who are none, to sign in as on a developer's machine."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import services
from accounts.models import User

ADMINISTRATOR = "alice@example.com"
USER = "bob@example.com"
OTHER_USER = "carol@example.com"
PASSWORD = "a-long-walk-by-the-river"  # noqa: S105 - it opens nothing but a developer's own machine


class Command(BaseCommand):
    help = "Create a sample administrator and two sample users, and print how to sign in. Only with DEBUG."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Sample users are for development (DEBUG=True) alone.")
        self._save(
            ADMINISTRATOR, first_name="Alice", last_name="Rivers", is_staff=True
        )  # /admin/ opens, too.
        self._save(USER, first_name="Bob", last_name="Meadows", is_staff=False)
        self._save(OTHER_USER, first_name="Carol", last_name="Woods", is_staff=False)
        self.stdout.write(
            f"{ADMINISTRATOR} {PASSWORD} (an administrator) or {USER} {PASSWORD} or {OTHER_USER} {PASSWORD}"
        )

    def _save(self, email: str, *, first_name: str, last_name: str, is_staff: bool) -> None:
        user = services.find_person(email) or User(email=email, first_name=first_name, last_name=last_name)
        user.is_active, user.is_staff = True, is_staff
        if not user.check_password(PASSWORD):
            user.set_password(PASSWORD)
        user.save()
