"""`manage.py cache_clear`: empties the shared cache, and through it those of the processes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from proxy import redis_level
from proxy.catalog import catalogs


class Command(BaseCommand):
    help = "Drop every cached answer."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CACHE_URL:
            raise CommandError("CACHE_URL is empty: each process has only its own cache. Restart the server.")
        try:
            dropped = redis_level.clear(settings.CACHE_URL)
        except redis_level.RedisDownError as error:
            raise CommandError(f"The shared cache does not answer: {error}.") from None
        fresh_seconds = max(catalog.setting("FRESH_SECONDS") for catalog in catalogs().values())
        self.stdout.write(
            f"Dropped {dropped} answers. Server processes drop theirs with their next look into the shared cache: "
            f"an answer that is fresh there may still be served for {fresh_seconds} seconds."
        )
