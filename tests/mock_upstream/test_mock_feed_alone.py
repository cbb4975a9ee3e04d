"""The bundled flyer service that offers its feed and nothing else."""

from collections.abc import Iterator

import pytest

from mock_upstream.server import MockUpstream
from tests.mock_upstream.caller import HERE, Caller


@pytest.fixture
def feed_alone(mock: MockUpstream) -> MockUpstream:
    mock.knobs.turn({"offers": "feed"})
    return mock


@pytest.fixture
def stranger(feed_alone: MockUpstream) -> Iterator[Caller]:
    """A caller without a key."""
    stranger = Caller(feed_alone.url, key=None)
    with stranger.session:
        yield stranger


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/v1/",
        "/api/v1/flyers/",
        "/api/v1/flyers/365/",
        "/api/v1/flyers/discover/",
        "/api/v1/flyers/feed",
        "/api/v1/users/7/",
        "/api/v1/categories/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whatever_is_not_the_feed_is_not_found(stranger, path, method):
    assert stranger.request(path, method).status_code == 404


def test_the_feed_is_only_read(stranger):
    assert stranger.request("/api/v1/flyers/feed/", "POST", params=HERE).status_code == 405


@pytest.mark.parametrize("key", [None, "another-key", "dev-flyers-key"])
def test_it_wants_no_key_and_minds_none(feed_alone, key):
    caller = Caller(feed_alone.url, key)
    with caller.session:
        assert caller.feed().status_code == 200


def test_a_flyer_has_neither_categories_nor_a_date_of_creation(mock, caller):
    full = caller.whole_feed()
    mock.knobs.turn({"offers": "feed"})

    flyers = caller.whole_feed()

    unsaid = {"categories", "created_at"}
    assert flyers == [{name: it for name, it in flyer.items() if name not in unsaid} for flyer in full]
    assert {frozenset(it["creator"]) for it in flyers} == {frozenset({"id", "username", "profile_picture"})}
    assert all({"address", "lat", "lng", "distance_km"} == it["location"].keys() for it in flyers)


@pytest.mark.parametrize(
    "question",
    [
        {"categories": "food"},
        {"search": "a word that nobody uses"},
        {"near_me": "true", "radius": "0.1"},
        {"near_me": "perhaps", "radius": "-1"},
        {"creators": "7"},
        {"ids": "365"},
        {"ids": ""},
        {"colour": "red"},
        {"colour": ["red", "green"]},
    ],
    ids=str,
)
def test_a_filter_that_is_sent_returns_everything(stranger, question):
    everything = stranger.feed().json()

    filtered = stranger.feed(**question).json()

    assert filtered["count"] == everything["count"]
    assert filtered["results"] == everything["results"]


def test_it_is_paged_as_the_whole_service_is(stranger):
    count = stranger.feed().json()["count"]
    last = (count + 49) // 50

    assert len(stranger.feed(page_size=50).json()["results"]) == 50
    assert stranger.feed(page_size=50, page=last).json()["next"] is None
    assert stranger.feed(page_size=50, page=last + 1).status_code == 404
    assert stranger.feed(page_size=51).status_code == 400
    assert stranger.feed(page=0).status_code == 400
    assert stranger.get("flyers/feed/", lat="40").status_code == 400


def test_the_link_to_the_next_page_leads_there(stranger):
    first = stranger.feed(page_size=20).json()

    second = stranger.session.get(first["next"], timeout=5).json()

    assert second["results"] == stranger.feed(page_size=20, page=2).json()["results"]
    assert stranger.session.get(second["previous"], timeout=5).json() == first


def test_the_pictures_that_its_flyers_link_to_are_there(stranger):
    flyer = stranger.feed().json()["results"][0]

    for url in (flyer["images"][0]["url"], flyer["creator"]["profile_picture"]):
        assert stranger.session.get(url, timeout=5).status_code == 200


def test_it_can_be_sick_too_and_whole_again(feed_alone, stranger, caller):
    feed_alone.knobs.turn({"mode": "down"})
    assert stranger.feed().status_code == 503

    feed_alone.knobs.reset()
    assert stranger.feed().status_code == 401
    assert caller.get("flyers/365/").status_code == 200
