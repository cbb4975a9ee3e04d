"""Copies of another shape in Redis: neither they nor an upstream 304 show what a field was before."""

from typing import Annotated

import pytest

from proxy.catalog import Catalog
from proxy.kinds import Kind
from proxy.shapes import Shape, mark
from tests.proxy import books

SERVICE = "http://books.test"


class Renamed(books.Book, frozen=True, kw_only=True):
    author: books.ShownAuthor
    is_overdue: Annotated[bool, books.OVERDUE]
    is_favorited: Annotated[bool | None, mark("watchlist", "book")]


def catalog_of(shown):
    kind = Kind(Shape(shown, kind="book"), books.BookClient.get_book)
    return Catalog(
        "books", service="book service", prefix="BOOKS", client=books.BookClient, kinds=[kind]
    ), kind


@pytest.fixture(autouse=True)
def service(settings, upstream):
    """A service that says 304 to whoever has the book."""
    settings.BOOKS_API_URL, settings.BOOKS_API_TOKEN = SERVICE, ""
    settings.BOOKS_FRESH_SECONDS, settings.BOOKS_STALE_SECONDS = 60, 3_600
    settings.BOOKS_DEADLINE_SECONDS, settings.BOOKS_MAX_CONCURRENCY = 1.0, 4

    def answer(request):
        if request.headers.get("If-None-Match") == '"v1"':
            return 304, {"ETag": '"v1"'}, ""
        body = '{"id": 7, "title": "Jazz", "author": {"id": 3, "name": "Ana"}}'
        return 200, {"ETag": '"v1"', "Cache-Control": "max-age=0"}, body

    upstream.assert_all_requests_are_fired = False
    upstream.add_callback("GET", f"{SERVICE}/books/7", answer)
    return upstream


@pytest.mark.parametrize("before", [Renamed, books.Book], ids=["another mark", "no placeholders"])
def test_after_a_change_of_shape_an_old_copy_is_never_read_nor_renewed(service, before):
    old, kind = catalog_of(before)
    old.get(kind, 7)
    old.stop()
    new, kind = catalog_of(books.ShownBook)

    answer = new.get(kind, 7)
    new.stop()

    assert b'"is_favorited":' in answer.body.text
    assert {relation for relation, _ in answer.body.slots[::2]} == {"follows", "favorites"}
    assert [call.request.headers.get("If-None-Match") for call in service.calls] == [None, None]


def test_of_the_same_shape_a_copy_is_renewed_by_a_304(service):
    for _ in range(2):
        catalog, kind = catalog_of(books.ShownBook)
        catalog.get(kind, 7, confirm=True)
        catalog.stop()

    assert [call.request.headers.get("If-None-Match") for call in service.calls] == [None, '"v1"']


def test_the_version_is_that_of_every_field_and_placeholder():
    versions = {catalog_of(shown)[0].version for shown in (books.Book, books.ShownBook, Renamed)}

    assert len(versions) == 3
    assert catalog_of(Renamed)[0].version in versions
