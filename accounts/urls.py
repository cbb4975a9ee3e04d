"""The routes of accounts."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("auth/register/", views.Register.as_view()),
    path("auth/login/", views.Login.as_view()),
    path("auth/refresh/", views.Refresh.as_view()),
    path("auth/logout/", views.Logout.as_view()),
    path("auth/logout-all/", views.LogoutAll.as_view()),
    path("auth/me/", views.Me.as_view()),
    path("auth/password/", views.Password.as_view()),
    path("auth/password/reset/", views.PasswordReset.as_view()),
    path("auth/password/reset/confirm/", views.PasswordResetConfirm.as_view()),
    path("auth/sessions/", views.SessionList.as_view()),
    path("auth/sessions/<id:session_id>/", views.SessionDetail.as_view()),
    path("users/", views.UserCounts.as_view()),
    # Aliases of `auth/…` from the older contract; the schema has each route once.
    path("users/register/", views.Register.as_view(schema=None)),
    path("users/login/", views.Login.as_view(schema=None)),
    path("users/refresh/", views.Refresh.as_view(schema=None)),
    path("users/logout/", views.Logout.as_view(schema=None)),
]
