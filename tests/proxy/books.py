"""A made-up catalog: a book service in one file, as `docs/adding-a-catalog.md` describes it."""

from functools import partial
from typing import Annotated, Any, Unpack

from django.http import HttpResponse
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from msgspec import Meta, Struct
from rest_framework.request import Request

from clients.decoding import convert
from clients.transport import CallOptions, Fetched, ListPage, Transport
from clients.values import MAX_ID
from proxy import pages
from proxy.catalog import Catalog
from proxy.columns import Filler, register_filler
from proxy.kinds import Kind, Listing
from proxy.parameters import NoQuery, PageQuery
from proxy.rendering import FALSE, TRUE, Summary
from proxy.shapes import ListEnvelope, Shape, mark
from proxy.views import CatalogView

# --- clients/books.py: the service, one method per endpoint -----------------------------------------


class Author(Struct, frozen=True):
    id: Annotated[int, Meta(ge=1, le=MAX_ID)]
    name: str


class Book(Struct, frozen=True, kw_only=True):
    id: Annotated[int, Meta(ge=1, le=MAX_ID)]
    title: str
    author: Author
    cover: str | None = None
    due_at: float = 0.0  # Unix seconds


class BookClient:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_book(self, book_id: int, **call: Unpack[CallOptions]) -> Fetched[Book]:
        return self._transport.get(f"/books/{book_id}", partial(convert, into=Book), **call)

    def list_books(self, number: int, size: int, **call: Unpack[CallOptions]) -> Fetched[ListPage[Book]]:
        params = {"page": number, "per_page": size}
        return self._transport.get("/books", partial(convert, into=ListPage[Book]), params=params, **call)


# --- books_proxy/shapes.py: what is shown -----------------------------------------------------------


def _is_overdue(numbers: tuple[float, ...], now: float, context: Any) -> bytes:
    return TRUE if numbers[0] <= now else FALSE


OVERDUE = register_filler(
    Filler("books.is_overdue", lambda book: (book.due_at,), _is_overdue, moments=lambda numbers: numbers)
)


class ShownAuthor(Author, frozen=True):
    is_following: Annotated[bool | None, mark("follows", "author")]


class ShownBook(Book, frozen=True, kw_only=True):
    author: ShownAuthor
    is_overdue: Annotated[bool, OVERDUE, Meta(description="Whether it should be back by now.")]
    is_favorited: Annotated[bool | None, mark("favorites", "book")]


class BookPage(ListEnvelope, kw_only=True):
    results: list[ShownBook]


BOOK: Shape[Book] = Shape(ShownBook, kind="book", summarize=lambda book: Summary(book.title, book.cover))

# --- books_proxy/catalog.py: what the catalog says --------------------------------------------------


class BookList(Struct, frozen=True):
    page: int
    limit: int


def _fetch_books(client: BookClient, query: BookList, **call: Unpack[CallOptions]) -> Fetched[ListPage[Book]]:
    def fetch(number: int, size: int, etag: str | None) -> Fetched[ListPage[Book]]:
        return client.list_books(number, size, **(call | {"etag": etag}))

    place = {"upstream": "books", "page": query.page, "limit": query.limit, "max_size": 3}
    return pages.assemble(fetch, etag=call.get("etag"), **place)


BOOKS_LIST = Listing("list", BOOK, _fetch_books)
KIND = Kind(BOOK, BookClient.get_book, relations=("favorites", "watchlist", "ratings"), path="books")
BOOKS = Catalog(
    "books",
    service="book service",
    prefix="BOOKS",
    client=BookClient,
    kinds=[KIND],
    listings=[BOOKS_LIST],
)

# --- books_proxy/views.py and urls.py ---------------------------------------------------------------


class BookDetail(CatalogView):
    catalog = BOOKS

    @extend_schema(operation_id="book_detail", tags=["books"], responses=ShownBook)
    def get(self, request: Request, book_id: int) -> HttpResponse:
        """One book."""
        NoQuery.read(request.query_params)
        return self.respond(BOOKS.get(KIND, book_id, on_miss=self.hit_limit))


class BookListView(CatalogView):
    catalog = BOOKS

    @extend_schema(operation_id="books", tags=["books"], parameters=[PageQuery], responses=BookPage)
    def get(self, request: Request) -> HttpResponse:
        """All books."""
        query = BookList(**PageQuery.read(request.query_params))
        answer = BOOKS.get_page(BOOKS_LIST, query, on_miss=self.hit_limit)
        return self.respond(answer, page=(query.page, query.limit))


def routes() -> list[URLPattern]:
    """Return what is ``urlpatterns`` in a file of its own, as these need the converters of `config/urls.py`."""
    return [
        path("books/", BookListView.as_view()),
        path("books/<id:book_id>/", BookDetail.as_view()),
    ]
