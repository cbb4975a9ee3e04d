"""flyers_proxy: `manage.py cache_clear` empties the shared cache, and through it those of the processes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from proxy import redis_level


class Command(BaseCommand):
    help = "Forget every answer that is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CACHE_URL:
            raise CommandError("CACHE_URL is empty: each process has only its own cache. Restart the server.")
        try:
            dropped = redis_level.clear(settings.CACHE_URL)
        except redis_level.RedisDownError as error:
            raise CommandError(f"The shared cache does not answer: {error}.") from None
        self.stdout.write(
            f"Dropped {dropped} answers. Server processes drop theirs with their next look into the shared cache: "
            f"an answer that is fresh there may still be served for {settings.FLYERS_FRESH_SECONDS} seconds."
        )
