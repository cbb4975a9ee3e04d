"""flyers_proxy: the bound of the cache in bytes is one of real memory."""

import gc
import tracemalloc

import msgspec
import pytest

from clients.flyers import Category, Creator, Flyer
from proxy.entries import Entry, Shelf
from proxy.rendering import render_categories, render_creator, render_flyer, render_flyers
from tests import payloads

# An entry is never counted as less than it takes, and as at most so many times that: flyers that came on a page share
# its bytes, and count as if they did not, as they hold them when the page has gone.
MOST_COUNTED = 2.5
LIVELY = "Three bands, one bridge, and a blanket each. " * 10


def read(payload, into):
    return msgspec.convert(payload, into)


def flyers(first, number, **changes):
    return [read(payloads.flyer(first + each, **changes), Flyer) for each in range(number)]


def page_of(first, number, **changes):
    return render_flyers(flyers(first, number, **changes), count=1_000_000 + first)


def pages_with_their_flyers(number, limit, **changes):
    for place in range(number):
        page = page_of(1_000 + place * limit, limit, **changes)
        yield f"flyers:[[40.42,-3.7],{place},{limit},false,5.0,[],null,null,[]]", page
        for spot, flyer in zip(page.spots, page.flyers(), strict=True):
            yield f"flyer:{spot.flyer_id}", flyer


def pages_of_the_same_flyers(number, limit, **changes):
    for place in range(number):
        yield f'flyers:[[40.42,-3.7],1,{limit},false,5.0,[],null,"{place}",[]]', page_of(1, limit, **changes)


WORK = {
    "pages of 100 and their flyers": lambda: pages_with_their_flyers(3, 100, description=LIVELY),
    "pages of 20 and their flyers": lambda: pages_with_their_flyers(10, 20, description=LIVELY),
    "pages of short flyers": lambda: pages_with_their_flyers(5, 50, description="", images=[], categories=[]),
    "many pages of the same flyers": lambda: pages_of_the_same_flyers(4, 100, description=""),
    "single flyers": lambda: (
        (f"flyer:{each.id}", render_flyer(each)) for each in flyers(1_000, 300, description=LIVELY)
    ),
    "empty pages": lambda: pages_of_the_same_flyers(300, 0),
    "creators": lambda: (
        (f"creator:{number}", render_creator(read(payloads.creator(number), Creator)))
        for number in range(1_000, 1_300)
    ),
    "categories": lambda: (
        (f"categories:{number}", render_categories([read(payloads.category(), Category)] * 50))
        for number in range(20)
    ),
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_what_entries_take_is_counted_and_not_much_more(work):
    shelf = Shelf(most_entries=100_000, most_bytes=10**9)
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for place, (key, rendered) in enumerate(work()):
            now = 1_700_000_000.0 + place
            shelf.put(key, Entry(rendered, now, now + 60.5, 60, f'"etag-{place}"'))
        del key, rendered
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert taken <= shelf.size <= MOST_COUNTED * taken


def test_what_falls_off_is_no_longer_counted():
    entries = {key: Entry(rendered, 0.0, 60.0, 60) for key, rendered in pages_with_their_flyers(3, 20)}
    shelf = Shelf(most_entries=40, most_bytes=10**9)

    for key, entry in entries.items():
        shelf.put(key, entry)
        shelf.put(key, entry)
    assert (len(shelf), shelf.size > 0) == (40, True)
    for key in entries:
        shelf.drop(key)

    assert (len(shelf), shelf.size) == (0, 0)
