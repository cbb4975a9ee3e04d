"""The room's name for Django."""

from django.apps import AppConfig


class Reservations(AppConfig):
    name = "reservations"
