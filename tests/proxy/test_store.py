"""The store's bound in bytes is one of real memory."""

import gc
import tracemalloc

import msgspec
import pytest
from msgspec.structs import replace

from clients.flyers import Category, Creator, Flyer
from flyers_proxy import shapes
from proxy import store as counters
from proxy.store import Entry, Store, pack, unpack
from tests import payloads
from tests.proxy.fills import page

# An entry is never counted as less than it takes, and as at most so many times that: flyers that came on a page share
# its bytes, and count as if they did not, as they hold them when the page has been evicted.
MAX_COUNTED = 2.5
LIVELY = "Three bands, one bridge, and a blanket each. " * 10


def read(payload, into):
    return msgspec.convert(payload, into)


def flyers(first, number, **changes):
    return [read(payloads.flyer(first + each, **changes), Flyer) for each in range(number)]


def page_of(first, number, **changes):
    return shapes.FLYER.render_page(1_000_000 + first, flyers(first, number, **changes))


def pages_with_their_flyers(number, limit, **changes):
    for place in range(number):
        page = page_of(1_000 + place * limit, limit, **changes)
        yield f"flyers:flyers:[[40.42,-3.7],{place},{limit},false,5.0,[],null,null,[]]", page
        for flyer in page.items:
            yield f"flyers:flyer:{flyer.id}", flyer


def pages_of_the_same_flyers(number, limit, **changes):
    for place in range(number):
        yield (
            f'flyers:flyers:[[40.42,-3.7],1,{limit},false,5.0,[],null,"{place}",[]]',
            page_of(1, limit, **changes),
        )


WORK = {
    "pages of 100 and their flyers": lambda: pages_with_their_flyers(3, 100, description=LIVELY),
    "pages of 20 and their flyers": lambda: pages_with_their_flyers(10, 20, description=LIVELY),
    "pages of short flyers": lambda: pages_with_their_flyers(5, 50, description="", images=[], categories=[]),
    "many pages of the same flyers": lambda: pages_of_the_same_flyers(4, 100, description=""),
    "single flyers": lambda: (
        (f"flyers:flyer:{each.id}", shapes.FLYER.render(each))
        for each in flyers(1_000, 300, description=LIVELY)
    ),
    "empty pages": lambda: pages_of_the_same_flyers(300, 0),
    "creators": lambda: (
        (f"flyers:creator:{number}", shapes.CREATOR.render(read(payloads.creator(number), Creator)))
        for number in range(1_000, 1_300)
    ),
    "categories": lambda: (
        (
            f"flyers:categories:{number}",
            shapes.CATEGORY.render_page(50, [read(payloads.category(), Category) for _ in range(50)]),
        )
        for number in range(20)
    ),
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_what_entries_take_is_counted_and_not_much_more(work):
    store = Store(max_entries=1_000_000, max_bytes=10**9)
    others = counters.BYTES._value.get()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for place, (key, body) in enumerate(work()):
            now = 1_700_000_000.0 + place
            store.put(key, Entry(body, now, now + 60.5, 60, f'"etag-{place}"'), items_of="flyers")
        del key, body
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert taken <= counters.BYTES._value.get() - others <= MAX_COUNTED * taken


def test_what_falls_off_is_no_longer_counted():
    entries = {key: Entry(body, 0.0, 60.0, 60) for key, body in pages_with_their_flyers(3, 20)}
    store = Store(max_entries=40, max_bytes=40 * 10**6)
    others = counters.ENTRIES._value.get()

    for key, entry in entries.items():
        store.put(key, entry)
        store.put(key, entry)
    assert len([key for key in entries if store.get(key)]) == 40
    for key in entries:
        store.drop(key)
    store.put("flyers:flyer:1", Entry(next(iter(entries.values())).body.items[0], 0.0, 60.0, 60))

    assert counters.ENTRIES._value.get() - others == 1


def test_what_two_stores_hold_is_counted_together():
    entry = Entry(page(1, 2), 0.0, 60.0, 60)
    one, other = Store(), Store()
    others = counters.ENTRIES._value.get()

    for key in "abc":
        one.put(key, entry)
    other.put("a", entry)
    held = counters.ENTRIES._value.get() - others
    one.clear()

    assert (held, counters.ENTRIES._value.get() - others) == (4, 1)


# --- Copies that come from outside ------------------------------------------------------------------

WHOLE = Entry(page(1, 2, description="100 % jazz"), 0.0, 60.0, 60)
DAMAGED = {
    "a text cut short": {"text": WHOLE.body.text[:-1]},
    "a placeholder less": {"text": WHOLE.body.text.replace(b"%b", b"null", 1)},
    "another sign of a format": {"text": WHOLE.body.text.replace(b"%b", b"%s", 1)},
    "an end elsewhere": {"ends": WHOLE.body.ends[:4]},
    "an id less": {"ids": WHOLE.body.ids[8:]},
    "a column cut short": {"columns": (WHOLE.body.columns[0][:8], *WHOLE.body.columns[1:])},
    "a column less": {"columns": WHOLE.body.columns[1:]},
    "placeholders of no shape": {"slots": tuple(("likes", "flyer") for _ in WHOLE.body.slots)},
    "a summary less": {"summaries": WHOLE.body.summaries.split(b"\n")[0]},
    "summaries that are none": {"summaries": b"nonsense\n[]"},
    "a kind that is no text": {"kind": 7},
}


def test_a_copy_comes_back_from_a_shared_level_as_it_was():
    assert unpack(pack(WHOLE)) == WHOLE


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_copy_whose_parts_do_not_belong_together_is_no_copy(damage):
    with pytest.raises(ValueError, match=r"not an entry|belong together"):
        unpack(pack(replace(WHOLE, body=replace(WHOLE.body, **damage))))
