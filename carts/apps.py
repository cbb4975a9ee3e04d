"""The room's name for Django. Without an address of a store the room is not installed."""

from django.apps import AppConfig


class Carts(AppConfig):
    name = "carts"
