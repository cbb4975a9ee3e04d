"""Every URL of the service, on one screen."""

from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.urls import ResolverMatch, URLPattern, URLResolver, include, path, re_path, register_converter
from django.urls.converters import StringConverter
from django.urls.resolvers import RoutePattern
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from clients.values import MAX_ID
from config import errors, health, metrics
from config.schema import CachedSchema


class IdConverter(StringConverter):
    """An id, of ours or of an upstream: 1 to ``MAX_ID`` in ASCII digits; anything else is a 404."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:  # type: ignore[override]  # an id is a number
        number = int(value)
        if number > MAX_ID:
            raise ValueError
        return number


register_converter(IdConverter, "id")

# Addresses remembered, of about 2 KB each, and the longest worth it.
MAX_ADDRESSES = 1_000
MAX_ADDRESS_LENGTH = 200

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("favorites.urls")),
    path("", include("reservations.urls")),
    path("", include("flyers_proxy.urls")),
    *(
        path("", include(f"{name}.urls"))
        for name in ("movies_proxy", "products_proxy")
        if apps.is_installed(name)
    ),
    # Carts are installed without products, too: they go with their person.
    *([path("", include("carts.urls"))] if apps.is_installed("products_proxy") else ()),
]


class Remembering(URLResolver):
    """Remembers which view the latest addresses led to: an address of the API is compared with dozens of patterns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._remembered = lru_cache(MAX_ADDRESSES)(self._resolve)

    def resolve(self, path: str) -> ResolverMatch:
        return self._remembered(path) if len(path) <= MAX_ADDRESS_LENGTH else self._resolve(path)

    def _resolve(self, path: str) -> ResolverMatch:
        match = super().resolve(path)
        match.tried = None  # Dozens of lists, for Django's own pages of what was not found.
        return match


routes: list[URLPattern | URLResolver] = [
    # With an api_version the view takes none from the query, into a header.
    path(
        "api/schema/",
        SpectacularJSONAPIView.as_view(generator_class=CachedSchema, api_version="1"),
        name="schema",
    ),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema")),
    path("api/v1/", include(api)),
    path("api/", include(api)),  # an alias, left out of the schema
    path("admin/", admin.site.urls),
    path("health/live/", errors.reads_only(health.live)),
    path("health/ready/", errors.reads_only(health.ready)),
    path("metrics/", errors.reads_only(metrics.metrics)),
    re_path(
        "", errors.not_found
    ),  # for every method, and with DEBUG, where Django answers with a page of its own
]

ROUTES = Remembering(RoutePattern(""), routes)
urlpatterns = [ROUTES]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
