"""`manage.py cache_stats`: looks at the shared cache; it can't look into other processes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from proxy import redis_level

ELSEWHERE = (
    "What each server process holds and how often it helped is counted at /metrics (flyers_bff_cache…)."
)


class Command(BaseCommand):
    help = "Show how many answers the shared cache holds."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.CACHE_URL:
            try:
                held, memory = redis_level.census(settings.CACHE_URL)
            except redis_level.RedisDownError as error:
                raise CommandError(f"The shared cache does not answer: {error}.") from None
            self.stdout.write(f"Shared cache: {held} answers; Redis uses {memory / 2**20:.1f} MB in all.")
        else:
            self.stdout.write("There is no shared cache: CACHE_URL is empty.")
        self.stdout.write(ELSEWHERE)
