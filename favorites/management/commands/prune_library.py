"""`manage.py prune_library`: delete removed entries and ops of devices that are older than they have to be."""

from typing import Any

from django.core.management.base import BaseCommand

from favorites.services.pruning import prune_library


class Command(BaseCommand):
    help = "Delete what was removed 90 days ago, ops of 7 days ago, and rating summaries that count nothing. Run it once a day."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{prune_library()} rows deleted.")
