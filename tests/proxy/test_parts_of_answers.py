"""The cache and answers that are a part of others: what came with one, and what is fetched within one's deadline."""

import threading
import time

import pytest
import structlog

from clients.errors import UpstreamNotFoundError, UpstreamTimeoutError
from clients.transport import Fetched
from proxy.store import Store
from tests.proxy.fills import Clock, Fill, eventually, flyer, new_cache


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(clock):
    cache = new_cache(clock)
    yield cache
    cache.settle()


def test_what_came_with_another_answer_is_fresh_without_asking(cache, clock):
    fill = Fill(flyer())

    cache.add("a", flyer(title="Came along"))
    at_once = cache.get("a", fill)
    clock.now += 53
    still = cache.get("a", fill)

    assert (at_once.outcome, still.outcome, fill.calls) == ("HIT", "HIT", 0)
    assert b"Came along" in still.body.text
    assert still.entry.etag is None


def test_it_gets_stale_as_any_answer_or_when_its_source_says_so(cache, clock):
    cache.add("a", flyer())
    cache.add("b", flyer(), max_age=5)
    clock.now += 6

    outcomes = [cache.get(key, Fill(UpstreamTimeoutError())).outcome for key in ("a", "b")]
    clock.now += 61

    assert outcomes == ["HIT", "STALE"]
    assert cache.get("a", Fill(UpstreamTimeoutError())).outcome == "STALE"


def test_it_replaces_an_older_copy_and_the_knowledge_that_there_is_none(cache, clock):
    cache.get("a", Fill(flyer(title="Older")))
    with pytest.raises(UpstreamNotFoundError):
        cache.get("b", Fill(UpstreamNotFoundError()))

    for key in ("a", "b"):
        cache.add(key, flyer(title="Newer"))

    assert b"Newer" in cache.get("a", Fill(UpstreamTimeoutError())).body.text
    assert not cache.is_negative("b")
    assert cache.get("b", Fill(UpstreamTimeoutError())).outcome == "HIT"


def test_it_takes_its_room_in_the_store_like_any_other(clock):
    store = Store()
    new_cache(clock, store=store).add("flyers:flyer:7", flyer())

    assert store.get("flyers:flyer:7").body.id == 7


def deadlines(cache, *, ends_at):
    """Return when a fill has to be over if it is a part of an answer that ends then."""
    seen = []

    def fill(etag, must_end_at):
        seen.append(must_end_at)
        return Fetched(flyer())

    cache.get("a", fill, ends_at=ends_at)
    return seen


def test_a_part_has_to_be_there_when_the_whole_has(cache):
    soon = time.monotonic() + 0.5

    assert deadlines(cache, ends_at=soon) == [soon]


def test_a_part_has_no_longer_than_any_answer(cache):
    before = time.monotonic()

    (seen,) = deadlines(cache, ends_at=before + 60)

    assert before + 2.4 < seen < time.monotonic() + 2.6


def test_the_time_that_a_part_takes_is_counted_once(cache):
    never = threading.Event()

    def fill_part(etag, ends_at):
        never.wait(0.05)
        return Fetched(flyer())

    def fill_whole(etag, ends_at):
        cache.get("part", fill_part, ends_at=ends_at)
        return Fetched(flyer())

    with structlog.contextvars.bound_contextvars():
        structlog.contextvars.clear_contextvars()
        start = time.perf_counter()
        for key in ("a", "b"):
            cache.get(key, fill_whole)
        spent = (time.perf_counter() - start) * 1000
        counted = structlog.contextvars.get_contextvars()["upstream_ms"]

    assert 49 < counted < spent + 1


def test_who_waits_for_a_part_waits_no_longer_than_for_the_whole(cache, settings):
    settings.MAX_WAITERS = 10
    gate = threading.Event()
    fill = Fill(flyer(), gate=gate)
    first = threading.Thread(target=cache.get, args=("a", fill))
    first.start()
    assert eventually(lambda: fill.calls == 1)

    start = time.monotonic()
    try:
        with pytest.raises(UpstreamTimeoutError):
            cache.get("a", Fill(flyer()), ends_at=start + 0.1)
        seconds = time.monotonic() - start
    finally:
        gate.set()
        first.join(10)

    assert seconds < 2  # and not the deadline of 2.5
