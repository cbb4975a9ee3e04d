"""The addresses of what a person saves."""

from django.urls import path

from favorites import views

urlpatterns = [
    path("flyers/<id:flyer_id>/favorite/", views.FavoriteDetail.as_view()),
    path("users/me/favorites/", views.FavoriteList.as_view()),
    path("users/me/favorites/remove/", views.FavoriteRemoval.as_view()),
    path("users/me/library/", views.OwnLibrary.as_view()),
    path("users/me/library/contains/", views.LibraryContains.as_view()),
    path("favorites/", views.FavoriteStates.as_view()),
    path("favorites/share/", views.OwnSharedList.as_view()),
    path("favorites/shared/<slug:slug>/", views.SharedFavorites.as_view()),
    path("follows/", views.FollowList.as_view()),
    path("follows/status/", views.FollowStatusDetail.as_view()),
    path("follows/<id:followed_id>/", views.FollowDetail.as_view()),
]
