"""Statements by hand are prepared when they come again, and survive that the tables change."""

from copy import deepcopy

import pytest
from django.db import connection, connections

PREPARED = "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT name%%'"
NAMES = "SELECT name FROM prepared_thing WHERE id = %s"

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite's driver remembers statements by itself"
)


@pytest.fixture
def known(django_db_setup, django_db_blocker):
    """Let Django know the tests' database under a name of its own, with a table that may change."""

    def know(**changes):
        connections.settings["prepared"] = deepcopy(connection.settings_dict)
        connections.settings["prepared"]["OPTIONS"] |= changes
        connections["prepared"].ensure_connection()
        fetch("CREATE TABLE prepared_thing (id bigint PRIMARY KEY, name integer)")
        fetch("INSERT INTO prepared_thing VALUES (1, 7), (5000000000, 8)")

    with django_db_blocker.unblock():
        yield know
        fetch("DROP TABLE prepared_thing")
        connections["prepared"].close()
        connections["prepared"].close_pool()
        del connections["prepared"], connections.settings["prepared"]


def fetch(statement, *values):
    return connections["prepared"].fetch_rows(statement, values)


def test_what_comes_again_is_prepared_once_however_large_the_numbers(known):
    known()

    assert [fetch(NAMES, id_) for id_ in (1, 5_000_000_000, 1)] == [[(7,)], [(8,)], [(7,)]]

    assert fetch(PREPARED) == [("SELECT name FROM prepared_thing WHERE id = $1",)]


def test_nothing_is_prepared_if_a_pooler_is_in_between(known):
    known(prepare_threshold=None)

    assert [fetch(NAMES, 1) for _ in range(3)] == [[(7,)]] * 3

    assert fetch(PREPARED) == []


def test_after_a_migration_it_is_prepared_anew(known):
    known()
    assert [fetch(NAMES, 1) for _ in range(3)] == [[(7,)]] * 3
    with connection.cursor() as elsewhere:
        elsewhere.execute("ALTER TABLE prepared_thing ALTER name TYPE text")

    assert [fetch(NAMES, 1) for _ in range(3)] == [[("7",)]] * 3

    connection.close()


def test_a_list_is_one_parameter(known):
    known()

    assert fetch("SELECT name FROM prepared_thing WHERE id = ANY(%s)", [1, 2, 5_000_000_000]) == [(7,), (8,)]
