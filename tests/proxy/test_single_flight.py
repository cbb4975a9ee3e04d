"""Single flight: the bounds on callers who wait for the work of others."""

import threading

import pytest

from clients.errors import (
    UpstreamBusyError,
    UpstreamNotFoundError,
    UpstreamTimeoutError,
    UpstreamUnavailableError,
)
from proxy.single_flight import SLOW_SECONDS, YOUNG_SECONDS, SingleFlight, Waiters
from tests.proxy.fills import Clock, eventually, together

A_DEADLINE = 60.0


class Work:
    """Work that begins with ``with``, and ends with ``ends`` or the block."""

    def __init__(self, clock, single_flight, key="a"):
        self.began, self._may_end = threading.Event(), threading.Event()
        self._share = lambda: single_flight.do(key, self._do, ends_at=clock() + A_DEADLINE)
        self._thread = threading.Thread(target=self._share)

    def _do(self):
        self.began.set()
        assert self._may_end.wait(10)
        return "done"

    def __enter__(self):
        self._thread.start()
        assert self.began.wait(10)
        return self

    def ends(self):
        self._may_end.set()

    def __exit__(self, *_):
        self.ends()
        self._thread.join(10)


@pytest.fixture
def clock():
    return Clock()


def never():
    raise AssertionError("nobody else does the work")


def join(single_flight, clock, key="a", seconds=A_DEADLINE):
    return single_flight.do(key, never, ends_at=clock() + seconds)


def test_so_many_as_may_wait_for_work_however_long_it_takes(clock):
    single_flight = SingleFlight(Waiters(2), clock=clock)
    with Work(clock, single_flight) as work:
        clock.now += 10 * YOUNG_SECONDS
        threading.Timer(0.15, work.ends).start()
        outcomes = together(2, lambda: join(single_flight, clock))

    assert outcomes == ["done", "done"]


def test_past_the_bound_nobody_waits_for_work_that_is_not_young(clock):
    waiters = Waiters(1)
    single_flight = SingleFlight(waiters, clock=clock)
    with Work(clock, single_flight), waiters.slot():
        clock.now += YOUNG_SECONDS

        with pytest.raises(UpstreamBusyError):
            join(single_flight, clock)


def test_past_the_bound_everybody_waits_for_work_that_is_young(clock):
    waiters = Waiters(1)
    single_flight = SingleFlight(waiters, clock=clock)
    with Work(clock, single_flight) as work, waiters.slot():
        threading.Timer(0.15, work.ends).start()
        outcomes = together(20, lambda: join(single_flight, clock))

    assert outcomes == ["done"] * 20


def test_past_the_bound_they_leave_when_the_work_is_young_no_more(clock):
    waiters = Waiters(1)
    single_flight = SingleFlight(waiters, clock=clock)
    with Work(clock, single_flight), waiters.slot():
        outcomes = together(20, lambda: join(single_flight, clock))

    assert {type(outcome) for outcome in outcomes} == {UpstreamBusyError}


@pytest.mark.parametrize("failure", [None, UpstreamUnavailableError()])
def test_past_the_bound_nobody_waits_for_work_that_was_slow_or_failed_a_moment_ago(clock, failure):
    waiters = Waiters(1)
    single_flight = SingleFlight(waiters, clock=clock)

    def slow_or_broken():
        if failure:
            raise failure
        clock.now += YOUNG_SECONDS + 0.1

    together(1, lambda: single_flight.do("a", slow_or_broken, ends_at=clock() + A_DEADLINE))
    with Work(clock, single_flight), waiters.slot(), pytest.raises(UpstreamBusyError):
        join(single_flight, clock)
    with Work(clock, single_flight, "b") as work, waiters.slot():
        threading.Timer(0.15, work.ends).start()
        assert join(single_flight, clock, "b") == "done"

    clock.now += SLOW_SECONDS
    with Work(clock, single_flight) as work, waiters.slot():
        threading.Timer(0.15, work.ends).start()
        assert join(single_flight, clock) == "done"


def test_what_is_not_there_is_no_failure(clock):
    waiters = Waiters(1)
    single_flight = SingleFlight(waiters, clock=clock)

    def nothing_there():
        raise UpstreamNotFoundError

    together(1, lambda: single_flight.do("a", nothing_there, ends_at=clock() + A_DEADLINE))
    with Work(clock, single_flight) as work, waiters.slot():
        threading.Timer(0.15, work.ends).start()
        assert join(single_flight, clock) == "done"


def test_nobody_waits_past_their_own_deadline(clock):
    single_flight = SingleFlight(Waiters(1), clock=clock)
    with Work(clock, single_flight):
        with pytest.raises(UpstreamTimeoutError):
            join(single_flight, clock, seconds=0.01)
        with pytest.raises(UpstreamTimeoutError):
            join(single_flight, clock, seconds=0)


def test_a_place_is_given_back_however_the_wait_ends(clock):
    waiters = Waiters(1)
    single_flight = SingleFlight(waiters, clock=clock)
    for _ in range(3):
        with Work(clock, single_flight), pytest.raises(UpstreamTimeoutError):
            join(single_flight, clock, seconds=0)

    with waiters.slot() as has_place:
        assert has_place


def test_the_bound_is_one_over_all_keys(clock):
    single_flight = SingleFlight(Waiters(1), clock=clock)
    with Work(clock, single_flight, "a") as first, Work(clock, single_flight, "b"):
        clock.now += YOUNG_SECONDS
        waiting = threading.Thread(target=lambda: join(single_flight, clock, "a"))
        waiting.start()

        def is_refused():
            try:
                join(single_flight, clock, "b", seconds=0.01)
            except UpstreamBusyError:
                return True
            except UpstreamTimeoutError:  # The other has not taken the place yet.
                return False

        assert eventually(is_refused)
        first.ends()
        waiting.join(10)


def test_whoever_knows_what_work_came_to_can_have_it_done_anew(clock):
    single_flight = SingleFlight(Waiters(1), clock=clock)
    second = []

    def do_anew(_):
        second.append(single_flight.do("a", lambda: "done anew", ends_at=clock() + A_DEADLINE))

    with Work(clock, single_flight):
        single_flight._under_way["a"].outcome.add_done_callback(do_anew)

    assert second == ["done anew"]
