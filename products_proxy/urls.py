"""products_proxy: the addresses of products and their categories."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
