"""The room's name for Django; turns the catalog of flyers on, which is always on."""

from django.apps import AppConfig


class FlyersProxy(AppConfig):
    name = "flyers_proxy"

    def ready(self) -> None:
        from flyers_proxy.catalog import FLYERS  # noqa: PLC0415 - needs the settings
        from proxy.catalog import register  # noqa: PLC0415

        register(FLYERS)
