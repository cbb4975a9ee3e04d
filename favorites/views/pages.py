"""The page of a shelf as it is answered."""

from typing import Any

from accounts.api import Response
from favorites.services.pages import ShelfPage
from favorites.services.showing import show
from proxy.catalog import find_kind
from proxy.reads import freshness, page_of
from proxy.views import PrivateView


def shelf_page(view: PrivateView, kind: str, found: ShelfPage, shown_as: Any, **more: Any) -> Response:
    """Return the page of kept items of a kind that a view's caller asks for, ``more`` in its envelope."""
    page = page_of(*found, view.request, page=view.params["page"], limit=view.params["limit"])
    showing = show(kind, page.rows, viewer=view.person, caller=view.caller, on_miss=view.hit_limit)
    results = [shown_as.of(shown) for shown in showing.shown]
    catalog, _ = find_kind(kind)
    meta = freshness(showing.answers, is_partial=showing.is_partial, attribution=catalog.attribution)
    return Response(page.envelope(results, meta=meta, **more))
