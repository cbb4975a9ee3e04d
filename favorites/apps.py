"""The Django app; offers the marks of what people save."""

from django.apps import AppConfig


class Favorites(AppConfig):
    name = "favorites"

    def ready(self) -> None:
        from favorites.services.tables import FAVORITES, FOLLOWS  # noqa: PLC0415 - needs the models
        from proxy.marks import register_offer  # noqa: PLC0415

        register_offer("favorites", FAVORITES)
        register_offer("follows", FOLLOWS)
