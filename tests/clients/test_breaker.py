"""Tests of breaker, cooldown and bulkhead; time is a number here."""

import threading

import pytest

from clients.breaker import Breaker, Bulkhead
from clients.errors import UpstreamBusyError, UpstreamTimeoutError, UpstreamUnavailableError


@pytest.fixture
def breaker(clock):
    return Breaker(clock=clock, chance=lambda: 0.5)


@pytest.fixture
def changes():
    return []


@pytest.fixture
def call(breaker, changes):
    """Make a call through the breaker that works or raises what it is given."""

    def call(failure=None):
        with breaker.attempt(changes.append):
            if failure:
                raise failure

    return call


@pytest.fixture
def fail(call):
    def fail(times=1):
        for _ in range(times):
            with pytest.raises(UpstreamTimeoutError):
                call(UpstreamTimeoutError())

    return fail


def test_four_failures_in_a_row_change_nothing_and_the_fifth_opens(breaker, fail, changes):
    fail(4)
    assert (breaker.state, changes) == ("closed", [])

    fail()
    assert (breaker.state, changes) == ("open", ["open"])


def test_a_success_ends_a_row_of_failures(breaker, call, fail):
    fail(4)
    call()
    fail(4)

    assert breaker.state == "closed"


def test_half_of_ten_calls_failing_opens(breaker, call, fail):
    for _ in range(4):
        call()
        fail()
    call()
    assert breaker.state == "closed"

    fail()
    assert breaker.state == "open"


def test_fewer_than_half_failing_opens_nothing_however_many_they_are(breaker, call, fail):
    for _ in range(50):
        call()
        fail()
        call()

    assert breaker.state == "closed"


def test_failures_of_long_ago_are_forgotten(breaker, clock, call, fail):
    for _ in range(4):
        call()
        fail()
    clock.now += 10.1
    call()
    fail()

    assert breaker.state == "closed"


def test_an_open_breaker_refuses_and_says_when_to_come_back(breaker, clock, call, fail):
    fail(5)
    clock.now += 0.5

    with pytest.raises(UpstreamUnavailableError) as refused:
        call()

    assert (refused.value.reason, refused.value.retry_after) == ("known to be down", 1.5)
    assert breaker.retry_in == 1.5


def test_nobody_is_told_to_come_back_within_a_second(breaker, clock, call, fail):
    fail(5)
    clock.now += 1.9

    with pytest.raises(UpstreamUnavailableError) as refused:
        call()

    assert refused.value.retry_after == 1


def test_after_the_pause_one_call_finds_out_and_the_others_wait(breaker, clock, call, fail, changes):
    fail(5)
    clock.now += 2
    assert (breaker.state, breaker.retry_in) == ("half_open", 0)

    with breaker.attempt(changes.append), pytest.raises(UpstreamUnavailableError) as refused:
        call()

    assert refused.value.retry_after == 1
    assert breaker.state == "closed"
    assert changes == ["open", "half_open", "closed"]


def test_a_probe_that_fails_doubles_the_pause_up_to_its_longest(breaker, clock, fail):
    fail(5)
    pauses = []
    for _ in range(2000):
        pauses.append(breaker.retry_in)
        clock.now += breaker.retry_in
        fail()

    assert pauses[:5] == pytest.approx([2, 4, 8, 15, 15])
    assert set(pauses[3:]) == {15}


def test_after_a_probe_that_works_everything_starts_anew(breaker, clock, call, fail):
    fail(5)
    clock.now += 2
    fail()
    clock.now += 4
    call()

    fail(4)
    assert breaker.state == "closed"
    fail()
    assert breaker.retry_in == 2


def test_pauses_differ_by_chance_so_that_processes_do_not_come_back_together(clock, changes):
    pauses = set()
    for chance in (0.0, 0.5, 1.0):
        breaker = Breaker(failures_in_a_row=1, clock=clock, chance=lambda chance=chance: chance)
        with pytest.raises(UpstreamTimeoutError), breaker.attempt(changes.append):
            raise UpstreamTimeoutError
        pauses.add(round(breaker.retry_in, 6))

    assert pauses == {1.6, 2.0, 2.4}


def test_a_probe_that_found_no_slot_leaves_the_question_open(breaker, clock, call, fail):
    fail(5)
    clock.now += 2
    with pytest.raises(UpstreamBusyError):
        call(UpstreamBusyError())
    assert breaker.state == "half_open"

    call()
    assert breaker.state == "closed"


def test_a_full_bulkhead_is_no_failure_of_the_service(breaker, call):
    for _ in range(50):
        with pytest.raises(UpstreamBusyError):
            call(UpstreamBusyError())

    assert breaker.state == "closed"


def test_a_probe_that_ends_in_a_bug_does_not_block_the_next_one(breaker, clock, call, fail):
    fail(5)
    clock.now += 2
    with pytest.raises(ZeroDivisionError):
        call(ZeroDivisionError())
    clock.now += 4
    call()

    assert breaker.state == "closed"


@pytest.mark.parametrize("late", [None, UpstreamTimeoutError()])
def test_calls_from_before_the_breaker_opened_do_not_move_it(breaker, clock, fail, changes, late):
    slow = [breaker.attempt(changes.append) for _ in range(20)]
    for attempt in slow:
        attempt.__enter__()
    fail(5)
    clock.now += 1

    for attempt in slow:
        attempt.__exit__(late and type(late), late, None)

    assert (breaker.state, breaker.retry_in, changes) == ("open", 1, ["open"])


def test_a_cooldown_refuses_everyone_for_as_long_as_the_service_asked(breaker, clock, call):
    breaker.cool_down(20)
    breaker.cool_down(5)

    with pytest.raises(UpstreamUnavailableError) as refused:
        call()
    assert (refused.value.retry_after, breaker.state) == (20, "closed")

    clock.now += 20
    call()


def test_no_cooldown_lasts_more_than_a_minute(breaker):
    breaker.cool_down(3600)

    assert breaker.retry_in == 60


def test_a_bulkhead_lets_in_as_many_as_it_holds_and_not_one_more():
    bulkhead = Bulkhead(2)

    with bulkhead.slot(), bulkhead.slot():
        assert bulkhead.in_use == 2
        with pytest.raises(UpstreamBusyError), bulkhead.slot():
            pass

    assert bulkhead.in_use == 0
    with bulkhead.slot():
        assert bulkhead.in_use == 1


def test_only_one_of_many_threads_becomes_the_probe(breaker, clock, fail, changes):
    fail(5)
    clock.now += 2
    start, decided = threading.Barrier(20), threading.Barrier(20)
    passed, refused = [], []

    def work():
        start.wait()
        try:
            with breaker.attempt(changes.append):
                passed.append(1)
                decided.wait()
        except UpstreamUnavailableError:
            refused.append(1)
            decided.wait()

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(passed), len(refused)) == (1, 19)
