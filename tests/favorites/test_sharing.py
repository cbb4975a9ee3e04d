"""The shared list: its owner's side, and what whoever has the link sees."""

import json
import re

import pytest

from favorites.models import SharedList
from tests.favorites.keeping import follow, keep

URL = "/api/v1/favorites/share/"


def share(caller, list_name="Weekend"):
    return caller.post(URL, {"list_name": list_name})


def page_of(shared):
    return shared.json()["url"].removeprefix("https://flyers.test")


@pytest.fixture
def shared(as_alice, alice, service):
    """The address of Alice's shared favorites: flyers 1 and 2, of which 2 was added last."""
    service.has(1, 2)
    for flyer_id in (1, 2):
        as_alice.put(f"/api/v1/flyers/{flyer_id}/favorite/")
    return page_of(share(as_alice))


# --- The owner's side ------------------------------------------------------------------------------


def test_sharing_gives_a_link_and_sharing_again_renames_and_keeps_it(as_alice, alice):
    first, again = share(as_alice, "My weekend"), share(as_alice, "Our weekend")

    assert (first.status_code, again.status_code) == (201, 200)
    assert re.fullmatch(r"my-weekend-[A-Za-z0-9_-]{22}", first.json()["slug"])
    assert first.json()["list_name"] == "My weekend"
    assert first.json()["url"] == f"https://flyers.test/api/v1/favorites/shared/{first.json()['slug']}/"
    assert again.json() == {**first.json(), "list_name": "Our weekend"}
    assert as_alice.get(URL).json() == again.json()
    assert SharedList.objects.filter(owner=alice).count() == 1


def test_no_two_links_are_alike(as_alice, as_bob):
    assert share(as_alice).json()["slug"] != share(as_bob).json()["slug"]


def test_who_shares_nothing_has_no_link(as_alice):
    assert as_alice.get(URL).status_code == 404


def test_taking_the_link_back_is_always_204(as_alice, shared):
    answers = [as_alice.delete(URL), as_alice.delete(URL)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert as_alice.get(URL).status_code == 404


def test_after_taking_it_back_sharing_gives_a_new_link_and_the_old_one_leads_nowhere(
    as_alice, anyone, shared, alice
):
    as_alice.delete(URL)

    again = share(as_alice)

    assert again.status_code == 201
    assert page_of(again) != shared
    assert anyone.get(shared).status_code == 404
    assert anyone.get(page_of(again)).status_code == 200
    assert SharedList.objects.filter(owner=alice).count() == 1


def test_nobody_renames_or_takes_back_the_link_of_another(as_bob, anyone, shared):
    as_bob.delete(URL)
    share(as_bob, "Mine")

    assert anyone.get(shared).json()["list_name"] == "Weekend"


@pytest.mark.parametrize(
    ("given", "cleaned", "slug"),
    [
        ("  Two   words ", "Two words", "two-words"),
        ("Línea\n\tnueva", "Línea nueva", "linea-nueva"),
        ("東京", "東京", "favorites"),
        ("!!!", "!!!", "favorites"),
        ("e\u0301", "é", "e"),
        ("a\u202eb\u200bc\u0007", "abc", "abc"),
        ("👩\u200d🍳 party", "👩\u200d🍳 party", "party"),
        ("x" * 100, "x" * 100, "x" * 60),
        ("<script>alert(1)</script>", "<script>alert(1)</script>", "scriptalert1script"),
    ],
)
def test_a_name_is_cleaned(as_alice, given, cleaned, slug):
    answer = share(as_alice, given)

    assert answer.status_code == 201
    assert answer.json()["list_name"] == cleaned
    assert answer.json()["slug"].startswith(f"{slug}-")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "list_name"),
        ({"list_name": ""}, "list_name"),
        ({"list_name": " \n "}, "list_name"),
        ({"list_name": "\u200b\u202e"}, "list_name"),
        ({"list_name": "\u200d"}, "list_name"),
        ({"list_name": "x" * 101}, "list_name"),
        ({"list_name": None}, "list_name"),
        ({"list_name": 5}, "list_name"),
        ({"list_name": ["a"]}, "list_name"),
        ({"list_name": True}, "list_name"),
        ({"list_name": "a", "slug": "mine"}, "slug"),
    ],
)
def test_a_wrong_name_is_a_400_that_names_what_is_wrong(as_alice, body, field):
    answer = as_alice.generic("POST", URL, json.dumps(body), content_type="application/json")

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [field]
    assert not SharedList.objects.exists()


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_anonymous_caller_shares_nothing(anyone, db, method):
    assert getattr(anyone, method)(URL).status_code == 401


# --- Whoever has the link --------------------------------------------------------------------------


def test_whoever_has_the_link_sees_the_flyers_as_they_are_now(anyone, service, shared):
    service.flyers[2]["title"] = "Renamed"
    service.forget_caches()

    body = anyone.get(shared).json()

    assert (body["list_name"], body["owner"], body["count"]) == ("Weekend", "Alice", 2)
    assert [item["title"] for item in body["results"]] == ["Renamed", "Flyer 1"]
    assert [item["flyer"]["id"] for item in body["results"]] == [2, 1]


def test_the_page_says_nothing_of_its_owner_but_a_name(anyone, alice, shared):
    body = anyone.get(shared).json()

    assert set(body) == {"list_name", "owner", "count", "next", "previous", "results", "meta"}
    for item in body["results"]:
        assert set(item) == {"availability", "title", "image_url", "valid_until", "flyer"}
        assert (item["flyer"]["is_favorited"], item["flyer"]["creator"]["is_following"]) == (None, None)
    assert alice.email not in anyone.get(shared).content.decode()


def test_the_marks_are_those_of_whoever_looks(as_bob, as_alice, bob, shared):
    keep(bob, 1)
    follow(bob, 3)

    marks = {
        name: [
            (item["flyer"]["is_favorited"], item["flyer"]["creator"]["is_following"])
            for item in caller.get(shared).json()["results"]
        ]
        for name, caller in {"bob": as_bob, "alice": as_alice}.items()
    }

    assert marks == {"bob": [(False, True), (True, True)], "alice": [(True, False), (True, False)]}


def test_what_has_gone_is_shown_as_it_was(anyone, service, shared):
    del service.flyers[2]
    service.forget_caches()

    first = anyone.get(shared).json()["results"][0]

    assert (first["availability"], first["title"], first["flyer"]) == ("gone", "Flyer 2", None)


def test_in_an_outage_the_page_is_what_is_remembered(anyone, service, shared):
    service.forget_caches()
    service.status = 503

    body = anyone.get(shared).json()

    assert [item["availability"] for item in body["results"]] == ["unknown", "unknown"]
    assert body["meta"]["stale"] is True


def test_the_page_is_paged(anyone, shared):
    first = anyone.get(shared, {"limit": 1}).json()
    second = anyone.get(first["next"].removeprefix("https://flyers.test")).json()

    assert [item["title"] for item in first["results"] + second["results"]] == ["Flyer 2", "Flyer 1"]
    assert second["next"] is None


def test_no_search_engine_no_referrer_and_no_shared_cache_learns_of_it(anyone, as_bob, shared):
    for answer in (anyone.get(shared), as_bob.get(shared), anyone.get(f"{shared[:-2]}/")):
        assert answer["X-Robots-Tag"] == "noindex"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] in {"private, no-cache", "no-store"}


def test_a_link_that_was_taken_back_is_gone_at_once_even_for_who_has_a_copy(anyone, as_alice, shared):
    copy = anyone.get(shared)
    as_alice.delete(URL)

    answer = anyone.get(shared, headers={"If-None-Match": copy["ETag"]})

    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "GONE")
    assert answer["Cache-Control"] == "no-store"


def test_the_list_of_somebody_who_was_shut_out_is_not_shown(anyone, alice, shared):
    alice.is_active = False
    alice.save()

    assert anyone.get(shared).status_code == 404


def test_the_list_of_somebody_who_left_is_not_shown(anyone, alice, shared):
    alice.delete()

    assert anyone.get(shared).status_code == 404


@pytest.mark.parametrize("slug", ["weekend", "x" * 3_000, "%00", "a%2Fb", "٣", "'%20OR%201=1", "weekend-"])
def test_no_other_slug_leads_anywhere(anyone, shared, slug):
    answer = anyone.get(f"/api/v1/favorites/shared/{slug}/")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_the_page_takes_its_public_parameters_alone(anyone, shared):
    assert anyone.get(shared, {"sort": "valid_until"}).status_code == 400
    assert anyone.get(shared, {"page": "x"}).status_code == 400


def test_the_page_takes_two_queries_for_anyone_and_four_for_who_is_signed_in(
    anyone, as_bob, shared, django_assert_num_queries
):
    with django_assert_num_queries(2):  # the list; rows and their count
        anyone.get(shared)
    with django_assert_num_queries(4):  # session; the list; rows and their count; marks
        as_bob.get(shared)
