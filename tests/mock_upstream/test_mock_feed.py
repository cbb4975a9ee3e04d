"""The feed of the bundled flyer service, over a live socket."""

from urllib.parse import parse_qs, urlsplit

import pytest

from mock_upstream.flyers.catalog import Position, distance_km
from tests.mock_upstream.caller import HERE

CATEGORIES = {"events", "nightlife", "music", "food", "culture", "sports", "services", "family"}


def test_every_page_of_the_feed_agrees_with_the_contract(caller, agrees):
    for page in range(1, 9):
        agrees("schemas/FlyerPage", caller.feed(page=page, page_size=50).json())


def test_the_feed_is_newest_first_then_nearest_then_by_id(caller):
    flyers = caller.whole_feed()

    keys = [(it["created_at"], -it["location"]["distance_km"], -it["id"]) for it in flyers]
    assert keys == sorted(keys, reverse=True)
    assert len({created for created, _, _ in keys}) < len(keys), "no two were published at once"


def test_every_valid_flyer_is_on_one_page_and_one_only(caller):
    flyers = caller.whole_feed()

    ids = [it["id"] for it in flyers]
    assert len(ids) == len(set(ids)) == caller.feed().json()["count"] >= 300
    assert all(it["validity"]["is_valid"] for it in flyers)


def test_distance_is_measured_from_the_position_that_was_asked_with(caller):
    barcelona = Position(41.3874, 2.1686)

    flyer = caller.get("flyers/feed/", lat=barcelona.lat, lng=barcelona.lng).json()["results"][0]

    place = flyer["location"]
    assert place["distance_km"] == distance_km(barcelona, Position(place["lat"], place["lng"]))
    assert 480 < place["distance_km"] < 540


def test_a_page_has_twenty_flyers_unless_another_size_is_asked_for(caller):
    assert len(caller.feed().json()["results"]) == 20
    assert len(caller.feed(page_size=1).json()["results"]) == 1
    assert len(caller.feed(page_size=50).json()["results"]) == 50


def test_next_and_previous_point_at_the_service_and_keep_the_filters(mock, caller):
    first = caller.feed(page_size=5, categories="food,music").json()
    second = caller.session.get(first["next"], timeout=5).json()

    assert first["previous"] is None
    assert first["next"].startswith(f"{mock.url}/api/v1/flyers/feed/?")
    assert parse_qs(urlsplit(second["previous"]).query)["categories"] == ["food,music"]
    assert caller.session.get(second["previous"], timeout=5).json() == first


def test_the_last_page_has_no_next_and_the_one_after_it_is_not_found(caller, agrees):
    count = caller.feed().json()["count"]
    last = (count + 49) // 50

    assert caller.feed(page_size=50, page=last).json()["next"] is None
    beyond = caller.feed(page_size=50, page=last + 1)
    assert beyond.status_code == 404
    agrees("responses/Error/content/application~1json/schema", beyond.json())


def test_nothing_found_is_an_empty_first_page(caller):
    answer = caller.feed(search="zeppelin rental").json()

    assert answer == {"count": 0, "next": None, "previous": None, "results": []}
    assert caller.feed(search="zeppelin rental", page=2).status_code == 404


def test_a_flyer_in_any_of_the_categories_matches(caller):
    found = caller.whole_feed(categories="events,nightlife")

    assert all({"events", "nightlife"} & set(it["categories"]) for it in found)
    expected = [it for it in caller.whole_feed() if {"events", "nightlife"} & set(it["categories"])]
    assert found == expected
    assert caller.feed(categories="unheard-of").json()["count"] == 0


def test_search_looks_into_title_description_address_and_creator_name_whatever_the_case(caller):
    in_title = caller.feed(search="ITALO disco").json()
    in_description = caller.feed(search="fog machine with a mind").json()
    in_address = caller.feed(search="colmenar viejo").json()
    in_creator = caller.feed(search="Sala_Neptuno").json()

    assert "Italo Disco" in in_title["results"][0]["title"]
    assert "fog machine" in in_description["results"][0]["description"]
    assert "Colmenar Viejo" in in_address["results"][0]["location"]["address"]
    assert {it["creator"]["username"] for it in in_creator["results"]} == {"sala_neptuno"}


def test_near_me_keeps_what_is_within_the_radius(caller):
    near = caller.whole_feed(near_me="true", radius="2.5")
    default = caller.whole_feed(near_me="true")

    everything = caller.whole_feed()
    assert near == [it for it in everything if it["location"]["distance_km"] <= 2.5]
    assert default == [it for it in everything if it["location"]["distance_km"] <= 5]
    assert 0 < len(near) < len(default) < len(everything)


def test_radius_alone_filters_nothing(caller):
    assert caller.feed(radius=1).json()["count"] == caller.feed().json()["count"]


def test_creators_of_any_of_the_ids_match(caller):
    found = caller.whole_feed(creators="7,13,999999")

    assert {it["creator"]["id"] for it in found} == {7, 13}


def test_ids_leave_out_the_unknown_and_the_expired(caller):
    found = caller.feed(ids="1,2,60,999999").json()

    assert [it["id"] for it in found["results"]] == [2, 1]


def test_filters_are_anded(caller):
    found = caller.whole_feed(categories="music", search="vinyl", creators="7", near_me="true", radius=20)

    assert 0 < len(found) < len(caller.whole_feed(categories="music", search="vinyl"))
    for it in found:
        assert "music" in it["categories"]
        assert it["creator"]["id"] == 7
        assert it["location"]["distance_km"] <= 20


def test_a_caller_that_has_the_page_already_gets_it_not_again(caller):
    first = caller.feed()

    again = caller.request(
        "/api/v1/flyers/feed/", params=HERE, headers={"If-None-Match": f'"x", W/{first.headers["ETag"]}'}
    )
    other = caller.request("/api/v1/flyers/feed/", params=HERE, headers={"If-None-Match": '"another"'})

    assert first.headers["Cache-Control"] == "max-age=30"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert other.content == first.content


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"lng": "1"}, "lat"),
        ({"lat": "1"}, "lng"),
        ({"lat": "90.1", "lng": "1"}, "lat"),
        ({"lat": "1", "lng": "-180.5"}, "lng"),
        ({"lat": "nan", "lng": "1"}, "lat"),
        ({"lat": "inf", "lng": "1"}, "lat"),
        ({"lat": "", "lng": "1"}, "lat"),
        ({"lat": "٤٠", "lng": "1"}, "lat"),
        ({"lat": "1" * 400, "lng": "1"}, "lat"),
        ({**HERE, "page": "0"}, "page"),
        ({**HERE, "page": "two"}, "page"),
        ({**HERE, "page": "9" * 400}, "page"),
        ({**HERE, "page_size": "0"}, "page_size"),
        ({**HERE, "page_size": "51"}, "page_size"),
        ({**HERE, "near_me": "True"}, "near_me"),
        ({**HERE, "radius": "-1"}, "radius"),
        ({**HERE, "ids": ",".join(map(str, range(1, 52)))}, "ids"),
        ({**HERE, "ids": ""}, "ids"),
        ({**HERE, "ids": "1,x"}, "ids"),
        ({**HERE, "ids": "0"}, "ids"),
        ({**HERE, "creators": ",".join(map(str, range(1, 202)))}, "creators"),
        ({**HERE, "categories": "food,"}, "categories"),
        ({**HERE, "pagesize": "5"}, "pagesize"),
        ({**HERE, "page": ["1", "2"]}, "once"),
        ({f"p{n}": "" for n in range(60)}, "at most 50"),
    ],
)
def test_what_the_contract_does_not_allow_is_refused_by_name(caller, agrees, params, named):
    answer = caller.get("flyers/feed/", **params)

    assert answer.status_code == 400
    assert named in answer.json()["detail"]
    agrees("responses/Error/content/application~1json/schema", answer.json())


def test_bytes_that_are_no_text_are_refused(caller):
    assert caller.request("/api/v1/flyers/feed/?lat=1&lng=1&search=%ff").status_code == 400


def test_as_many_ids_and_creators_as_the_contract_allows_are_taken(caller):
    ids = ",".join(map(str, range(1, 51)))
    creators = ",".join(map(str, range(1, 201)))

    assert caller.feed(ids=ids, creators=creators).json()["count"] == 50
