"""Batches of a kind that upstream can't list by ids: a bounded number of single looks, the rest unknown until asked again."""

import json
import re
from dataclasses import replace

import pytest

from proxy.batches import confirm_many, get_many
from tests.proxy import books
from tests.proxy.bookshop import SERVICE, book

pytestmark = pytest.mark.usefixtures("books_on", "clock")
MAX_LOOKS = books.KIND.max_looks
IDS = range(1, MAX_LOOKS + 4)


@pytest.fixture
def bookshop(upstream):
    """Books 1, 2 and 3 are not there, nor is any from 101 on; every other one is."""

    def answer(request):
        number = int(request.url.rpartition("/")[2])
        if number <= 3 or number > 100:
            return 404, {}, "{}"
        return 200, {}, json.dumps(book(number))

    upstream.add_callback("GET", re.compile(f"{SERVICE}/books/"), answer)
    return upstream


def looked_at(wire):
    return sorted(int(call.request.url.rpartition("/")[2]) for call in wire.calls)


@pytest.mark.parametrize("ask", [get_many, confirm_many])
def test_only_so_many_are_looked_up_and_who_asks_again_gets_to_the_others(bookshop, ask):
    first = ask("book", IDS, caller="alice")
    asked_first = looked_at(bookshop)
    second = ask("book", IDS, caller="alice")

    assert asked_first == list(IDS)[:MAX_LOOKS]
    assert (first.absent, set(first.found)) == ({1, 2, 3}, set(range(4, MAX_LOOKS + 1)))
    assert (first.unknown, first.failure) == (set(IDS[MAX_LOOKS:]), None)
    assert looked_at(bookshop) == list(IDS)
    assert (second.absent, set(second.found), second.unknown) == ({1, 2, 3}, set(IDS[3:]), set())


def test_what_was_not_there_a_moment_ago_takes_no_place_among_the_looks(bookshop):
    absent = range(101, 101 + MAX_LOOKS)

    first = get_many("book", [*absent, 4], caller="alice")
    second = get_many("book", [*absent, 4], caller="alice")

    assert (first.absent, first.unknown) == (set(absent), {4})
    assert (second.absent, set(second.found)) == (set(absent), {4})


def test_stale_copies_are_shown_at_once_and_so_many_renewed_behind(bookshop, clock):
    ids = range(4, 4 + MAX_LOOKS + 3)
    for _ in range(2):
        get_many("book", ids, caller="alice")
    before = len(bookshop.calls)
    clock.shift(70)

    shown = get_many("book", ids, caller="alice")
    books.BOOKS.cache.settle()

    assert {answer.outcome for answer in shown.found.values()} == {"STALE"}
    assert set(shown.found) == set(ids)
    assert len(bookshop.calls) - before == MAX_LOOKS


def test_what_is_to_be_saved_is_looked_up_again_if_its_copy_is_stale(bookshop, clock):
    get_many("book", [4, 5], caller="alice")
    clock.shift(70)
    fresh = get_many("book", [6], caller="alice")

    confirmed = confirm_many("book", [4, 5, 6], caller="alice")

    assert set(fresh.found) == {6}
    assert set(confirmed.found) == {4, 5, 6}
    assert looked_at(bookshop) == [4, 4, 5, 5, 6]


def test_the_number_of_looks_is_the_kinds_own(bookshop, monkeypatch):
    monkeypatch.setitem(books.BOOKS.kinds, "book", replace(books.KIND, max_looks=2))

    batch = get_many("book", [4, 5, 6, 7], caller="alice")

    assert (set(batch.found), batch.unknown) == ({4, 5}, {6, 7})
