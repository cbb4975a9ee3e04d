"""The addresses of what a person saves."""

from django.urls import path

from favorites.views import favorites, follows, library, sharing

urlpatterns = [
    path("flyers/<id:flyer_id>/favorite/", favorites.FavoriteDetail.as_view()),
    path("users/me/favorites/", favorites.FavoriteList.as_view()),
    path("users/me/favorites/remove/", favorites.FavoriteRemoval.as_view()),
    path("users/me/library/", library.OwnLibrary.as_view()),
    path("users/me/library/contains/", library.LibraryContains.as_view()),
    path("favorites/", favorites.FavoriteStates.as_view()),
    path("favorites/share/", sharing.OwnSharedList.as_view()),
    path("favorites/shared/<slug:slug>/", sharing.SharedFavorites.as_view()),
    path("follows/", follows.FollowList.as_view()),
    path("follows/status/", follows.FollowStatusDetail.as_view()),
    path("follows/<id:followed_id>/", follows.FollowDetail.as_view()),
]
