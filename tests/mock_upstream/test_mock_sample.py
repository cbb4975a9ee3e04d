"""The sample of the bundled flyer service, and what it promises to demos and tests."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mock_upstream.flyers.catalog import MADRID, Position, distance_km
from mock_upstream.flyers.sample import compose, midnight
from mock_upstream.server import start
from tests.mock_upstream.caller import Caller

TODAY = date(2026, 1, 15)
SAMPLE = compose(TODAY)
FLYERS = list(SAMPLE.flyers.values())


def test_there_is_plenty_to_show():
    categories = {slug for flyer in FLYERS for slug in flyer.categories}

    assert (len(FLYERS), len(SAMPLE.creators), len(categories)) == (366, 48, 8)


def test_no_two_flyers_have_one_title_and_no_two_creators_one_name():
    assert len({flyer.title for flyer in FLYERS}) == len(FLYERS)
    assert len({creator.username for creator in SAMPLE.creators.values()}) == len(SAMPLE.creators)


def test_words_keep_to_the_lengths_of_the_contract():
    for flyer in FLYERS:
        assert 0 < len(flyer.title) <= 200
        assert len(flyer.description or "") <= 2000
        assert 0 < len(flyer.address) <= 500


def test_everything_is_within_thirty_kilometres_of_the_centre():
    assert max(distance_km(MADRID, flyer.position) for flyer in FLYERS) < 30


def test_most_is_within_the_five_kilometres_of_near_me():
    near = [flyer for flyer in FLYERS if distance_km(MADRID, flyer.position) <= 5]

    assert len(near) > 150


def test_creators_have_none_to_thirty_flyers():
    counts = [sum(flyer.creator.id == id_ for flyer in FLYERS) for id_ in SAMPLE.creators]

    assert (min(counts), max(counts)) == (0, 30)


def test_some_flyers_lack_what_the_contract_lets_them_lack():
    assert [flyer.id for flyer in FLYERS if flyer.description is None] == list(range(4, 366, 25))
    assert [flyer.id for flyer in FLYERS if not flyer.images] == list(range(3, 366, 20))
    assert {flyer.images for flyer in FLYERS if not flyer.images} == {None, ()}
    assert max(len(flyer.images or ()) for flyer in FLYERS) == 5


@pytest.mark.parametrize("day", [TODAY, date(2024, 2, 29), date(2031, 12, 31)])
@pytest.mark.parametrize(
    "moment", [timedelta(), timedelta(hours=12), timedelta(hours=23, minutes=59, seconds=59)]
)
def test_flyers_are_valid_whatever_the_date(day, moment):
    now = midnight(day) + moment

    flyers = compose(day).flyers.values()

    assert [it.id for it in flyers if not it.is_valid(now)] == [60, 120, 180, 240, 300, 360]
    assert all(it.created_at < now and it.valid_from < it.valid_until for it in flyers)
    soon = [it.id for it in flyers if it.is_valid(now) and it.valid_until - now < timedelta(hours=48)]
    assert soon == list(range(7, 366, 40))


def test_a_day_always_has_the_same_sample_and_the_next_one_the_same_flyers():
    tomorrow = compose(TODAY + timedelta(days=1))

    assert compose(TODAY) == SAMPLE
    for flyer in FLYERS:
        assert tomorrow.flyers[flyer.id].title == flyer.title
        assert tomorrow.flyers[flyer.id].created_at - flyer.created_at == timedelta(days=1)


def test_answers_stay_the_same_all_day_and_change_at_midnight():
    clock = [datetime(2026, 1, 15, 0, 0, 1, tzinfo=UTC)]
    with start(clock=lambda: clock[0]) as service:
        caller = Caller(service.url)
        morning = caller.feed().headers["ETag"]
        clock[0] = datetime(2026, 1, 15, 23, 59, 59, tzinfo=UTC)
        night = caller.feed().headers["ETag"]
        clock[0] = datetime(2026, 1, 16, tzinfo=UTC)
        next_day = caller.feed().headers["ETag"]
        caller.session.close()

    assert morning == night != next_day


@pytest.mark.parametrize(
    "centre", [Position(51.5074, -0.1278), Position(-41.2866, 174.7756), Position(-16.5, 179.99)]
)
def test_the_sample_moves_with_its_centre(centre):
    flyers = compose(TODAY, centre).flyers

    for flyer in FLYERS:
        here = distance_km(MADRID, flyer.position)
        there = flyers[flyer.id].position
        assert -180 <= there.lng <= 180
        assert distance_km(centre, there) == pytest.approx(here, abs=0.2)


def test_distances_are_great_circles():
    paris, tokyo = Position(48.8566, 2.3522), Position(35.6762, 139.6503)

    assert distance_km(MADRID, paris) == pytest.approx(1053, abs=2)
    assert distance_km(paris, tokyo) == pytest.approx(9712, abs=5)
    assert distance_km(MADRID, Position(-MADRID.lat, MADRID.lng + 180)) == pytest.approx(20_015, abs=1)
    assert distance_km(MADRID, MADRID) == 0
