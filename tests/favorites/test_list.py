"""The list of favorites: flyers as they are now, or as they were saved."""

import datetime as dt

import pytest

from proxy.marks import forget_marks
from tests.favorites.flyer_service import valid_until
from tests.favorites.keeping import follow, keep, row_of

URL = "/api/v1/users/me/favorites/"
NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


def add_favorites(user, *flyer_ids, **snapshot):
    """Save favorites of a person, the first given being the newest."""
    snapshot = {"title": "Once", "valid_until": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)} | snapshot
    keep(user, *reversed(flyer_ids), **snapshot)


def ids_of(answer):
    return [item["flyer_id"] for item in answer.json()["results"]]


def availability_of(answer):
    return {item["flyer_id"]: item["availability"] for item in answer.json()["results"]}


def test_the_newest_favorite_comes_first_each_with_its_flyer(clock, as_alice, alice, service):
    service.has(1, 2, 3)
    for flyer_id in (2, 3, 1):
        as_alice.put(f"/api/v1/flyers/{flyer_id}/favorite/")
    follow(alice, 3)

    answer = as_alice.get(URL)

    body = answer.json()
    assert ids_of(answer) == [1, 3, 2]
    assert list(body) == ["count", "next", "previous", "results", "meta"]
    assert (body["count"], body["next"], body["previous"]) == (3, None, None)
    assert body["meta"] == {"as_of": "2026-05-01T12:00:00Z", "stale": False}
    first = body["results"][0]
    assert first["flyer"] == as_alice.get("/api/v1/flyers/1/").json()
    assert (first["flyer"]["is_favorited"], first["flyer"]["creator"]["is_following"]) == (True, True)
    assert {name: first[name] for name in first if name != "flyer"} == {
        "id": row_of(alice, 1).pk,
        "flyer_id": 1,
        "created_at": "2026-05-01T12:00:00Z",
        "title": "Flyer 1",
        "image_url": "https://img.test/flyers/1.svg",
        "valid_until": "2099-01-01T00:00:00Z",
        "availability": "live",
    }


def test_the_short_address_gives_the_same_list(as_alice, alice, service):
    service.has(1)
    add_favorites(alice, 1)

    assert as_alice.get("/api/v1/favorites/").json()["results"] == as_alice.get(URL).json()["results"]


def test_nobody_sees_the_favorites_of_another(as_alice, anyone, bob, service):
    service.has(1)
    add_favorites(bob, 1)

    assert as_alice.get(URL).json()["results"] == []
    assert anyone.get(URL).status_code == 401
    assert service.received == []


# --- What has become of them -----------------------------------------------------------------------


def test_live_expired_and_gone_flyers_are_distinguished(clock, as_alice, alice, service):
    service.has(1)
    service.has(2, validity=valid_until("2026-04-30T00:00:00Z"))
    add_favorites(alice, 1, 3)
    add_favorites(alice, 2, title="Last week", valid_until=NOON - dt.timedelta(days=1))

    answer = as_alice.get(URL)

    assert availability_of(answer) == {1: "live", 2: "expired", 3: "gone"}
    by_id = {item["flyer_id"]: item for item in answer.json()["results"]}
    assert by_id[1]["flyer"]["id"] == 1
    assert (by_id[2]["flyer"], by_id[2]["title"]) == (None, "Last week")
    assert (by_id[3]["flyer"], by_id[3]["title"]) == (None, "Once")
    assert answer.json()["meta"]["stale"] is False


def test_a_service_that_answers_with_other_flyers_says_nothing_about_the_saved_ones(as_alice, alice, service):
    service.has(1, 2)
    service.ignores = {"ids"}
    add_favorites(alice, 1, 3)

    answer = as_alice.get(URL)

    assert answer.status_code == 200
    assert availability_of(answer) == {1: "unknown", 3: "unknown"}


def test_in_an_outage_the_list_is_what_is_remembered(clock, as_alice, alice, service):
    add_favorites(alice, 1)
    add_favorites(alice, 2, valid_until=NOON - dt.timedelta(days=1))
    service.status = 503

    answer = as_alice.get(URL)

    assert answer.status_code == 200
    assert availability_of(answer) == {1: "unknown", 2: "expired"}
    assert answer.json()["results"][0]["title"] == "Once"
    assert answer.json()["meta"]["stale"] is True


def test_in_an_outage_a_flyer_that_was_seen_before_is_still_shown(clock, as_alice, alice, service):
    service.has(1)
    add_favorites(alice, 1)
    as_alice.get(URL)
    clock.shift(300)
    service.status = 503

    answer = as_alice.get(URL)

    assert availability_of(answer) == {1: "live"}
    assert answer.json()["meta"] == {"as_of": "2026-05-01T12:00:00Z", "stale": True}


def test_what_a_flyer_was_is_renewed_when_it_is_seen(as_alice, alice, service):
    add_favorites(alice, 1, title="Old", image_url="https://img.test/old.svg", valid_until=None)
    service.has(1, title="New", images=[], validity=valid_until("2030-01-01T00:00:00Z"))

    answer = as_alice.get(URL)

    saved = row_of(alice, 1)
    assert (saved.title, saved.image_url, saved.valid_until.year) == ("New", None, 2030)
    assert answer.json()["results"][0]["title"] == "New"


def test_a_flyer_that_lists_leave_out_as_unfit_is_not_gone(as_alice, alice, service):
    service.has(1, 2)
    service.flyers[2]["title"] = None
    add_favorites(alice, 1, 2)

    assert availability_of(as_alice.get(URL)) == {1: "live", 2: "unknown"}


# --- Pages, order, filters -------------------------------------------------------------------------


def test_pages_follow_each_other_and_their_links_keep_the_filters(as_alice, alice, service):
    service.has(*range(1, 26))
    add_favorites(alice, *range(1, 26))

    first = as_alice.get(URL, {"limit": 10, "sort": "-created_at"}).json()
    last = as_alice.get(first["next"].replace("page=2", "page=3").removeprefix("https://flyers.test")).json()

    assert first["count"] == last["count"] == 25
    assert first["next"] == f"https://flyers.test{URL}?limit=10&sort=-created_at&page=2"
    assert last["previous"] == f"https://flyers.test{URL}?limit=10&sort=-created_at&page=2"
    assert (first["previous"], last["next"]) == (None, None)
    assert [item["flyer_id"] for item in last["results"]] == [21, 22, 23, 24, 25]


@pytest.mark.parametrize("page", [4, 2**31 - 1])
def test_a_page_past_the_end_is_empty(as_alice, alice, service, page):
    add_favorites(alice, *range(1, 26))

    body = as_alice.get(URL, {"page": page}).json()

    assert (body["count"], body["results"], body["next"]) == (25, [], None)
    assert body["previous"] == f"https://flyers.test{URL}?page=3"
    assert service.received == []


def test_favorites_of_one_moment_keep_their_order_across_pages(as_alice, alice, service):
    keep(alice, *range(1, 31), created_at=NOON)

    seen = [id_ for page in (1, 2, 3) for id_ in ids_of(as_alice.get(URL, {"page": page}))]

    assert seen == list(range(30, 0, -1))


def test_what_ends_first_can_come_first(clock, as_alice, alice, service):
    add_favorites(alice, 1, valid_until=NOON + dt.timedelta(days=3))
    add_favorites(alice, 2, valid_until=None)
    add_favorites(alice, 3, valid_until=NOON + dt.timedelta(days=1))
    add_favorites(alice, 4, valid_until=NOON - dt.timedelta(days=1))

    assert ids_of(as_alice.get(URL, {"sort": "valid_until"})) == [4, 3, 1, 2]


def test_what_ends_within_two_days_can_be_listed(clock, as_alice, alice, service):
    for flyer_id, hours in {1: -1, 2: 0, 3: 47, 4: 48, 5: 49}.items():
        add_favorites(alice, flyer_id, valid_until=NOON + dt.timedelta(hours=hours))
    add_favorites(alice, 6, valid_until=None)

    answer = as_alice.get(URL, {"expiring": "true", "sort": "valid_until"})

    assert ids_of(answer) == [2, 3, 4]
    assert answer.json()["count"] == 3


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "٣"},
        {"page": "1e3"},
        {"page": "9" * 400},
        {"limit": "0"},
        {"limit": "ten"},
        {"expiring": "soon"},
        {"sort": "title"},
        {"sort": "created_at"},
        {"lat": "1"},
        {"page_size": "5"},
    ],
)
def test_a_wrong_parameter_is_a_400_that_names_it(as_alice, service, query):
    answer = as_alice.get(URL, query)

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == list(query)


def test_a_parameter_that_is_given_twice_is_a_400(as_alice, service):
    assert as_alice.get(f"{URL}?page=1&page=2").status_code == 400


# --- Costs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("saved", [20, 1_000, 5_000])
def test_a_page_takes_the_same_queries_and_one_upstream_call_however_many_are_saved(
    as_alice, alice, service, django_assert_num_queries, saved
):
    service.has(*range(1, 21))
    add_favorites(alice, *range(1, saved + 1), title="Flyer", image_url=None)
    as_alice.get(URL, {"limit": 20})  # what is seen for the first time is remembered
    service.forget_caches()
    forget_marks()
    service.received.clear()

    with django_assert_num_queries(3):  # session; rows and their count; marks
        answer = as_alice.get(URL, {"limit": 20})

    assert answer.json()["count"] == saved
    assert len(service.received) == 1


def test_a_hot_page_asks_nobody_and_writes_nothing(as_alice, alice, service, django_assert_num_queries):
    service.has(1, 2)
    add_favorites(alice, 1, 2, 3)
    as_alice.get(URL)
    as_alice.get(URL)  # asks once more, for the one alone that upstream was silent about
    service.received.clear()

    with django_assert_num_queries(2):  # session; rows and their count
        answer = as_alice.get(URL)

    assert availability_of(answer) == {1: "live", 2: "live", 3: "gone"}
    assert service.received == []


def test_a_page_of_a_hundred_takes_two_upstream_calls(as_alice, alice, service):
    service.has(*range(1, 121))
    add_favorites(alice, *range(1, 121))

    answer = as_alice.get(URL, {"limit": 1_000})

    assert len(answer.json()["results"]) == 100
    assert set(availability_of(answer).values()) == {"live"}
    assert len(service.received) == 2


def test_a_list_is_sent_again_only_if_it_has_changed(clock, as_alice, alice, service):
    service.has(1)
    add_favorites(alice, 1)
    first = as_alice.get(URL)

    same = as_alice.get(URL, headers={"If-None-Match": first["ETag"]})
    follow(alice, 3)
    other = as_alice.get(URL, headers={"If-None-Match": first["ETag"]})

    assert first["Cache-Control"] == "private, no-cache"
    assert (same.status_code, same.content) == (304, b"")
    assert other.status_code == 200


def test_who_has_upstream_asked_too_often_is_told_to_wait_and_what_is_known_is_free(
    as_alice, alice, service, settings
):
    settings.THROTTLE_USER = (1, 60)
    service.has(1, 2)
    add_favorites(alice, 1, 2)

    answers = [as_alice.get(URL, {"limit": 1, "page": page}) for page in (1, 1, 2)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"]
