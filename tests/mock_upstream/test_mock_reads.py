"""Flyer, creator, categories, key and 404s of the bundled flyer service."""

import pytest
import requests

from tests.mock_upstream.caller import HERE

FEED = "/api/v1/flyers/feed/?lat=40.4&lng=-3.7"


def test_one_flyer_agrees_with_the_contract_and_with_the_feed(caller, agrees):
    listed = caller.feed().json()["results"][0]

    flyer = caller.get(f"flyers/{listed['id']}/", **HERE).json()

    agrees("schemas/Flyer", flyer)
    assert flyer == listed


def test_a_flyer_asked_for_without_a_position_has_no_distance(caller, agrees):
    flyer = caller.get("flyers/1/").json()

    agrees("schemas/Flyer", flyer)
    assert flyer["location"]["distance_km"] is None


def test_half_a_position_is_refused(caller):
    assert caller.get("flyers/1/", lat="40").status_code == 400
    assert caller.get("flyers/1/", lat="40", lng="x").status_code == 400


def test_an_expired_flyer_is_still_answered_but_not_in_the_feed(caller):
    flyer = caller.get("flyers/60/").json()

    assert flyer["validity"]["is_valid"] is False
    assert 60 not in [it["id"] for it in caller.whole_feed()]


def test_every_creator_agrees_with_the_contract(caller, agrees):
    creators = [caller.get(f"users/{number}/") for number in range(1, 49)]

    for answer in creators:
        assert answer.status_code == 200
        agrees("schemas/Creator", answer.json())
    assert None in [answer.json()["bio"] for answer in creators]
    assert None in [answer.json()["profile_picture"] for answer in creators]


def test_categories_tell_how_many_valid_flyers_they_have(caller):
    categories = caller.get("categories/").json()

    assert len(categories) == 8
    for category in categories:
        assert category["flyer_count"] == caller.feed(categories=category["slug"]).json()["count"]


def test_categories_agree_with_the_contract(caller, agrees):
    for category in caller.get("categories/").json():
        agrees("schemas/Category", category)


@pytest.mark.parametrize("path", ["flyers/1/", "users/1/", "categories/"])
def test_every_read_can_be_asked_whether_it_changed(caller, path):
    first = caller.get(path)

    again = caller.request(f"/api/v1/{path}", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/v1/",
        "/api/v1/flyers/feed",
        "/api/v1/flyers/0/",
        "/api/v1/flyers/007/",
        "/api/v1/flyers/99999/",
        "/api/v1/flyers/9223372036854775808/",
        f"/api/v1/flyers/{'9' * 400}/",
        "/api/v1/flyers/one/",
        "/api/v1/users/49/",
        "/media/nothing.svg",
        "/favicon.ico",
    ],
)
def test_what_there_is_not_is_not_found_in_json(caller, agrees, path):
    answer = caller.request(path)

    assert answer.status_code == 404
    agrees("responses/Error/content/application~1json/schema", answer.json())


def test_reads_take_no_parameters_that_the_contract_does_not_name(caller):
    assert caller.get("users/1/", lat="1").status_code == 400
    assert caller.get("categories/", page="1").status_code == 400


@pytest.mark.parametrize("path", [FEED, "/api/v1/flyers/1/", "/api/v1/users/1/", "/api/v1/categories/"])
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", "Basic ZGV2OmtleQ==", "dev-flyers-key", "Bearer ñ"]
)
def test_without_the_right_key_nothing_is_shown(mock, agrees, path, header):
    headers = {} if header is None else {"Authorization": header.encode()}

    answer = requests.get(mock.url + path, headers=headers, timeout=5)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    agrees("responses/Error/content/application~1json/schema", answer.json())


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_written(caller, method):
    answer = caller.request("/api/v1/flyers/1/", method, data=b"{}")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert answer.json()["error"] == "method_not_allowed"


def test_head_is_get_without_the_body(caller):
    got, head = caller.request(FEED), caller.request(FEED, "HEAD")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert head.headers["ETag"] == got.headers["ETag"]
