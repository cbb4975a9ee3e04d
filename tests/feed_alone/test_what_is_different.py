"""What people notice of a service that offers its feed alone."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests import payloads
from tests.conftest import signed_in
from tests.favorites.keeping import follow, followed_by, keep
from tests.proxy.wsgi_client import CountedDjango, hit_path_client

pytestmark = pytest.mark.django_db

DISCOVER, FOLLOWS, FAVORITES = "/api/v1/flyers/discover/", "/api/v1/follows/", "/api/v1/users/me/favorites/"


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def ids(answer):
    return [flyer["id"] for flyer in answer.json()["results"]]


# --- Categories and dates --------------------------------------------------------------------------


def test_no_category_is_known_and_nobody_is_asked(anyone, service):
    answer = anyone.get("/api/v1/flyers/categories/")

    body = answer.json()
    assert (body["count"], body["results"], body["meta"]["stale"]) == (0, [], False)
    assert service.received == []


@pytest.mark.parametrize("path", ["discover/?categories=events", "search/?query=jazz&categories=events"])
def test_who_filters_by_categories_is_told_that_there_are_none(anyone, service, path):
    answer = anyone.get(f"/api/v1/flyers/{path}")

    assert code(answer) == (400, "VALIDATION_ERROR")
    (why,) = answer.json()["error"]["details"]["categories"]
    assert why == "The flyer service behind names no categories, so flyers can't be filtered by them."


def test_a_flyer_has_neither_categories_nor_a_date(anyone, service):
    service.has(7)

    flyer = anyone.get("/api/v1/flyers/7/").json()

    assert (flyer["categories"], flyer["created_at"]) == ([], None)


def test_as_no_flyer_says_since_when_it_exists_none_is_news(as_alice, alice, service):
    service.has(7)
    follow(alice, 3)

    body = as_alice.get("/api/v1/follows/news/").json()

    assert (body["count"], body["is_complete"], body["meta"]["stale"]) == (0, True, False)


# --- Creators --------------------------------------------------------------------------------------


def test_a_creator_is_known_by_their_flyers(anyone, service):
    service.has(7, creator=payloads.creator(3, bio="Not said by flyers"))

    assert anyone.get("/api/v1/creators/3/").json() == {
        **payloads.creator(3),
        "bio": None,
        "created_at": None,
        "is_following": None,
    }
    assert code(anyone.get("/api/v1/creators/4/")) == (404, "NOT_FOUND")
    assert code(anyone.get("/api/v1/creators/4/flyers/")) == (404, "NOT_FOUND")


def test_a_followed_creator_without_flyers_stays_listed_and_the_list_is_not_stale(as_alice, alice, service):
    service.has(7)
    follow(alice, 3, 4, title="remembered")

    body = as_alice.get(FOLLOWS).json()

    assert [
        (row["followed_id"], row["creator"] and row["creator"]["username"]) for row in body["results"]
    ] == [
        (4, None),
        (3, "creator-3"),
    ]
    assert body["meta"]["stale"] is False
    assert followed_by(alice) == [4, 3]
    assert as_alice.get(f"{FOLLOWS}status/?user_id=4").json()["is_following"] is True


def test_a_creator_without_flyers_is_not_followed_anew(as_alice, service):
    service.has(7)

    assert code(as_alice.post(FOLLOWS, {"followed_id": 4})) == (404, "NOT_FOUND")


def test_of_more_creators_than_a_whole_service_takes_every_flyer_can_be_paged_through(
    as_alice, alice, service
):
    for flyer_id in range(1, 602):
        service.has(flyer_id, creator=payloads.creator(flyer_id))
    follow(alice, *range(1, 602))

    last = as_alice.get(DISCOVER, {"filter": "following", "limit": 100, "page": 7})

    assert (last.json()["count"], len(ids(last)), last.json()["next"]) == (601, 1, None)


def test_a_person_is_linked_to_the_creator_they_are(alice, service):
    service.has(7)
    said = io.StringIO()

    call_command("link_creator", alice.email, "3", stdout=said)

    assert said.getvalue() == "alice@example.com is now creator 3 (creator-3).\n"
    with pytest.raises(CommandError, match="no creator 4"):
        call_command("link_creator", alice.email, "4")


# --- Outages ---------------------------------------------------------------------------------------


@pytest.fixture
def seen(anyone, service, clock):
    """The feed with flyer 7 of creator 3 was seen an hour ago, and the service is down."""
    service.has(7)
    anyone.get(DISCOVER)
    clock.shift(3600)
    service.status = 503


def test_in_an_outage_what_is_shown_says_that_it_is_stale(anyone, seen):
    for path in (DISCOVER, "/api/v1/flyers/search/?query=jazz", "/api/v1/creators/3/flyers/"):
        answer = anyone.get(path)
        assert (answer["X-Cache"], ids(answer), answer.json()["meta"]["stale"]) == ("STALE", [7], True)
    assert anyone.get("/api/v1/flyers/7/")["X-Cache"] == "STALE"


@pytest.mark.parametrize("path", ["flyers/8/", "creators/4/", "creators/4/flyers/"])
def test_in_an_outage_what_an_old_copy_lacks_is_not_said_to_be_gone(anyone, seen, path):
    assert code(anyone.get(f"/api/v1/{path}")) == (503, "UPSTREAM_UNAVAILABLE")


def test_in_an_outage_what_was_seen_is_kept_and_nothing_else(alice, seen):
    alices = signed_in(alice)

    known, unknown = (alices.put(f"/api/v1/flyers/{flyer_id}/favorite/") for flyer_id in (7, 8))

    assert (known.status_code, unknown.status_code) == (201, 503)


def test_in_an_outage_a_saved_flyer_that_an_old_copy_lacks_is_unknown(alice, seen):
    keep(alice, 7, 8)

    body = signed_in(alice).get(FAVORITES).json()

    assert [row["availability"] for row in body["results"]] == ["unknown", "live"]
    assert body["meta"]["stale"] is True


def test_a_flyer_that_is_newer_than_an_old_copy_is_found(anyone, service, seen):
    service.status = None
    service.has(8)

    answer = anyone.get("/api/v1/flyers/8/")

    assert (answer.status_code, answer["X-Cache"]) == (200, "MISS")


def test_who_has_nothing_saved_waits_for_nobody(as_alice, service):
    service.status = 503

    answer = as_alice.get(FAVORITES)

    assert (answer.status_code, answer.json()["meta"]["stale"]) == (200, False)
    assert service.received == []


# --- A feed that is too long -----------------------------------------------------------------------


@pytest.fixture
def cut(service, settings):
    """A feed of five flyers of five creators, of which three may be fetched; these have the ids 1 to 3."""
    settings.FLYERS_SNAPSHOT_MAX_ITEMS = 3
    for number in range(1, 6):
        service.has(number, creator=payloads.creator(number))


def test_of_a_feed_that_was_cut_every_list_says_so(anyone, cut):
    for path in (DISCOVER, "/api/v1/flyers/search/?query=jazz", "/api/v1/creators/3/flyers/"):
        assert anyone.get(path).json()["meta"]["partial"] is True


def test_what_was_cut_off_is_unknown_and_never_gone(as_alice, alice, anyone, cut):
    keep(alice, 1, 5)

    rows = as_alice.get(FAVORITES).json()["results"]
    follow_unknown = as_alice.post(FOLLOWS, {"followed_id": 5})

    assert [row["availability"] for row in rows] == ["unknown", "live"]
    for path in ("flyers/5/", "creators/5/", "creators/5/flyers/"):
        answer = anyone.get(f"/api/v1/{path}")
        assert code(answer) == (503, "UPSTREAM_UNAVAILABLE")
        assert answer.json()["error"]["message"].startswith("The flyer service ")
    assert code(follow_unknown) == (503, "UPSTREAM_UNAVAILABLE")
    batch = as_alice.put(FAVORITES, {"flyer_ids": [2, 4]}).json()
    assert (batch["added"], batch["not_found"], batch["unknown"]) == ([2], [], [4])


def test_what_is_unknown_costs_nobody_their_rate(as_alice, alice, cut, settings):
    settings.THROTTLE_USER = (2, 60)
    keep(alice, *range(1, 21))

    answers = [as_alice.get(FAVORITES, {"limit": 20}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


# --- The hit path ----------------------------------------------------------------------------------


def test_what_was_asked_before_is_answered_in_front_of_django_with_the_callers_marks(alice, service):
    service.has(7, 8)
    keep(alice, 8)
    follow(alice, 3)
    token = {"HTTP_AUTHORIZATION": signed_in(alice)._credentials["HTTP_AUTHORIZATION"]}
    django = CountedDjango()
    client = hit_path_client(django)
    address = f"{DISCOVER}?lat=40.4&lng=-3.7&near_me=true&radius=90"

    first, again = (client.request(address, **token) for _ in range(2))

    assert (first[1]["x-cache"], again[1]["x-cache"], django.calls) == ("MISS", "HIT", 1)
    assert b'"is_favorited":true' in again[2]
    assert again[2].count(b'"is_following":true') == 2
    assert b'"is_favorited":null' in client.request(address)[2]
