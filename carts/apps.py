"""The room's name for Django. It is always installed: carts go with their person, whether or not there is a store."""

from django.apps import AppConfig


class Carts(AppConfig):
    name = "carts"
