"""The room's name for Django; turns the catalog of products on. Without an address of a store the room is not installed."""

from django.apps import AppConfig


class ProductsProxy(AppConfig):
    name = "products_proxy"

    def ready(self) -> None:
        from products_proxy.catalog import PRODUCTS  # noqa: PLC0415 - needs the settings
        from proxy.catalog import register  # noqa: PLC0415

        register(PRODUCTS)
