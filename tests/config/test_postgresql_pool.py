"""Requests share few connections to PostgreSQL, and get none that is broken or in the middle of something."""

import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy

import pytest
from django.db import OperationalError, connection, connections, transaction

from config.bulkhead import COOLDOWN_SECONDS
from config.postgresql import base
from proxy.single_flight import release_connection

LONG = 30
PID = "SELECT pg_backend_pid()"

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite opens a file: there is nothing to share"
)


@pytest.fixture
def two(known):
    """A database to which there are at most two connections."""
    known("pool")
    return base._pools["pool", connections["pool"].settings_dict["NAME"]]


@pytest.fixture
def known(settings, django_db_setup, django_db_blocker):
    """Let Django know the tests' database under a name of its own, with a pool of its own, and perhaps otherwise."""
    settings.DATABASE_CONNECTIONS = 2
    aliases = []

    def know(alias, **changes):
        connections.settings[alias] = deepcopy(connection.settings_dict) | changes
        aliases.append(alias)
        if not changes:
            say("SELECT 1", alias=alias)
            hang_up(alias)

    with django_db_blocker.unblock():
        yield know
        for alias in aliases:
            forget(alias)
        connection.close()


def forget(alias):
    hang_up(alias)
    connections[alias].close_pool()
    base._pools.pop((alias, connections[alias].settings_dict["NAME"]), None)
    del connections[alias], connections.settings[alias]


def say(statement, alias="pool"):
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()[0][0]


def hang_up(alias="pool"):
    connections[alias].close()


def once(statement=PID):
    try:
        return say(statement)
    finally:
        hang_up()


def test_the_next_one_gets_the_connection_that_was_given_back(two):
    assert once() == once()


def test_however_many_ask_there_are_no_more_connections_than_that(two):
    def query(_):
        return once(f"{PID} FROM pg_sleep(0.01)")

    with ThreadPoolExecutor(12) as threads:
        pids = list(threads.map(query, range(36)))

    assert len(set(pids)) <= 2


def test_half_of_the_threads_are_there_for_who_needs_no_database(known, settings):
    settings.THREADS, settings.DATABASE_CONNECTIONS = 4, 512
    known("pool")

    assert base._pools["pool", connections["pool"].settings_dict["NAME"]].bulkhead._free == 2


def test_one_that_the_server_has_ended_is_given_to_nobody(two):
    ended = once()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [ended])
    next(iter(two._idle)).used_at -= base.QUIET_SECONDS

    assert once() != ended


def test_one_that_breaks_in_use_is_given_to_nobody_and_nor_are_those_that_may_be_broken_too(two):
    with ThreadPoolExecutor(1) as thread:
        thread.submit(say, "SELECT 1").result(LONG)
        once()
        thread.submit(hang_up).result(LONG)
    with pytest.raises(OperationalError):
        once("SELECT pg_terminate_backend(pg_backend_pid())")

    assert not two._idle
    assert once()
    assert two.bulkhead._free == 2


def test_one_in_the_middle_of_a_transaction_is_given_to_nobody(two):
    connections["pool"].set_autocommit(False)
    open_ = say(PID)
    hang_up()

    assert once() != open_


def test_one_that_is_old_is_given_to_nobody(two):
    old = say(PID)
    hang_up()
    next(iter(two._idle)).made_at -= base.MAX_AGE_SECONDS

    assert once() != old


def test_one_that_is_closed_within_a_transaction_ends_it(two):
    with transaction.atomic("pool"):
        ended = say(PID)
        hang_up()
        with pytest.raises(OperationalError, match="closed"):
            say(PID)

    assert once() != ended
    assert two.bulkhead._free == 2


def test_a_transaction_after_another_begins_anew(two):
    for _ in range(2):
        with transaction.atomic("pool"):
            say("SELECT 1")
        assert connections["pool"].get_autocommit()
        hang_up()


def test_while_no_connection_can_be_made_one_finds_out_and_the_others_are_told_at_once(known):
    known("pool", NAME="there-is-no-such-database")

    with pytest.raises(OperationalError, match="does not exist"):
        once()
    with pytest.raises(OperationalError, match="a moment ago"):
        once()


def test_a_database_that_takes_no_more_connections_goes_on_with_those_there_are(two, no_more_connections):
    once()
    with ThreadPoolExecutor(1) as thread:
        held = thread.submit(say, PID).result(LONG)
        with no_more_connections(), pytest.raises(OperationalError, match="not currently accepting"):
            once()
        thread.submit(hang_up).result(LONG)

    assert once() == held


@pytest.fixture
def no_more_connections():
    @contextmanager
    def refusing():
        name = connection.settings_dict["NAME"]
        with connection._nodb_cursor() as cursor:  # from another database: it is not done from within
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            try:
                yield
            finally:
                cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    return refusing


def test_after_a_failure_a_connection_that_is_new_says_that_all_is_well(two):
    before = once()
    two.fail()
    with pytest.raises(OperationalError, match="no answer a moment ago"):
        once()

    two.bulkhead._open_until -= COOLDOWN_SECONDS

    assert say(PID) != before
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(once).result(LONG)


def test_a_thread_that_ends_with_a_connection_takes_no_place_with_it(two):
    connections["pool"].ensure_connection()
    connections["pool"].connection.close()
    del connections["pool"]
    gc.collect()

    permits = [two.bulkhead.enter(), two.bulkhead.enter()]

    assert permits


def test_who_waits_for_something_else_gives_the_connection_back(transactional_db):
    say("SELECT 1", alias="default")

    release_connection()

    assert connection.connection is None


def test_and_not_in_a_transaction(transactional_db):
    with transaction.atomic():
        release_connection()

        assert connection.connection is not None
