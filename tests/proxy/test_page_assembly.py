"""Pages put together from pages of one size, and lists that belong to an item."""

import pytest
from msgspec import Struct

from clients.errors import UpstreamMalformedError, UpstreamNotFoundError
from clients.transport import Fetched, ListPage
from proxy import pages


class Row(Struct, frozen=True):
    id: int


class Upstream:
    """So many rows on pages of 20; past ``last_page`` it says "not found". Records the calls."""

    def __init__(self, total, *, last_page=1000, etag=None):
        self.total, self.last_page, self.etag = total, last_page, etag
        self.calls = []

    def __call__(self, number, size, etag):
        self.calls.append((number, size, etag))
        if number > self.last_page:
            raise UpstreamNotFoundError
        rows = range(1, self.total + 1)[(number - 1) * size : number * size]
        return Fetched(ListPage(self.total, tuple(map(Row, rows))), etag=self.etag)


def assembled(upstream, *, page, limit, **options):
    return pages.assemble(
        upstream, upstream="books", page=page, limit=limit, max_size=20, min_size=20, **options
    )


def ids(fetched):
    return [row.id for row in fetched.value.results]


@pytest.mark.parametrize(
    ("page", "limit", "numbers"),
    [
        (1, 1, [1]),
        (21, 1, [2]),
        (2, 10, [1]),
        (3, 10, [2]),
        (1, 20, [1]),
        (2, 15, [1, 2]),
        (1, 50, [1, 2, 3]),
        (2, 59, [3, 4, 5, 6]),
        (2, 60, [4, 5, 6]),
    ],
)
def test_a_page_is_cut_from_pages_of_the_one_size_that_there_is(page, limit, numbers):
    upstream = Upstream(200)

    fetched = assembled(upstream, page=page, limit=limit)

    assert ids(fetched) == list(range(page * limit - limit + 1, page * limit + 1))
    assert sorted(upstream.calls) == [(number, 20, None) for number in numbers]


def test_a_page_that_is_a_part_of_one_upstream_page_is_asked_for_by_its_etag():
    upstream = Upstream(200, etag='"new"')

    fetched = assembled(upstream, page=2, limit=5, etag='"old"')

    assert upstream.calls == [(1, 20, '"old"')]
    assert (ids(fetched), fetched.etag) == ([6, 7, 8, 9, 10], '"new"')


def test_a_page_across_two_upstream_pages_has_no_etag():
    upstream = Upstream(200, etag='"new"')

    fetched = assembled(upstream, page=2, limit=15, etag='"old"')

    assert {etag for _, _, etag in upstream.calls} == {None}
    assert fetched.etag is None


def test_a_row_that_moved_between_two_upstream_pages_is_there_once():
    def fetch(number, size, etag):
        rows = range(number * 20 - 19 - (number > 1), number * 20 + 1 - (number > 1))
        return Fetched(ListPage(60, tuple(map(Row, rows))))

    assert ids(assembled(fetch, page=1, limit=60)) == list(range(1, 60))


@pytest.mark.parametrize(("page", "limit"), [(3, 20), (9, 10), (2, 40)])
def test_past_the_end_the_first_page_says_how_many_there_are(page, limit):
    upstream = Upstream(30, last_page=2)

    fetched = assembled(upstream, page=page, limit=limit)

    assert (fetched.value.count, ids(fetched)) == (30, [])
    assert (1, 20, None) in upstream.calls


def test_what_is_past_the_last_page_is_left_out_of_a_page_that_begins_before_it():
    assert ids(assembled(Upstream(30, last_page=2), page=1, limit=60)) == list(range(1, 31))


@pytest.mark.parametrize("page", [1, 2])
def test_a_list_without_a_first_page_is_a_broken_one(page):
    with pytest.raises(UpstreamMalformedError, match="first page"):
        assembled(Upstream(0, last_page=0), page=page, limit=20)


@pytest.mark.parametrize("page", [1, 2])
def test_of_an_item_it_means_that_there_is_no_such_item(page):
    with pytest.raises(UpstreamNotFoundError):
        assembled(Upstream(0, last_page=0), page=page, limit=20, of_item=True)


def test_of_an_item_that_is_there_a_page_past_the_end_is_empty():
    fetched = assembled(Upstream(30, last_page=2), page=5, limit=20, of_item=True)

    assert (fetched.value.count, ids(fetched)) == (30, [])
