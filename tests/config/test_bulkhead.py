"""At most so many use a database at a time, the queue is bounded, and nobody waits for one that gives no answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from config.bulkhead import COOLDOWN_SECONDS, MOVING_SECONDS, Bulkhead, BusyError
from tests.operations.programs import until

LONG = 30


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def bulkhead(clock):
    return Bulkhead(1, max_waiting=2, wait_seconds=LONG, clock=clock)


@contextmanager
def waiting(bulkhead, number):
    """Have so many wait, one after the other; yield their futures, which end with a permit or a ``BusyError``."""
    with ThreadPoolExecutor(number) as threads:
        people = []
        for place in range(len(bulkhead._queue), len(bulkhead._queue) + number):
            people.append(threads.submit(bulkhead.enter))
            until(lambda place=place: len(bulkhead._queue) > place, what="queueing")
        yield people


def is_refused(bulkhead):
    try:
        bulkhead.enter().release()
    except BusyError:
        return True
    return False


def test_there_are_as_many_slots_as_it_has(clock):
    bulkhead = Bulkhead(2, max_waiting=0, wait_seconds=0, clock=clock)

    first, second = bulkhead.enter(), bulkhead.enter()

    assert is_refused(bulkhead)
    second.release()
    assert not is_refused(bulkhead)
    first.release()


def test_a_slot_is_given_back_once(clock):
    bulkhead = Bulkhead(1, max_waiting=0, wait_seconds=0, clock=clock)
    permit = bulkhead.enter()

    permit.release()
    permit.release()

    last = bulkhead.enter()
    assert is_refused(bulkhead)
    last.release()


def test_who_waits_comes_in_first_come_first_served(bulkhead):
    permit = bulkhead.enter()

    with waiting(bulkhead, 2) as (first, second):
        permit.release()
        permit = first.result(LONG)
        assert not second.done()
        permit.release()
        second.result(LONG).release()


def test_nobody_waits_longer_than_that(clock):
    bulkhead = Bulkhead(1, max_waiting=2, wait_seconds=0.01, clock=clock)
    permit = bulkhead.enter()

    with waiting(bulkhead, 1) as (person,):
        clock.now += 0.01
        with pytest.raises(BusyError, match="too many"):
            person.result(LONG)

    permit.release()
    assert not is_refused(bulkhead)


def test_past_its_end_a_queue_that_stands_is_not_waited_in(bulkhead, clock):
    permit = bulkhead.enter()

    with waiting(bulkhead, 2) as people:
        clock.now += MOVING_SECONDS
        assert is_refused(bulkhead)
        permit.release()
        for person in people:
            person.result(LONG).release()


def test_past_its_end_a_queue_that_moves_is_waited_in(bulkhead, clock):
    permit = bulkhead.enter()

    with waiting(bulkhead, 3) as people:
        clock.now += MOVING_SECONDS / 2
        permit.release()
        for person in people:
            person.result(LONG).release()


def test_a_storm_far_longer_than_the_queue_is_all_served():
    bulkhead = Bulkhead(1, max_waiting=2, wait_seconds=LONG)
    start, inside = threading.Barrier(64), []

    def enter():
        start.wait(LONG)
        permit = bulkhead.enter()
        inside.append(None)
        are_alone = len(inside) == 1
        inside.pop()
        permit.release()
        return are_alone

    with ThreadPoolExecutor(64) as threads:
        assert all(person.result(LONG) for person in [threads.submit(enter) for _ in range(64)])


def test_after_a_failure_nobody_enters_for_a_moment(bulkhead, clock):
    bulkhead.fail()

    assert is_refused(bulkhead)
    clock.now += COOLDOWN_SECONDS
    assert not is_refused(bulkhead)


def test_a_failure_reaches_everyone_who_waits_at_once(bulkhead):
    permit = bulkhead.enter()

    with waiting(bulkhead, 2) as people:
        bulkhead.fail()
        for person in people:
            with pytest.raises(BusyError, match="no answer"):
                person.result(LONG)
    permit.release()


def test_then_one_at_a_time_finds_out(clock):
    bulkhead = Bulkhead(2, max_waiting=2, wait_seconds=LONG, clock=clock)
    bulkhead.fail()
    clock.now += COOLDOWN_SECONDS

    probe = bulkhead.enter()

    assert probe.is_probe
    assert is_refused(bulkhead)
    probe.release()
    assert bulkhead.enter().is_probe


def test_who_finds_out_that_it_answers_lets_all_in(clock):
    bulkhead = Bulkhead(2, max_waiting=2, wait_seconds=LONG, clock=clock)
    bulkhead.fail()
    clock.now += COOLDOWN_SECONDS

    probe = bulkhead.enter()
    bulkhead.recover()
    other = bulkhead.enter()

    assert (probe.is_probe, other.is_probe) == (True, False)


def test_who_finds_out_that_it_does_not_keeps_all_out(bulkhead, clock):
    bulkhead.fail()
    clock.now += COOLDOWN_SECONDS
    probe = bulkhead.enter()

    bulkhead.fail()
    probe.release()

    assert is_refused(bulkhead)
    clock.now += COOLDOWN_SECONDS
    assert not is_refused(bulkhead)


def test_a_probe_that_finds_no_slot_leaves_it_to_the_next(clock):
    bulkhead = Bulkhead(1, max_waiting=2, wait_seconds=0, clock=clock)
    stuck = bulkhead.enter()
    bulkhead.fail()
    clock.now += COOLDOWN_SECONDS

    assert is_refused(bulkhead)
    stuck.release()

    assert bulkhead.enter().is_probe


def test_a_slot_that_was_forgotten_is_given_back(bulkhead):
    permit = bulkhead.enter()

    del permit

    assert not is_refused(bulkhead)
