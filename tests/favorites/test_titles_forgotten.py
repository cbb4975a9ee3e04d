"""TMDb's terms: the title and the picture of a movie or show are blanked when nobody has seen it for 150 days."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from favorites.models import Entry
from movies_proxy.catalog import MOVIES
from proxy import catalog
from tests.conftest import signed_in
from tests.favorites.device import CHANGES, follow, op, send
from tests.favorites.keeping import drop, keep, row_of
from tests.favorites.test_tables import plan

HERE = "/api/v1"
LISTS = {word: f"{HERE}/users/me/{word}/" for word in ("favorites", "watchlist", "ratings")}
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PICTURE = "https://img.test/1.jpg"
DAYS = 150
BLANK = ("", None, None)


@pytest.fixture(autouse=True)
def noon(clock):
    """Time passes as a test says."""


def prune():
    printed = StringIO()
    call_command("prune_library", stdout=printed)
    return printed.getvalue()


def remember(user, *ids, **where):
    """Put items on a shelf, with a title and a picture each."""
    keep(user, *ids, title="Remembered", image_url=PICTURE, **where)


def remembered(user, id_, **where):
    row = row_of(user, id_, **where)
    return row.title, row.image_url, row.forget_at


def see(user, way, shelf="favorites"):
    """Return the rows that a person sees in a list, after a new sign-in."""
    return signed_in(user).get(LISTS[shelf], {"kind": way.kind}).json()["results"]


# --- When ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_forgotten"), [(DAYS - 1, False), (DAYS, False), (DAYS + 1, True)])
def test_a_title_is_forgotten_a_hundred_and_fifty_days_after_it_was_kept(
    alice, clock, way, days, is_forgotten
):
    remember(alice, 605, kind=way.kind)
    clock.shift(timedelta(days=days))

    printed = prune()

    assert (remembered(alice, 605, kind=way.kind) == BLANK) is is_forgotten
    assert printed == "0 rows deleted.\n"


@pytest.mark.parametrize("shelf", LISTS)
def test_on_every_shelf(alice, clock, way, shelf):
    remember(alice, 605, kind=way.kind, shelf=shelf, value=3 if shelf == "ratings" else None)
    clock.shift(timedelta(days=DAYS + 1))

    prune()

    assert remembered(alice, 605, kind=way.kind, shelf=shelf) == BLANK


@pytest.mark.parametrize("shelf", LISTS)
def test_not_if_it_was_seen_meanwhile(alice, titles, clock, way, shelf):
    titles.has(way, 605)
    remember(alice, 605, kind=way.kind, shelf=shelf, value=3 if shelf == "ratings" else None)
    clock.shift(timedelta(days=DAYS - 1))
    see(alice, way, shelf)
    seen_at = NOON + timedelta(days=DAYS - 1)

    for days in (2, DAYS - 2):
        clock.shift(timedelta(days=days))
        prune()
        shown = remembered(alice, 605, kind=way.kind, shelf=shelf)
        assert shown[0] == way.title.format(605)
        assert shown[2] == seen_at + timedelta(days=DAYS)
    clock.shift(1)
    prune()

    assert remembered(alice, 605, kind=way.kind, shelf=shelf) == BLANK


def test_a_stale_copy_is_not_seen(alice, anyone, titles, clock, way):
    titles.has(way, 605)
    remember(alice, 605, kind=way.kind)
    clock.shift(timedelta(days=10))
    anyone.get(way.url(605))
    titles.status = 503
    clock.shift(timedelta(hours=1))

    (row,) = see(alice, way)

    assert row["availability"] == "live"
    assert remembered(alice, 605, kind=way.kind) == ("Remembered", PICTURE, NOON + timedelta(days=DAYS))


@pytest.mark.parametrize("service_lacks", [True, False])
def test_who_looks_in_vain_puts_nothing_off(alice, titles, clock, way, service_lacks):
    titles.status = None if service_lacks else 503
    remember(alice, 605, kind=way.kind)
    clock.shift(timedelta(days=DAYS - 1))

    (row,) = see(alice, way)
    clock.shift(timedelta(days=2))
    prune()

    assert row["availability"] == ("gone" if service_lacks else "unknown")
    assert remembered(alice, 605, kind=way.kind) == BLANK


def test_each_row_is_forgotten_by_itself(alice, bob, titles, clock, way):
    titles.has(way, 605)
    remember(alice, 605, kind=way.kind)
    remember(bob, 605, kind=way.kind)
    clock.shift(timedelta(days=DAYS - 1))
    see(bob, way)
    clock.shift(timedelta(days=2))

    prune()

    assert [remembered(user, 605, kind=way.kind) == BLANK for user in (alice, bob)] == [True, False]


def test_what_was_removed_is_forgotten_too(alice, clock, way):
    remember(alice, 605, kind=way.kind)
    clock.shift(timedelta(days=DAYS - 10))
    drop(alice, 605, kind=way.kind)
    clock.shift(timedelta(days=11))

    prune()

    assert remembered(alice, 605, kind=way.kind) == BLANK
    assert not row_of(alice, 605, kind=way.kind).is_there


def test_flyers_and_creators_are_never_forgotten(alice, clock):
    remember(alice, 605)
    remember(alice, 3, shelf="follows", kind="creator")
    clock.shift(timedelta(days=3_000))

    prune()

    assert set(Entry.objects.values_list("title", "image_url", "forget_at")) == {
        ("Remembered", PICTURE, None)
    }


def test_what_is_kept_anew_is_remembered_anew(alice, titles, clock, way):
    titles.has(way, 605)
    remember(alice, 605, kind=way.kind)
    drop(alice, 605, kind=way.kind)
    clock.shift(timedelta(days=80))

    signed_in(alice).put(way.url(605, "favorite"))

    assert remembered(alice, 605, kind=way.kind)[::2] == (
        way.title.format(605),
        NOON + timedelta(days=80 + DAYS),
    )


def test_what_a_device_or_an_import_brings_has_its_day(alice, titles, clock, way):
    titles.has(way, 605, 606)
    caller = signed_in(alice)
    send(caller, op("a", id_=605, kind=way.kind))
    entry = {"shelf": "favorites", "kind": way.kind, "id": 606, "title": "Of the file"}
    caller.post(f"{HERE}/users/me/library/", {"entries": [entry]})
    before = remembered(alice, 606, kind=way.kind)

    see(alice, way)

    assert before == BLANK, "of an import no title is believed"
    assert {remembered(alice, id_, kind=way.kind)[2] for id_ in (605, 606)} == {NOON + timedelta(days=DAYS)}


# --- What it changes -------------------------------------------------------------------------------


@pytest.fixture
def forgotten(alice, titles, clock, way):
    """Alice's 605, of which nothing is remembered any more."""
    remember(alice, 605, kind=way.kind)
    clock.shift(timedelta(days=DAYS + 1))
    prune()
    return row_of(alice, 605, kind=way.kind)


def test_forgetting_is_no_change_of_a_library(alice, titles, clock, way):
    remember(alice, 605, kind=way.kind)
    _, cursor = follow(signed_in(alice))
    before = Entry.objects.values("version", "changed_at", "created_at", "removed_at").get()
    clock.shift(timedelta(days=DAYS + 1))

    prune()
    answer = signed_in(alice).get(CHANGES, {"since": cursor})

    assert (answer.json()["changes"], answer["X-Library-Version"]) == ([], "1")
    assert Entry.objects.values("version", "changed_at", "created_at", "removed_at").get() == before


def test_what_is_forgotten_is_unknown_and_has_no_title_while_its_service_is_down(
    alice, titles, way, forgotten
):
    titles.status = 503

    (row,) = see(alice, way)
    export = signed_in(alice).get(f"{HERE}/users/me/library/").json()

    assert (row["availability"], row["title"], row["image_url"], row["item"]) == ("unknown", "", None, None)
    assert [(row["id"], row["title"]) for row in export["entries"]] == [(605, "")]


def test_what_is_forgotten_comes_back_when_it_is_seen(alice, titles, way, forgotten):
    titles.has(way, 605)

    (row,) = see(alice, way)

    title = way.title.format(605)
    assert (row["availability"], row["title"], row["item"]["title"]) == ("live", title, title)
    assert remembered(alice, 605, kind=way.kind)[0] == title
    assert remembered(alice, 605, kind=way.kind)[2] == NOON + timedelta(days=DAYS + 1 + DAYS)
    assert type(alice).objects.get(pk=alice.pk).library_version == 1


@pytest.mark.parametrize(("hours", "writes"), [(0, 0), (23, 0), (24, 0), (25, 1), (48, 1)])
def test_a_row_that_is_seen_often_is_written_once_a_day(alice, titles, clock, way, hours, writes):
    titles.has(way, 605)
    keep(alice, 605, kind=way.kind)
    see(alice, way)
    clock.shift(timedelta(hours=hours))
    titles.forget_caches()
    caller = signed_in(alice)

    with CaptureQueriesContext(
        connection,
    ) as seen:
        rows = caller.get(LISTS["favorites"], {"kind": way.kind}).json()["results"]

    assert [row["availability"] for row in rows] == ["live"]
    assert sum(query["sql"].startswith('UPDATE "favorites_entry"') for query in seen) == writes


def test_many_rows_are_forgotten_by_one_run(alice, bob, clock):
    remember(alice, *range(1, 701), kind="movie")
    remember(bob, *range(1, 701), kind="tv")
    remember(bob, 1)
    clock.shift(timedelta(days=DAYS + 1))

    prune()

    assert Entry.objects.exclude(title="").values_list("kind", flat=True).get() == "flyer"


# --- Without TMDb, and how it is found --------------------------------------------------------------


def test_titles_are_forgotten_also_when_movies_are_off(monkeypatch, alice, clock):
    remember(alice, 605, kind="movie")
    remember(alice, 605)
    others = {name: each for name, each in catalog.catalogs().items() if name != MOVIES.name}
    monkeypatch.setattr(catalog, "_CATALOGS", others)
    clock.shift(timedelta(days=DAYS + 1))

    prune()
    export = signed_in(alice).get(f"{HERE}/users/me/library/").json()

    assert remembered(alice, 605, kind="movie") == BLANK
    assert remembered(alice, 605)[0] == "Remembered"
    assert [(row["kind"], row["title"]) for row in export["entries"]] == [("movie", "")]


def test_an_index_finds_what_is_to_be_forgotten(alice, clock):
    remember(alice, *range(1, 501))
    remember(alice, 1, 2, kind="movie")
    clock.shift(timedelta(days=DAYS + 1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    with CaptureQueriesContext(connection) as asked:
        prune()

    (look, *_) = [query["sql"] for query in asked if '"forget_at" <' in query["sql"]]
    text = plan(look.partition(" FOR ")[0].replace("%", "%%"), [])
    assert "entries_to_forget" in text, text
