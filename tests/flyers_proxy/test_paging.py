"""Pages of any size over upstream pages of at most 50, and the links between them."""

import json
import zlib
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
import time_machine

from clients.errors import UpstreamNotFoundError
from clients.flyers import FlyerPage
from clients.transport import Fetched
from flyers_proxy.catalog import FLYERS
from flyers_proxy.lists import FlyerList
from proxy import pages
from tests import payloads
from tests.conftest import UPSTREAM

DISCOVER = "/api/v1/flyers/discover/"


@pytest.fixture
def many(upstream):
    """An upstream of 180 flyers, numbered 1 to 180, with paging rules of its own."""

    def feed(request):
        params = request.params
        page, size = int(params["page"]), int(params["page_size"])
        assert 1 <= size <= 50
        ids = range(1, 181)[(page - 1) * size : page * size]
        if not ids and page > 1:
            return 404, {}, '{"error": "past the end"}'
        return 200, {}, json.dumps(payloads.page(*map(payloads.flyer, ids), count=180))

    upstream.add_callback(responses.GET, f"{UPSTREAM}/flyers/feed/", callback=feed)
    return upstream


@pytest.mark.parametrize("limit", [1, 10, 49, 50, 51, 77, 99, 100])
def test_pages_of_any_size_show_every_flyer_once_and_in_order(anyone, many, limit):
    seen = []
    for page in range(1, 180 // limit + 3):
        if limit == 1 and page > 5:
            break
        body = anyone.get(DISCOVER, {"limit": limit, "page": page}).json()
        assert body["count"] == 180
        seen += [flyer["id"] for flyer in body["results"]]

    assert seen == list(range(1, 6 if limit == 1 else 181))


def test_a_page_takes_at_most_three_upstream_calls(anyone, many):
    anyone.get(DISCOVER, {"limit": 77, "page": 2})

    assert sorted(call.request.params["page"] for call in many.calls) == ["2", "3", "4"]


def test_a_page_of_several_is_new_when_only_its_second_part_has_changed(anyone, upstream):
    titles = {number: f"Flyer {number}" for number in range(1, 61)}

    def feed(request):
        page = int(request.params["page"])
        flyers = [payloads.flyer(number, title=titles[number]) for number in sorted(titles)]
        body = json.dumps(payloads.page(*flyers[(page - 1) * 50 : page * 50], count=60))
        etag = f'"{zlib.crc32(body.encode())}"'
        if request.headers.get("If-None-Match") == etag:
            return 304, {"ETag": etag}, ""
        return 200, {"ETag": etag}, body

    upstream.add_callback(responses.GET, f"{UPSTREAM}/flyers/feed/", callback=feed)
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        anyone.get(DISCOVER, {"limit": 60})
        titles[55] = "Moved indoors"
        clock.shift(70)
        anyone.get(DISCOVER, {"limit": 60})
        FLYERS.cache.settle()
        response = anyone.get(DISCOVER, {"limit": 60})

    assert response["X-Cache"] == "HIT"
    assert response.json()["results"][54]["title"] == "Moved indoors"


def assembled(fetch, *, page=1, limit=10, etag=None):
    return pages.assemble(fetch, upstream="flyers", page=page, limit=limit, max_size=50, etag=etag)


def assembled_from(lists, *, limit=10):
    return pages.merge(
        lists, upstream="flyers", page=1, limit=limit, max_size=50, rank=lambda flyer: flyer.id
    )


@pytest.mark.parametrize(("limit", "is_one"), [(50, True), (51, False), (100, False)])
def test_only_a_page_that_is_one_upstream_page_has_an_etag_or_is_asked_for_by_one(limit, is_one):
    etags = []

    def fetch(number, size, etag):
        etags.append(etag)
        return Fetched(FlyerPage(count=30, results=()), etag='"new"')

    fetched = assembled(fetch, limit=limit, etag='"old"')

    assert set(etags) == {'"old"' if is_one else None}
    assert fetched.etag == ('"new"' if is_one else None)


def test_a_page_of_several_is_fresh_as_long_as_its_shortest_lived_part():
    ages = {2: 30, 3: 5, 4: None}

    def fetch(number, size, etag):
        return Fetched(FlyerPage(count=180, results=()), max_age=ages[number])

    assert assembled(fetch, limit=77, page=2).max_age == 5


def test_a_page_past_the_end_is_fresh_as_long_as_its_count():
    def fetch(number, size, etag):
        if number > 1:
            raise UpstreamNotFoundError
        return Fetched(FlyerPage(count=180, results=()), etag='"first"', max_age=5)

    fetched = assembled(fetch, page=40)

    assert fetched.value == FlyerPage(180, ())
    assert (fetched.max_age, fetched.etag) == (5, None)


def test_two_hundred_creators_are_fetched_at_once_and_one_more_are_assembled():
    lists = [FlyerList(position=(0, 0), creators=tuple(range(1, 1 + number))) for number in (200, 201)]

    assert [flyers.is_merged for flyers in lists] == [False, True]


def test_an_assembled_page_is_fresh_as_long_as_its_shortest_lived_part_and_counts_what_it_left_out():
    def list_of(left_out, max_age):
        def fetch(number, size, etag):
            return Fetched(FlyerPage(50, (), left_out), max_age=max_age)

        return fetch

    fetched = assembled_from([list_of(200, 30), list_of(50, 5)])

    assert (fetched.max_age, fetched.value.left_out, fetched.value.count) == (5, 250, 100)


def test_a_list_that_ends_with_a_full_page_is_not_asked_for_another():
    fetched = []

    def list_of(name):
        def fetch(number, size, etag):
            fetched.append((name, number))
            return Fetched(FlyerPage(count=50, results=()))

        return fetch

    assembled_from([list_of("a"), list_of("b")], limit=100)

    assert sorted(fetched) == [("a", 1), ("b", 1)]


def test_a_larger_limit_gives_a_hundred(anyone, many):
    body = anyone.get(DISCOVER, {"limit": 5000}).json()

    assert len(body["results"]) == 100


def test_a_page_past_the_end_is_empty_and_still_counts_how_many_there_are(anyone, many):
    response = anyone.get(DISCOVER, {"page": 40, "limit": 20})

    body = response.json()
    assert response.status_code == 200
    assert (body["count"], body["results"], body["next"]) == (180, [], None)
    assert parse_qs(urlsplit(body["previous"]).query)["page"] == ["9"]


def test_links_are_ours_and_keep_the_filters(anyone, many):
    body = anyone.get(
        DISCOVER, {"lat": "40.41234", "lng": "-3.7", "categories": "events", "page": "2"}
    ).json()

    assert body["next"] == (
        "https://flyers.test/api/v1/flyers/discover/?lat=40.41234&lng=-3.7&categories=events&page=3"
    )
    assert body["previous"].endswith("&page=1")
    assert "upstream.test" not in str(body)


def test_links_keep_every_part_of_a_list(anyone, many):
    body = anyone.get(f"{DISCOVER}?categories=music&page=2&categories=food,events").json()

    filters = "categories=music&categories=food%2Cevents"
    assert body["next"] == f"https://flyers.test{DISCOVER}?{filters}&page=3"
    assert body["previous"] == f"https://flyers.test{DISCOVER}?{filters}&page=1"


def test_following_the_links_visits_every_flyer(anyone, many):
    seen, address = [], f"{DISCOVER}?limit=45"
    while address:
        body = anyone.get(address.removeprefix("https://flyers.test")).json()
        seen += [flyer["id"] for flyer in body["results"]]
        address = body["next"]

    assert seen == list(range(1, 181))


def test_a_malformed_flyer_is_left_out_and_its_neighbours_stay_on_their_pages(anyone, upstream):
    def feed(request):
        page = int(request.params["page"])
        flyers = [payloads.flyer(number) for number in range(1, 151)[(page - 1) * 50 : page * 50]]
        for flyer in flyers:
            if flyer["id"] == 60:
                del flyer["title"]
        return 200, {}, json.dumps(payloads.page(*flyers, count=150))

    upstream.add_callback(responses.GET, f"{UPSTREAM}/flyers/feed/", callback=feed)

    seen = [
        flyer["id"]
        for page in (1, 2)
        for flyer in anyone.get(DISCOVER, {"limit": 77, "page": page}).json()["results"]
    ]

    assert sorted(seen) == [number for number in range(1, 151) if number != 60]
