"""A service that has the made-up catalog of records on: its addresses, and what the record shop says."""

from typing import Any

from django.urls import include, path

from config import urls
from favorites.urls import item_routes
from tests.proxy import records

# The routes of kept records are there by themselves when a catalog is on from the start.
urlpatterns = [
    path("api/v1/", include([*records.routes(), *item_routes(records.KIND)])),
    *urls.urlpatterns,
]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500

SERVICE = "http://records.test"
ALL = f"{SERVICE}/records"


def record(record_id: int = 7, **changes: Any) -> dict[str, Any]:
    fields = {"title": f"Record {record_id}", "artist": "Ana", "price": 19.5}
    return {"id": record_id, **fields, "sleeve": "none of ours"} | changes


def records_of(*record_ids: int, **changes: Any) -> list[dict[str, Any]]:
    return [record(record_id, **changes) for record_id in record_ids]
