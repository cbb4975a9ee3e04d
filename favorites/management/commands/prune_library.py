"""`manage.py prune_library`: delete what is older than it has to be: removed entries, ops of devices, titles of others."""

from typing import Any

from django.core.management.base import BaseCommand

from favorites.services.pruning import prune_library


class Command(BaseCommand):
    help = (
        "Delete what was removed 90 days ago, ops of 7 days ago, rating summaries that count nothing, and titles that their "
        "service's terms let nobody remember for longer. Run it once a day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{prune_library()} rows deleted.")
