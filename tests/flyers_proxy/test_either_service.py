"""Reads of flyers, the same whatever the service offers: run with TEST_FLYERS_OFFERS=feed it is the feed alone.

Which flyers an answer has to show is said by a whole service of the same flyers, which is asked for them by its own filters.
"""

import pytest
from django.conf import settings as started_with

from flyers_proxy.catalog import FLYERS
from flyers_proxy.lists import rounded
from mock_upstream.server import start
from tests.favorites.keeping import follow, keep
from tests.mock_upstream.caller import Caller

pytestmark = pytest.mark.django_db

DISCOVER, SEARCH = "/api/v1/flyers/discover/", "/api/v1/flyers/search/"
HERE = {"lat": 40.4531, "lng": -3.6883}
DEFAULT = {"lat": 40.4168, "lng": -3.7038}


@pytest.fixture(scope="module")
def bundled():
    """The bundled service, as the settings say."""
    with start(key=started_with.FLYERS_API_TOKEN) as bundled:
        bundled.knobs.turn({"offers": started_with.FLYERS_API_OFFERS})
        yield bundled


@pytest.fixture(autouse=True)
def service(bundled, settings):
    settings.FLYERS_API_URL = bundled.url
    return bundled


class Whole(Caller):
    """A caller of a whole service with the same flyers."""

    def feed(self, **params):
        return self.get("flyers/feed/", **(upstream_position(DEFAULT) | params))


@pytest.fixture(scope="module")
def whole():
    with start() as service:
        caller = Whole(service.url)
        with caller.session:
            yield caller


@pytest.fixture(scope="module")
def everything(whole):
    return whole.whole_feed()


def ids(flyers):
    return [flyer["id"] for flyer in flyers]


def all_of(client, url, **params):
    """Return the flyers of all pages of a list, as its links lead from one to the next, and its first page."""
    first = body = client.get(url, {"limit": 100, **params}).json()
    flyers = body["results"]
    while body["next"]:
        body = client.get(body["next"].removeprefix("https://flyers.test")).json()
        flyers = flyers + body["results"]
    assert first["count"] == len(flyers)
    return flyers, first


def upstream_position(place):
    """Return the position that the service is asked with."""
    lat, lng = rounded((place["lat"], place["lng"]))
    return {"lat": lat, "lng": lng}


def test_all_pages_together_show_every_flyer_once_in_the_order_of_the_feed(anyone, everything):
    flyers, _ = all_of(anyone, DISCOVER)

    assert ids(flyers) == ids(everything)


@pytest.mark.parametrize("page", [1, 2, 7, 1000])
def test_a_page_is_a_part_of_the_list_and_says_how_much_there_is(anyone, everything, page):
    body = anyone.get(DISCOVER, {"page": page, "limit": 7}).json()

    assert ids(body["results"]) == ids(everything)[7 * (page - 1) : 7 * page]
    assert body["count"] == len(everything)
    assert "partial" not in body["meta"]


@pytest.mark.parametrize("radius", [None, 0.5, 2, 5, 100])
@pytest.mark.parametrize("place", [HERE, DEFAULT])
def test_what_is_near_is_within_the_radius(anyone, whole, place, radius):
    here = upstream_position(place)
    near = whole.feed(**here, near_me="true", radius=radius or 5).json()["count"]

    flyers, _ = all_of(anyone, DISCOVER, **place, near_me="true", **({"radius": radius} if radius else {}))

    assert len(flyers) == near
    # A place may be a kilometre from that with which the service is asked.
    assert all(flyer["location"]["distance_km"] <= (radius or 5) + 1 for flyer in flyers)


def test_flyers_of_one_creator(anyone, everything):
    creator = everything[0]["creator"]["id"]
    theirs = [flyer["id"] for flyer in everything if flyer["creator"]["id"] == creator]

    filtered, _ = all_of(anyone, DISCOVER, creator=creator)
    of_the_creator, _ = all_of(anyone, f"/api/v1/creators/{creator}/flyers/")

    assert ids(filtered) == ids(of_the_creator) == theirs


def words_of(flyers):
    """Return a word of each place in which a search looks, in the middle of one, across two, and of none."""
    flyer = flyers[3]
    title, description = flyer["title"], flyer["description"]
    texts = [
        *(title, title.upper(), title[1:-1], title[: len(title) // 2].lower(), description.split()[-1]),
        *(flyer["location"]["address"], flyer["creator"]["username"].upper()),
    ]
    return [
        *texts,
        f"{title} {description}"[:200],
        f"{title}\n{description}"[:200],
        "qzxvkjwqpzyx",
        "a",
        "%",
        "á",
    ]


@pytest.mark.parametrize("which", range(13))
def test_a_search_finds_what_a_whole_service_finds(anyone, whole, everything, which):
    word = words_of(everything)[which]

    found, _ = all_of(anyone, SEARCH, query=word)

    assert ids(found) == ids(whole.whole_feed(search=word.strip()))


def test_filters_are_all_fulfilled_at_once(anyone, whole, everything):
    creator = everything[0]["creator"]["id"]
    asked = {"search": "a", "creators": creator, "near_me": "true", "radius": 4}

    found, _ = all_of(anyone, SEARCH, query="a", creator=creator, radius=4, **DEFAULT)

    assert ids(found) == ids(whole.whole_feed(**asked))


def test_each_caller_has_their_exact_distance(anyone):
    flyer = anyone.get(DISCOVER, {"limit": 1}).json()["results"][0]
    place = {"lat": flyer["location"]["lat"], "lng": flyer["location"]["lng"]}

    there = anyone.get(f"/api/v1/flyers/{flyer['id']}/", place).json()
    elsewhere = anyone.get(f"/api/v1/flyers/{flyer['id']}/", {**place, "lat": place["lat"] + 0.01}).json()

    assert flyer["location"]["distance_km"] is None
    assert there["location"]["distance_km"] == 0
    assert elsewhere["location"]["distance_km"] == pytest.approx(1.112, abs=0.001)


def test_people_near_each_other_share_a_page_and_each_has_their_own_distance(anyone, service):
    first = anyone.get(DISCOVER, {"lat": 40.4161, "lng": -3.7031, "near_me": "true"})

    second = anyone.get(DISCOVER, {"lat": 40.4189, "lng": -3.6969, "near_me": "true"})

    assert (first["X-Cache"], second["X-Cache"]) == ("MISS", "HIT")
    assert ids(first.json()["results"]) == ids(second.json()["results"])
    assert (
        first.json()["results"][0]["location"]["distance_km"]
        != second.json()["results"][0]["location"]["distance_km"]
    )


def test_a_flyer_alone_is_as_it_is_on_a_page(anyone):
    for flyer in anyone.get(DISCOVER, {"limit": 3}).json()["results"]:
        assert anyone.get(f"/api/v1/flyers/{flyer['id']}/").json() == flyer


def test_a_creator_is_as_flyers_name_them(anyone):
    named = anyone.get(DISCOVER, {"limit": 1}).json()["results"][0]["creator"]

    creator = anyone.get(f"/api/v1/creators/{named['id']}/").json()

    assert creator | named == creator
    assert creator.keys() - named.keys() == {"bio", "created_at"}


@pytest.mark.parametrize("path", ["flyers/999999/", "creators/999999/", "creators/999999/flyers/"])
def test_what_is_not_there_is_named(anyone, path):
    answer = anyone.get(f"/api/v1/{path}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert answer.json()["error"]["message"].startswith("There is no such ")


def test_marks_are_the_callers_own(as_alice, anyone, alice, everything):
    flyer = everything[0]
    keep(alice, flyer["id"])
    follow(alice, flyer["creator"]["id"])

    hers, anyones = as_alice.get(DISCOVER).json()["results"], anyone.get(DISCOVER).json()["results"]

    assert [each["is_favorited"] for each in hers] == [each["id"] == flyer["id"] for each in hers]
    assert hers[0]["creator"]["is_following"] is True
    assert {each["is_favorited"] for each in anyones} == {None}


def test_flyers_of_whom_one_follows(as_alice, alice, everything):
    creators = {flyer["creator"]["id"] for flyer in everything[:40:20]}
    follow(alice, *creators)

    flyers, _ = all_of(as_alice, DISCOVER, filter="following")

    assert ids(flyers) == [flyer["id"] for flyer in everything if flyer["creator"]["id"] in creators]


def test_what_is_kept_and_shared_is_shown_to_whoever_has_the_link(as_alice, as_bob, anyone, everything):
    wanted = ids(everything[:3])
    batch = as_alice.put("/api/v1/users/me/favorites/", {"flyer_ids": [*wanted, 999_999]}).json()
    slug = as_alice.post("/api/v1/favorites/share/", {"list_name": "Mine"}).json()["slug"]

    shared = anyone.get(f"/api/v1/favorites/shared/{slug}/").json()
    copied = as_bob.post(f"/api/v1/favorites/shared/{slug}/copy/")

    assert (batch["added"], batch["not_found"]) == (wanted, [999_999])
    assert sorted(shown["flyer"]["id"] for shown in shared["results"]) == sorted(wanted)
    assert shared["meta"]["stale"] is False
    assert sorted(copied.json()["added"]) == sorted(wanted)
    listed = as_alice.get("/api/v1/users/me/favorites/").json()["results"]
    assert {row["availability"] for row in listed} == {"live"}
    assert as_alice.delete(f"/api/v1/flyers/{wanted[0]}/favorite/").status_code == 204


def test_a_flyer_is_put_on_the_watchlist_and_rated(as_alice, everything):
    flyer = everything[5]["id"]

    listed = as_alice.put(f"/api/v1/flyers/{flyer}/watchlist/")
    rated = as_alice.put(f"/api/v1/flyers/{flyer}/rating/", {"rating": 4})
    none = as_alice.put("/api/v1/flyers/999999/rating/", {"rating": 4})

    assert (listed.status_code, rated.status_code, none.status_code) == (201, 201, 404)
    shelf = as_alice.get("/api/v1/users/me/watchlist/").json()["results"]
    assert [row["flyer"]["id"] for row in shelf] == [flyer]


def test_a_creator_is_followed_and_an_unknown_one_is_not(as_alice, anyone, everything):
    creator = everything[0]["creator"]

    followed = as_alice.post("/api/v1/follows/", {"followed_id": creator["id"]})
    unknown = as_alice.post("/api/v1/follows/", {"followed_id": 999_999})
    (row,) = as_alice.get("/api/v1/follows/").json()["results"]

    assert (followed.status_code, unknown.status_code) == (201, 404)
    assert row["creator"]["username"] == creator["username"]
    assert anyone.get("/api/v1/follows/status/?user_id=999999").status_code == 404


def test_a_device_sends_what_was_done_meanwhile(as_alice, everything):
    op = {"op": "add", "shelf": "favorites", "kind": "flyer", "at": "2026-05-01T12:00:00Z"}
    ops = [{**op, "op_id": "a", "id": everything[0]["id"]}, {**op, "op_id": "b", "id": 999_999}]

    results = as_alice.post("/api/v1/users/me/library/ops/", {"ops": ops}).json()["results"]
    contains = as_alice.get(f"/api/v1/users/me/library/contains/?flyers={everything[0]['id']},2").json()
    assert [result["result"] for result in results] == ["applied", "not_found"]
    assert contains["flyers"] == {str(everything[0]["id"]): True, "2": False}


def test_an_answer_that_has_not_changed_is_a_304(anyone):
    etag = anyone.get(DISCOVER)["ETag"]

    assert anyone.get(DISCOVER, headers={"If-None-Match": etag}).status_code == 304


def test_in_an_outage_nothing_is_said_to_be_gone(anyone, service):
    service.knobs.turn({"mode": "down"})
    try:
        answers = [
            anyone.get(path) for path in (DISCOVER, "/api/v1/flyers/365/", "/api/v1/creators/1/flyers/")
        ]
    finally:
        service.knobs.turn({"mode": "ok"})

    assert [answer.status_code for answer in answers] == [503] * 3


def test_what_is_asked_first_is_fetched_before_people_do(service):
    outcomes = [str(fetch().outcome) for _, fetch in FLYERS.warm(3)]

    assert len(outcomes) == 4
    assert "STALE" not in outcomes
