"""The Django app; offers the marks of what people keep, and takes the ratings of whoever leaves out of the summaries."""

from django.apps import AppConfig
from django.db.models.signals import pre_delete


class Favorites(AppConfig):
    name = "favorites"

    def ready(self) -> None:
        from accounts.models import User  # noqa: PLC0415 - needs the models
        from favorites.services.shelves import SHELVES  # noqa: PLC0415
        from favorites.services.summaries import forget_person  # noqa: PLC0415
        from proxy.marks import register_offer  # noqa: PLC0415

        for shelf in SHELVES.values():
            register_offer(shelf.name, shelf)
        # However a person is deleted, by themselves or on the admin site.
        pre_delete.connect(forget_person, sender=User)
