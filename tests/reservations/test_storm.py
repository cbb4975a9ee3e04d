"""A small storm, of `make storm`: two servers on one database, whole, and with one of them killed in the middle of it."""

import os
from contextlib import nullcontext

import pytest

from tests.reservations.storm import database_of_its_own, play

URL = os.environ.get("TEST_DATABASE_URL", "")


@pytest.fixture(autouse=True)
def clock():
    """No other time than the servers'."""


@pytest.fixture
def database():
    """An empty database on the store of the tests; empty text is an SQLite file."""
    with database_of_its_own(URL) if URL.startswith("postgres") else nullcontext("") as url:
        yield url


def test_whatever_many_people_do_at_once_nobody_holds_a_slot_twice(database):
    report = play(database, people=12, attempts=15, calm=1)

    assert report.violations == []
    assert {attempt.status for attempt in report.tried} >= {200, 201, 204, 409}


def test_a_server_killed_in_the_middle_of_it_leaves_nothing_half_done(database):
    report = play(database, people=12, attempts=15, calm=1, is_killed=True)

    assert report.violations == []
    assert {attempt.status for attempt in report.tried} >= {200, 201, 204, 409}
