"""What people kept in the tables of the first version is in the one library after the migration, and goes back."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import User
from favorites.models import Entry, SharedList
from favorites.services.pruning import prune_library
from tests.conftest import signed_in
from tests.favorites.device import CHANGES

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = "0001_what_a_person_keeps", "0004_titles_are_forgotten"
WITHOUT_FORGETTING = "0003_drop_the_old_tables"
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)


def migrate(name):
    """Migrate the room to a state; return its models then."""
    executor = MigrationExecutor(connection)
    return executor.migrate([("favorites", name)]).apps.get_model


@pytest.fixture
def old():
    """The models of the first version, with empty tables; whatever happens, the tests after this find the newest."""
    try:
        model = migrate(OLD)
        yield lambda name: model("favorites", name)
    finally:
        migrate(NEW)


@pytest.fixture
def people(old):
    """Five people: with favorites alone, with follows alone, with both and a link, with both and a revoked one, with nothing.

    Many rows are of one moment, some are stored in another order than they were added, and some ids are missing.
    """
    people = [User.objects.create(email=f"person{number}@example.com") for number in range(5)]
    moments = [MAY + timedelta(minutes=number * 7 % 10, microseconds=number // 30) for number in range(60)]
    favorite, follow, shared_list = old("Favorite"), old("Follow"), old("SharedList")
    ids, numbers = count(10, 3), list(enumerate(moments))
    favorite.objects.bulk_create(
        favorite(
            id=next(ids),
            user_id=people[who].pk,
            flyer_id=2**63 - 1 - number,
            created_at=moment,
            title=f"Flyer {number}'s \u00e9",
            image_url=None if number % 3 else f"https://img.test/{number}.svg",
            valid_until=None if number % 2 else moment,
        )
        for number, moment in numbers
        for who in (0, 2, 3)
    )
    follow.objects.bulk_create(
        follow(user_id=people[who].pk, creator_id=1 + number, created_at=moment)
        for number, moment in reversed(numbers[:50])
        for who in (1, 2, 3)
    )
    follow.objects.filter(creator_id=7).delete()
    for who, revoked_at in ((2, None), (3, MAY)):
        shared_list.objects.create(
            owner_id=people[who].pk, list_name="Berlin", slug=f"berlin-{who}", revoked_at=revoked_at
        )
    return people


def shown(rows, item):
    """Return what a person sees in their list, in its order."""
    newest_first = rows.order_by("-created_at", "-id")
    return {
        user_id: list(newest_first.filter(user_id=user_id).values_list(item, "created_at"))
        for user_id in User.objects.values_list("pk", flat=True)
    }


def entries(shelf):
    return Entry.objects.filter(shelf=shelf)


def test_every_row_is_there_with_its_id_its_moment_and_its_place(old, people):
    fields = ("title", "image_url", "valid_until", "created_at")
    favorites = list(old("Favorite").objects.order_by("id").values_list("id", "user_id", "flyer_id", *fields))
    lists = shown(old("Favorite").objects, "flyer_id"), shown(old("Follow").objects, "creator_id")

    migrate(NEW)

    rows = entries("favorites").order_by("id")
    assert list(rows.values_list("id", "user_id", "item_id", *fields)) == favorites
    assert len(favorites) == 180
    assert (shown(entries("favorites"), "item_id"), shown(entries("follows"), "item_id")) == lists
    assert {len(each) for each in lists[1].values()} == {0, 49}
    kinds = Entry.objects.values_list("shelf", "kind", "value", "changed_by", "removed_at").distinct()
    assert sorted(kinds) == [("favorites", "flyer", None, "", None), ("follows", "creator", None, "", None)]
    assert all(entry.changed_at == entry.created_at for entry in Entry.objects.all())


def test_each_person_has_a_version_for_each_row_and_live_link(old, people):
    migrate(NEW)

    versions = [
        list(Entry.objects.filter(user=person).order_by("version").values_list("version", flat=True))
        for person in people
    ]
    links = SharedList.objects.order_by("owner").values_list("kind", "slug", "version", "revoked_at")
    assert versions == [[*range(1, number + 1)] for number in (60, 49, 109, 109, 0)]
    assert list(links) == [("flyer", "berlin-2", 110, None), ("flyer", "berlin-3", 0, MAY)]
    assert list(User.objects.order_by("pk").values_list("library_version", flat=True)) == [
        60,
        49,
        110,
        109,
        0,
    ]
    for shelf in ("favorites", "follows"):
        for person in people:
            moments = entries(shelf).filter(user=person).order_by("version").values_list("created_at", "id")
            assert list(moments) == sorted(moments)


def test_a_device_that_begins_then_has_the_library_and_writes_go_on(old, people):
    migrate(NEW)
    client = signed_in(people[2])

    changes = client.get(CHANGES, {"limit": 1_000}).json()
    removed = client.delete(f"/api/v1/flyers/{2**63 - 1}/favorite/")
    since = client.get(CHANGES, {"since": changes["cursor"]}).json()["changes"]

    assert [each["op"] for each in changes["changes"]] == ["set"] * 110
    assert changes["changes"][-1]["slug"] == "berlin-2"
    assert (removed.status_code, removed["X-Library-Version"]) == (204, "111")
    assert [(each["op"], each["id"]) for each in since] == [("removed", 2**63 - 1)]


def test_ids_are_counted_on_after_the_largest(old, people):
    largest = old("Favorite").objects.latest("id").pk
    migrate(NEW)
    follows = entries("follows").order_by("id").values_list("id", flat=True)

    new = Entry.objects.create(user=people[4], shelf="favorites", kind="flyer", item_id=1)

    assert largest < follows[0] <= follows.last() < new.pk


def test_what_the_first_version_knows_goes_back(old, people):
    before = tables(old)
    migrate(NEW)
    of_others = {"title": "Dune", "changed_at": timezone.now()}
    for shelf, kind in (("favorites", "movie"), ("watchlist", "flyer"), ("ratings", "flyer")):
        Entry.objects.create(user=people[0], shelf=shelf, kind=kind, item_id=1, version=90, **of_others)
    Entry.objects.create(user=people[4], shelf="favorites", kind="flyer", item_id=1, removed_at=MAY)
    SharedList.objects.create(owner=people[2], kind="movie", list_name="Films", slug="films")
    new = Entry.objects.create(user=people[4], shelf="favorites", kind="flyer", item_id=2, created_at=MAY)

    model = migrate(OLD)

    favorites = model("favorites", "Favorite").objects
    added = favorites.get(user_id=people[4].pk)
    assert (added.pk, added.flyer_id, added.created_at) == (new.pk, 2, MAY)
    assert favorites.create(user_id=people[4].pk, flyer_id=3).pk > new.pk
    favorites.filter(user_id=people[4].pk).delete()
    assert tables(lambda name: model("favorites", name)) == before


def tables(model):
    """Return what the tables of the first version hold; follows have ids that nobody has ever seen."""
    return (
        list(model("Favorite").objects.order_by("id").values()),
        shown(model("Follow").objects, "creator_id"),
        list(
            model("SharedList")
            .objects.order_by("id")
            .values("id", "owner_id", "list_name", "slug", "revoked_at")
        ),
    )


def test_an_empty_database_migrates_there_and_back(old):
    migrate(NEW)
    migrate(OLD)
    migrate(NEW)

    assert not Entry.objects.exists()


def test_who_goes_back_and_forth_gives_no_version_twice(old, people):
    migrate(NEW)
    before = dict(User.objects.values_list("pk", "library_version"))
    migrate(OLD)

    migrate(NEW)

    for user in User.objects.exclude(library_version=0):
        versions = list(Entry.objects.filter(user=user).values_list("version", flat=True))
        assert all(before[user.pk] < version <= user.library_version for version in versions)


# --- Titles that have to be forgotten ----------------------------------------------------------------


@pytest.fixture
def before():
    """The table before any title had to be forgotten, with no row; whatever happens, the tests after this find the newest."""
    try:
        yield migrate(WITHOUT_FORGETTING)("favorites", "Entry").objects
    finally:
        migrate(NEW)


def test_titles_that_are_there_stay_and_no_row_changes(before):
    person = User.objects.create(email="person@example.com", library_version=9)
    of_a_row = {"title": "Jazz", "image_url": "https://img.test/1.svg", "valid_until": MAY, "version": 3}
    for number, removed_at in enumerate((None, timezone.now())):
        before.create(
            user_id=person.pk,
            shelf="favorites",
            kind="flyer",
            item_id=number + 1,
            removed_at=removed_at,
            **of_a_row,
        )
    rows = list(before.order_by("id").values())

    migrate(NEW)
    deleted = prune_library()
    seen = list(Entry.objects.order_by("id").values())
    back = list(migrate(WITHOUT_FORGETTING)("favorites", "Entry").objects.order_by("id").values())

    assert [row.pop("forget_at") for row in seen] == [None, None]
    assert deleted == 0
    assert seen == back == rows
    assert User.objects.get().library_version == 9


def test_a_server_of_the_version_before_goes_on_writing(before):
    person = User.objects.create(email="person@example.com")
    migrate(NEW)

    row = before.create(user_id=person.pk, shelf="favorites", kind="flyer", item_id=1, title="Jazz")
    before.filter(pk=row.pk).update(title="Blues")

    assert Entry.objects.values_list("title", "forget_at").get() == ("Blues", None)
