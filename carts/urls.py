"""carts: the addresses of carts."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
