"""accounts: the room's name for Django."""

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "accounts"
