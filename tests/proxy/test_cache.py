"""The cache's promises about one key, on a clock that a test sets."""

import json
import threading
import time

import pytest
import structlog

from clients.errors import (
    UpstreamBusyError,
    UpstreamMalformedError,
    UpstreamNotFoundError,
    UpstreamRefusedError,
    UpstreamThrottledError,
    UpstreamTimeoutError,
    UpstreamUnavailableError,
)
from clients.transport import Fetched
from proxy.background import COOLDOWN_SECONDS, Background
from proxy.store import Store
from proxy.templates import Template
from tests.proxy.fills import Clock, Crowd, Fill, flyer, new_cache, page, together

FAILURES = [
    UpstreamBusyError(),
    UpstreamMalformedError(),
    UpstreamRefusedError(),
    UpstreamThrottledError(retry_after=5),
    UpstreamTimeoutError(),
    UpstreamUnavailableError(),
]
HOUR = 3600


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(clock, settings):
    settings.MAX_WAITERS = 100  # a crowd of these tests may take as long to start as it has to
    cache = new_cache(clock)
    yield cache
    cache.settle()


def test_a_fresh_answer_is_served_again_without_asking(cache, clock):
    fill = Fill(flyer())

    first = cache.get("a", fill)
    clock.now += 53
    again = cache.get("a", fill)

    assert (first.outcome, again.outcome) == ("MISS", "HIT")
    assert again.entry is first.entry
    assert fill.calls == 1


def test_an_answer_that_another_thread_stores_meanwhile_is_not_called_stale(clock):
    class FilledMeanwhile(Store):
        """Another thread stores its answer whenever ours has just looked for one in vain."""

        def get(self, key):
            found = super().get(key)
            if found is None:
                self.put(key, other.get(key, Fill(flyer())).entry)
            return found

    other = new_cache(clock)
    fill = Fill(flyer())

    answer = new_cache(clock, store=FilledMeanwhile()).get("a", fill)

    assert answer.outcome == "HIT"
    assert fill.calls == 0


def test_a_stale_answer_is_served_at_once_and_revalidated_in_background(cache, clock):
    fill = Fill(flyer(title="old"), flyer(title="new"))
    cache.get("a", fill)
    clock.now += 67

    stale = cache.get("a", fill)
    cache.settle()
    renewed = cache.get("a", fill)

    assert (stale.outcome, renewed.outcome) == ("STALE", "HIT")
    assert b"old" in stale.body.text
    assert b"new" in renewed.body.text
    assert fill.calls == 2


def test_answers_of_one_moment_do_not_all_grow_old_at_one_moment(cache, clock):
    entries = [cache.get(str(number), Fill(flyer())).entry for number in range(100)]

    lifetimes = [entry.fresh_until - clock.now for entry in entries]

    assert 54 <= min(lifetimes) < 57
    assert 63 < max(lifetimes) <= 66
    assert {entry.max_age for entry in entries} == {60}


@pytest.mark.parametrize(("theirs", "ours"), [(5, 5), (0, 0), (3600, 60), (None, 60)])
def test_upstream_may_shorten_the_time_an_answer_is_fresh_and_not_lengthen_it(cache, clock, theirs, ours):
    entry = cache.get("a", Fill(Fetched(flyer(), max_age=theirs))).entry

    assert entry.max_age == ours
    assert entry.fresh_until <= clock.now + ours * 1.1


def test_an_unchanged_answer_is_renewed_without_being_rendered_again(cache, clock):
    fill = Fill(Fetched(page(7), etag='"1"'), Fetched(None))
    first = cache.get("a", fill).entry
    for _ in range(2):
        clock.now += 70
        cache.get("a", fill)
        cache.settle()

    renewed = cache.get("a", fill)

    assert fill.etags == [None, '"1"', '"1"']
    assert renewed.outcome == "HIT"
    assert renewed.body is first.body
    assert renewed.entry.fetched_at == first.fetched_at + 140
    assert cache.copy("flyers:flyer:7").fetched_at == first.fetched_at + 140


def test_unchanged_without_a_copy_is_nonsense(cache):
    with pytest.raises(UpstreamMalformedError):
        cache.get("a", Fill(Fetched(None)))


def test_forty_who_miss_together_cost_one_call(cache):
    fill = Fill(flyer(), gate=Crowd(39))

    outcomes = together(40, lambda: cache.get("a", fill))

    assert fill.calls == 1
    assert len({id(found.entry) for found in outcomes}) == 1


@pytest.mark.parametrize("failure", [*FAILURES, UpstreamNotFoundError(), ZeroDivisionError()], ids=repr)
def test_forty_who_miss_together_share_the_failure_too(cache, failure):
    fill = Fill(failure, gate=Crowd(39))

    outcomes = together(40, lambda: cache.get("a", fill))

    assert fill.calls == 1
    assert {type(outcome) for outcome in outcomes} == {type(failure)}


def test_after_a_failure_the_next_one_who_asks_is_not_held_to_it(cache):
    fill = Fill(UpstreamUnavailableError(), flyer())
    with pytest.raises(UpstreamUnavailableError):
        cache.get("a", fill)

    assert cache.get("a", fill).outcome == "MISS"


def test_who_waits_for_a_fill_waits_no_longer_than_a_fill_may_take(clock):
    cache = new_cache(clock, deadline=0.05)
    gate, start = threading.Event(), time.monotonic()
    filler = threading.Thread(target=cache.get, args=("a", Fill(flyer(), gate=gate)))
    filler.start()

    with pytest.raises(UpstreamTimeoutError):
        cache.get("a", Fill(flyer(), gate=gate))

    assert time.monotonic() - start < 1
    gate.set()
    filler.join()


def test_forty_who_find_an_old_answer_all_get_it_while_one_asks(cache, clock):
    gate = threading.Event()
    cache.get("a", Fill(flyer()))
    clock.now += 70
    slow = Fill(flyer(), gate=gate)

    outcomes = together(40, lambda: cache.get("a", slow).outcome)  # returns though the gate is shut

    gate.set()
    cache.settle()
    assert outcomes == ["STALE"] * 40
    assert slow.calls == 1
    assert cache.get("a", slow).outcome == "HIT"


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_whatever_fails_the_copy_is_served_for_a_day(cache, clock, failure):
    cache.get("a", Fill(flyer()))
    broken = Fill(failure)

    for _ in range(23):
        clock.now += HOUR
        assert cache.get("a", broken).outcome == "STALE"
        cache.settle()

    clock.now += HOUR
    with pytest.raises(type(failure)):
        cache.get("a", broken)


def test_after_a_failed_refresh_upstream_is_left_alone_for_a_moment(cache, clock):
    cache.get("a", Fill(flyer()))
    clock.now += 70
    broken = Fill(UpstreamUnavailableError())

    for _ in range(100):
        assert cache.get("a", broken).outcome == "STALE"
        cache.settle()
    calls = broken.calls
    clock.now += COOLDOWN_SECONDS
    cache.get("a", Fill(flyer()))
    cache.settle()

    assert calls == 1
    assert cache.get("a", broken).outcome == "HIT"


def test_what_upstream_no_longer_has_is_dropped_and_remembered_for_a_minute(cache, clock):
    cache.get("a", Fill(flyer()))
    clock.now += 70
    not_found = Fill(UpstreamNotFoundError(), UpstreamNotFoundError(), flyer())

    assert cache.get("a", not_found).outcome == "STALE"  # the last time: nobody knew
    cache.settle()
    for _ in range(3):
        with pytest.raises(UpstreamNotFoundError):
            cache.get("a", not_found)
    assert not_found.calls == 1

    clock.now += 61
    with pytest.raises(UpstreamNotFoundError):
        cache.get("a", not_found)
    clock.now += 61
    assert cache.get("a", not_found).outcome == "MISS"


def test_names_made_up_by_a_stranger_do_not_push_out_what_is_cached(clock):
    cache = new_cache(clock, store=Store(max_entries=10))
    cache.get("a", Fill(flyer()))

    for number in range(2000):
        with pytest.raises(UpstreamNotFoundError):
            cache.get(f"made-up:{number}", Fill(UpstreamNotFoundError()))

    assert cache.get("a", Fill(flyer())).outcome == "HIT"


def test_a_flyer_seen_on_a_page_has_an_entry_of_its_own(cache):
    cache.get("page", Fill(page(1, 2, 3)))
    never = Fill(UpstreamUnavailableError())

    found = cache.get("flyers:flyer:2", never)

    assert found.outcome == "HIT"
    assert found.body == flyer(2)
    assert never.calls == 0


def test_a_missing_flyer_is_back_when_it_is_seen_on_a_page(cache):
    with pytest.raises(UpstreamNotFoundError):
        cache.get("flyers:flyer:2", Fill(UpstreamNotFoundError()))

    cache.get("page", Fill(page(1, 2, 3)))

    assert cache.get("flyers:flyer:2", Fill(UpstreamNotFoundError())).outcome == "HIT"


def test_the_number_of_entries_is_bounded_and_the_least_used_go_first(clock):
    cache = new_cache(clock, store=Store(max_entries=3))
    for key in ("a", "b", "c"):
        cache.get(key, Fill(flyer()))
    cache.get("a", Fill(flyer()))

    cache.get("d", Fill(flyer()))

    assert [cache.copy(key) is not None for key in "abcd"] == [True, False, True, True]


def test_the_room_that_entries_take_is_bounded(clock):
    room = 40_000
    cache = new_cache(clock, store=Store(max_entries=1_000, max_bytes=room))

    for key in range(100):
        cache.get(str(key), Fill(flyer()))

    cached = sum(cache.copy(str(key)) is not None for key in range(100))
    assert room / 2 < cached * flyer().size <= room


def test_an_entry_larger_than_a_megabyte_is_served_and_not_cached(cache):
    huge = page(*range(1, 700), description="x" * 2000)

    assert cache.get("a", Fill(huge)).body is huge
    assert cache.copy("a") is None


def test_who_must_know_asks_upstream_before_an_old_copy_is_believed(cache, clock):
    cache.get("a", Fill(flyer(title="old")))
    assert cache.get("a", Fill(flyer()), confirm=True).outcome == "HIT"
    clock.now += 70

    confirmed = cache.get("a", Fill(flyer(title="new")), confirm=True)
    clock.now += 70
    in_outage = cache.get("a", Fill(UpstreamTimeoutError()), confirm=True)

    assert confirmed.outcome == "MISS"
    assert b"new" in confirmed.body.text
    assert in_outage.outcome == "STALE"
    with pytest.raises(UpstreamNotFoundError):
        cache.get("a", Fill(UpstreamNotFoundError()), confirm=True)


def test_a_refresh_works_in_the_name_of_the_request_that_caused_it(cache, clock):
    named = []

    def fill(etag, ends_at):
        named.append(structlog.contextvars.get_contextvars().get("request_id"))
        return Fetched(flyer())

    cache.get("a", fill)
    clock.now += 70
    with structlog.contextvars.bound_contextvars(request_id="the-first-to-find-it-old"):
        cache.get("a", fill)
    cache.settle()

    assert named == [None, "the-first-to-find-it-old"]


def test_a_bug_in_a_refresh_does_not_end_all_refreshing(cache, clock, caplog):
    cache.get("a", Fill(flyer()))
    clock.now += 70
    for _ in range(10):
        cache.get("a", Fill(ZeroDivisionError()))
        cache.settle()
        clock.now += COOLDOWN_SECONDS

    cache.get("a", Fill(flyer()))
    cache.settle()

    assert cache.get("a", Fill(flyer())).outcome == "HIT"
    assert caplog.text.count("refresh broke") == 10


def test_the_line_of_refreshes_is_bounded():
    gate = threading.Event()
    background = Background(threads=2, max_queued=3)

    taken = [background.submit(lambda: gate.wait(10) and None) for _ in range(20)]

    gate.set()
    background.settle()
    assert 3 <= sum(taken) <= 5


# --- Items of pages ----------------------------------------------------------------------------------


def test_what_a_page_no_longer_has_is_still_there_for_an_outage(cache, clock):
    cache.get("page", Fill(page(1, 2, 3)))
    clock.now += 70
    cache.get("page", Fill(page(3, 4)), confirm=True)

    left, kept, new = (cache.copy(f"flyers:flyer:{number}") for number in (2, 3, 4))

    assert left.body == flyer(2)
    assert (left.fetched_at, kept.fetched_at, new.fetched_at) == (clock.now - 70, clock.now, clock.now)


def test_what_a_page_has_takes_the_place_of_an_older_copy_and_gives_way_to_a_newer_one(cache, clock):
    cache.get("flyers:flyer:2", Fill(flyer(2, title="old")))
    cache.get("page", Fill(page(1, 2, title="on the page")))
    on_page = cache.copy("flyers:flyer:2")
    clock.now += 70
    cache.get("flyers:flyer:2", Fill(flyer(2, title="new")), confirm=True)

    assert on_page.body == flyer(2, title="on the page")
    assert cache.copy("flyers:flyer:2").body == flyer(2, title="new")


def test_an_item_that_is_not_found_is_gone_though_a_page_has_it(cache, clock):
    cache.get("page", Fill(page(1, 2)))
    clock.now += 70
    for number in (1, 2):
        with pytest.raises(UpstreamNotFoundError):
            cache.get(f"flyers:flyer:{number}", Fill(UpstreamNotFoundError()), confirm=True)

    assert [cache.copy(f"flyers:flyer:{number}") for number in (1, 2)] == [None, None]


def test_a_page_that_falls_off_takes_along_the_items_that_nobody_looked_for(clock):
    cache = new_cache(clock, store=Store(max_entries=3))
    cache.get("page", Fill(page(1, 2)))
    cache.copy("flyers:flyer:2")
    for key in "ab":
        cache.get(key, Fill(flyer()))
        cache.copy("flyers:flyer:2")

    assert [cache.copy(f"flyers:flyer:{number}") is not None for number in (1, 2)] == [False, True]


def test_items_of_a_page_too_large_to_cache_are_cached_nevertheless(cache):
    cache.get("page", Fill(page(*range(1, 700), description="x" * 2000)))

    assert cache.copy("page") is None
    assert cache.copy("flyers:flyer:699").body == flyer(699, description="x" * 2000)


def test_signs_that_a_format_would_know_are_shown_as_they_are():
    title = "100 % live, %b %s %(a)d %% \\"

    shown = [
        json.loads(Template.of(body, as_of=0, is_stale=False, now=0).filled(None)[0])
        for body in (flyer(title=title), page(7, 8, title=title))
    ]

    assert [shown[0]["title"], *(each["title"] for each in shown[1]["results"])] == [title] * 3
