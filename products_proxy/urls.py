"""products_proxy: the addresses of products and their categories."""

from django.urls import path

from products_proxy import views

urlpatterns = [
    path("products/", views.Products.as_view()),
    path("products/by-categories/", views.ProductsByCategories.as_view()),
    path("products/<id:product_id>/", views.ProductDetail.as_view()),
    path("categories/", views.Categories.as_view()),
    path("categories/<slug:slug>/", views.CategoryDetail.as_view()),
]
