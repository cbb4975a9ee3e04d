"""config: while the database takes no connection, one at a time finds out whether it does again."""

from contextlib import suppress

import psycopg
import pytest

from config.postgresql.base import REST_SECONDS, Door


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def door(clock):
    return Door(clock=clock)


def fail(door):
    with pytest.raises(psycopg.OperationalError, match="refused"), door.passed():
        raise psycopg.OperationalError("connection refused")


def is_shut(door):
    try:
        with door.passed():
            return False
    except psycopg.OperationalError as error:
        return "a moment ago" in str(error)


def test_it_is_open_for_all_at_once(door):
    with door.passed(), door.passed():
        pass


def test_after_a_failure_it_is_shut_for_a_moment(door, clock):
    fail(door)

    assert is_shut(door)
    clock.now += REST_SECONDS
    assert not is_shut(door)


def test_one_at_a_time_finds_out(door, clock):
    fail(door)
    clock.now += REST_SECONDS

    with door.passed():
        assert is_shut(door)
    with door.passed(), door.passed():
        pass


def test_who_finds_out_that_it_fails_shuts_it_again(door, clock):
    fail(door)
    clock.now += REST_SECONDS

    fail(door)

    assert is_shut(door)


def test_what_is_no_fault_of_the_database_does_not_shut_it(door):
    with suppress(KeyError), door.passed():
        raise KeyError

    assert not is_shut(door)
