"""`manage.py prune_sessions`: delete the sessions that can't become live again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts import sessions


class Command(BaseCommand):
    help = "Delete sessions that were ended or have expired. Run it once a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count them")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self.stdout.write(f"{sessions.dead_sessions().count()} sessions would be deleted.")
        else:
            self.stdout.write(f"{sessions.prune_sessions()} sessions deleted.")
