"""Browsing flyers, from the public route down to the wire."""

import pytest
import requests
from responses import matchers

from tests import payloads
from tests.conftest import UPSTREAM

DISCOVER = "/api/v1/flyers/discover/"
FEED = f"{UPSTREAM}/flyers/feed/"


def query_match(**params):
    return matchers.query_param_matcher(
        {"lat": "40.42", "lng": "-3.7", "page": "1", "page_size": "10"} | params
    )


def test_discover_answers_one_page_of_flyers_in_our_own_shape(anyone, upstream):
    upstream.get(
        FEED, json=payloads.page(payloads.flyer(7, secret="not for browsers")), match=[query_match()]
    )

    response = anyone.get(DISCOVER)

    body = response.json()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert list(body) == ["count", "next", "previous", "results", "meta"]
    assert (body["count"], body["next"], body["previous"]) == (1, None, None)
    assert body["meta"]["stale"] is False
    assert body["meta"]["as_of"].endswith("Z")
    assert body["results"] == [
        {
            "id": 7,
            "title": "Flyer 7",
            "description": "Live jazz by the river.",
            "categories": ["events", "nightlife"],
            "creator": {
                "id": 3,
                "username": "creator-3",
                "profile_picture": "https://img.test/creators/3.svg",
                "is_following": None,
            },
            "images": [{"url": "https://img.test/flyers/7.svg", "order": 0}],
            "location": {
                "address": "Calle Mayor 1, Madrid",
                "lat": 40.4169,
                "lng": -3.7035,
                "distance_km": None,
            },
            "validity": {
                "valid_from": "2020-01-01T00:00:00Z",
                "valid_until": "2099-01-01T00:00:00Z",
                "is_valid": True,
            },
            "created_at": "2026-01-02T03:04:05Z",
            "is_favorited": None,
        }
    ]


def test_a_flyer_past_its_end_is_shown_as_not_valid(anyone, upstream):
    ended = {"valid_from": "2020-01-01T00:00:00Z", "valid_until": "2020-01-02T00:00:00Z", "is_valid": True}
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7, validity=ended))

    assert anyone.get("/api/v1/flyers/7/").json()["validity"]["is_valid"] is False


def test_upstream_gets_the_rounded_position_and_the_caller_the_exact_distance(anyone, upstream):
    upstream.get(FEED, json=payloads.page(payloads.flyer()), match=[query_match(lat="40.45", lng="-3.69")])

    response = anyone.get(DISCOVER, {"lat": "40.4531", "lng": "-3.6883"})

    # Puerta del Sol to the Bernabéu, by an independent great-circle calculator.
    assert response.json()["results"][0]["location"]["distance_km"] == pytest.approx(4.225, abs=0.01)


def test_a_position_that_is_nearly_zero_is_read_as_programs_write_it(anyone, upstream):
    upstream.get(FEED, json=payloads.page(), match=[query_match(lat="0", lng="0")])

    assert anyone.get(DISCOVER, {"lat": "5.9e-36", "lng": "1e-7"}).status_code == 200


def test_every_filter_reaches_upstream_under_its_own_name(anyone, upstream):
    expected = query_match(
        page="2",
        page_size="25",
        near_me="true",
        radius="12.5",
        categories="events,food",
        creators="9",
        search="jazz",
    )
    flyer = payloads.flyer(creator=payloads.creator(9))
    upstream.get(FEED, json=payloads.page(flyer, count=30), match=[expected])

    response = anyone.get(
        "/api/v1/flyers/search/",
        {
            "query": "  jazz ",
            "lat": "40.4168",
            "lng": "-3.7038",
            "near_me": "true",
            "radius": "12.5",
            "categories": "food,events,food",
            "creator": "9",
            "page": "2",
            "limit": "25",
        },
    )

    assert response.status_code == 200, response.content


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"radius": "2.5"}, {"near_me": "true", "radius": "2.5"}),
        ({"near_me": "true"}, {"near_me": "true", "radius": "5"}),
        ({"near_me": "false", "radius": "2.5"}, {}),
    ],
)
def test_a_radius_means_near_me_unless_that_is_switched_off(anyone, upstream, given, expected):
    upstream.get(FEED, json=payloads.page(), match=[query_match(lat="1", lng="2", **expected)])

    response = anyone.get(DISCOVER, {"lat": "1", "lng": "2", **given})

    assert response.status_code == 200, response.content


def test_who_switches_near_me_off_needs_no_position(anyone, upstream):
    upstream.get(FEED, json=payloads.page(), match=[query_match()])

    assert anyone.get(DISCOVER, {"near_me": "false", "radius": "2.5"}).status_code == 200


def test_a_list_may_be_given_in_several_parts(anyone, upstream):
    upstream.get(FEED, json=payloads.page(), match=[query_match(categories="events,food,music")])

    response = anyone.get(DISCOVER, {"categories": ["music,food", "events", "food"]})

    assert response.status_code == 200, response.content


def test_the_key_travels_in_one_header_and_the_request_id_in_another(anyone, upstream):
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7))

    response = anyone.get("/api/v1/flyers/7/", headers={"X-Request-ID": "abc-123"})

    sent = upstream.calls[0].request
    assert sent.headers["Authorization"] == "Bearer the-upstream-key-of-the-tests"
    assert "the-upstream-key-of-the-tests" not in sent.url
    assert sent.headers["X-Request-ID"] == "abc-123"
    assert response["X-Request-ID"] == "abc-123"


def test_one_flyer_carries_its_distance_when_asked_with_a_position(anyone, upstream):
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7), match=[matchers.query_param_matcher({})])

    response = anyone.get("/api/v1/flyers/7/", {"lat": "40.4169", "lng": "-3.7035"})

    assert response.json()["location"]["distance_km"] == 0


def test_categories_come_on_one_page(anyone, upstream):
    upstream.get(f"{UPSTREAM}/categories/", json=[payloads.category("events"), payloads.category("food")])

    body = anyone.get("/api/v1/flyers/categories/").json()

    assert body["count"] == 2
    assert body["results"][0] == {"slug": "events", "name": "Events", "flyer_count": 5}


def test_a_creator_is_shown_with_the_mark_of_nobody(anyone, upstream):
    upstream.get(f"{UPSTREAM}/users/3/", json=payloads.creator(3, bio="Posters since 1999", email="x@y.test"))

    body = anyone.get("/api/v1/creators/3/").json()

    assert body == {
        "id": 3,
        "username": "creator-3",
        "profile_picture": "https://img.test/creators/3.svg",
        "bio": "Posters since 1999",
        "created_at": None,
        "is_following": None,
    }


def test_the_flyers_of_a_creator_are_asked_for_by_creator(anyone, upstream):
    upstream.get(FEED, json=payloads.page(payloads.flyer()), match=[query_match(creators="3")])

    assert anyone.get("/api/v1/creators/3/flyers/").json()["count"] == 1


def test_a_creator_without_flyers_has_an_empty_page_and_an_unknown_one_is_404(anyone, upstream):
    upstream.get(FEED, json=payloads.page(), match=[query_match(creators="3")])
    upstream.get(FEED, json=payloads.page(), match=[query_match(creators="4")])
    upstream.get(f"{UPSTREAM}/users/3/", json=payloads.creator(3))
    upstream.get(f"{UPSTREAM}/users/4/", status=404, json={"error": "no"})

    known, unknown = anyone.get("/api/v1/creators/3/flyers/"), anyone.get("/api/v1/creators/4/flyers/")

    assert (known.status_code, known.json()["results"]) == (200, [])
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_services_that_send_less_are_understood(anyone, upstream):
    bare = payloads.flyer(7, images=[], creator={"id": 3, "username": "c", "profile_picture": None})
    for name in ("description", "categories", "created_at"):
        del bare[name]
    upstream.get(f"{UPSTREAM}/flyers/7/", json=bare)

    body = anyone.get("/api/v1/flyers/7/").json()

    assert (body["description"], body["categories"], body["images"], body["created_at"]) == ("", [], [], None)
    assert body["creator"]["profile_picture"] is None


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"status": 404}, 404, "NOT_FOUND"),
        ({"status": 401}, 502, "UPSTREAM_ERROR"),
        ({"status": 403}, 502, "UPSTREAM_ERROR"),
        ({"status": 429, "headers": {"Retry-After": "7"}}, 503, "UPSTREAM_UNAVAILABLE"),
        ({"status": 503, "headers": {"Retry-After": "9999"}}, 503, "UPSTREAM_UNAVAILABLE"),
        ({"body": "<html>oops: key the-upstream-key-of-the-tests</html>"}, 502, "UPSTREAM_BAD_RESPONSE"),
        ({"json": payloads.flyer(8)}, 502, "UPSTREAM_BAD_RESPONSE"),
        ({"body": requests.Timeout("http://upstream.test")}, 504, "UPSTREAM_TIMEOUT"),
    ],
)
def test_each_failure_of_upstream_has_one_answer(anyone, upstream, fault, status, code):
    upstream.get(f"{UPSTREAM}/flyers/7/", **fault)

    response = anyone.get("/api/v1/flyers/7/")

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert ("Retry-After" in response) == (status == 503)
    assert "upstream.test" not in response.text
    assert "the-upstream-key" not in response.text
