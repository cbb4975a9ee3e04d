"""Whoever follows the changes of a library has it."""

import pytest

from favorites.models import Entry
from tests.favorites.device import CHANGES, applied, brief, follow, library_of, read

FLYERS = "/api/v1/users/me/favorites/"
SHARE = "/api/v1/favorites/share/"


@pytest.fixture
def as_alice(clock, service, as_alice):
    service.has(*range(1, 61))
    service.has_creators(1, 2, 3)
    return as_alice


def favorite(client, *ids):
    answer = client.put(FLYERS, {"flyer_ids": ids[::-1]})  # the last given is stored first
    assert answer.json()["added"] == list(ids[::-1])


def drop(client, *ids):
    answer = client.post(f"{FLYERS}remove/", {"flyer_ids": ids})
    assert answer.json()["removed"] == list(ids)


def refused(client, **params):
    answer = client.get(CHANGES, params)
    return answer.status_code, answer.json()["error"]["code"], [*answer.json()["error"]["details"]]


# --- What comes, and in which order ----------------------------------------------------------------


def test_who_has_nothing_is_told_so(as_alice):
    page = read(as_alice)

    assert (page["changes"], page["has_more"]) == ([], False)
    assert read(as_alice, page["cursor"]) == page


def test_a_change_says_what_is_so_now_and_since_when(as_alice, clock):
    as_alice.put("/api/v1/flyers/7/favorite/")
    clock.shift(60)
    as_alice.put("/api/v1/flyers/7/rating/", {"rating": 4})
    as_alice.post("/api/v1/follows/", {"followed_id": 3})

    first, second, third = read(as_alice)["changes"]

    moment = "2026-05-01T12:00:00Z"
    kept = {"op": "set", "shelf": "favorites", "kind": "flyer", "id": 7, "value": None, "slug": None}
    assert first == kept | {"created_at": moment, "at": moment}
    assert (second["shelf"], second["value"], second["at"]) == ("ratings", 4, "2026-05-01T12:01:00Z")
    assert (third["shelf"], third["kind"], third["id"]) == ("follows", "creator", 3)


def test_changes_come_in_the_order_in_which_they_happened(as_alice):
    favorite(as_alice, 5)
    as_alice.put("/api/v1/flyers/9/watchlist/")
    favorite(as_alice, 1)
    as_alice.post("/api/v1/follows/", {"followed_id": 2})

    changes = read(as_alice)["changes"]

    expected = [("favorites", 5), ("watchlist", 9), ("favorites", 1), ("follows", 2)]
    assert brief(changes) == [("set", *each) for each in expected]


def test_a_row_that_changed_three_times_comes_once_where_it_changed_last(as_alice):
    favorite(as_alice, 1)
    _, cursor = follow(as_alice)
    drop(as_alice, 1)
    favorite(as_alice, 1, 2)
    drop(as_alice, 1)

    changes, _ = follow(as_alice, cursor)

    assert brief(changes) == [("set", "favorites", 2), ("removed", "favorites", 1)]
    assert as_alice.get(CHANGES)["X-Library-Version"] == "5"


def test_a_batch_is_cut_between_pages_and_nothing_is_lost_there(as_alice, alice):
    favorite(as_alice, *range(1, 51))

    pages = [read(as_alice, limit=20)]
    while pages[-1]["has_more"]:
        pages.append(read(as_alice, pages[-1]["cursor"], limit=20))

    assert [len(page["changes"]) for page in pages] == [20, 20, 10]
    ids = [each["id"] for page in pages for each in page["changes"]]
    assert ids == list(range(1, 51))
    versions = Entry.objects.filter(user=alice).order_by("version").values_list("version", flat=True)
    assert list(versions) == list(range(1, 51))


def test_a_page_that_is_just_full_has_no_more(as_alice):
    favorite(as_alice, 1, 2, 3)

    page = read(as_alice, limit=3)

    assert (len(page["changes"]), page["has_more"]) == (3, False)


def test_more_than_a_thousand_a_page_is_a_thousand(as_alice, alice):
    Entry.objects.bulk_create(
        Entry(user=alice, shelf="favorites", kind="flyer", item_id=number, version=number)
        for number in range(1, 1_002)
    )
    type(alice).objects.update(library_version=1_001)

    page = read(as_alice, limit=2**63 - 1)

    assert (len(page["changes"]), page["has_more"]) == (1_000, True)
    assert len(read(as_alice)["changes"]) == 500


def test_a_link_comes_as_it_is_shared_renamed_and_revoked(as_alice):
    favorite(as_alice, 1)
    slug = as_alice.post(SHARE, {"list_name": "Berlin"}).json()["slug"]
    favorite(as_alice, 2)
    first, cursor = follow(as_alice)
    as_alice.post(SHARE, {"list_name": "Paris"})
    renamed, cursor = follow(as_alice, cursor)
    as_alice.delete(SHARE)

    revoked, _ = follow(as_alice, cursor)

    link = {"shelf": "share", "kind": "flyer", "slug": slug, "id": None, "value": None}
    assert brief(first) == [("set", "favorites", 1), ("set", "share", None), ("set", "favorites", 2)]
    assert [each.items() >= {**link, "op": "set"}.items() for each in [first[1], *renamed]] == [True, True]
    assert [each.items() >= {**link, "op": "removed"}.items() for each in revoked] == [True]


# --- From the start --------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 500])
def test_who_begins_from_nothing_hears_of_no_removals_before(as_alice, limit):
    favorite(as_alice, 1, 2)
    as_alice.post(SHARE, {"list_name": "Berlin"})
    drop(as_alice, 1)
    as_alice.delete(SHARE)
    favorite(as_alice, 3)

    changes, _ = follow(as_alice, limit=limit)

    assert brief(changes) == [("set", "favorites", 2), ("set", "favorites", 3)]


def test_what_is_removed_while_someone_pages_from_the_start_comes(as_alice, alice):
    favorite(as_alice, 1, 2, 3, 4)
    as_alice.post(SHARE, {"list_name": "Berlin"})
    drop(as_alice, 4)
    page = read(as_alice, limit=2)
    drop(as_alice, 1, 3)
    as_alice.delete(SHARE)

    rest, _ = follow(as_alice, page["cursor"], limit=1)

    removed = [("removed", "favorites", 1), ("removed", "favorites", 3), ("removed", "share", None)]
    assert brief(rest) == removed
    assert applied(applied({}, page["changes"]), rest) == library_of(alice)


# --- Cursors ---------------------------------------------------------------------------------------


NO_CURSORS = ["", " ", "garbage", "1", "1.2", "1.2.3.4", "-1.0.0", "9" * 200]
NO_VERSIONS = ["-1", "+1", "1e3", "0x1", "1_0", "\u0661", "", "1,{me}.1", "1\0", "9" * 20]


@pytest.mark.parametrize("since", NO_CURSORS + [f"{{me}}.0.{version}" for version in NO_VERSIONS])
def test_what_is_no_cursor_is_refused_by_name(as_alice, alice, since):
    answer = refused(as_alice, since=since.format(me=alice.pk))

    assert answer == (400, "VALIDATION_ERROR", ["since"])


def test_another_persons_cursor_is_refused(as_alice, as_bob):
    _, cursor = follow(as_alice)

    assert refused(as_bob, since=cursor) == (400, "VALIDATION_ERROR", ["since"])


@pytest.mark.parametrize("since", ["{me}.3.0", "{me}.0.3", "{me}." + "9" * 19 + ".0", "{me}.0." + "9" * 19])
def test_a_cursor_of_a_library_that_is_no_more_has_expired(as_alice, alice, since):
    """A backup was put back: the person's version is below what the device knows."""
    favorite(as_alice, 1, 2)

    assert refused(as_alice, since=since.format(me=alice.pk)) == (410, "CURSOR_EXPIRED", [])


# --- The route -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"sicne": "1.0.0"}, "sicne"),
        ({"page": 2}, "page"),
        ({"limit": 0}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"since": ["1.0.0", "1.0.0"]}, "since"),
    ],
)
def test_other_parameters_are_refused_by_name(as_alice, params, named):
    assert refused(as_alice, **params) == (400, "VALIDATION_ERROR", [named])


def test_nobody_reads_changes_without_signing_in(anyone, db):
    assert refused(anyone) == (401, "NOT_AUTHENTICATED", [])


def test_others_changes_never_come(as_alice, as_bob):
    favorite(as_alice, 1)
    favorite(as_bob, 2)

    assert brief(read(as_alice)["changes"]) == [("set", "favorites", 1)]
    assert brief(read(as_bob)["changes"]) == [("set", "favorites", 2)]


def test_changes_cost_four_statements_however_many_there_are(as_alice, django_assert_num_queries):
    favorite(as_alice, *range(1, 51))

    with django_assert_num_queries(4):  # the session, the entries, the links, and what was pruned
        page = read(as_alice, limit=10)
    with django_assert_num_queries(4):
        read(as_alice, page["cursor"])
