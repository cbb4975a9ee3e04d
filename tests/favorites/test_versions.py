"""Each change has a version of its own, whatever happens at the same moment; what changes nothing has none."""

import threading
from collections import Counter
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AccountRemovedError
from favorites.models import Entry
from favorites.services.pruning import prune_library
from favorites.services.rows import find_entries
from favorites.services.shelves import SHELVES, Key
from favorites.services.writes import Operation, open_library, write
from tests.conftest import PASSWORD, signed_in
from tests.favorites.device import OPS, applied, brief, follow, library_of, op, read, versions_of
from tests.favorites.keeping import drop, keep, row_of
from tests.races import at_once

HERE = "/api/v1"
FLYER_7 = Key("favorites", "flyer", 7)
FAVORITES, SHARE = f"{HERE}/users/me/favorites/", f"{HERE}/favorites/share/"


@pytest.fixture
def service(service):
    service.has(*range(1, 61))
    service.has_creators(*range(1, 11))
    return service


def version_of(user):
    return type(user).objects.get(pk=user.pk).library_version


# --- What counts nothing ---------------------------------------------------------------------------


def test_what_changes_nothing_counts_nothing(as_alice, alice, service):
    as_alice.put(f"{HERE}/flyers/7/favorite/")
    as_alice.put(f"{HERE}/flyers/7/rating/", {"rating": 4})
    as_alice.post(SHARE, {"list_name": "Berlin"})
    library = as_alice.get(f"{HERE}/users/me/library/").json()
    before = list(Entry.objects.order_by("pk").values())

    answers = [
        as_alice.put(f"{HERE}/flyers/7/favorite/"),
        as_alice.put(f"{HERE}/flyers/7/rating/", {"rating": 4}),
        as_alice.put(FAVORITES, {"flyer_ids": [7]}),
        as_alice.post(f"{HERE}/favorites/", {"flyer_id": 7}),
        as_alice.delete(f"{HERE}/flyers/8/favorite/"),
        as_alice.post(f"{FAVORITES}remove/", {"flyer_ids": [8, 9]}),
        as_alice.post(f"{HERE}/favorites/", {"flyer_id": 8, "favorite": False}),
        as_alice.delete(f"{HERE}/follows/3/"),
        as_alice.post(f"{HERE}/users/me/library/", library),
        as_alice.post(SHARE, {"list_name": "Berlin"}),
        as_alice.delete(f"{SHARE}?kind=flyer"),
        as_alice.delete(SHARE),
        as_alice.post(OPS, {"ops": [op("a", "remove", 8), op("b", id_=99)]}),
        as_alice.post(f"{HERE}/follows/seen/"),
    ]

    versions = [answer["X-Library-Version"] for answer in answers]
    assert {answer.status_code for answer in answers} <= {200, 204, 404}
    assert versions[:10] == ["3"] * 10
    assert versions[10:] == ["4"] * 4  # the link was revoked once
    assert list(Entry.objects.filter(version__gt=0).order_by("pk").values()) == before
    assert version_of(alice) == 4


def test_an_item_that_its_service_renames_counts_no_version(as_alice, alice, service):
    as_alice.put(f"{HERE}/flyers/7/favorite/")
    service.forget_caches()
    service.has(7, title="Jazz, moved")

    as_alice.get(FAVORITES)

    assert Entry.objects.get().title == "Jazz, moved"
    assert (version_of(alice), versions_of(alice)) == (1, [1])


def test_what_has_no_room_counts_nothing(as_alice, alice, service):
    limit = SHELVES["favorites"].max_rows
    Entry.objects.bulk_create(
        Entry(user=alice, shelf="favorites", kind="flyer", item_id=1_000 + number)
        for number in range(limit - 1)
    )
    library = {"favorites": [{"flyer_id": 1}, {"flyer_id": 2}], "follows": [{"followed_id": 3}]}

    answers = [
        as_alice.put(FAVORITES, {"flyer_ids": [1, 2]}),
        as_alice.post(f"{HERE}/users/me/library/", library),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert (version_of(alice), versions_of(alice), follow(as_alice)[0]) == (0, [], [])
    assert Entry.objects.count() == limit - 1


# --- At once ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_additions_at_once_are_twenty_versions(alice, service):
    clients = [signed_in(alice) for _ in range(8)]
    clients[0].get(f"{HERE}/flyers/discover/?limit=100")  # so that nobody waits for the service
    adds = [partial(clients[id_ % 8].put, f"{HERE}/flyers/{id_}/favorite/") for id_ in range(1, 21)]

    answers = at_once(adds)

    assert Counter(answer.status_code for answer in answers) == {201: 20}
    assert (version_of(alice), versions_of(alice)) == (20, [*range(1, 21)])
    assert sorted(int(answer["X-Library-Version"]) for answer in answers) == [*range(1, 21)]
    changes, _ = follow(clients[0], limit=7)
    assert sorted(each["id"] for each in changes) == [*range(1, 21)]


@pytest.mark.django_db(transaction=True)
def test_twenty_who_add_the_same_flyer_at_once_count_one(alice, service):
    client = signed_in(alice)

    answers = at_once([partial(client.put, f"{HERE}/flyers/7/favorite/")] * 20)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    assert (version_of(alice), brief(follow(client)[0])) == (1, [("set", "favorites", 7)])


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_have_versions_of_their_own(alice, bob, service):
    clients = {person: signed_in(person) for person in (alice, bob)}
    adds = [
        partial(client.put, f"{HERE}/flyers/{id_}/rating/", {"rating": 1 + id_ % 5})
        for id_ in range(1, 11)
        for client in clients.values()
    ]
    clients[alice].get(f"{HERE}/flyers/discover/?limit=100")

    answers = at_once(adds)

    assert Counter(answer.status_code for answer in answers) == {201: 20}
    assert [versions_of(person) for person in clients] == [[*range(1, 11)]] * 2
    assert [version_of(person) for person in clients] == [10, 10]


@pytest.mark.django_db(transaction=True)
def test_batches_that_cross_each_other_and_a_list_that_is_refreshed_wait_for_nobody_crosswise(
    alice, bob, service
):
    """Ratings have a summary for all people, and rows are refreshed without the person's lock."""
    clients = [signed_in(person) for person in (alice, bob)]
    ids = list(range(1, 31))
    queues = [
        [op(f"{turn}-{id_}", id_=id_, shelf="ratings", value=1 + turn % 5, at=f"2026-05-01T11:{turn:02}:00Z") for id_ in order]
        for turn, order in enumerate([ids, ids[::-1], ids, ids[::-1]])
    ]  # fmt: skip
    for client in clients:
        client.put(FAVORITES, {"flyer_ids": ids})

    def rename_and_look(client, title):
        service.forget_caches()
        service.has(*ids, title=title)
        return client.get(FAVORITES, {"limit": 100})

    def remove_and_add(client, order):
        client.post(f"{FAVORITES}remove/", {"flyer_ids": order})
        return client.put(FAVORITES, {"flyer_ids": order})

    answers = at_once(
        [partial(client.post, OPS, {"ops": queue}) for queue in queues for client in clients]
        + [partial(rename_and_look, client, f"Title {number}") for number in range(3) for client in clients]
        + [partial(remove_and_add, client, order) for order in (ids, ids[::-1]) for client in clients]
    )

    assert {answer.status_code for answer in answers} == {200}
    for client in clients:
        assert client.get(f"{HERE}/flyers/7/rating/").json() == {"average": 4.0, "count": 2, "mine": 4}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not connection.features.has_select_for_update_skip_locked, reason="SQLite locks no rows")
def test_a_list_waits_for_no_row_that_is_being_written(alice, service):
    """A list that refreshes its rows once ended in a deadlock with a batch that wrote them in another order."""
    client = signed_in(alice)
    client.put(FAVORITES, {"flyer_ids": [1, 2]})
    service.forget_caches()
    service.has(1, 2, title="Jazz, moved")
    look = partial(client.get, FAVORITES)

    with open_library(alice) as library:
        library.apply([Operation(Key("favorites", "flyer", 2), is_add=True, value=None, at=timezone.now())])
        (meanwhile,) = at_once([look])
        titles = [set(Entry.objects.values_list("title", flat=True))]
    later = look()
    titles.append(set(Entry.objects.values_list("title", flat=True)))

    assert (meanwhile.status_code, later.status_code) == (200, 200)
    assert titles == [{"Jazz, moved", "Flyer 2"}, {"Jazz, moved"}]


# --- What was judged before it is written ----------------------------------------------------------


def fresh(user):
    """Return the same person as another request knows them."""
    return type(user).objects.get(pk=user.pk)


def test_what_was_added_meanwhile_is_not_new(alice):
    early = fresh(alice)
    known = find_entries(early, [FLYER_7])
    keep(alice, 7, title="Jazz")

    (written,) = write(early, [Operation(FLYER_7, is_add=True)], known=known)

    assert (written.outcome, written.is_new, written.entry.title) == ("already", False, "Jazz")
    assert version_of(alice) == 1


def test_what_was_removed_meanwhile_is_not_removed_again(alice):
    keep(alice, 7)
    early = fresh(alice)
    known = find_entries(early, [FLYER_7])
    drop(fresh(alice), 7)

    (written,) = write(early, [Operation(FLYER_7, is_add=False)], known=known)

    assert written.outcome == "already"
    assert version_of(alice) == 2


def test_a_change_of_something_else_meanwhile_makes_no_difference_but_for_the_version(alice):
    early = fresh(alice)
    known = find_entries(early, [FLYER_7])
    keep(alice, 8)

    (written,) = write(early, [Operation(FLYER_7, is_add=True)], known=known)

    assert (written.outcome, written.entry.version, early.library_version) == ("applied", 2, 2)
    assert row_of(alice, 7).pk == written.entry.pk


def test_who_was_deleted_meanwhile_has_no_row(alice):
    early = fresh(alice)
    alice.delete()

    with pytest.raises(AccountRemovedError):
        write(early, [Operation(FLYER_7, is_add=True)], known={})

    assert not Entry.objects.exists()


# --- A reader in a storm ---------------------------------------------------------------------------


class Storm:
    """Writers of all sorts, each of which goes through its writes in turn."""

    def __init__(self, user):
        self.over = threading.Event()
        self.left = 0
        self.lock = threading.Lock()
        self.writers = [self._writer(signed_in(user), number) for number in range(4)]

    def _writer(self, client, number):
        own, shared = list(range(10 * number + 1, 10 * number + 11)), list(range(41, 61))
        queue = [
            op(f"{number}-{id_}", id_=id_, shelf="watchlist", at="2026-05-01T11:00:00Z") for id_ in shared
        ]
        writes = [
            *(partial(client.put, f"{HERE}/flyers/{id_}/favorite/") for id_ in own),
            partial(client.put, FAVORITES, {"flyer_ids": shared[number:]}),
            partial(client.post, SHARE, {"list_name": f"List {number}"}),
            partial(client.post, OPS, {"ops": queue}),
            *(partial(client.delete, f"{HERE}/flyers/{id_}/favorite/") for id_ in own[::2]),
            partial(client.post, f"{FAVORITES}remove/", {"flyer_ids": shared[::2]}),
            *(partial(client.put, f"{HERE}/flyers/{id_}/rating/", {"rating": 2}) for id_ in shared[:5]),
            *(partial(client.post, f"{HERE}/follows/", {"followed_id": id_}) for id_ in range(1, 6)),
            partial(client.delete, SHARE),
            *(partial(client.put, f"{HERE}/flyers/{id_}/favorite/") for id_ in own[:4]),
            partial(client.post, SHARE, {"list_name": f"Again {number}"}),
            *(partial(client.delete, f"{HERE}/follows/{id_}/") for id_ in range(number, 4)),
        ]
        with self.lock:
            self.left += 1

        def write():
            try:
                return [do().status_code for do in writes]
            finally:
                with self.lock:
                    self.left -= 1
                    if not self.left:
                        self.over.set()

        return write


def reader(client, storm, limit):
    """Return a call that follows the changes until after the storm, and returns the copy and how often it looked."""

    def follow_on():
        copy, cursor, looks, is_last = {}, None, 0, False
        while not is_last:
            is_last = storm.over.is_set()
            page = read(client, cursor, limit=limit)
            while True:
                applied(copy, page["changes"])
                cursor = page["cursor"]
                looks += 1
                if not page["has_more"]:
                    break
                page = read(client, cursor, limit=limit)
        return copy, looks

    return follow_on


@pytest.mark.django_db(transaction=True)
def test_who_follows_the_changes_through_a_storm_misses_none(alice, service):
    client = signed_in(alice)
    client.put(FAVORITES, {"flyer_ids": [*range(1, 51)]})  # so that the first read has pages
    storm = Storm(alice)
    readers = [reader(signed_in(alice), storm, limit) for limit in (3, 1_000)]

    *read_copies, _, _, _, _ = at_once([*readers, *storm.writers])

    library = library_of(alice)
    assert [copy == library for copy, _ in read_copies] == [True, True]
    assert min(looks for _, looks in read_copies) > 3
    versions = versions_of(alice)
    assert len(set(versions)) == len(versions)
    assert versions[-1] == version_of(alice)


@pytest.mark.django_db(transaction=True)
def test_whoever_leaves_while_others_prune_and_write_leaves_nothing(alice, service):
    clients = [signed_in(alice) for _ in range(6)]
    clients[0].put(FAVORITES, {"flyer_ids": [*range(1, 31)]})
    clients[0].post(f"{FAVORITES}remove/", {"flyer_ids": [*range(1, 21)]})
    Entry.objects.exclude(removed_at=None).update(removed_at="2020-01-01T00:00:00Z")

    left, *others = at_once(
        [
            lambda: clients[0].delete(f"{HERE}/auth/me/", {"password": PASSWORD}).status_code,
            *[lambda: prune_library() >= 0] * 3,
            *(partial(clients[number].post, OPS, {"ops": [op(f"a{number}", id_=number)]}) for number in range(1, 5)),
        ]
    )  # fmt: skip

    assert left == 204
    assert others[:3] == [True] * 3
    assert {answer.status_code for answer in others[3:]} <= {200, 401}
    assert not Entry.objects.exists()
