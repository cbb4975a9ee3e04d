"""`manage.py prune_sessions`: delete the sessions that can't become live again, and what is remembered of old writes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts import idempotency, sessions


class Command(BaseCommand):
    help = "Delete sessions that were ended or have expired, and idempotency keys after 7 days. Run it once a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count them")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self.stdout.write(f"{sessions.dead_sessions().count()} sessions would be deleted.")
            self.stdout.write(f"{idempotency.old_keys().count()} idempotency keys would be deleted.")
        else:
            self.stdout.write(f"{sessions.prune_sessions()} sessions deleted.")
            self.stdout.write(f"{idempotency.prune_keys()} idempotency keys deleted.")
