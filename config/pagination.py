"""config: one page of our own rows, in the one envelope of all lists. It knows no table and no field."""

from typing import Any

from django.db.models import F, Func, Subquery
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from flyers_proxy.serializers import PageQuery
from proxy.reads import PageLinks


class Pages(BasePagination):
    """``page`` and ``limit`` as flyer lists have them; a page past the end is empty."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page that was asked for, and remember how many there are on all pages.

        One query gives both: a page and its count can't disagree then. Only past the end there is no row to tell it.
        """
        given = {name: value for name, value in request.query_params.items() if name in {"page", "limit"}}
        query = PageQuery(data=given)
        query.is_valid(raise_exception=True)
        page, limit = query.validated_data["page"], query.validated_data["limit"]
        filters = [(name, values) for name, values in request.query_params.lists() if name != "page"]
        self.links = PageLinks(request.path, filters, page, limit)
        start = (page - 1) * limit
        count = queryset.order_by().annotate(n=Func(F("pk"), function="COUNT")).values("n")
        rows = list(queryset.annotate(rows_in_all=Subquery(count))[start : start + limit])
        self.count = rows[0].rows_in_all if rows else queryset.count() if start else 0
        return rows

    def get_paginated_response(self, data: dict[str, Any]) -> Response:
        """Answer with ``data`` (``results``, ``meta`` and what else the list has) in the envelope."""
        links = self.links.of(self.count)
        return Response({"count": self.count, "next": links.next, "previous": links.previous, **data})
