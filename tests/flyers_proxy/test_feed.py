"""What is cut of a feed: which flyers a list shows, and who the creators are. No service, no process in that mode."""

import time

import pytest

from clients import flyers
from clients.decoding import convert
from clients.transport import ListPage
from flyers_proxy import feed
from flyers_proxy.lists import FlyerList
from proxy.snapshots import SnapshotCopy
from proxy.store import Entry
from tests import payloads

SOL = (40.4168, -3.7038)


def copy_of(*documents, count=None):
    """Return the copy of a feed with these flyers, of which there may be more."""
    found = tuple(convert(document, flyers.Flyer) for document in documents)
    page = feed.SNAPSHOT.render(ListPage(count or len(found), found))
    now = time.time()
    return SnapshotCopy(feed.SNAPSHOT, Entry(page, fetched_at=now, fresh_until=now + 60, max_age=60))


def found(copy, **query):
    """Return the ids of the page of a list, and how many there are on all pages."""
    page = feed.FLYER_LIST.make(copy, FlyerList(**{"position": SOL, **query}))
    return [item.id for item in page.items], page.count


def at(lat, lng):
    return {"address": "Somewhere", "lat": lat, "lng": lng}


FLYER = payloads.flyer(
    7,
    title="Straßenfest",
    description="Live jazz\nby the river",
    creator=payloads.creator(3, username="Casa del JAZZ"),
    location={"address": "Calle Mayor 1", "lat": SOL[0], "lng": SOL[1]},
)


@pytest.mark.parametrize(
    "text", ["straßenfest", "STRASSEN", "enf", "jazz\nby", "calle mayor", "casa DEL", "z", "a", " "]
)
def test_a_search_finds_a_part_of_any_text_in_small_and_capital_letters(text):
    assert (
        found(copy_of(FLYER, payloads.flyer(8, title="Q", description="", location=at(0, 0))), search=text)[
            0
        ][0]
        == 7
    )


@pytest.mark.parametrize(
    "text", ["fest live", "river calle", "river\ncalle", "1 casa", "events", "creator", "%", "."]
)
def test_a_search_finds_nothing_across_two_texts_or_elsewhere(text):
    assert found(copy_of(FLYER), search=text) == ([], 0)


@pytest.mark.parametrize(("radius", "ids"), [(0.9, [1]), (1.2, [1, 2]), (13, [1, 2, 3]), (100, [1, 2, 3])])
def test_what_is_near_is_within_the_radius_in_the_order_of_the_feed(radius, ids):
    places = [at(SOL[0], SOL[1]), at(SOL[0] + 0.01, SOL[1]), at(SOL[0], SOL[1] + 0.15), at(43.26, -2.93)]
    copy = copy_of(*(payloads.flyer(id_, location=place) for id_, place in enumerate(places, start=1)))

    assert found(copy, near_me=True, radius=radius) == (ids, len(ids))


def test_without_near_me_a_position_and_a_radius_mean_nothing():
    assert found(copy_of(payloads.flyer(1, location=at(43.26, -2.93))), radius=0.5) == ([1], 1)


def test_pages_are_cut_in_the_order_of_the_feed_and_one_past_the_end_is_empty():
    copy = copy_of(*map(payloads.flyer, (5, 9, 2, 7)))

    pages = [found(copy, page=page, limit=3) for page in (1, 2, 3)]

    assert pages == [([5, 9, 2], 4), ([7], 4), ([], 4)]


@pytest.mark.parametrize(("creators", "ids"), [(None, [1, 2, 3]), ((), []), ((2,), [2]), ((9, 3, 1), [1, 3])])
def test_flyers_of_some_creators(creators, ids):
    copy = copy_of(*(payloads.flyer(id_, creator=payloads.creator(id_)) for id_ in (1, 2, 3)))

    assert found(copy, creators=creators)[0] == ids


def test_a_creator_is_as_the_first_flyer_of_the_feed_names_them():
    first, second = (
        payloads.creator(3, username="new"),
        payloads.creator(3, username="old", profile_picture=None),
    )
    copy = copy_of(payloads.flyer(1, creator=first), payloads.flyer(2, creator=second))

    creator = copy.item(feed.CREATORS_FOUND, 3)

    assert (creator.id, creator.summary.title, creator.summary.image_url) == (
        3,
        "new",
        first["profile_picture"],
    )
    assert copy.item(feed.CREATORS_FOUND, 1) is None
    assert copy.item(feed.FLYERS_FOUND, 2).summary.title == "Flyer 2"


def test_of_a_part_of_a_feed_every_list_is_partial():
    copy = copy_of(payloads.flyer(1), count=2)

    page = feed.FLYER_LIST.make(copy, FlyerList(position=SOL))

    assert (copy.is_whole, page.is_partial, page.count) == (False, True, 1)
