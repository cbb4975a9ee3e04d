"""favorites: the room's name for Django."""

from django.apps import AppConfig


class Favorites(AppConfig):
    name = "favorites"
