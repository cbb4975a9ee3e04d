"""movies_proxy: the addresses of reads of movies and shows."""

from collections.abc import Iterator

from django.urls import URLPattern, path

from movies_proxy.views import views_of


def _routes(kind: str, at: str) -> Iterator[URLPattern]:
    views = {name: view.as_view() for name, view in views_of(kind, at).items()}
    for name in ("discover", "search", "trending", "genres"):
        yield path(f"{at}/{name}/", views[name])
    yield path(f"{at}/<id:{kind}_id>/", views["detail"])
    yield path(f"{at}/<id:{kind}_id>/recommendations/", views["recommendations"])


urlpatterns = [*_routes("movie", "movies"), *_routes("tv", "tv")]
