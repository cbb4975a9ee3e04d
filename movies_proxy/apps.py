"""The room's name for Django; turns the catalog of movies on. Without a token of TMDb the room is not installed."""

from django.apps import AppConfig


class MoviesProxy(AppConfig):
    name = "movies_proxy"

    def ready(self) -> None:
        from movies_proxy.catalog import MOVIES  # noqa: PLC0415 - needs the settings
        from proxy.catalog import register  # noqa: PLC0415

        register(MOVIES)
