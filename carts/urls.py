"""The addresses of carts, there only while products are."""

from django.urls import path

from carts import views

urlpatterns = [
    path("carts/", views.CartList.as_view()),
    path("carts/<id:cart_id>/", views.CartDetail.as_view()),
    path("carts/users/<id:user_id>/", views.CartsOfUser.as_view()),
]
