"""`manage.py cache_warm`: fetches what people request first, before they do."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clients.errors import UpstreamError
from proxy.catalog import catalogs

BAR_WIDTH = 30


class Command(BaseCommand):
    help = "Fill the shared cache with what each catalog is asked for most."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--pages", type=int, default=5, choices=range(1, 101), metavar="1..100", help="how many (5)"
        )

    def handle(self, *args: Any, pages: int, **options: Any) -> None:
        if not settings.CACHE_URL:
            raise CommandError("CACHE_URL is empty: each server process has only its own cache to warm.")
        questions = [
            question for catalog in catalogs().values() if catalog.warm for question in catalog.warm(pages)
        ]
        failed = 0
        for number, (name, fetch) in enumerate(questions, start=1):
            try:
                outcome = str(fetch().outcome)
            except UpstreamError as failure:
                outcome, failed = f"failed ({failure.reason})", failed + 1
            self._show(number, len(questions), f"{name}: {outcome}")
        for catalog in catalogs().values():
            catalog.stop()
        if failed:
            raise CommandError(f"{failed} of {len(questions)} could not be fetched from upstream.")

    def _show(self, done: int, total: int, line: str) -> None:
        """Draw a bar for a person, write a line for a log."""
        if not self.stdout.isatty():
            self.stdout.write(line)
            return
        filled = BAR_WIDTH * done // total
        bar = "█" * filled + "░" * (BAR_WIDTH - filled)
        self.stdout.write(f"\r{bar} {done}/{total} {line:<40}", ending="\n" if done == total else "")
        self.stdout.flush()
