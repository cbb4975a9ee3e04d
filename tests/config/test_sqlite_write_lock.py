"""Those who write to an SQLite file wait for its lock, which is released however a write ends."""

import fcntl
import os
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import IntegrityError, OperationalError, connections, transaction

from config.bulkhead import BusyError
from config.sqlite.write_lock import WriteLock, write_lock_of
from tests.operations.programs import until

LONG = 30
NAMES = "SELECT name FROM thing ORDER BY id"


@pytest.fixture
def known(django_db_blocker):
    """Let Django know databases under names of their own, by their paths; each thread has a connection to each."""

    def know(alias, path):
        options = {"transaction_mode": "IMMEDIATE", "timeout": 0, "init_command": "PRAGMA journal_mode=WAL"}
        database = {"ENGINE": "config.sqlite", "NAME": str(path), "OPTIONS": options}
        connections.settings[alias] = connections.configure_settings({"default": database})["default"]
        aliases.append(alias)
        say("CREATE TABLE thing (id integer PRIMARY KEY, name text UNIQUE)", alias=alias)

    aliases = []
    with django_db_blocker.unblock():
        yield know
        for alias in aliases:
            connections[alias].close()
            del connections[alias], connections.settings[alias]


@pytest.fixture
def file(known, tmp_path):
    known("file", tmp_path / "db.sqlite3")
    return str(tmp_path / "db.sqlite3")


@pytest.fixture
def bob(file):
    """Somebody in another thread, with another connection; gives the future of what he is answered."""
    with ThreadPoolExecutor(1) as thread:
        yield lambda *words: thread.submit(say, *words)
        thread.submit(hang_up).result(LONG)


def say(statement, values=(), alias="file"):
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def hang_up():
    connections["file"].close()


def add(name):
    return say("INSERT INTO thing (name) VALUES (%s)", [name])


def adding(name):
    return ("INSERT INTO thing (name) VALUES (%s)", [name])


def until_somebody_waits(file):
    until(lambda: write_lock_of(file).bulkhead._queue, what="waiting for the write lock")


def test_who_writes_waits_until_the_transaction_before_is_over(file, bob):
    with transaction.atomic("file"):
        add("alice")
        written = bob(*adding("bob"))
        until_somebody_waits(file)

    written.result(LONG)
    assert say(NAMES) == [("alice",), ("bob",)]


def test_who_reads_waits_for_nobody(bob):
    with transaction.atomic("file"):
        add("alice")

        assert bob(NAMES).result(LONG) == []


def test_who_fetches_rows_of_a_write_waits_too(file):
    with ThreadPoolExecutor(1) as thread, transaction.atomic("file"):
        add("alice")
        written = thread.submit(fetched_by_bob)
        until_somebody_waits(file)
        assert connections["file"].fetch_rows(NAMES, ()) == [("alice",)]

    assert written.result(LONG) == [("bob",)]


def fetched_by_bob():
    try:
        connections["file"].ensure_connection()
        return connections["file"].fetch_rows("INSERT INTO thing (name) VALUES (%s) RETURNING name", ["bob"])
    finally:
        hang_up()


def test_a_transaction_within_a_transaction_releases_no_lock(file, bob):
    with transaction.atomic("file"):
        with transaction.atomic("file"):
            add("alice")
        with pytest.raises(IntegrityError), transaction.atomic("file"):
            add("alice")
        written = bob(*adding("bob"))
        until_somebody_waits(file)
        add("alice again")

    written.result(LONG)
    assert say(NAMES) == [("alice",), ("alice again",), ("bob",)]


def test_a_lock_that_is_kept_is_kept_between_two_transactions(file, bob):
    with connections["file"].write_lock():
        add("alice")
        written = bob(*adding("bob"))
        until_somebody_waits(file)
        add("carol")

    written.result(LONG)
    assert say(NAMES) == [("alice",), ("carol",), ("bob",)]


def single():
    add("alice")


def returning():
    statement = "INSERT INTO thing (name) VALUES ('alice'), ('carol'), ('dan') RETURNING name"
    with connections["file"].cursor() as cursor:
        cursor.execute(statement)
        assert cursor.fetchone() == ("alice",)  # and who fetches the others later has not held anybody up


def fetched():
    statement = "INSERT INTO thing (name) VALUES ('alice') RETURNING name"
    assert connections["file"].fetch_rows(statement, ()) == [("alice",)]


def many():
    with connections["file"].cursor() as cursor:
        cursor.executemany("INSERT INTO thing (name) VALUES (%s)", [["alice"], ["carol"]])


def failing():
    with pytest.raises(IntegrityError):
        say("INSERT INTO thing (id, name) VALUES (1, 'alice'), (1, 'alice')")


def committed():
    with transaction.atomic("file"):
        add("alice")


def rolled_back():
    with transaction.atomic("file"):
        add("alice")
        transaction.set_rollback(True, "file")


def closed():
    with transaction.atomic("file"):
        add("alice")
        connections["file"].close()


def by_hand():
    connections["file"].set_autocommit(False)
    add("alice")
    connections["file"].commit()
    connections["file"].set_autocommit(True)


def together():
    database = connections["file"]
    database.ensure_connection()
    rows = database.fetch_together([adding("alice"), (NAMES, ())])
    assert rows == [[], [("alice",)]]


def together_in_vain():
    database = connections["file"]
    database.ensure_connection()
    with pytest.raises(sqlite3.IntegrityError):
        database.fetch_together([adding("alice"), adding("alice")])
    assert say(NAMES) == []


def under_a_lock_that_is_kept():
    with connections["file"].write_lock(), connections["file"].write_lock():
        add("alice")
        with transaction.atomic("file"):
            add("carol")


def in_vain_under_a_lock_that_is_kept():
    with pytest.raises(IntegrityError), connections["file"].write_lock():
        say("INSERT INTO thing (id, name) VALUES (1, 'alice'), (1, 'alice')")


@pytest.mark.parametrize(
    "write",
    [
        *(single, returning, fetched, many, failing, committed, rolled_back, closed, by_hand),
        *(together, together_in_vain, under_a_lock_that_is_kept, in_vain_under_a_lock_that_is_kept),
    ],
)
def test_however_a_write_ends_the_next_one_can_begin(bob, write):
    write()

    bob(*adding("bob")).result(LONG)

    assert ("bob",) in say(NAMES)


def test_rows_that_a_write_returns_are_read_as_any_others(file):
    statement = "INSERT INTO thing (name) VALUES ('a'), ('b'), ('c'), ('d'), ('e') RETURNING name"
    with connections["file"].cursor() as cursor:
        cursor.execute(statement)

        assert cursor.fetchone() == ("a",)
        assert cursor.fetchmany(2) == [("b",), ("c",)]
        assert list(cursor) == [("d",), ("e",)]
        assert cursor.fetchone() is None
        assert cursor.fetchmany() == cursor.fetchall() == []


@pytest.fixture
def short_switches():
    """Let threads hand the interpreter over as often as in the server."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    yield
    sys.setswitchinterval(before)


def test_a_storm_is_all_served_though_nobody_waits_for_a_lock_of_sqlites(file, short_switches):
    def person(number):
        try:
            for turn in range(5):
                with transaction.atomic("file"):
                    say(NAMES)
                    add(f"{number} {turn}")
        finally:
            connections["file"].close()

    with ThreadPoolExecutor(64) as threads:
        list(threads.map(person, range(64)))

    assert say("SELECT count(*) FROM thing") == [(64 * 5,)]


def add_under_a_lock_that_is_kept(name):
    with connections["file"].write_lock():
        add(name)


@pytest.mark.parametrize("add_one", [add, add_under_a_lock_that_is_kept])
def test_while_an_outsider_holds_the_lock_one_finds_out_and_the_others_are_told_at_once(file, add_one):
    outsider = sqlite3.connect(file, isolation_level=None)
    outsider.execute("BEGIN IMMEDIATE")

    with pytest.raises(OperationalError, match=r"database is locked$"):
        add_one("alice")
    with pytest.raises(OperationalError, match="a moment ago"):
        add_one("alice")

    outsider.close()
    until(lambda: can(add, "alice"), what="noticing that the lock is free")
    add("bob")


def can(do, *arguments):
    try:
        do(*arguments)
    except OperationalError:
        return False
    return True


def test_a_process_waits_for_others_and_not_for_long(tmp_path):
    lock = WriteLock(str(tmp_path / "db.sqlite3"), wait_seconds=0)
    lock.acquire().release()
    elsewhere = os.open(tmp_path / "db.sqlite3-lock", os.O_RDONLY)
    fcntl.flock(elsewhere, fcntl.LOCK_EX)

    with pytest.raises(BusyError, match="another process"):
        lock.acquire()
    with pytest.raises(BusyError, match="a moment ago"):
        lock.acquire()

    os.close(elsewhere)  # as a process that is killed does
    until(lambda: can_lock(lock), what="noticing that the lock is free")


def can_lock(lock):
    try:
        lock.acquire().release()
    except BusyError:
        return False
    return True


def test_processes_take_turns_however_many_threads_of_one_are_waiting(tmp_path):
    path, order = str(tmp_path / "db.sqlite3"), []
    one, other = WriteLock(path), WriteLock(path)  # as two processes have them

    def write(lock, name):
        permit = lock.acquire()
        order.append(name)
        permit.release()

    with ThreadPoolExecutor(3) as threads:
        permit = one.acquire()
        written = [threads.submit(write, one, "one")]
        until(lambda: one.bulkhead._queue, what="waiting for the same process")
        written.append(threads.submit(write, other, "other"))
        until(lambda: is_locked(f"{path}-turn"), what="waiting for another process")
        permit.release()
        for each in written:
            each.result(LONG)

    assert order == ["other", "one"]


def is_locked(path):
    try:
        with Path(path).open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def test_a_permit_that_is_forgotten_is_released(tmp_path):
    lock = WriteLock(str(tmp_path / "db.sqlite3"), wait_seconds=0)
    permit = lock.acquire()

    del permit

    lock.acquire().release()


def test_a_folder_without_room_for_the_lock_file_is_a_failure_that_says_so(tmp_path):
    lock = WriteLock(str(tmp_path / "none" / "db.sqlite3"))

    with pytest.raises(BusyError, match="lock file"):
        lock.acquire()


def test_a_database_in_memory_has_no_lock(known, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    known("memory", ":memory:")

    say("INSERT INTO thing (name) VALUES ('alice')", alias="memory")

    assert say(NAMES, alias="memory") == [("alice",)]
    assert not list(tmp_path.iterdir())
