"""The room's name for Django."""

from django.apps import AppConfig


class Proxy(AppConfig):
    name = "proxy"
