"""Details of a catalog, and lists whose items are not those of their kind: what each makes known of an item."""

import pytest
from msgspec import Struct
from responses import matchers

from clients.errors import UpstreamNotFoundError
from proxy.batches import confirm
from proxy.kinds import Detail, Listing
from proxy.shapes import Shape
from tests.proxy.books import BOOK, BOOKS, KIND, Book, BookClient, BookList, _fetch_books
from tests.proxy.bookshop import SERVICE, book

pytestmark = pytest.mark.usefixtures("books_on", "clock")


class Edition(Struct, frozen=True):
    """Which text of a book: in a language, and perhaps with notes."""

    language: str = "en"
    notes: str = ""


class ShownInFull(Struct, frozen=True):
    id: int
    title: str
    shelf: str


class InFull(Book, frozen=True, kw_only=True):
    shelf: str


def _fetch_in_full(client: BookClient, book_id: int, query: Edition, **call):
    fetched = client.get_book(book_id, **call)
    return fetched.mapped(
        lambda found: InFull(**{n: getattr(found, n) for n in found.__struct_fields__}, shelf="A3")
    )


def _item(query: Edition, full: InFull):
    return full if query.language == "en" else None


SHAPE = Shape(ShownInFull, kind="book-detail")
WITH_ITEM = Detail("full", KIND, SHAPE, _fetch_in_full, _item)
WITHOUT = Detail("plain", KIND, SHAPE, _fetch_in_full)
IN_ANOTHER_LANGUAGE = Listing("translated", BOOK, _fetch_books, has_items=lambda query: query.limit == 2)
ENGLISH, SPANISH = Edition(), Edition("es")


def shown(answer):
    return answer.body.items[0].read(dict)


def test_a_detail_is_shown_by_its_own_shape_and_cached_by_what_was_asked(upstream):
    upstream.get(f"{SERVICE}/books/7", json=book())

    answers = [BOOKS.get_detail(WITH_ITEM, 7, query) for query in (ENGLISH, SPANISH, Edition("en"), SPANISH)]

    assert shown(answers[0]) == {"id": 7, "title": "Book 7", "shelf": "A3"}
    assert [answer.outcome for answer in answers] == ["MISS", "MISS", "HIT", "HIT"]


def test_long_questions_that_differ_at_their_end_are_two(upstream):
    upstream.get(f"{SERVICE}/books/7", json=book())
    long = "ñ" * 300

    answers = [BOOKS.get_detail(WITHOUT, 7, Edition(notes=long + end)) for end in ("a", "b", "a")]

    assert [answer.outcome for answer in answers] == ["MISS", "MISS", "HIT"]
    assert all(len(answer.key) < 200 for answer in answers)


@pytest.mark.parametrize("detail", [WITH_ITEM, WITHOUT])
def test_a_detail_that_is_not_there_is_named_by_its_kind(upstream, detail):
    upstream.get(f"{SERVICE}/books/9", status=404)

    for _ in range(2):
        with pytest.raises(UpstreamNotFoundError) as raised:
            BOOKS.get_detail(detail, 9, ENGLISH)
        assert (raised.value.kind, raised.value.number) == ("book", 9)

    assert len(upstream.calls) == 1


@pytest.mark.parametrize(
    ("detail", "query", "calls"), [(WITH_ITEM, ENGLISH, 1), (WITH_ITEM, SPANISH, 2), (WITHOUT, ENGLISH, 2)]
)
def test_a_detail_that_has_the_item_as_its_kind_shows_it_saves_the_call_for_that(
    upstream, detail, query, calls
):
    upstream.get(f"{SERVICE}/books/7", json=book())
    BOOKS.get_detail(detail, 7, query)

    summary = confirm("book", 7)

    assert summary.title == "Book 7"
    assert len(upstream.calls) == calls


def test_the_item_of_a_detail_is_fresh_no_longer_than_the_detail(upstream, clock):
    upstream.get(f"{SERVICE}/books/7", json=book(), headers={"Cache-Control": "max-age=5"})
    BOOKS.get_detail(WITH_ITEM, 7, ENGLISH)

    at_once = BOOKS.copies(KIND, [7])[7].outcome
    clock.shift(6)

    assert (at_once, BOOKS.copies(KIND, [7])[7].outcome) == ("HIT", "STALE")


def test_a_detail_that_has_not_changed_leaves_the_item_as_it_is(upstream, clock):
    upstream.get(f"{SERVICE}/books/7", json=book(), headers={"ETag": '"v1"'})
    upstream.get(f"{SERVICE}/books/7", status=304, headers={"ETag": '"v1"'})
    BOOKS.get_detail(WITH_ITEM, 7, ENGLISH)
    clock.shift(70)
    BOOKS.get_detail(WITH_ITEM, 7, ENGLISH)
    BOOKS.cache.settle()

    renewed = BOOKS.get_detail(WITH_ITEM, 7, ENGLISH)

    assert (renewed.outcome, shown(renewed)["shelf"]) == ("HIT", "A3")
    assert BOOKS.copies(KIND, [7])[7].outcome == "STALE"


def test_a_page_of_items_in_another_form_makes_none_of_them_known(upstream):
    def give(limit, title):
        place = matchers.query_param_matcher({"page": 1, "per_page": limit})
        page = {"count": 1, "results": [book(7, title=title)]}
        upstream.get(f"{SERVICE}/books", json=page, match=[place])

    give(1, "Libro 7")
    give(2, "Book 7")

    BOOKS.get_page(IN_ANOTHER_LANGUAGE, BookList(1, 1))
    unknown = BOOKS.copies(KIND, [7])
    BOOKS.get_page(IN_ANOTHER_LANGUAGE, BookList(1, 2))
    known = BOOKS.copies(KIND, [7])[7]

    assert unknown == {}
    assert shown(known)["title"] == "Book 7"


def test_such_a_page_does_not_replace_what_is_known_of_an_item_and_still_has_marks(upstream, clock):
    upstream.get(f"{SERVICE}/books/7", json=book())
    upstream.get(f"{SERVICE}/books", json={"count": 1, "results": [book(7, title="Libro 7")]})
    BOOKS.get(KIND, 7)
    page = BOOKS.get_page(IN_ANOTHER_LANGUAGE, BookList(1, 1))

    item = BOOKS.get(KIND, 7)

    assert (item.outcome, shown(item)["title"]) == ("HIT", "Book 7")
    assert [each.id for each in page.body.items] == [None]
    assert dict(page.body.marked_ids())["favorites", "book"] == (7,)
