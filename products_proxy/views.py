"""The HTTP of products: reads for everybody, writes for administrators."""

import time
from functools import partial
from typing import Any

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticatedOrReadOnly
from rest_framework.request import Request

from accounts.api import Response
from accounts.idempotency import CONFLICT, IDEMPOTENCY_KEY, RepeatableView
from accounts.models import User
from clients.fakestore import Product
from products_proxy import catalog, queries, shapes, writes
from products_proxy.catalog import CategoryList, ProductList
from proxy.columns import Marks
from proxy.marks import marks_for
from proxy.parameters import NoQuery
from proxy.views import CatalogView

operation = partial(extend_schema, tags=["products"])
write_operation = partial(operation, parameters=[IDEMPOTENCY_KEY])

REFUSED = {403: OpenApiResponse(description="`PERMISSION_DENIED`: the caller is no administrator.")}
FORWARDED = {
    **REFUSED,
    **CONFLICT,
    502: OpenApiResponse(description="The store gave no answer that can be used."),
    503: OpenApiResponse(description="`UPSTREAM_UNAVAILABLE`: try again after `Retry-After` seconds."),
    504: OpenApiResponse(description="`UPSTREAM_TIMEOUT`: nobody knows whether the store has written it."),
}
NO_PRODUCT = {404: OpenApiResponse(description="`NOT_FOUND`: the store has no such product.")}


class WritesForAdministrators(BasePermission):
    """Everybody reads, and of those who are signed in administrators write."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.method in SAFE_METHODS or request.user.is_staff


class ProductView(CatalogView):
    """A route of the catalog of products."""

    catalog = catalog.PRODUCTS


class WrittenView(RepeatableView, ProductView):
    """A route that administrators write to."""

    # The first is how the schema knows that reads are for everybody.
    permission_classes = (IsAuthenticatedOrReadOnly, WritesForAdministrators)

    @property
    def writer(self) -> User:
        """Return the administrator who writes."""
        person = self.person
        assert person is not None  # noqa: S101 - for the type: nobody writes anonymously
        return person

    def marks_on(self, *product_ids: int) -> Marks:
        """Return the writer's marks on these. They are read before a write: nothing may fail here after it."""
        ids = dict.fromkeys(shapes.PRODUCT.relations, product_ids)
        return marks_for(user_id=self.writer.pk, version=self.writer.library_version, ids=ids)

    def respond_with_written(self, product: Product, marks: Marks, *, status: int = 200) -> Response:
        """Answer with a product as the store has it now, with these marks."""
        item = shapes.PRODUCT.render(shapes.product_of(product))
        response = Response(msgspec.Raw(item.filled(marks, now=time.time())), status=status)
        response["Cache-Control"] = "private, no-cache"
        return response


class Products(WrittenView):
    @operation("products", parameters=[queries.ProductsQuery], responses=shapes.ProductPage)
    def get(self, request: Request) -> HttpResponse:
        """Products of the store, filtered and ordered."""
        params = queries.ProductsQuery.read(request.query_params)
        query = ProductList(
            page=params["page"],
            limit=params["limit"],
            categories=(params["category"],) if "category" in params else params.get("categories", ()),
            words=params.get("search", ()),
            min_price=params.get("min_price"),
            max_price=params.get("max_price"),
            order=params["sort"],
        )
        answer = self.catalog.get_page(catalog.PRODUCT_LIST, query, on_miss=self.hit_limit)
        return self.respond(answer, page=(query.page, query.limit))

    @write_operation(
        "product_create", request=queries.ProductBody, responses={201: shapes.Product, **FORWARDED}
    )
    def post(self, request: Request) -> Response:
        """Have the store create a product."""
        NoQuery.read(request.query_params)
        fields = queries.ProductBody.read(request.data)
        create = partial(writes.create_product, fields, user_id=self.writer.pk)
        marks = self.marks_on()
        return self.forward_once(lambda: self.respond_with_written(create(), marks, status=201))


class ProductsByCategories(ProductView):
    @operation("products_by_categories", parameters=[queries.ByCategoriesQuery], responses=shapes.ProductPage)
    def get(self, request: Request) -> HttpResponse:
        """Products of any of these categories; one that is not there is a 400 that names it under `missing`."""
        params = queries.ByCategoriesQuery.read(request.query_params)
        query = ProductList(
            page=params["page"], limit=params["limit"], categories=params["categoryIds"], must_exist=True
        )
        answer = self.catalog.get_page(catalog.PRODUCT_LIST, query, on_miss=self.hit_limit)
        return self.respond(answer, page=(query.page, query.limit))


class ProductDetail(WrittenView):
    @operation("product_detail", responses=shapes.Product)
    def get(self, request: Request, product_id: int) -> HttpResponse:
        """One product."""
        NoQuery.read(request.query_params)
        return self.respond(self.catalog.get(catalog.PRODUCT, product_id, on_miss=self.hit_limit))

    @write_operation(
        "product_replace",
        request=queries.ProductBody,
        responses={200: shapes.Product, **NO_PRODUCT, **FORWARDED},
    )
    def put(self, request: Request, product_id: int) -> Response:
        """Have the store replace a product."""
        NoQuery.read(request.query_params)
        fields = queries.ProductBody.read(request.data)
        replace = partial(writes.replace_product, product_id, fields, user_id=self.writer.pk)
        marks = self.marks_on(product_id)
        return self.forward_once(lambda: self.respond_with_written(replace(), marks))

    @write_operation(
        "product_change",
        request=queries.ProductChanges,
        responses={200: shapes.Product, **NO_PRODUCT, **FORWARDED},
    )
    def patch(self, request: Request, product_id: int) -> Response:
        """Have the store change what is given of a product; the rest stays."""
        NoQuery.read(request.query_params)
        changes = queries.ProductChanges.read(request.data)
        change = partial(writes.change_product, product_id, changes, user_id=self.writer.pk)
        marks = self.marks_on(product_id)
        return self.forward_once(lambda: self.respond_with_written(change(), marks))

    @write_operation(
        "product_remove",
        responses={204: OpenApiResponse(description="Done."), **NO_PRODUCT, **FORWARDED},
    )
    def delete(self, request: Request, product_id: int) -> Response:
        """Have the store delete a product."""
        NoQuery.read(request.query_params)
        return self.forward_once(lambda: self._deleted(product_id))

    def _deleted(self, product_id: int) -> Response:
        writes.delete_product(product_id, user_id=self.writer.pk)
        return Response(status=204)


class Categories(ProductView):
    @operation("product_categories", responses=shapes.StoreCategoryPage)
    def get(self, request: Request) -> HttpResponse:
        """Every category that has products, by its slug, on one page."""
        NoQuery.read(request.query_params)
        return self.respond(self.catalog.get_page(catalog.CATEGORIES, CategoryList(), on_miss=self.hit_limit))


class CategoryDetail(ProductView):
    @operation("product_category", responses=shapes.StoreCategory)
    def get(self, request: Request, slug: str) -> HttpResponse:
        """One category."""
        NoQuery.read(request.query_params)
        return self.respond(
            self.catalog.get_page(catalog.CATEGORIES, CategoryList(slug), on_miss=self.hit_limit)
        )
