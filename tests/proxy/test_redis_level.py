"""The Redis level: what processes and hosts share. Two caches here stand for two processes."""

import itertools
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import msgspec
import pytest
import redis
from django.conf import settings

from clients.errors import (
    UpstreamBusyError,
    UpstreamNotFoundError,
    UpstreamThrottledError,
    UpstreamTimeoutError,
    UpstreamUnavailableError,
)
from clients.transport import Fetched
from proxy import redis_level
from proxy.redis_level import PREFIX, RedisLevel
from tests.proxy.fills import Clock, Crowd, Fill, eventually, flyer, new_cache, page, together
from tests.proxy.tcp_proxy import tcp_proxy

# Placeholders: of an item that is cut elsewhere, and one that nobody fills.
MARK, ODD = ["m", ["favorites", "flyer"], 7], ["c", "no such filler", [1.0]]
NEVER = Fill(AssertionError("upstream was asked"))


@pytest.fixture
def clock():
    # Redis forgets by its own clock, so this one begins with the true time.
    clock = Clock()
    clock.now = time.time()
    return clock


@pytest.fixture
def process(clock, settings):
    """Start as many processes as a test needs; they share the bound on who waits, which no test here is about."""
    settings.MAX_WAITERS = 200
    caches = []

    def start(*, lock_seconds=2.8, cooldown_seconds=2.0, url=settings.CACHE_URL, **changes):
        shared = RedisLevel(
            url,
            version="1",
            stale_seconds=86_400,
            lock_seconds=lock_seconds,
            cooldown_seconds=cooldown_seconds,
        )
        caches.append(new_cache(clock, shared=shared, **changes))
        return caches[-1]

    yield start
    for cache in caches:
        cache.settle()


@pytest.fixture
def proxy():
    """A go-between to Redis."""
    address = urlsplit(settings.CACHE_URL)
    with tcp_proxy((address.hostname, address.port or 6379)) as proxy:
        proxy.url = f"redis://127.0.0.1:{proxy.port}{address.path}"
        yield proxy


@pytest.fixture
def store():
    with redis.Redis.from_url(settings.CACHE_URL) as store:
        yield store


def test_what_one_process_asked_for_all_have(process):
    one, other = process(), process()
    one.get("page", Fill(page(1, 2, 3)))

    found = other.get("page", NEVER)

    assert found.outcome == "HIT"
    assert found.body == page(1, 2, 3)
    assert other.get("flyers:flyer:2", NEVER).body == flyer(2)


def test_many_can_be_looked_for_at_once(process):
    one, other = process(), process()
    one.get("page", Fill(page(1, 2, 3)))

    found = other.copies({"flyers:flyer:1": 1, "flyers:flyer:3": 3, "flyers:flyer:9": 9})

    assert set(found) == {1, 3}
    assert other.get("flyers:flyer:3", NEVER).outcome == "HIT"


def test_eighty_who_miss_together_in_two_processes_cost_one_call(process):
    one, other = process(), process()
    fill = Fill(flyer(), gate=Crowd(78))
    turns = iter([one, other] * 40)

    outcomes = together(80, lambda: next(turns).get("a", fill))

    assert fill.calls == 1
    assert {found.body for found in outcomes} == {flyer()}


@pytest.mark.parametrize(
    "failure",
    [UpstreamUnavailableError(), UpstreamThrottledError(retry_after=7), UpstreamTimeoutError()],
    ids=repr,
)
def test_processes_that_wait_for_a_fill_share_its_failure(process, proxy, failure):
    one, other = process(), process(url=proxy.url)
    gate = threading.Event()
    fill = Fill(failure, gate=gate)

    with ThreadPoolExecutor(2) as threads:
        outcomes = [threads.submit(one.get, "a", fill)]
        assert eventually(lambda: fill.calls == 1)
        outcomes.append(threads.submit(other.get, "a", fill))
        assert eventually(lambda: proxy.messages > 5)  # it has come back to see whether the fill is done
        gate.set()

    failures = [outcome.exception() for outcome in outcomes]
    assert fill.calls == 1
    assert [type(each) for each in failures] == [type(failure)] * 2
    assert len({getattr(each, "retry_after", None) or 1 for each in failures}) == 1


def test_a_process_without_a_free_slot_leaves_the_fill_to_another(process, proxy):
    busy, other = process(), process(url=proxy.url)
    gate = threading.Event()
    refused, filled = Fill(UpstreamBusyError(), gate=gate), Fill(flyer())

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(busy.get, "a", refused)
        assert eventually(lambda: refused.calls == 1)
        second = threads.submit(other.get, "a", filled)
        assert eventually(lambda: proxy.messages > 5)
        gate.set()

    assert isinstance(first.exception(), UpstreamBusyError)
    assert second.result().outcome == "MISS"


@pytest.mark.parametrize(
    "failure",
    [UpstreamUnavailableError(), UpstreamBusyError(), UpstreamNotFoundError(), ZeroDivisionError()],
    ids=repr,
)
def test_whatever_ends_a_fill_lets_go_of_its_key(process, store, failure):
    with pytest.raises(type(failure)):
        process().get("a", Fill(failure))

    holder = store.get(f"{PREFIX}lock:{PREFIX}1:a")
    assert holder is None or holder.startswith(
        b"!"
    )  # a failure for those who were waiting, and nobody's lock


def test_who_asks_after_a_failure_is_not_held_to_it(process):
    one, other = process(), process()
    with pytest.raises(UpstreamUnavailableError):
        one.get("a", Fill(UpstreamUnavailableError()))

    assert other.get("a", Fill(flyer())).outcome == "MISS"


@pytest.mark.parametrize("in_background", [True, False], ids=["in background", "while somebody waits"])
def test_what_upstream_confirms_to_one_process_is_fresh_for_all(process, clock, in_background):
    one, young = process(), process()
    one.get("page", Fill(Fetched(page(1, 2), etag='"v1"')))
    clock.now += 70
    unchanged = Fill(Fetched(None))

    one.get("page", unchanged, confirm=not in_background)
    one.settle()

    assert unchanged.etags == ['"v1"']
    for cache in (one, young):
        found = cache.get("page", NEVER)
        assert (found.outcome, found.entry.fetched_at) == ("HIT", clock.now)
        assert found.body == page(1, 2)
        assert cache.get("flyers:flyer:2", NEVER).entry.fetched_at == clock.now
    clock.now += 70
    assert young.get("page", unchanged, confirm=True).entry.etag == '"v1"'
    assert unchanged.etags == ['"v1"', '"v1"']


def test_a_process_that_died_while_filling_holds_the_others_up_only_for_a_while(process):
    dead = RedisLevel(settings.CACHE_URL, version="1", stale_seconds=86_400, lock_seconds=0.3)
    assert dead.look("a", "the-dead-process", now=time.time()).is_mine
    start = time.monotonic()

    found = process().get("a", Fill(flyer()))

    assert found.outcome == "MISS"
    assert time.monotonic() - start < 1


def test_nobody_waits_longer_for_another_process_than_a_fill_may_take(process):
    dead = RedisLevel(settings.CACHE_URL, version="1", stale_seconds=86_400, lock_seconds=60)
    dead.look("a", "the-dead-process", now=time.time())

    with pytest.raises(UpstreamTimeoutError):
        process(deadline=0.1).get("a", NEVER)


def test_only_the_holder_can_let_go_of_a_key():
    shared = RedisLevel(settings.CACHE_URL, version="1", stale_seconds=86_400, lock_seconds=60)
    assert shared.look("a", "mine", now=time.time()).is_mine

    shared.release("a", "not-mine")
    assert not shared.look("a", "not-mine", now=time.time()).is_mine

    shared.release("a", "mine")
    assert shared.look("a", "not-mine", now=time.time()).is_mine


def test_an_old_answer_is_renewed_once_for_all_processes(process, clock):
    one, other = process(), process()
    for cache in (one, other):
        cache.get("a", Fill(flyer(title="old")))
    clock.now += 70
    renew = Fill(flyer(title="new"))

    outcomes = [cache.get("a", renew).outcome for cache in (one, other)]
    for cache in (one, other):
        cache.settle()

    assert outcomes == ["STALE", "STALE"]
    assert renew.calls == 1
    assert [cache.get("a", NEVER).body for cache in (one, other)] == [flyer(title="new")] * 2


def test_a_new_process_serves_what_is_old_at_once_too(process, clock):
    process().get("a", Fill(flyer()))
    clock.now += 70
    gate = threading.Event()
    young = process()

    found = young.get("a", Fill(flyer(), gate=gate))  # returns though the gate is shut

    gate.set()
    young.settle()
    assert found.outcome == "STALE"
    assert young.get("a", NEVER).outcome == "HIT"


def test_in_an_outage_a_new_process_who_must_know_falls_back_on_the_shared_copy(process, clock):
    process().get("a", Fill(flyer()))
    clock.now += 70

    found = process().get("a", Fill(UpstreamTimeoutError()), confirm=True)

    assert found.outcome == "STALE"


def test_a_not_found_is_one_for_all_processes(process, clock):
    one, other = process(), process()
    for cache in (one, other):
        cache.get("a", Fill(flyer()))
    clock.now += 70
    one.get("a", Fill(UpstreamNotFoundError()))
    one.settle()

    other.get("a", NEVER)
    other.settle()

    for cache in (one, other, process()):
        with pytest.raises(UpstreamNotFoundError):
            cache.get("a", NEVER)


def test_a_not_found_that_is_over_is_asked_for_anew_and_holds_nobody_up(process, clock):
    gone, found = Fill(UpstreamNotFoundError("no such flyer")), Fill(flyer(7))
    with pytest.raises(UpstreamNotFoundError):
        process().get("flyer:7", gone)
    clock.now += 61  # Redis, by its own clock, still has it.

    answers = [process().get("flyer:7", found, confirm=True) for _ in range(2)]

    assert [answer.body.items[0].id for answer in answers] == [7, 7]
    assert (gone.calls, found.calls) == (1, 1)


def test_a_not_found_is_cached_for_a_minute(process, store):
    with pytest.raises(UpstreamNotFoundError):
        process().get("a", Fill(UpstreamNotFoundError()))

    assert 50 < store.ttl(f"{PREFIX}1:a") <= 60


def test_while_nobody_clears_a_process_keeps_what_it_has(process):
    one, other = process(), process()

    for key in "abc":
        one.get(key, Fill(flyer()))
        other.get(f"other-{key}", Fill(flyer()))

    assert [one.copy(key) is not None for key in "abc"] == [True] * 3


def test_clearing_reaches_the_processes_with_their_next_question(process):
    one = process()
    one.get("a", Fill(flyer()))
    one.get("page", Fill(page(1, 2)))

    dropped = redis_level.clear(settings.CACHE_URL)
    one.get("b", Fill(flyer()))

    assert dropped == 4
    assert one.copy("a") is None
    assert one.copy("b") is not None
    assert redis_level.census(settings.CACHE_URL)[0] == 1


def test_an_answer_too_large_to_cache_is_served_and_not_shared(process):
    huge = page(*range(1, 700), description="x" * 2000)

    process().get("a", Fill(huge))

    assert process().get("a", Fill(flyer())).outcome == "MISS"


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"nonsense",
        b"9999999999999",
        b"9999999999999z" + zlib.compress(b" " * 50_000_000),
        b"9999999999999z\x00\x00",
        b"9999999999999p\x93\x01\x02\x03",
        b"9999999999999p" + msgspec.msgpack.encode([["i", "flyer", 7, [b"a"], [MARK], b""], 1.0, 9e9, 60]),
        b"9999999999999p"
        + msgspec.msgpack.encode([["i", "flyer", 7, [b"a", b"b"], [ODD], b""], 1.0, 9e9, 60]),
    ],
)
def test_what_someone_else_wrote_there_is_never_believed_nor_an_error(process, store, spoilt):
    store.set(f"{PREFIX}1:a", spoilt)
    cache = process()

    if spoilt == b"9999999999999":  # the one entry that is this short: not found
        with pytest.raises(UpstreamNotFoundError):
            cache.get("a", NEVER)
        return
    assert cache.get("a", Fill(flyer())).outcome == "MISS"
    assert process().get("a", NEVER).body == flyer()


def test_a_read_is_one_round_trip_and_a_hit_none(process, proxy):
    cache = process(url=proxy.url)
    cache.get("warm up", Fill(flyer()))
    process().get("a", Fill(page(1, 2, 3)))
    counts = [proxy.messages]

    for key in ("a", "a", "flyers:flyer:1", "b"):
        cache.get(key, Fill(flyer()))
        counts.append(proxy.messages)

    # From another process; a hit; a flyer of that page; a miss, which also has to be published.
    assert [after - before for before, after in itertools.pairwise(counts)] == [1, 0, 1, 2]


def test_a_redis_that_falls_silent_costs_one_short_wait(process, proxy):
    cache = process(url=proxy.url)
    cache.get("a", Fill(flyer()))
    proxy.mode = "silent"
    start = time.monotonic()

    outcomes = [cache.get(str(number), Fill(flyer())).outcome for number in range(100)]

    assert outcomes == ["MISS"] * 100
    assert time.monotonic() - start < 2  # one wait of under 0.1 s, not a hundred


def test_a_redis_that_is_back_is_used_for_everything_again(process, proxy):
    cache, other = process(url=proxy.url, cooldown_seconds=0.05), process()
    proxy.mode = "hang_up"
    cache.get("a", Fill(flyer()))
    proxy.mode = "pass"
    time.sleep(0.06)

    for key in "bcd":
        cache.get(key, Fill(flyer()))

    assert [other.get(key, NEVER).outcome for key in "bcd"] == ["HIT"] * 3


def test_keys_and_values_hold_nothing_that_runs(process, store):
    process().get("a", Fill(page(1, 2, 3, description="x" * 500)))

    value = store.get(f"{PREFIX}1:a")

    assert value[:13].isdigit()
    plain = len(page(1, 2, 3, description="x" * 500).text)
    assert len(value) < plain / 2  # compressed
    assert 86_000 < store.ttl(f"{PREFIX}1:a") <= 86_400
