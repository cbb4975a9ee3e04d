"""The tables: what the database itself forbids, and which index serves which query."""

import pytest
from django.db import IntegrityError, connection, transaction

from favorites.models import Favorite, Follow, SharedList
from favorites.services.favorites import favorites_of
from favorites.services.follows import follows_of
from proxy.marks import marks_statement

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("make", "constraint"),
    [
        (lambda user: Favorite(user=user, flyer_id=7), "one_favorite_per_flyer"),
        (lambda user: Follow(user=user, creator_id=3), "one_follow_per_creator"),
        (
            lambda user: SharedList(owner=user, slug=f"list-{SharedList.objects.count()}"),
            "one_shared_list_per_person",
        ),
    ],
)
def test_a_person_has_nothing_twice_whatever_the_code_does(alice, make, constraint):
    make(alice).save()

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make(alice).save()

    assert_names(refused, constraint)


def test_no_two_people_share_a_link(alice, bob):
    SharedList(owner=alice, slug="the-same").save()

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        SharedList(owner=bob, slug="the-same").save()

    assert_names(refused, "one_shared_list_per_slug")


def assert_names(refused, constraint):
    if connection.vendor == "postgresql":  # SQLite names the columns instead.
        assert constraint in str(refused.value)


def test_saved_rows_are_deleted_with_their_person(alice):
    Favorite(user=alice, flyer_id=7).save()
    Follow(user=alice, creator_id=3).save()
    SharedList(owner=alice, slug="a-list").save()

    alice.delete()

    assert not Favorite.objects.exists()
    assert not Follow.objects.exists()
    assert not SharedList.objects.exists()


# On SQLite the index of a constraint has no name of its own: the columns identify it.
QUERIES = {
    "newest favorites": (lambda user: favorites_of(user=user)[:10], "favorites_newest_first"),
    "newest follows": (lambda user: follows_of(user=user)[:10], "follows_newest_first"),
    "one favorite": (
        lambda user: Favorite.objects.filter(user=user, flyer_id=7),
        "one_favorite_per_flyer|(user_id=? AND flyer_id=?)",
    ),
    "one follow": (
        lambda user: Follow.objects.filter(user=user, creator_id=3),
        "one_follow_per_creator|(user_id=? AND creator_id=?)",
    ),
    "the favorites of a flyer": (lambda _: Favorite.objects.filter(flyer_id=7), "favorites_of_a_flyer"),
    "who follows a creator": (lambda _: Follow.objects.filter(creator_id=3), "follows_of_a_creator"),
    "a link": (lambda _: SharedList.objects.filter(slug="a"), "one_shared_list_per_slug|(slug=?)"),
}


@pytest.fixture
def full_tables(alice, bob):
    """So many rows that reading all of them is never the best plan."""
    Favorite.objects.bulk_create(
        Favorite(user=user, flyer_id=id_) for user in (alice, bob) for id_ in range(1, 501)
    )
    Follow.objects.bulk_create(
        Follow(user=user, creator_id=id_) for user in (alice, bob) for id_ in range(1, 501)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.parametrize("question", QUERIES)
def test_an_index_answers(full_tables, alice, question):
    queryset, index = QUERIES[question]

    text = plan(*queryset(alice).query.sql_with_params())

    assert any(name in text for name in index.split("|")), text


def test_the_newest_page_is_read_off_the_index_without_sorting(full_tables, alice):
    text = plan(*favorites_of(user=alice)[:10].query.sql_with_params())

    assert "TEMP B-TREE" not in text
    assert "Sort" not in text


def test_indexes_answer_the_marks_of_a_page(full_tables, alice):
    statement, values = marks_statement(
        user_id=alice.pk, ids={("favorites", "flyer"): [7, 8], ("follows", "creator"): [3]}
    )

    text = plan(statement, values)

    for name, columns in {
        "one_favorite_per_flyer": "(user_id=? AND flyer_id=?)",
        "one_follow_per_creator": "(user_id=? AND creator_id=?)",
    }.items():
        assert name in text or columns in text, text


def plan(statement, values):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SET LOCAL enable_seqscan = off"
            )  # a table of few pages is read whole by any planner
            cursor.execute(f"EXPLAIN {statement}", values)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())
