"""A made-up catalog of a service without pages, search or single items: a record shop that gives its whole list, in one file."""

from decimal import Decimal
from typing import Annotated, Any, NoReturn, Unpack

from django.conf import settings
from django.http import HttpResponse
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from msgspec import Meta, Struct
from rest_framework import serializers
from rest_framework.request import Request

from clients.bodies import Reading
from clients.decoding import convert_valid
from clients.errors import UpstreamMalformedError, UpstreamUnavailableError
from clients.transport import MEBIBYTE, CallOptions, Fetched, ListPage, Transport
from clients.values import MAX_ID
from proxy.catalog import Catalog
from proxy.kinds import Kind
from proxy.parameters import NoQuery, PageQuery
from proxy.rendering import Page, Summary
from proxy.shapes import ListEnvelope, Shape, mark
from proxy.snapshots import Found, Selection, Snapshot, SnapshotCopy
from proxy.views import CatalogView

# --- clients/records.py: the service, which has one endpoint ----------------------------------------

# Prices are money, and all records come at once.
_ALL = Reading(is_exact=True, is_long=True, max_body=16 * MEBIBYTE)


class Record(Struct, frozen=True, kw_only=True):
    id: Annotated[int, Meta(ge=1, le=MAX_ID)]
    title: str
    artist: str
    price: Decimal


class RecordClient:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_records(self, **call: Unpack[CallOptions]) -> Fetched[ListPage[Record]]:
        return self._transport.get("/records", _records, reading=_ALL, **call)


def _records(document: object) -> ListPage[Record]:
    if not isinstance(document, list):
        raise UpstreamMalformedError("not a list")
    found = convert_valid(document, Record, none_valid="no record is fit to show")
    return ListPage(len(document), tuple(found), left_out=len(document) - len(found))


# --- records_proxy/shapes.py: what is shown ---------------------------------------------------------


class ShownRecord(Record, frozen=True, kw_only=True):
    price: Annotated[str, Meta(description="A decimal number as text.")]
    is_favorited: Annotated[bool | None, mark("favorites", "record")]


class RecordPage(ListEnvelope, kw_only=True):
    results: list[ShownRecord]


RECORD: Shape[Record] = Shape(ShownRecord, kind="record", summarize=lambda record: Summary(record.title))

# --- records_proxy/catalog.py: what the catalog says ------------------------------------------------


class RecordFacts(Struct, gc=False):
    id: int
    artist: str


class RecordList(Struct, frozen=True):
    page: int = 1
    limit: int = 10
    artist: str = ""


def _fetch_all(client: RecordClient, **call: Unpack[CallOptions]) -> Fetched[ListPage[Record]]:
    return client.list_records(**call).mapped(
        lambda all_: ListPage(all_.count, all_.results[: settings.RECORDS_SNAPSHOT_MAX_ITEMS], all_.left_out)
    )


def _selected(copy: SnapshotCopy[RecordFacts], query: RecordList) -> Page:
    places = [place for place, record in enumerate(copy.facts) if query.artist in {record.artist, ""}]
    return copy.page_of(places, page=query.page, limit=query.limit)


def _no_single_records(client: RecordClient, record_id: int, **call: Any) -> NoReturn:
    raise UpstreamUnavailableError("not among those that could be read")


SNAPSHOT = Snapshot("all", RECORD, _fetch_all, RecordFacts)
RECORDS_LIST = Selection("list", SNAPSHOT, RECORD, _selected)
KIND = Kind(
    RECORD, _no_single_records, found=Found(SNAPSHOT), relations=("favorites", "ratings"), path="records"
)
RECORDS = Catalog(
    "records",
    service="record shop",
    prefix="RECORDS",
    client=RecordClient,
    kinds=[KIND],
    listings=[RECORDS_LIST],
    takes_writes=True,
)

# --- records_proxy/views.py and urls.py -------------------------------------------------------------


class RecordsQuery(PageQuery):
    artist = serializers.CharField(required=False)


class RecordDetail(CatalogView):
    catalog = RECORDS

    @extend_schema(operation_id="record_detail", tags=["records"], responses=ShownRecord)
    def get(self, request: Request, record_id: int) -> HttpResponse:
        """One record."""
        NoQuery.read(request.query_params)
        return self.respond(RECORDS.get(KIND, record_id, on_miss=self.hit_limit))


class RecordListView(CatalogView):
    catalog = RECORDS

    @extend_schema(operation_id="records", tags=["records"], parameters=[RecordsQuery], responses=RecordPage)
    def get(self, request: Request) -> HttpResponse:
        """All records."""
        query = RecordList(**RecordsQuery.read(request.query_params))
        answer = RECORDS.get_page(RECORDS_LIST, query, on_miss=self.hit_limit)
        return self.respond(answer, page=(query.page, query.limit))


def routes() -> list[URLPattern]:
    """Return what is ``urlpatterns`` in a file of its own, as these need the converters of `config/urls.py`."""
    return [
        path("records/", RecordListView.as_view()),
        path("records/<id:record_id>/", RecordDetail.as_view()),
    ]
