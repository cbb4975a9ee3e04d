"""The addresses of what a person keeps; those of single items are under their kind, as its catalog says."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from favorites.services.shelves import FAVORITES, RATINGS, WATCHLIST
from favorites.views import entries, follows, library, sharing
from proxy.catalog import catalogs
from proxy.kinds import Kind


def item_routes(kind: Kind[Any]) -> list[URLPattern]:
    """Return the routes of single items of a kind: for each shelf where it may stand."""
    item = f"{kind.path}/<id:{kind.name}_id>"
    views: dict[str, tuple[str, Callable[[], Any]]] = {
        FAVORITES.name: ("favorite", lambda: entries.kept_detail(kind, FAVORITES, "favorite")),
        WATCHLIST.name: ("watchlist", lambda: entries.kept_detail(kind, WATCHLIST, "watchlist")),
        RATINGS.name: ("rating", lambda: entries.rating_detail(kind)),
    }
    chosen = [views[relation] for relation in kind.relations if relation in views]
    return [path(f"{item}/{word}/", view().as_view()) for word, view in chosen]


urlpatterns = [
    *(
        route
        for catalog in catalogs().values()
        for kind in catalog.kinds.values()
        for route in item_routes(kind)
    ),
    path("users/me/favorites/", entries.FavoriteList.as_view()),
    path("users/me/favorites/remove/", entries.FavoriteRemoval.as_view()),
    path("users/me/watchlist/", entries.Watchlist.as_view()),
    path("users/me/watchlist/remove/", entries.WatchlistRemoval.as_view()),
    path("users/me/ratings/", entries.RatingList.as_view()),
    path("users/me/library/", library.OwnLibrary.as_view()),
    path("users/me/library/contains/", library.LibraryContains.as_view()),
    path("users/me/library/changes/", library.LibraryChanges.as_view()),
    path("users/me/library/ops/", library.LibraryOps.as_view()),
    path("favorites/", entries.FavoriteStates.as_view()),
    path("favorites/share/", sharing.OwnSharedList.as_view()),
    path("favorites/shared/<slug:slug>/", sharing.SharedFavorites.as_view()),
    path("favorites/shared/<slug:slug>/copy/", sharing.SharedListCopy.as_view()),
    path("follows/", follows.FollowList.as_view()),
    path("follows/status/", follows.FollowStatusDetail.as_view()),
    path("follows/news/", follows.FollowNews.as_view()),
    path("follows/seen/", follows.FollowSeen.as_view()),
    path("follows/<id:followed_id>/", follows.FollowDetail.as_view()),
]
