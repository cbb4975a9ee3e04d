"""config: those who write to an SQLite file wait in line, and the line moves on however a write ends."""

import fcntl
import os
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, OperationalError, connections, transaction

from config.bulkhead import BusyError
from config.sqlite.line import Line, line_of
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
    known("line", tmp_path / "db.sqlite3")
    return str(tmp_path / "db.sqlite3")


@pytest.fixture
def bob(file):
    """Somebody in another thread, with another connection; gives the future of what he is answered."""
    with ThreadPoolExecutor(1) as thread:
        yield lambda *words: thread.submit(say, *words)
        thread.submit(hang_up).result(LONG)


def say(statement, values=(), alias="line"):
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def hang_up():
    connections["line"].close()


def add(name):
    return say("INSERT INTO thing (name) VALUES (%s)", [name])


def adding(name):
    return ("INSERT INTO thing (name) VALUES (%s)", [name])


def until_somebody_waits(file):
    until(lambda: line_of(file)._bulkhead._queue, what="waiting in line")


def test_who_writes_waits_until_the_transaction_before_is_over(file, bob):
    with transaction.atomic("line"):
        add("alice")
        written = bob(*adding("bob"))
        until_somebody_waits(file)

    written.result(LONG)
    assert say(NAMES) == [("alice",), ("bob",)]


def test_who_reads_waits_for_nobody(bob):
    with transaction.atomic("line"):
        add("alice")

        assert bob(NAMES).result(LONG) == []


def test_a_transaction_within_a_transaction_ends_no_turn(file, bob):
    with transaction.atomic("line"):
        with transaction.atomic("line"):
            add("alice")
        with pytest.raises(IntegrityError), transaction.atomic("line"):
            add("alice")
        written = bob(*adding("bob"))
        until_somebody_waits(file)
        add("alice again")

    written.result(LONG)
    assert say(NAMES) == [("alice",), ("alice again",), ("bob",)]


def single():
    add("alice")


def returning():
    statement = "INSERT INTO thing (name) VALUES ('alice'), ('carol'), ('dan') RETURNING name"
    with connections["line"].cursor() as cursor:
        cursor.execute(statement)
        assert cursor.fetchone() == (
            "alice",
        )  # and who asks for the others later has not kept anybody waiting


def many():
    with connections["line"].cursor() as cursor:
        cursor.executemany("INSERT INTO thing (name) VALUES (%s)", [["alice"], ["carol"]])


def failing():
    with pytest.raises(IntegrityError):
        say("INSERT INTO thing (id, name) VALUES (1, 'alice'), (1, 'alice')")


def committed():
    with transaction.atomic("line"):
        add("alice")


def rolled_back():
    with transaction.atomic("line"):
        add("alice")
        transaction.set_rollback(True, "line")


def closed():
    with transaction.atomic("line"):
        add("alice")
        connections["line"].close()


def by_hand():
    connections["line"].set_autocommit(False)
    add("alice")
    connections["line"].commit()
    connections["line"].set_autocommit(True)


@pytest.mark.parametrize("write", [single, returning, many, failing, committed, rolled_back, closed, by_hand])
def test_however_a_write_ends_the_next_one_can_begin(bob, write):
    write()

    bob(*adding("bob")).result(LONG)

    assert ("bob",) in say(NAMES)


def test_rows_that_a_write_returns_are_read_as_any_others(file):
    statement = "INSERT INTO thing (name) VALUES ('a'), ('b'), ('c'), ('d'), ('e') RETURNING name"
    with connections["line"].cursor() as cursor:
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
                with transaction.atomic("line"):
                    say(NAMES)
                    add(f"{number} {turn}")
        finally:
            connections["line"].close()

    with ThreadPoolExecutor(64) as threads:
        list(threads.map(person, range(64)))

    assert say("SELECT count(*) FROM thing") == [(64 * 5,)]


def test_while_an_outsider_holds_the_lock_one_finds_out_and_the_others_are_told_at_once(file):
    outsider = sqlite3.connect(file, isolation_level=None)
    outsider.execute("BEGIN IMMEDIATE")

    with pytest.raises(OperationalError, match=r"database is locked$"):
        add("alice")
    with pytest.raises(OperationalError, match="a moment ago"):
        add("alice")

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
    line = Line(str(tmp_path / "db.sqlite3"), wait_seconds=0)
    line.wait().end()
    elsewhere = os.open(tmp_path / "db.sqlite3-lock", os.O_RDONLY)
    fcntl.flock(elsewhere, fcntl.LOCK_EX)

    with pytest.raises(BusyError, match="another process"):
        line.wait()
    with pytest.raises(BusyError, match="a moment ago"):
        line.wait()

    os.close(elsewhere)  # as a process that is killed does
    until(lambda: has_turn(line), what="noticing that the lock is free")


def has_turn(line):
    try:
        line.wait().end()
    except BusyError:
        return False
    return True


def test_a_turn_that_is_forgotten_is_over(tmp_path):
    line = Line(str(tmp_path / "db.sqlite3"), wait_seconds=0)
    turn = line.wait()

    del turn

    line.wait().end()


def test_a_folder_without_room_for_the_lock_file_is_a_failure_that_says_so(tmp_path):
    line = Line(str(tmp_path / "none" / "db.sqlite3"))

    with pytest.raises(BusyError, match="lock file"):
        line.wait()


def test_a_database_in_memory_has_no_line(known, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    known("memory", ":memory:")

    say("INSERT INTO thing (name) VALUES ('alice')", alias="memory")

    assert say(NAMES, alias="memory") == [("alice",)]
    assert not list(tmp_path.iterdir())
