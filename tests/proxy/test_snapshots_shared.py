"""Whole lists on Redis: processes fetch one for all of them, and take it over from each other."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from clients.errors import UpstreamNotFoundError, UpstreamTimeoutError, UpstreamUnavailableError
from clients.transport import Fetched
from proxy import redis_level
from proxy.cache import Cache
from proxy.redis_level import RedisLevel
from proxy.single_flight import YOUNG_SECONDS
from proxy.snapshots import MAX_STORED_BYTES
from tests.proxy.fills import Clock, Fill, eventually, together
from tests.proxy.snapshot_fills import Shop, all_of
from tests.proxy.tcp_proxy import tcp_proxy
from tests.proxy.test_snapshot_cache import shown, titles

NEVER = Fill(AssertionError("the service was asked"))


@pytest.fixture
def clock():
    # Redis forgets by its own clock, so this one begins with the true time.
    clock = Clock()
    clock.now = time.time()
    return clock


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """On a busy machine a tenth of a second is no outage of Redis."""
    monkeypatch.setattr(redis_level, "ANSWER_SECONDS", 0.8)
    monkeypatch.setattr(redis_level, "CONNECT_SECONDS", 0.8)


def level(**changes):
    options = {"url": settings.CACHE_URL, "version": "1", "stale_seconds": 86_400, "lock_seconds": 20.3}
    return RedisLevel(**(options | {"max_entry_bytes": MAX_STORED_BYTES, "publish_seconds": 1.0} | changes))


@pytest.fixture
def process(clock, settings):
    """Start as many processes as a test needs; they share the bound on who waits."""
    settings.MAX_WAITERS = 100
    shops = []

    def start(fill, *, shared=None, **options):
        shops.append(Shop(fill, clock, shared=shared or level(), **options))
        return shops[-1]

    yield start
    for shop in shops:
        shop.settle()


@pytest.fixture
def proxy():
    """A go-between to Redis."""
    address = urlsplit(settings.CACHE_URL)
    with tcp_proxy((address.hostname, address.port or 6379)) as proxy:
        proxy.url = f"redis://127.0.0.1:{proxy.port}{address.path}"
        yield proxy


def test_what_one_process_has_fetched_all_have(process):
    process(Fill(all_of(*range(1, 301), title="100 %"))).page()
    other = process(NEVER)

    item, page = other.item(299), other.page()

    assert shown(item)["title"] == "100 %"
    assert shown(page)["count"] == 300


def test_forty_in_two_processes_cause_one_fetch(process):
    gate = threading.Event()
    fill = Fill(all_of(1), gate=gate)
    one, other = process(fill), process(fill)
    turns = iter([one, other] * 20)
    threading.Timer(0.3, gate.set).start()

    answers = together(40, lambda: next(turns).page())

    assert {titles(answer)[0] for answer in answers} == {"Record 1"}
    assert fill.calls == 1


def test_a_stale_list_is_fetched_once_for_all_processes_and_served_meanwhile(process, clock):
    fill = Fill(all_of(1, title="old"), all_of(1, title="new"))
    shops = [process(fill), process(fill)]
    for shop in shops:
        shop.page()
    clock.now += 70
    fill.gate = gate = threading.Event()

    stale = [shop.page().outcome for shop in shops]
    gate.set()
    for shop in shops:
        shop.settle()

    assert stale == ["STALE", "STALE"]
    assert [titles(shop.page()) for shop in shops] == [["new"], ["new"]]
    assert fill.calls == 2


def test_who_waits_for_the_fetch_of_another_process_does_not_take_the_list_it_knows_again_and_again(
    process, clock, proxy
):
    fill = Fill(all_of(1, title="old"), all_of(1, title="new"))
    one, other = process(fill), process(fill, shared=level(url=proxy.url))
    for shop in (one, other):
        shop.page()
    clock.now += 70
    fill.gate = gate = threading.Event()
    one.page()
    assert eventually(lambda: fill.calls == 2)
    before, taken = proxy.messages, proxy.bytes

    other.page()
    assert eventually(lambda: proxy.messages >= before + 5)  # it looks whether the fetch is over
    taken = proxy.bytes - taken
    gate.set()

    other.settle()
    assert taken < 100 * (proxy.messages - before)
    assert titles(other.page()) == ["new"]


def test_a_crowd_in_the_one_process_does_not_hinder_its_wait_for_the_other(process, settings):
    settings.MAX_WAITERS = 3
    gate = threading.Event()
    fill = Fill(all_of(1), gate=gate)
    one, other = process(fill), process(NEVER)
    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(one.page)]
        assert eventually(lambda: fill.calls == 1)
        answers += [threads.submit(other.page) for _ in range(2)]
        time.sleep(2 * YOUNG_SECONDS)  # the promise is about time: the fetch is no longer young
        gate.set()

    assert [titles(answer.result()) for answer in answers] == [["Record 1"]] * 3


@pytest.mark.parametrize("failure", [UpstreamUnavailableError(), UpstreamTimeoutError()], ids=repr)
def test_a_new_process_serves_in_an_outage_what_others_had(process, clock, failure):
    process(Fill(all_of(1))).page()
    clock.now += 70
    young = process(Fill(failure))

    answers = [young.page(), young.item(1)]

    assert [answer.outcome for answer in answers] == ["STALE", "STALE"]
    with pytest.raises(type(failure)):
        young.item(9)


def test_a_new_process_whose_service_hangs_has_what_others_had_after_one_deadline(process, clock):
    process(Fill(all_of(1))).page()
    clock.now += 70
    gate = threading.Event()
    young = process(Fill(all_of(1), gate=gate), deadline=0.3)

    answers = [young.page(), young.page()]

    gate.set()
    assert [answer.outcome for answer in answers] == ["STALE", "STALE"]


def test_an_unchanged_list_is_renewed_for_all_processes(process, clock):
    process(Fill(Fetched(all_of(1), etag='"1"'))).page()
    clock.now += 70
    unchanged = Fill(Fetched(None))
    process(unchanged).page(confirm=True)

    answer = process(NEVER).page()

    assert unchanged.etags == ['"1"']
    assert (answer.outcome, answer.entry.fetched_at) == ("MISS", clock.now)


def test_a_list_of_another_shape_is_not_read_nor_renewed(process, clock):
    process(Fill(Fetched(all_of(1, title="old"), etag='"1"')), shared=level(version="1")).page()
    fill = Fill(all_of(1, title="new"))

    answer = process(fill, shared=level(version="2")).page()

    assert fill.etags == [None]
    assert titles(answer) == ["new"]


def test_a_list_of_many_megabytes_is_shared(process):
    process(Fill(all_of(*range(1, 2001), artist="x" * 5_000))).page()

    answer = process(NEVER).page()

    assert shown(answer)["count"] == 2000


def test_a_list_that_redis_does_not_take_in_time_holds_no_other_process_up(process, proxy):
    shared = level(url=proxy.url)
    fill = Fill(all_of(*range(1, 3)))
    gate = threading.Event()
    fill.gate = gate
    one = process(fill, shared=shared)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(one.page)
        assert eventually(lambda: fill.calls == 1)
        proxy.deaf_to = b"SET"  # from now on what is published is not passed on, and not answered
        gate.set()
        assert titles(answer.result()) == ["Record 1", "Record 2"]

    start = time.monotonic()
    other = process(Fill(all_of(1))).page()

    assert titles(other) == ["Record 1"]
    assert time.monotonic() - start < 2


def test_without_redis_each_process_fetches_the_list(process):
    with tcp_proxy(mode="silent") as broken:
        fill = Fill(all_of(1))
        shops = [process(fill, shared=level(url=f"redis://127.0.0.1:{broken.port}/0")) for _ in range(2)]

        outcomes = [shop.page().outcome for shop in shops]

    assert outcomes == ["MISS", "MISS"]
    assert fill.calls == 2


# --- Writes ------------------------------------------------------------------------------------------


def test_what_a_process_fetched_before_a_write_is_nothing_to_one_that_knows_of_it(process, clock):
    process(Fill(all_of(1, title="old"))).page()
    fill = Fill(all_of(1, title="new"))
    other = process(fill)
    clock.now += 1
    other.write()

    answers = [other.page(), process(NEVER).page()]

    assert [titles(answer) for answer in answers] == [["new"], ["new"]]
    assert fill.calls == 1


def test_after_a_write_one_process_fetches_for_all(process, clock):
    gate = threading.Event()
    fill = Fill(all_of(1, title="old"), all_of(1, title="new"))
    shops = [process(fill) for _ in range(3)]
    for shop in shops:
        shop.page()
    clock.now += 1
    for shop in shops:
        shop.write()
    fill.gate = gate
    threading.Timer(0.2, gate.set).start()
    turns = iter(shops * 10)

    answers = together(30, lambda: next(turns).page())

    assert {titles(answer)[0] for answer in answers} == {"new"}
    assert fill.calls == 2


def test_with_the_service_down_a_process_serves_what_was_fetched_before_a_write_as_stale(process, clock):
    process(Fill(all_of(1))).page()
    other = process(Fill(UpstreamUnavailableError()))
    clock.now += 1
    other.write()

    assert other.page().outcome == "STALE"


@pytest.fixture
def caches(clock):
    """Two processes' caches of single items, and what writes to the service."""
    written = [0.0]
    options = {"fresh_seconds": 60, "stale_seconds": 600, "deadline": 1.0, "written_at": lambda: written[0]}

    def write():
        clock.now += 1
        written[0] = clock.now

    caches = [Cache("records", shared=level(), clock=clock, **options) for _ in range(2)]
    return *caches, write


def test_what_was_not_there_before_a_write_is_asked_for_again_by_every_process(caches):
    one, other, write = caches
    with pytest.raises(UpstreamNotFoundError):
        one.get("a", Fill(UpstreamNotFoundError()))
    write()
    there = Fill(all_of(1))

    answers = [cache.get("a", there) for cache in (other, one)]

    assert [titles(answer) for answer in answers] == [["Record 1"]] * 2
    assert there.calls == 1


def test_nobody_is_left_with_a_lock_that_nobody_works_under(caches, clock):
    one, other, write = caches
    one.get("a", Fill(all_of(1, title="old")))
    other.get("a", NEVER)
    gate, fill = threading.Event(), Fill(all_of(1, title="new"))
    write()
    fill.gate = gate
    with ThreadPoolExecutor(2) as threads:
        answers = [threads.submit(one.get, "a", fill)]
        assert eventually(lambda: fill.calls == 1)
        answers.append(threads.submit(other.get, "a", NEVER))
        gate.set()
        assert [titles(answer.result()) for answer in answers] == [["new"]] * 2
    write()

    again = other.get("a", Fill(all_of(1, title="newer")))

    assert titles(again) == ["newer"]
