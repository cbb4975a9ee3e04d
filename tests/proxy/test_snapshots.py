"""A whole list as one page: what is cut of it is what would have been made of the same items, and it has bounds."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clients.transport import ListPage
from proxy.rendering import Page
from proxy.snapshots import MAX_SNAPSHOT_BYTES, MAX_STORED_BYTES, Found, Snapshot, SnapshotCopy
from proxy.store import Entry
from proxy.templates import Template
from tests.proxy import books, records

TEXTS = st.text(max_size=8) | st.sampled_from(
    ["100 %", "%b", "%%", "%(a)s", 'a "quoted", \\ \n line', "é\u2028"]
)
BOOKS = st.lists(
    st.builds(
        books.Book,
        id=st.integers(1, 2**63 - 1),
        title=TEXTS,
        author=st.builds(books.Author, id=st.integers(1, 9), name=TEXTS),
        cover=st.none() | TEXTS,
        due_at=st.floats(0, 1e10),
    ),
    max_size=6,
)


def record(record_id=7, *, title="Blue", artist="Ana", price="19.50"):
    return records.Record(id=record_id, title=title, artist=artist, price=Decimal(price))


def all_of(*found, count=None, left_out=0):
    return records.SNAPSHOT.render(ListPage(len(found) if count is None else count, found, left_out))


def copy_of(page):
    return SnapshotCopy(records.SNAPSHOT, Entry(page, 1.0, 2.0, 60))


def shown(body):
    return json.loads(Template.of(body, as_of=0, is_stale=False, now=0).filled(None)[0])


# --- One page of many, and many of one ---------------------------------------------------------------


@given(st.lists(BOOKS, min_size=1, max_size=4))
def test_pages_that_are_joined_are_the_page_of_all_their_items(parts):
    pages = [books.BOOK.render_page(len(part), part) for part in parts]
    items = [item for part in parts for item in part]

    joined = Page.joined(pages, count=len(items))

    assert joined == books.BOOK.render_page(len(items), items)
    assert joined.is_whole


@given(BOOKS, st.data())
def test_a_page_of_chosen_items_is_the_page_that_would_be_made_of_them(items, data):
    places = data.draw(st.lists(st.sampled_from(range(len(items))), max_size=8)) if items else []
    page = books.BOOK.render_page(len(items), items)

    chosen = page.chosen(places, count=99)

    assert chosen == books.BOOK.render_page(99, [items[place] for place in places])
    assert chosen.is_whole


@given(BOOKS)
def test_the_items_of_a_page_are_those_that_would_be_made_one_by_one(items):
    page = Page.joined(
        [books.BOOK.render_page(1, [item]) for item in items] or [books.BOOK.render_page(0, ())], count=0
    )

    assert list(page.items) == [books.BOOK.render(item) for item in items]


def test_of_a_kind_that_nobody_keeps_pages_are_joined_and_chosen_too():
    shape = books.Shape(books.ShownBook, kind="book")
    items = [books.Book(id=number, title="Jazz", author=books.Author(3, "Ana")) for number in (1, 2, 3)]
    page = Page.joined([shape.render_page(1, items[:1]), shape.render_page(2, items[1:])], count=3)

    chosen = page.chosen([2, 0], count=2)

    assert (page, chosen) == (shape.render_page(3, items), shape.render_page(2, [items[2], items[0]]))
    assert page.is_whole
    assert chosen.is_whole


@pytest.mark.parametrize("damage", [{"summaries": b"[]"}, {"ends": b""}, {"text": b"{}"}, {"ids": b"\0"}])
def test_a_page_whose_parts_do_not_belong_together_is_not_whole(damage):
    page = Page.joined(
        [books.BOOK.render_page(1, [books.Book(id=1, title="a", author=books.Author(3, "b"))])], count=1
    )

    assert not replace(page, **damage).is_whole


# --- The whole list ----------------------------------------------------------------------------------


def test_more_items_than_are_rendered_in_one_go_are_all_there_in_order():
    found = [record(number, title=f"{number} %") for number in range(250, 0, -1)]

    page = all_of(*found)

    assert page == records.RECORD.render_page(250, found)
    assert not page.is_partial


def test_no_items_are_an_empty_list_of_which_pages_are_empty():
    page = all_of()
    copy = copy_of(page)

    assert (page.number, page.is_partial, page.is_whole) == (0, False, True)
    assert shown(copy.page_of([], page=1, limit=10))["results"] == []
    assert copy.item(Found(records.SNAPSHOT), 7) is None
    assert copy.is_whole


@pytest.mark.parametrize("of_more", [{"count": 3}, {"left_out": 1}], ids=["cut", "left out"])
def test_a_list_that_lacks_something_says_so_on_every_page(of_more):
    copy = copy_of(all_of(record(1), record(2), **of_more))

    assert not copy.is_whole
    assert shown(copy.page_of([1], page=1, limit=10))["meta"]["partial"] is True
    assert shown(copy.page_of([], page=1, limit=10))["meta"]["partial"] is True


def test_a_count_that_is_less_than_what_came_is_not_believed():
    page = all_of(record(1), record(2), count=0)

    assert (page.count, page.is_partial) == (2, False)


@pytest.mark.parametrize(
    "fields", [{"artist": "x" * 50_000}, {"title": "x" * 50_000}], ids=["text", "summaries"]
)
def test_a_list_is_cut_where_it_would_take_too_much_memory(fields):
    page = all_of(*(record(number, **fields) for number in range(1, 501)))

    assert 0 < page.number < 500
    assert page.count == 500
    assert page.is_partial
    assert len(page.text) <= MAX_SNAPSHOT_BYTES
    assert page.size <= MAX_STORED_BYTES


def test_facts_are_read_from_items_as_they_are_shown_with_marks_unknown():
    class Facts(records.RecordFacts):
        price: str
        is_favorited: bool | None

    snapshot = Snapshot("all", records.RECORD, records._fetch_all, Facts)

    facts = snapshot.facts_of(all_of(record(1, artist="100 % Ana", price="109.950"), record(2)))

    assert facts == [Facts(1, "100 % Ana", "109.950", None), Facts(2, "Ana", "19.50", None)]


def test_of_two_items_with_one_id_the_first_is_found():
    copy = copy_of(all_of(record(7, title="first"), record(7, title="second")))

    assert shown(copy.item(Found(records.SNAPSHOT), 7))["title"] == "first"


def test_items_are_found_by_any_id_that_is_a_fact_and_shown_as_their_kind_is():
    names = {"Ana": 1, "Bo": 2}
    artists = Found(
        records.SNAPSHOT,
        id_of=lambda facts: names[facts.artist],
        render=lambda facts: books.BOOK.render(
            books.Book(id=9, title=facts.artist, author=books.Author(1, "x"))
        ),
    )
    copy = copy_of(all_of(record(7), record(8, artist="Bo"), record(9, artist="Bo")))

    found = copy.items(artists, [2, 3, 1])

    assert {id_: shown(item)["title"] for id_, item in found.items()} == {2: "Bo", 1: "Ana"}
    assert set(copy.items(Found(records.SNAPSHOT), range(1, 9))) == {7, 8}
