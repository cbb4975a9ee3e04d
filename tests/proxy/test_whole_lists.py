"""A whole list collected from its pages: each item once, within a number and a time, and honest about what may be missing."""

import time

import pytest
from msgspec import Struct

from clients.errors import UpstreamMalformedError, UpstreamNotFoundError, UpstreamUnavailableError
from clients.transport import Fetched, ListPage
from proxy import pages


class Row(Struct, frozen=True):
    id: int


class Upstream:
    """Rows on pages of 10, a list for each call: what it has then. Records the pages and the most at once."""

    def __init__(self, *lists, seconds=0.0, left_out=0):
        self.lists, self.seconds, self.left_out = list(lists), seconds, left_out
        self.calls, self.under_way, self.most = [], 0, 0

    def __call__(self, number, size, etag):
        assert etag is None
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.calls.append(number)
        rows = self.lists[min(number, len(self.lists)) - 1]
        time.sleep(self.seconds)
        self.under_way -= 1
        found = rows[(number - 1) * size : number * size]
        if number > 1 and not found:
            raise UpstreamNotFoundError
        return Fetched(ListPage(len(rows), tuple(map(Row, found)), self.left_out), max_age=100 - number)


def collected(upstream, *, at_once=4, max_items=1000, seconds=60.0):
    fetched = pages.collect(
        upstream,
        upstream="books",
        size=10,
        at_once=at_once,
        max_items=max_items,
        ends_at=time.monotonic() + seconds,
    )
    return [row.id for row in fetched.value.results], fetched


@pytest.mark.parametrize("total", [0, 1, 10, 11, 45, 100])
def test_all_pages_are_one_list(total):
    ids, fetched = collected(upstream := Upstream(range(total)))

    assert ids == list(range(total))
    assert (fetched.value.count, fetched.value.left_out, fetched.etag) == (total, 0, None)
    assert sorted(upstream.calls) == list(range(1, max(1, -(-total // 10)) + 1))


def test_it_is_fresh_for_as_long_as_the_page_that_is_so_for_the_shortest_time():
    assert collected(Upstream(range(30)))[1].max_age == 97


@pytest.mark.parametrize("at_once", [1, 3])
def test_so_many_pages_are_fetched_at_once_and_no_more(at_once):
    collected(upstream := Upstream(range(100), seconds=0.01), at_once=at_once)

    assert upstream.most == at_once


def test_no_more_items_are_fetched_than_are_wanted():
    ids, fetched = collected(upstream := Upstream(range(100)), max_items=25)

    assert ids == list(range(25))
    assert fetched.value.count == 100
    assert sorted(upstream.calls) == [1, 2, 3]


def test_when_time_is_short_what_there_is_is_returned_and_no_call_is_begun_in_vain():
    ids, fetched = collected(upstream := Upstream(range(100), seconds=0.2), at_once=1, seconds=1.2)

    assert 10 <= len(ids) < 100
    assert len(ids) == 10 * len(upstream.calls)
    assert fetched.value.count == 100


def test_pages_that_are_slow_are_given_the_time_that_others_took():
    collected(upstream := Upstream(range(100), seconds=0.4), at_once=1, seconds=1.2)

    assert upstream.calls == [1]


def test_what_moved_to_the_next_page_meanwhile_is_there_once():
    older, newer = range(19), [99, *range(19)]  # 9 is on the second page now

    ids, fetched = collected(Upstream(older, newer), at_once=1)

    assert ids == list(range(19))
    assert fetched.value.count == 20  # of which one was not seen


def test_of_a_list_that_has_become_shorter_meanwhile_it_is_not_claimed_that_all_were_seen():
    longer, shorter = range(20), range(1, 20)  # 10 is on the first page now

    ids, fetched = collected(Upstream(longer, shorter), at_once=1)

    assert 10 not in ids
    assert (len(ids), fetched.value.count) == (19, 20)


def test_a_page_that_is_no_longer_there_ends_the_list():
    ids, fetched = collected(Upstream(range(30), range(20), range(20)))

    assert ids == list(range(20))
    assert fetched.value.count == 30


def test_what_was_not_fit_to_show_is_counted():
    _, fetched = collected(Upstream(range(20), left_out=2))

    assert (fetched.value.left_out, fetched.value.count) == (4, 24)


def test_a_page_that_fails_fails_the_list():
    def broken(number, size, etag):
        if number == 3:
            raise UpstreamUnavailableError
        return Upstream(range(50))(number, size, etag)

    with pytest.raises(UpstreamUnavailableError):
        collected(broken)


@pytest.mark.parametrize("first", [Fetched(None), None])
def test_a_list_without_a_first_page_is_a_broken_one(first):
    def without(number, size, etag):
        if first is None:
            raise UpstreamNotFoundError
        return first

    with pytest.raises(UpstreamMalformedError):
        collected(without)
