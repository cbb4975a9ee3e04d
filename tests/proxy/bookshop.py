"""A service that has the made-up catalog on: its addresses, and what the book service says."""

from typing import Any

from django.urls import include, path

from config import urls
from favorites.urls import item_routes
from tests.proxy import books

# The routes of kept books are there by themselves when a catalog is on from the start.
urlpatterns = [path("api/v1/", include([*books.routes(), *item_routes(books.KIND)])), *urls.urlpatterns]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500

SERVICE = "http://books.test"
NOON = 1_777_636_800  # 2026-05-01T12:00:00Z


def book(book_id: int = 7, **changes: Any) -> dict[str, Any]:
    author = {"id": 3, "name": "Ana"}
    fields = {"title": f"Book {book_id}", "author": author, "cover": None, "due_at": NOON + 30.0}
    return {"id": book_id, **fields, "shelfmark": "none of ours"} | changes
