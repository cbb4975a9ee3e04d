"""Caching of movies and shows as a browser sees it, and as metrics, log lines and `cache_warm` show it."""

import re

import pytest

from movies_proxy.catalog import MOVIES
from tests import payloads_tmdb as payloads
from tests.counts import Counts
from tests.movies_proxy.titles import JUSTWATCH, MOVIE, NOTICE, TMDB, give_genres, give_page

ROUTES = {
    "discover/": "discover/{}",
    "search/?query=x": "search/{}",
    "trending/": "trending/{}/day",
    "7/recommendations/": "{}/7/recommendations",
    "605/?region=BR": "{}/605",
}


@pytest.fixture
def once(tmdb, kind):
    """Let TMDb answer a route once, and fail from then on."""

    def give(route):
        address = f"{TMDB}/{ROUTES[route].format(kind.name)}"
        if route.startswith("605"):
            tmdb.get(address, json=kind.detail(605))
        else:
            give_genres(tmdb, kind)
            tmdb.get(address, json=payloads.page(kind.item(605)))
        tmdb.get(address, status=504)

    return give


@pytest.mark.parametrize("route", ROUTES)
def test_every_read_is_cached_then_served_stale_with_its_notice_while_tmdb_is_down(
    anyone, once, clock, kind, route
):
    once(route)

    first = anyone.get(kind.route(route))
    clock.shift(30)
    hit = anyone.get(kind.route(route))
    clock.shift(40)
    stale = anyone.get(kind.route(route))
    MOVIES.cache.settle()

    answers = (first, hit, stale)
    assert [(each["X-Cache"], each["Age"]) for each in answers] == [
        ("MISS", "0"),
        ("HIT", "30"),
        ("STALE", "70"),
    ]
    notices = [NOTICE, JUSTWATCH] if "region" in route else [NOTICE]
    assert [each.json()["meta"]["attribution"] for each in answers] == [notices] * 3
    if "results" in first.json():
        assert [each.json()["meta"]["stale"] for each in answers] == [False, False, True]
        assert {each.json()["meta"]["as_of"] for each in answers} == {"2026-05-01T12:00:00Z"}


@pytest.mark.parametrize("route", ROUTES)
def test_every_read_has_an_etag_and_says_how_long_it_may_be_kept(anyone, once, tmdb, clock, kind, route):
    once(route)
    tmdb.assert_all_requests_are_fired = False
    first = anyone.get(kind.route(route))

    unchanged = anyone.get(kind.route(route), headers={"If-None-Match": first["ETag"]})
    head = anyone.head(kind.route(route))

    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
    assert (unchanged.status_code, unchanged.content, unchanged["X-Cache"]) == (304, b"", "HIT")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", first["ETag"])


@pytest.mark.usefixtures("genres")
def test_tmdb_is_asked_whether_its_page_has_changed(anyone, tmdb, kind, clock):
    address = f"{TMDB}/discover/{kind.name}"
    tmdb.get(address, json=payloads.page(kind.item(605)), headers={"ETag": 'W/"v1"'})
    tmdb.get(address, status=304, headers={"ETag": 'W/"v1"'})
    first = anyone.get(kind.route("discover/?limit=1"))
    clock.shift(70)
    anyone.get(kind.route("discover/?limit=1"))
    MOVIES.cache.settle()

    renewed = anyone.get(kind.route("discover/?limit=1"))

    asked = [call.request for call in tmdb.calls if "/discover/" in call.request.url]
    assert [request.headers.get("If-None-Match") for request in asked] == [None, 'W/"v1"']
    assert (renewed["X-Cache"], renewed["Age"]) == ("HIT", "0")
    assert renewed.json()["results"] == first.json()["results"]


@pytest.mark.usefixtures("genres")
def test_what_happens_is_counted_and_logged_under_the_name_of_the_catalog(anyone, tmdb, kind, clock, caplog):
    give_page(tmdb, kind, kind.item(605), {"id": 7})
    tmdb.get(f"{TMDB}/discover/{kind.name}", status=403)
    caplog.set_level("INFO")
    counted = Counts()

    anyone.get(kind.route("discover/"))
    clock.shift(70)
    anyone.get(kind.route("discover/"))
    MOVIES.cache.settle()

    for event, times in {"fill": 2, "left_out": 1, "stale": 1, "refresh_failed": 1}.items():
        assert counted("flyers_bff_cache_total", upstream="movies", event=event) == times, event
        assert counted("flyers_bff_cache_total", upstream="flyers", event=event) == 0, event
    assert counted("flyers_bff_upstream_seconds_count", upstream="movies", outcome="ok") == 2
    assert counted("flyers_bff_upstream_seconds_count", upstream="movies", outcome="refused") == 1
    logged = [record.msg for record in caplog.records if record.name.startswith("proxy.")]
    assert sorted((line["event"], line["kind"]) for line in logged) == [
        ("items left out", kind.name),
        ("refresh failed", f"{kind.name}-discover"),
        ("stale answer", f"{kind.name}-discover"),
    ]
    assert {line["upstream"] for line in logged} == {"movies"}


def test_metrics_have_a_series_of_the_catalog(anyone, tmdb):
    give_genres(tmdb, MOVIE)
    anyone.get(MOVIE.route("genres/"))

    shown = anyone.get("/metrics").content.decode()

    assert re.search(r'flyers_bff_cache_total\{event="fill",upstream="movies"\} [1-9]', shown)
    assert 'flyers_bff_upstream_slots{upstream="movies"} 12.0' in shown


def test_what_a_person_searched_for_is_not_logged(anyone, tmdb, kind, clock, caplog, genres):
    give_page(tmdb, kind, of="search/{}")
    tmdb.get(f"{TMDB}/search/{kind.name}", status=403)
    caplog.set_level("INFO")
    for _ in range(2):
        anyone.get(kind.route("search/?query=embarrassing"))
        clock.shift(70)
    MOVIES.cache.settle()

    assert len(caplog.records) > 2
    assert "embarrassing" not in " ".join(str(vars(record)) for record in caplog.records)


@pytest.mark.usefixtures("genres_of_both")
def test_what_is_warmed_is_what_people_ask_for_first(anyone, tmdb, kind):
    for of in ("movie", "tv"):
        for number in (1, 2):
            tmdb.get(
                f"{TMDB}/discover/{of}",
                json=payloads.page(
                    (payloads.movie if of == "movie" else payloads.show)(number), number=number, total_pages=2
                ),
            )

    warmed = [(name, fetch().outcome) for name, fetch in MOVIES.warm(2)]

    assert [name for name, _ in warmed] == [
        *("genres of movie", "movie page 1", "movie page 2"),
        *("genres of tv", "tv page 1", "tv page 2"),
    ]
    assert {outcome for _, outcome in warmed} == {"MISS"}
    for route in ("genres/", "discover/", "discover/?page=2"):
        assert anyone.get(kind.route(route))["X-Cache"] == "HIT"
