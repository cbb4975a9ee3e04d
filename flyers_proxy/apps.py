"""flyers_proxy: the room's name for Django."""

from django.apps import AppConfig


class FlyersProxy(AppConfig):
    name = "flyers_proxy"
