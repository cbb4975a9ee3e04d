"""The tables: what the database itself forbids, and which index serves which query."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from favorites.models import AppliedOp, Entry, LibraryState, RatingSummary, SharedList
from favorites.services import summaries
from favorites.services.entries import entries_of
from favorites.services.follows import follows_of
from favorites.services.pages import page_statement
from proxy.marks import marks_statement
from tests.favorites.keeping import drop, follow, keep

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("make", "constraint"),
    [
        (
            lambda user: Entry(user=user, shelf="favorites", kind="flyer", item_id=7),
            "one_entry_per_shelf_and_item",
        ),
        (
            lambda user: SharedList(owner=user, slug=f"list-{SharedList.objects.count()}"),
            "one_shared_list_per_kind",
        ),
        (lambda user: AppliedOp(user=user, op_id="a"), "one_op_per_id"),
        (lambda _: RatingSummary(kind="flyer", item_id=7, count=1, total=5), "one_summary_per_item"),
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
    keep(alice, 7)
    follow(alice, 3)
    drop(alice, 7)
    SharedList(owner=alice, slug="a-list").save()
    AppliedOp(user=alice, op_id="a").save()
    LibraryState(user=alice).save()

    alice.delete()

    for table in (Entry, SharedList, AppliedOp, LibraryState):
        assert not table.objects.exists()


# On SQLite the index of a constraint has no name of its own: the columns identify it.
ONE_ENTRY = "one_entry_per_shelf_and_item|(user_id=? AND shelf=? AND kind=? AND item_id=?)"
QUERIES = {
    "newest favorites": (
        lambda user: entries_of(user=user, shelf="favorites", kind="flyer")[:10],
        "entries_newest_first",
    ),
    "newest follows": (lambda user: follows_of(user=user)[:10], "entries_newest_first"),
    "one entry": (
        lambda user: Entry.objects.filter(user=user, shelf="favorites", kind="flyer", item_id=7),
        ONE_ENTRY,
    ),
    "who keeps an item": (
        lambda _: Entry.objects.filter(shelf="favorites", kind="flyer", item_id=7),
        "entries_of_an_item",
    ),
    "the changes since": (
        lambda user: Entry.objects.filter(user=user, version__gt=3, version__lte=9).order_by("version")[:10],
        "entries_by_version",
    ),
    "the oldest tombstones": (
        lambda user: Entry.objects.filter(user=user, removed_at__isnull=False).order_by("removed_at")[:10],
        "entries_removed",
    ),
    "a link": (lambda _: SharedList.objects.filter(slug="a"), "one_shared_list_per_slug|(slug=?)"),
}


@pytest.fixture
def full_tables(alice, bob):
    """So many rows that reading all of them is never the best plan, and many people who keep the same."""
    crowd = User.objects.bulk_create(User(email=f"crowd-{number}@example.com") for number in range(20))
    Entry.objects.bulk_create(
        Entry(user=user, shelf=shelf, kind=kind, item_id=item_id)
        for user in crowd
        for shelf, kind in (("favorites", "flyer"), ("follows", "creator"))
        for item_id in range(1, 101)
    )
    for user in (alice, bob):
        keep(user, *range(1, 501))
        follow(user, *range(1, 501))
        keep(user, *range(1, 501), shelf="ratings", value=3)
    drop(alice, *range(480, 501))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.parametrize("question", QUERIES)
def test_an_index_answers(full_tables, alice, question):
    queryset, index = QUERIES[question]

    text = plan(*queryset(alice).query.sql_with_params())

    assert any(name in text for name in index.split("|")), text


@pytest.mark.parametrize("question", ["newest favorites", "newest follows", "the changes since"])
def test_a_page_is_read_off_the_index_without_sorting(full_tables, alice, question):
    text = plan(*QUERIES[question][0](alice).query.sql_with_params())

    assert "TEMP B-TREE" not in text
    assert "Sort" not in text


@pytest.mark.parametrize("shelf", [("favorites", "flyer"), ("follows", "creator")])
def test_a_page_with_its_total_is_read_off_the_index_without_sorting(full_tables, alice, shelf):
    statement, values = page_statement(
        (alice.pk, *shelf), page=1, limit=10, expiring=False, sort="-created_at"
    )

    text = plan(statement, values)
    assert "entries_newest_first" in text, text
    assert "TEMP B-TREE" not in text
    assert "Sort" not in text


def test_indexes_answer_the_marks_of_a_page(full_tables, alice):
    statement, values = marks_statement(
        user_id=alice.pk, ids={("favorites", "flyer"): [7, 8], ("follows", "creator"): [3]}
    )

    text = plan(statement, values)
    assert sum(text.count(name) for name in ONE_ENTRY.split("|")) == 2, text


def test_the_rating_of_an_item_is_one_row_by_its_index_however_many_rate_it(
    full_tables, django_assert_num_queries
):
    with django_assert_num_queries(1) as asked:
        assert summaries.rated(kind="flyer", item_id=7) == (3.0, 2)

    text = plan(asked[0]["sql"].replace("%", "%%"), [])
    index = "one_summary_per_item|(kind=? AND item_id=?)"
    assert any(name in text for name in index.split("|")), text
    assert "favorites_entry" not in text


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
