"""Who only looks is none the worse for a database that takes no writes."""

import pytest
from django.db import connection

from tests.favorites.keeping import follow, keep, row_of


@pytest.fixture
def no_writes(db):
    """Let the database refuse writes, as a replica does."""

    def refuse():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SET CONSTRAINTS ALL IMMEDIATE"
                )  # what is left for the end would lock rows then
                cursor.execute("SET LOCAL transaction_read_only = on")
            else:
                cursor.execute("PRAGMA query_only = on")

    yield refuse
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = off")


@pytest.mark.parametrize("url", ["/api/v1/users/me/favorites/", "/api/v1/follows/"])
def test_a_list_whose_titles_have_changed_is_answered_all_the_same(as_alice, alice, service, no_writes, url):
    service.has(7)
    keep(alice, 7, title="Once")
    follow(alice, 3)
    no_writes()

    answer = as_alice.get(url)

    assert answer.status_code == 200
    assert answer.json()["count"] == 1
    assert row_of(alice, 7).title == "Once"


def test_a_follow_remembers_what_the_creator_is_called(as_alice, alice, service):
    service.has_creators(3)
    follow(alice, 3)

    as_alice.get("/api/v1/follows/")

    assert row_of(alice, 3, "follows", "creator").title == "creator-3"
