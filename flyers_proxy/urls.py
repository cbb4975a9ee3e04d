"""flyers_proxy: the addresses of flyer reads."""

from django.urls import path

from flyers_proxy import views

urlpatterns = [
    path("flyers/discover/", views.Discover.as_view()),
    path("flyers/search/", views.Search.as_view()),
    path("flyers/categories/", views.Categories.as_view()),
    path("flyers/<id:flyer_id>/", views.FlyerDetail.as_view()),
    path("creators/<id:creator_id>/", views.CreatorDetail.as_view()),
    path("creators/<id:creator_id>/flyers/", views.CreatorFlyers.as_view()),
]
