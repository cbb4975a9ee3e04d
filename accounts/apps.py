"""The app's configuration for Django."""

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "accounts"
