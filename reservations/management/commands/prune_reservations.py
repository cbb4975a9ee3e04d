"""`manage.py prune_reservations`: end what nobody decided in time, and delete the claims of what is over."""

from typing import Any

from django.core.management.base import BaseCommand

from reservations.services.pruning import prune_reservations


class Command(BaseCommand):
    help = (
        "End reservations that were pending when they began, and offers to swap what has begun; delete the claims of what is "
        "over. Run it once a day: until then they are shown as ended all the same, and hold nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        expired, ended, deleted = prune_reservations()
        self.stdout.write(f"{expired} reservations expired, {ended} trades ended, {deleted} claims deleted.")
