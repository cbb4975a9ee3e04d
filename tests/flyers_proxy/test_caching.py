"""Caching as a browser sees it: how fresh an answer is, and how long it may be reused."""

import datetime as dt
import json
import re

import pytest
import responses
import time_machine
from django.db import connection

from flyers_proxy.catalog import FLYER, FLYERS
from proxy.batches import confirm, get_many
from tests import payloads
from tests.conftest import UPSTREAM

DISCOVER = "/api/v1/flyers/discover/"
FEED = f"{UPSTREAM}/flyers/feed/"
ROUTES = {
    DISCOVER: (FEED, payloads.page(payloads.flyer(7))),
    "/api/v1/flyers/search/?query=jazz": (FEED, payloads.page(payloads.flyer(7))),
    "/api/v1/flyers/7/": (f"{UPSTREAM}/flyers/7/", payloads.flyer(7)),
    "/api/v1/flyers/categories/": (f"{UPSTREAM}/categories/", [payloads.category()]),
    "/api/v1/creators/3/": (f"{UPSTREAM}/users/3/", payloads.creator(3)),
    "/api/v1/creators/3/flyers/": (FEED, payloads.page(payloads.flyer(7))),
}


@pytest.fixture
def clock():
    with time_machine.travel(dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


def later(clock, seconds):
    clock.shift(dt.timedelta(seconds=seconds))


@pytest.mark.parametrize("route", ROUTES)
def test_every_read_is_cached_then_served_stale_and_marked_while_upstream_is_down(
    anyone, upstream, clock, route
):
    address, answer = ROUTES[route]
    upstream.get(address, json=answer)
    upstream.get(address, status=503)

    first = anyone.get(route)
    later(clock, 30)
    hit = anyone.get(route)
    later(clock, 40)
    stale = anyone.get(route)
    FLYERS.cache.settle()

    seen = [(r["X-Cache"], r["Age"]) for r in (first, hit, stale)]
    assert seen == [("MISS", "0"), ("HIT", "30"), ("STALE", "70")]
    assert stale.status_code == 200
    if "meta" in first.json():
        assert [r.json()["meta"]["stale"] for r in (first, hit, stale)] == [False, False, True]
        assert {r.json()["meta"]["as_of"] for r in (first, hit, stale)} == {"2026-05-01T12:00:00Z"}


@pytest.mark.parametrize("route", ROUTES)
def test_head_answers_as_get_does_without_the_body(anyone, upstream, clock, route):
    address, answer = ROUTES[route]
    upstream.get(address, json=answer)
    got = anyone.get(route)

    head = anyone.head(route)

    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Cache-Control", "Vary", "Content-Length", "Content-Type"):
        assert head[name] == got[name]


def test_an_unchanged_answer_is_a_304_that_says_how_old_it_is_and_whence(anyone, upstream, clock):
    upstream.get(FEED, json=payloads.page(payloads.flyer(7)))
    upstream.get(FEED, status=503)
    etag = anyone.get(DISCOVER)["ETag"]
    later(clock, 30)

    hit = anyone.get(DISCOVER, headers={"If-None-Match": f'"another", W/{etag}'})
    later(clock, 40)
    changed = anyone.get(DISCOVER, headers={"If-None-Match": etag})
    stale = anyone.get(DISCOVER, headers={"If-None-Match": changed["ETag"]})
    FLYERS.cache.settle()

    assert (hit.status_code, hit.content, hit["X-Cache"], hit["Age"]) == (304, b"", "HIT", "30")
    assert (hit["ETag"], hit["Vary"]) == (etag, "Authorization, Origin, Accept-Encoding")
    assert hit["Cache-Control"].startswith("public, max-age=60")
    assert changed.status_code == 200  # "stale": true are other bytes
    assert (stale.status_code, stale["X-Cache"], stale["Age"]) == (304, "STALE", "70")


def test_a_browser_does_not_take_an_old_answer_for_a_fresh_one(anyone, upstream, clock):
    upstream.get(FEED, json=payloads.page(payloads.flyer(7)))
    upstream.get(FEED, status=503)

    fresh = anyone.get(DISCOVER)["Cache-Control"]
    later(clock, 3600)
    stale = anyone.get(DISCOVER)["Cache-Control"]
    FLYERS.cache.settle()

    assert fresh == "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
    assert stale == "public, max-age=0, stale-while-revalidate=60, stale-if-error=86400"


def test_a_browser_keeps_an_answer_no_longer_than_upstream_lets_us(anyone, upstream, clock):
    upstream.get(FEED, json=payloads.page(payloads.flyer(7)), headers={"Cache-Control": "max-age=5"})

    first = anyone.get(DISCOVER)
    later(clock, 6)
    stale = anyone.get(DISCOVER)
    FLYERS.cache.settle()

    assert first["Cache-Control"].startswith("public, max-age=5, ")
    assert stale["X-Cache"] == "STALE"
    assert anyone.get(DISCOVER)["X-Cache"] == "HIT"


def test_upstream_is_asked_whether_its_answer_has_changed(anyone, upstream, clock):
    upstream.get(FEED, json=payloads.page(payloads.flyer(7)), headers={"ETag": '"v1"'})
    upstream.get(FEED, status=304, headers={"ETag": '"v1"', "Cache-Control": "max-age=30"})
    first = anyone.get(DISCOVER)
    later(clock, 70)
    anyone.get(DISCOVER)
    FLYERS.cache.settle()

    renewed = anyone.get(DISCOVER)

    assert upstream.calls[1].request.headers["If-None-Match"] == '"v1"'
    assert (renewed["X-Cache"], renewed["Age"]) == ("HIT", "0")
    assert renewed["Cache-Control"].startswith("public, max-age=30, ")
    assert renewed.json()["results"] == first.json()["results"]


def test_people_near_each_other_share_a_page_and_see_their_own_distance(anyone, upstream):
    upstream.get(FEED, json=payloads.page(payloads.flyer(7)))

    here = anyone.get(DISCOVER, {"lat": "40.4171", "lng": "-3.7042"})
    there = anyone.get(DISCOVER, {"lat": "40.4220", "lng": "-3.6990"})

    assert there["X-Cache"] == "HIT"
    distances = [r.json()["results"][0]["location"]["distance_km"] for r in (here, there)]
    assert distances[0] < 0.1 < distances[1]
    assert here["ETag"] != there["ETag"]


def test_equal_questions_share_a_page_however_they_are_written(anyone, upstream):
    upstream.get(FEED, json=payloads.page(payloads.flyer(7)))

    answers = [
        anyone.get(f"{DISCOVER}?{query}")
        for query in (
            "categories=food,events&page=1",
            "limit=10&categories=events,food,food",
            "radius=9&categories=events,food&near_me=false&filter=all",
        )
    ]

    assert [answer["X-Cache"] for answer in answers] == ["MISS", "HIT", "HIT"]


def test_a_flyer_that_was_on_a_page_is_shown_without_asking(anyone, upstream):
    upstream.get(FEED, json=payloads.page(payloads.flyer(7), payloads.flyer(8)))
    page = anyone.get(DISCOVER).json()

    flyer = anyone.get("/api/v1/flyers/8/")

    assert flyer["X-Cache"] == "HIT"
    assert flyer.json() == page["results"][1]


def test_a_missing_flyer_is_404_for_a_minute_without_an_upstream_call(anyone, upstream, clock):
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7))
    upstream.get(f"{UPSTREAM}/flyers/7/", status=404)
    anyone.get("/api/v1/flyers/7/")
    later(clock, 70)
    anyone.get("/api/v1/flyers/7/")
    FLYERS.cache.settle()

    answers = [anyone.get("/api/v1/flyers/7/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert len(upstream.calls) == 2


def test_the_creator_of_an_empty_page_is_asked_for_once(anyone, upstream):
    upstream.get(FEED, json=payloads.page())
    upstream.get(f"{UPSTREAM}/users/3/", json=payloads.creator(3))

    answers = [anyone.get("/api/v1/creators/3/flyers/") for _ in range(3)]

    assert [answer.json()["count"] for answer in answers] == [0, 0, 0]
    assert len(upstream.calls) == 2


def test_what_happens_in_the_cache_is_counted_and_logged_once_with_the_request_id(
    anyone, upstream, clock, caplog
):
    bad = payloads.flyer(9)
    del bad["title"]
    upstream.get(FEED, json=payloads.page(payloads.flyer(7), bad))
    upstream.get(FEED, status=403)
    caplog.set_level("INFO")
    before = counted(anyone)

    anyone.get(DISCOVER, headers={"X-Request-ID": "first"})
    later(clock, 70)
    anyone.get(DISCOVER, headers={"X-Request-ID": "second"})
    FLYERS.cache.settle()

    after = counted(anyone)
    events = ("fill", "left_out", "stale", "refresh_failed")
    assert [after[event] - before[event] for event in events] == [1, 1, 1, 1]
    logged = sorted(
        (record.msg["event"], record.msg["request_id"])
        for record in caplog.records
        if record.name.startswith("proxy.")
    )
    assert logged == [("items left out", "first"), ("refresh failed", "second"), ("stale answer", "second")]


def counted(client):
    shown = client.get("/metrics").content.decode()
    return {
        event: float(number)
        for event, number in re.findall(
            r'flyers_bff_cache_total\{event="(\w+)",upstream="flyers"\} ([\d.]+)', shown
        )
    }


# --- Many by id, for favorites ----------------------------------------------------------------------


@pytest.fixture
def known():
    """The flyers that the feed has."""
    return set(range(1, 201)) - {13}


@pytest.fixture
def feed(upstream, known):
    """The feed by ids."""

    def answer(request):
        ids = [int(flyer_id) for flyer_id in request.params["ids"].split(",")]
        found = [payloads.flyer(flyer_id) for flyer_id in ids if flyer_id in known]
        return 200, {}, json.dumps(payloads.page(*found))

    upstream.add_callback(responses.GET, FEED, callback=answer)
    return upstream


def test_flyers_by_id_are_fetched_fifty_at_a_time_and_then_cached(feed):
    batch = get_many("flyer", range(1, 101), caller="alice")
    again = get_many("flyer", range(1, 101), caller="alice")

    assert set(batch.found) == set(again.found) == set(range(1, 101)) - {13}
    assert (batch.absent, batch.unknown) == (again.absent, again.unknown) == ({13}, set())
    assert len(feed.calls) == 3  # the second time only 13 was asked for
    assert FLYERS.get(FLYER, 5).outcome == "HIT"
    get_many("flyer", range(1, 101), caller="alice")
    assert len(feed.calls) == 3


def test_old_flyers_by_id_are_served_at_once_and_renewed_in_one_call(feed, clock):
    get_many("flyer", [1, 2, 3], caller="alice")
    later(clock, 70)

    stale = get_many("flyer", [1, 2, 3], caller="alice")
    FLYERS.cache.settle()
    fresh = get_many("flyer", [3, 2, 1], caller="alice")

    assert {answer.outcome for answer in stale.found.values()} == {"STALE"}
    assert {answer.outcome for answer in fresh.found.values()} == {"HIT"}
    assert len(feed.calls) == 2


@pytest.mark.parametrize("missing", [{2}, {1, 2, 3}])
def test_a_flyer_that_upstream_lists_no_more_is_absent_though_a_copy_is_held(feed, known, clock, missing):
    get_many("flyer", [1, 2, 3], caller="alice")
    known -= missing
    later(clock, 70)
    # A stale copy is shown while it is revalidated in background, and once more for those left out.
    for _ in range(2):
        get_many("flyer", [1, 2, 3], caller="alice")
        FLYERS.cache.settle()

    soon = get_many("flyer", [1, 2, 3], caller="alice")
    later(clock, 70)
    afterwards = get_many("flyer", [1, 2, 3], caller="alice")

    assert soon.absent == afterwards.absent == missing
    assert set(soon.found) == set(afterwards.found) == {1, 2, 3} - missing


def test_in_an_outage_cached_copies_are_found_and_the_others_are_not_known(upstream, clock):
    upstream.get(f"{UPSTREAM}/flyers/1/", json=payloads.flyer(1))
    upstream.get(FEED, status=503)
    FLYERS.get(FLYER, 1)
    later(clock, 70)

    batch = get_many("flyer", [1, 2], caller="alice")

    assert set(batch.found) == {1}
    assert batch.found[1].is_stale
    assert (batch.absent, batch.unknown) == (set(), {2})


def test_a_flyer_is_confirmed_with_its_facts_before_it_is_saved(upstream):
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7))

    summary = confirm("flyer", 7)

    assert summary.title == "Flyer 7"
    assert summary.image_url == "https://img.test/flyers/7.svg"
    assert summary.ends_at == dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_upstream_holds_no_connection_that_others_share(as_alice, upstream):
    held = []

    def answer(request):
        held.append(connection.connection is not None)
        return 200, {}, json.dumps(payloads.flyer(7))

    upstream.add_callback("GET", f"{UPSTREAM}/flyers/7/", answer)

    added = as_alice.put("/api/v1/flyers/7/favorite/")

    assert added.status_code == 201
    assert held == [connection.vendor != "postgresql"]
