"""What followed creators have published since a person last looked."""

import datetime as dt

import pytest

from flyers_proxy.catalog import FLYERS
from tests import payloads
from tests.conftest import signed_in
from tests.favorites.flyer_service import valid_until
from tests.favorites.keeping import follow

URL, SEEN = "/api/v1/follows/news/", "/api/v1/follows/seen/"
NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


def text(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def minutes_past_noon(minutes):
    return text(NOON + dt.timedelta(minutes=minutes))


@pytest.fixture
def publish(service):
    """Let a creator publish flyers, each so many minutes past noon."""

    def publish(creator_id, minutes_by_flyer, **changes):
        for flyer_id, minutes in minutes_by_flyer.items():
            created_at = None if minutes is None else minutes_past_noon(minutes)
            service.has(flyer_id, creator=payloads.creator(creator_id), created_at=created_at, **changes)

    return publish


def news_of(answer):
    assert answer.status_code == 200, answer.content
    return [(row["followed_id"], row["new_flyers"], row["published_at"]) for row in answer.json()["results"]]


def test_creators_are_listed_with_how_much_they_published_the_newest_first(clock, as_alice, alice, publish):
    follow(alice, 3, 4, 5)
    publish(3, {1: 1, 2: 5})
    publish(4, {10: 2, 11: 3, 12: 7})
    publish(5, {20: -1})
    publish(6, {30: 8})
    clock.shift(540)

    answer = as_alice.get(URL)

    body = answer.json()
    assert set(body) == {"count", "next", "previous", "results", "meta", "is_complete"}
    assert news_of(answer) == [(4, 3, minutes_past_noon(7)), (3, 2, minutes_past_noon(5))]
    assert (body["count"], body["is_complete"], body["meta"]["stale"]) == (2, True, False)
    first = body["results"][0]
    assert first["creator"] == as_alice.get("/api/v1/creators/4/").json()
    assert first["creator"]["is_following"] is True


def test_what_was_there_before_one_followed_is_no_news(clock, as_alice, alice, publish):
    clock.shift(120)
    follow(alice, 3)
    publish(3, {1: 1, 2: 2, 3: 3})
    clock.shift(120)

    assert news_of(as_alice.get(URL)) == [(3, 1, minutes_past_noon(3))]


def test_what_was_there_when_one_last_looked_is_no_news(clock, as_alice, alice, publish, service):
    follow(alice, 3, 4)
    publish(3, {1: 1, 2: 2})
    publish(4, {10: 1})
    clock.shift(120)

    seen = as_alice.post(SEEN)
    publish(3, {3: 3})
    service.forget_caches()
    clock.shift(120)

    assert (seen.status_code, seen.json()) == (200, {"until": minutes_past_noon(2)})
    assert news_of(as_alice.get(URL)) == [(3, 1, minutes_past_noon(3))]


def test_what_has_ended_or_does_not_say_since_when_it_is_there_is_no_news(clock, as_alice, alice, publish):
    follow(alice, 3)
    publish(3, {1: None})
    publish(3, {2: 1}, validity=valid_until(minutes_past_noon(2)))
    clock.shift(180)

    answer = as_alice.get(URL)

    assert news_of(answer) == []
    assert answer.json()["is_complete"] is True


def test_who_follows_nobody_has_no_news_and_upstream_is_not_asked(as_alice, service):
    answer = as_alice.get(URL)

    assert news_of(answer) == []
    assert (answer.json()["count"], answer.json()["is_complete"]) == (0, True)
    assert service.received == []


def test_news_are_paged(clock, as_alice, alice, publish):
    follow(alice, 3, 4, 5)
    for creator_id in (3, 4, 5):
        publish(creator_id, {creator_id: creator_id})
    clock.shift(540)

    first = as_alice.get(URL, {"limit": 2})
    last = as_alice.get(first.json()["next"].removeprefix("https://flyers.test"))
    past = as_alice.get(URL, {"limit": 2, "page": 3})

    assert [row[0] for row in news_of(first)] == [5, 4]
    assert [row[0] for row in news_of(last)] == [3]
    assert (last.json()["next"], last.json()["count"]) == (None, 3)
    assert (news_of(past), past.json()["count"]) == ([], 3)


@pytest.mark.parametrize("number", [300, 301])
def test_of_more_than_three_hundred_new_flyers_the_answer_says_that_it_is_not_complete(
    clock, as_alice, alice, publish, service, number
):
    follow(alice, 3, 4)
    publish(3, dict.fromkeys(range(1, number + 1), 1))
    clock.shift(120)

    answer = as_alice.get(URL)

    assert news_of(answer) == [(3, 300, minutes_past_noon(1))]
    assert answer.json()["is_complete"] is (number == 300)
    assert len([call for call in service.received if "feed" in call]) == 6


def test_no_further_page_is_asked_for_than_the_news_fill(clock, as_alice, alice, publish, service):
    clock.shift(60)
    follow(alice, 3)
    publish(3, dict.fromkeys(range(1, 501), 0))
    publish(3, {1_000: 2})
    clock.shift(120)

    answer = as_alice.get(URL)

    assert news_of(answer) == [(3, 1, minutes_past_noon(2))]
    assert answer.json()["is_complete"] is True
    assert len([call for call in service.received if "feed" in call]) == 2  # one page of ours


def test_a_creator_without_a_profile_is_listed_without_one(clock, as_alice, alice, publish, service):
    follow(alice, 3)
    publish(3, {1: 1})
    service.creators.clear()
    clock.shift(120)

    (row,) = as_alice.get(URL).json()["results"]

    assert (row["followed_id"], row["creator"]) == (3, None)


def test_in_an_outage_nobody_says_that_there_is_no_news(as_alice, alice, service):
    follow(alice, 3)
    service.status = 503

    answer = as_alice.get(URL)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")


def test_each_has_their_own_news(clock, as_alice, as_bob, alice, bob, publish):
    follow(alice, 3)
    follow(bob, 3, 4)
    publish(3, {1: 1})
    publish(4, {2: 2})
    clock.shift(180)
    as_bob.post(SEEN)

    assert (len(news_of(as_alice.get(URL))), news_of(as_bob.get(URL))) == (1, [])


# --- Having looked ---------------------------------------------------------------------------------


def test_until_when_one_has_looked_never_goes_back(clock, as_alice, alice, publish):
    follow(alice, 3)
    publish(3, {1: 1, 2: 3})
    clock.shift(240)

    moments = [
        as_alice.post(SEEN, {"until": minutes_past_noon(minutes)}).json()["until"] for minutes in (0, 2, 1)
    ]

    assert moments == [minutes_past_noon(minutes) for minutes in (0, 2, 2)]
    assert news_of(as_alice.get(URL)) == [(3, 1, minutes_past_noon(3))]


def test_nobody_has_looked_at_the_future(clock, as_alice, alice, publish):
    follow(alice, 3)

    seen = as_alice.post(SEEN, {"until": minutes_past_noon(60)})
    publish(3, {1: 1})
    clock.shift(120)

    assert seen.json() == {"until": minutes_past_noon(0)}
    assert news_of(as_alice.get(URL)) == [(3, 1, minutes_past_noon(1))]


def test_to_have_seen_an_answer_its_as_of_is_given(clock, as_alice, alice, publish, service):
    follow(alice, 3)
    publish(3, {1: 1})
    clock.shift(120)
    as_of = as_alice.get(URL).json()["meta"]["as_of"]
    publish(3, {2: 3})
    clock.shift(300)
    service.forget_caches()

    as_alice.post(SEEN, {"until": as_of})

    assert news_of(signed_in(alice).get(URL)) == [(3, 1, minutes_past_noon(3))]


def test_a_profile_that_is_old_makes_what_was_seen_no_older(clock, as_alice, alice, publish, service):
    service.has_creators(3)
    as_alice.get("/api/v1/creators/3/")
    follow(alice, 3)
    clock.shift(120)
    publish(3, {1: 1})

    answer = as_alice.get(URL).json()
    FLYERS.cache.settle()
    as_alice.post(SEEN, {"until": answer["meta"]["as_of"]})

    assert answer["meta"] == {"as_of": minutes_past_noon(2), "stale": True}
    assert news_of(as_alice.get(URL)) == []


def test_what_will_be_published_is_no_news_yet(clock, as_alice, alice, publish, service):
    follow(alice, 3)
    publish(3, {1: 1, 2: 9})
    clock.shift(120)

    early = news_of(as_alice.get(URL))
    as_alice.post(SEEN, {})
    clock.shift(480)
    service.forget_caches()

    assert early == [(3, 1, minutes_past_noon(1))]
    assert news_of(signed_in(alice).get(URL)) == [(3, 1, minutes_past_noon(9))]


def test_a_flyer_that_slips_to_the_next_page_counts_once(clock, as_alice, alice, publish, service):
    follow(alice, 3)
    publish(3, dict.fromkeys(range(1, 151), 1))
    clock.shift(120)
    as_alice.get("/api/v1/flyers/discover/?filter=following&limit=100")  # caches the first page
    publish(3, {151: 2})

    (news,) = news_of(as_alice.get(URL))

    assert news[:2] == (3, 150)


@pytest.mark.parametrize(
    "body", [{"until": "yesterday"}, {"until": 5}, {"until": None}, {"since": text(NOON)}]
)
def test_a_wrong_moment_is_a_400_that_names_what_is_wrong(as_alice, body):
    answer = as_alice.post(SEEN, body)

    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == list(body)


@pytest.mark.parametrize(("method", "url"), [("get", URL), ("post", SEEN)])
def test_an_anonymous_caller_has_no_news(anyone, method, url):
    assert getattr(anyone, method)(url).status_code == 401


def test_looking_counts_no_version(as_alice, alice):
    follow(alice, 3)

    assert as_alice.post(SEEN)["X-Library-Version"] == "1"
