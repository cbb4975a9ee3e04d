"""`manage.py expire_cursors`: after a restore, have every device read its library anew."""

from typing import Any

from django.core.management.base import BaseCommand

from favorites.services.pruning import expire_cursors


class Command(BaseCommand):
    help = "After a backup was put back: no device may continue from a version that this library never had."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The devices of {expire_cursors()} people will read their libraries anew.")
