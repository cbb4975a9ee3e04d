"""A Redis that is slow, down or sends garbage fails no answer, and costs little time."""

import time

import pytest

from proxy.redis_level import RedisLevel
from tests.proxy.fills import Clock, Fill, flyer, new_cache
from tests.proxy.tcp_proxy import tcp_proxy

WORKS_AT_ONCE = 0.9  # one wait of under 0.1 s, not ten; the remainder is for a busy machine


def cache_on(port, clock=None, **changes):
    shared = RedisLevel(
        f"redis://127.0.0.1:{port}/0", version="1", stale_seconds=86_400, lock_seconds=2.8, **changes
    )
    return new_cache(clock, shared=shared)


@pytest.fixture(params=["refused", "silent", "garbage", "hang_up"])
def broken(request):
    """The port of a Redis in trouble."""
    with tcp_proxy(mode=request.param) as proxy:
        if request.param == "refused":
            proxy.close()
        yield proxy.port


def test_without_redis_reads_are_misses_and_never_errors(broken):
    cache = cache_on(broken)

    start = time.monotonic()
    outcomes = [cache.get(str(number % 10), Fill(flyer())).outcome for number in range(40)]

    assert outcomes == ["MISS"] * 10 + ["HIT"] * 30
    assert time.monotonic() - start < WORKS_AT_ONCE


def test_without_redis_a_stale_answer_is_still_renewed(broken):
    clock = Clock()
    cache = cache_on(broken, clock)
    cache.get("a", Fill(flyer()))
    clock.now += 70

    outcomes = [cache.get("a", Fill(flyer())).outcome]
    cache.settle()
    outcomes.append(cache.get("a", Fill(flyer())).outcome)

    assert outcomes == ["STALE", "HIT"]


def test_a_redis_that_failed_is_left_alone_and_logged_once(caplog):
    caplog.set_level("WARNING")
    with tcp_proxy(mode="silent") as proxy:
        cache = cache_on(proxy.port)
        for number in range(50):
            cache.get(str(number), Fill(flyer()))

        assert proxy.messages == 1

    assert caplog.text.count("shared cache failed") == 1


def test_a_redis_that_is_back_is_asked_again():
    with tcp_proxy(mode="silent") as proxy:
        cache = cache_on(proxy.port, cooldown_seconds=0.05)
        cache.get("a", Fill(flyer()))
        time.sleep(0.06)

        cache.get("b", Fill(flyer()))

        assert proxy.messages == 2
