"""Lists of movies and shows: TMDb gives no titles by ids, so a call looks up ten at most, and the next goes on."""

import threading
import time

import pytest

from movies_proxy.catalog import MOVIES, TITLES
from movies_proxy.shapes import TMDB_NOTICE
from proxy.redis_level import NEGATIVE_SECONDS
from tests.conftest import signed_in
from tests.favorites.keeping import keep, row_of

HERE = "/api/v1"
LISTS = {word: f"{HERE}/users/me/{word}/" for word in ("favorites", "watchlist", "ratings")}
FAVORITES = LISTS["favorites"]
NOON = "2026-05-01T12:00:00Z"
LOOKS = 10
AN_HOUR = 3_600


def rows(caller, way, **params):
    """Return the rows of a person's favorites of a kind."""
    answer = caller.get(FAVORITES, {"kind": way.kind, "limit": 100, **params})
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def availabilities(caller, way, **params):
    return [row["availability"] for row in rows(caller, way, **params)]


def test_the_bound_is_that_of_the_contract():
    assert {titles.kind.max_looks for titles in TITLES.values()} == {LOOKS}


# --- What a row says -------------------------------------------------------------------------------


@pytest.mark.parametrize("shelf", LISTS)
def test_a_row_has_the_title_as_its_detail_shows_it(clock, as_alice, alice, titles, way, shelf):
    titles.has(way, 605)
    value = 4 if shelf == "ratings" else None
    keep(alice, 605, shelf=shelf, kind=way.kind, value=value)
    keep(alice, 7)

    body = as_alice.get(LISTS[shelf], {"kind": way.kind}).json()
    detail = as_alice.get(way.url(605)).json()

    assert {name: body[name] for name in ("count", "next", "previous")} == {
        "count": 1,
        "next": None,
        "previous": None,
    }
    (row,) = body["results"]
    assert row.pop("item") == {name: detail[name] for name in row_item(row, detail)}
    assert row == {
        "kind": way.kind,
        "id": 605,
        "created_at": NOON,
        "availability": "live",
        "title": way.title.format(605),
        "image_url": "http://pictures.test/t/p/w342/poster605.jpg",
        "valid_until": None,
        **({"rating": 4} if shelf == "ratings" else {}),
    }
    assert body["meta"] == {"as_of": NOON, "stale": False, "attribution": [TMDB_NOTICE]}


def row_item(row, detail):
    """Return the names of what lists show of a title."""
    in_full = {"tagline", "status", "runtime_minutes", "countries", "videos", "providers", "credits"}
    in_full |= {"imdb_id", "meta", "seasons", "episodes", "in_production", "next_episode", "networks"}
    return detail.keys() - in_full


def test_pages_of_flyers_name_no_service(as_alice, alice, service):
    service.has(7)
    keep(alice, 7)

    assert "attribution" not in as_alice.get(FAVORITES).json()["meta"]


def test_an_empty_page_of_titles_names_its_service_all_the_same(as_alice, way):
    body = as_alice.get(FAVORITES, {"kind": way.kind}).json()

    assert (body["results"], body["meta"]["attribution"]) == ([], [TMDB_NOTICE])


def test_a_title_that_is_gone_leaves_what_is_remembered(as_alice, alice, titles, way):
    keep(alice, 605, kind=way.kind, title="Dune", image_url="https://img.test/1.jpg")

    (row,) = rows(as_alice, way)

    assert (row["availability"], row["item"]) == ("gone", None)
    assert (row["title"], row["image_url"]) == ("Dune", "https://img.test/1.jpg")


def test_in_an_outage_titles_are_unknown_and_the_page_says_that_it_is_stale(as_alice, alice, titles, way):
    keep(alice, 605, kind=way.kind, title="Dune")
    titles.status = 503

    body = as_alice.get(FAVORITES, {"kind": way.kind}).json()

    assert [(row["availability"], row["title"]) for row in body["results"]] == [("unknown", "Dune")]
    assert body["meta"]["stale"] is True


def test_what_is_seen_is_remembered_of_whoever_keeps_it(clock, alice, titles, way):
    titles.has(way, 605)
    keep(alice, 605, kind=way.kind, title="As it was")
    clock.shift(NEGATIVE_SECONDS)

    rows(signed_in(alice), way)

    assert row_of(alice, 605, kind=way.kind).title == way.title.format(605)


# --- Ten looks a call ------------------------------------------------------------------------------


def test_a_long_list_is_looked_up_ten_by_ten_call_after_call(as_alice, alice, titles, way):
    ids = range(1, 26)
    titles.has(way, *ids)
    keep(alice, *reversed(ids), kind=way.kind, title="Remembered")

    seen, stale, looked_up = [], [], []
    for _ in range(4):
        body = as_alice.get(FAVORITES, {"kind": way.kind, "limit": 100}).json()
        seen.append([row["availability"] for row in body["results"]])
        stale.append(body["meta"]["stale"])
        looked_up.append(titles.asked())

    assert seen == [["live"] * known + ["unknown"] * (25 - known) for known in (10, 20, 25, 25)]
    assert stale == [True, True, False, False]
    assert looked_up == [[*range(1, 11)], [*range(11, 21)], [*range(21, 26)], []]


def test_titles_that_are_gone_keep_nobody_from_the_others(as_alice, alice, titles, way):
    titles.has(way, 11, 12)
    keep(alice, *range(12, 0, -1), kind=way.kind)

    first, second = availabilities(as_alice, way), availabilities(as_alice, way)

    assert first == ["gone"] * 10 + ["unknown"] * 2
    assert second == ["gone"] * 10 + ["live"] * 2
    assert titles.asked() == [*range(1, 13)]


def test_ten_are_looked_up_side_by_side(as_alice, alice, titles, way):
    titles.has(way, *range(1, 11))
    keep(alice, *range(1, 11), kind=way.kind)
    titles.held = threading.Barrier(2)  # Nobody gets on who is alone.

    assert availabilities(as_alice, way) == ["live"] * 10


def test_all_looks_of_a_call_have_one_deadline(settings, as_alice, alice, titles, way):
    settings.TMDB_DEADLINE_SECONDS = (
        0.4  # One after the other, or four at once, they would take three times that.
    )
    titles.has(way, *range(1, 11))
    keep(alice, *range(1, 11), kind=way.kind)
    titles.held = threading.Event()
    start = time.monotonic()

    seen = availabilities(as_alice, way)
    seconds = time.monotonic() - start
    titles.held.set()

    assert seen == ["unknown"] * 10
    assert seconds < 2.5 * settings.TMDB_DEADLINE_SECONDS


def test_looks_count_as_reads_and_past_the_limit_the_next_window_goes_on(clock, settings, alice, titles, way):
    settings.THROTTLE_USER = (6, 60)
    titles.has(way, *range(1, 11))
    keep(alice, *range(1, 11), kind=way.kind)

    refused = signed_in(alice).get(FAVORITES, {"kind": way.kind})
    looked_up = len(titles.asked())
    clock.shift(60)

    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "THROTTLED")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert looked_up == 6
    assert availabilities(signed_in(alice), way) == ["live"] * 10


def test_what_was_seen_on_a_page_of_a_list_needs_no_look(as_alice, anyone, alice, titles, way):
    ids = range(1, 31)
    titles.has(way, *ids)
    keep(alice, *ids, kind=way.kind)
    for page in (1, 2):
        anyone.get(f"{HERE}/{way.path}/discover/", {"page": page})

    seen = availabilities(as_alice, way)
    kept_now = as_alice.put(way.url(30, "watchlist"))

    assert seen == ["live"] * 30
    assert kept_now.json()["title"] == way.title.format(30)
    assert titles.asked() == []


def test_a_list_in_another_language_is_no_look_at_titles(as_alice, anyone, alice, titles, way):
    titles.has(way, 605, title="Duna")
    anyone.get(f"{HERE}/{way.path}/discover/", {"language": "pt-BR"})
    anyone.get(way.url(605), {"language": "pt-BR"})
    titles.asked()
    titles.has(way, 605, title="Dune")
    keep(alice, 605, kind=way.kind)

    (row,) = rows(as_alice, way)

    assert (row["title"], row["item"]["title"]) == ("Dune", "Dune")
    assert titles.asked() == [605]


def test_ten_stale_copies_a_call_are_fetched_again_in_background(clock, alice, titles, way):
    ids = range(1, 26)
    titles.has(way, *ids)
    keep(alice, *reversed(ids), kind=way.kind)
    for _ in range(3):
        rows(signed_in(alice), way)
    titles.asked()
    clock.shift(AN_HOUR)
    titles.has(way, *ids, title="Renamed")
    caller = signed_in(alice)

    renamed, revalidated = [], []
    for _ in range(4):
        renamed.append([row["item"]["title"] for row in rows(caller, way)].count("Renamed"))
        MOVIES.cache.settle()
        revalidated.append(len(titles.asked()))

    assert renamed == [0, 10, 20, 25]
    assert revalidated == [10, 10, 5, 0]
