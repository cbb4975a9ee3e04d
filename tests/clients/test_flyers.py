"""Tests of the requests to the flyer service, and of the types of its answers."""

from datetime import UTC, datetime

import pytest
from responses import matchers

from clients import errors
from clients.flyers import Category, CreatorSummary, FlyerQuery, Image, Location, Validity
from tests.clients import answers
from tests.clients.answers import KEY, UPSTREAM

FEED = f"{UPSTREAM}/api/v1/flyers/feed/"
MILAN = FlyerQuery(lat=45.46, lng=9.19)
MILAN_PARAMS = {"lat": "45.46", "lng": "9.19", "page": "1", "page_size": "20"}


def test_a_page_is_asked_for_with_exactly_its_position_and_number(wire, client):
    exactly = matchers.query_param_matcher(MILAN_PARAMS)
    wire.get(FEED, json=answers.page(answers.flyer(), count=300), match=[exactly])

    page = client.list_flyers(MILAN).value

    assert (page.count, len(page.results), page.left_out) == (300, 1, 0)


def test_every_filter_reaches_the_service_under_its_name(wire, client):
    query = FlyerQuery(
        lat=-0.00001,
        lng=9.0,
        page=3,
        page_size=50,
        categories=("events", "nightlife"),
        search="jazz & more",
        near_me=True,
        radius=2.5,
        creators=(3, 4),
        ids=(7, 8),
    )
    exactly = matchers.query_param_matcher({
        "lat": "-0.00001",
        "lng": "9",
        "page": "3",
        "page_size": "50",
        "categories": "events,nightlife",
        "search": "jazz & more",
        "near_me": "true",
        "radius": "2.5",
        "creators": "3,4",
        "ids": "7,8",
    })  # fmt: skip
    here = {"address": "", "lat": 0, "lng": 9}
    wire.get(FEED, json=answers.page(answers.flyer(7, location=here)), match=[exactly])

    assert client.list_flyers(query).value.results[0].id == 7


def test_our_key_and_the_request_id_travel_in_their_headers_and_nothing_else_of_ours_does(wire, client):
    exactly = matchers.header_matcher(
        {
            "Authorization": f"Bearer {KEY}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "flyers-bff",
            "X-Request-ID": "abc-1",
        },
        strict_match=True,
    )
    wire.get(FEED, json=answers.page(), match=[exactly])

    client.list_flyers(MILAN, request_id="abc-1")


def test_one_request_id_is_not_sent_with_the_next_question(wire, client):
    wire.get(f"{UPSTREAM}/api/v1/categories/", json=[])

    client.list_categories(request_id="abc-1", etag='"v1"')
    client.list_categories()

    assert "X-Request-ID" not in wire.calls[1].request.headers
    assert "If-None-Match" not in wire.calls[1].request.headers


def test_a_flyer_becomes_our_type_and_unknown_fields_end_there(wire, client):
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answers.flyer(7, secret_margin=12, owner_email="a@b.c"))

    flyer = client.get_flyer(7).value

    assert (flyer.id, flyer.title, flyer.categories) == (7, "Jazz in the park", ("events", "music"))
    assert flyer.description == "Bring a blanket.\nAnd a friend."
    assert flyer.creator == CreatorSummary(3, "anna", "https://pictures.example/anna.png")
    assert flyer.location == Location("Via Roma 1", 45.46, 9.19)
    assert flyer.created_at == datetime(2026, 4, 30, 8, tzinfo=UTC)
    assert not hasattr(flyer, "secret_margin")


def test_images_come_in_their_order(wire, client):
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answers.flyer(7))

    images = client.get_flyer(7).value.images

    assert images == (
        Image("https://pictures.example/front.png", 1),
        Image("https://pictures.example/back.png", 2),
    )


def test_moments_are_utc(wire, client):
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answers.flyer(7))

    validity = client.get_flyer(7).value.validity

    assert validity == Validity(datetime(2026, 5, 1, 8, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    assert validity.valid_from.tzinfo is UTC


LEAST = {
    "id": 7,
    "title": "Jazz",
    "creator": {"id": 3, "username": "anna"},
    "location": {"address": "", "lat": 45, "lng": 9},
    "validity": {"valid_from": "2026-05-01T00:00:00Z", "valid_until": "2026-06-01T00:00:00Z"},
}


@pytest.mark.parametrize(
    "optional",
    [
        {},
        {"images": []},
        {"created_at": None, "categories": None, "images": None, "description": None},
        {"creator": {"id": 3, "username": "anna", "profile_picture": None}},
    ],
)
def test_a_service_that_sends_only_the_least_is_understood(wire, client, optional):
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=LEAST | optional)

    flyer = client.get_flyer(7).value

    assert (flyer.description, flyer.categories, flyer.images, flyer.created_at) == ("", (), (), None)
    assert flyer.creator.profile_picture is None


@pytest.mark.parametrize("missing", ["id", "title", "creator", "location", "validity"])
@pytest.mark.parametrize("how", ["missing", "null"])
def test_a_flyer_without_what_it_must_have_is_malformed(wire, client, missing, how):
    answer = {key: value for key, value in LEAST.items() if key != missing}
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answer | ({missing: None} if how == "null" else {}))

    with pytest.raises(errors.UpstreamMalformedError):
        client.get_flyer(7)


def test_another_flyer_than_the_one_asked_for_is_malformed(wire, client):
    wire.get(f"{UPSTREAM}/api/v1/flyers/7/", json=answers.flyer(8))

    with pytest.raises(errors.UpstreamMalformedError):
        client.get_flyer(7)


def test_a_creator_becomes_our_type(wire, client):
    answer = answers.creator_summary(3, bio="I draw\x00.", created_at="2020-01-01T00:00:00Z", email="a@b.c")
    wire.get(f"{UPSTREAM}/api/v1/users/3/", json=answer)

    creator = client.get_creator(3).value

    assert (creator.id, creator.username, creator.bio) == (3, "anna", "I draw.")
    assert creator.created_at == datetime(2020, 1, 1, tzinfo=UTC)


def test_a_creator_without_a_profile_is_understood(wire, client):
    wire.get(f"{UPSTREAM}/api/v1/users/3/", json={"id": 3, "username": "anna"})

    creator = client.get_creator(3).value

    assert (creator.profile_picture, creator.bio, creator.created_at) == (None, None, None)


def test_another_creator_than_the_one_asked_for_is_malformed(wire, client):
    wire.get(f"{UPSTREAM}/api/v1/users/3/", json=answers.creator_summary(4))

    with pytest.raises(errors.UpstreamMalformedError):
        client.get_creator(3)


def test_categories_keep_their_order_and_a_bad_one_is_left_out(wire, client):
    wire.get(
        f"{UPSTREAM}/api/v1/categories/",
        json=[
            {"slug": "music", "name": "Mu\x00sic", "flyer_count": 3},
            {"slug": "food"},
            {"slug": "art", "name": "Art"},
        ],
    )

    assert client.list_categories().value == (Category("music", "Music", 3), Category("art", "Art", None))


@pytest.mark.parametrize("wrong", [{}, None, [{}], [{"slug": "a", "name": "A"}] * 501])
def test_what_is_no_list_of_categories_is_malformed(wire, client, wrong):
    wire.get(f"{UPSTREAM}/api/v1/categories/", json=wrong)

    with pytest.raises(errors.UpstreamMalformedError):
        client.list_categories()


def test_an_unchanged_answer_is_distinguished_from_a_new_one(wire, client):
    if_changed = matchers.header_matcher({"If-None-Match": '"v1"'})
    headers = {"ETag": '"v1"', "Cache-Control": "public, max-age=30"}
    wire.get(FEED, status=304, headers=headers, match=[if_changed])

    fetched = client.list_flyers(MILAN, etag='"v1"')

    assert (fetched.value, fetched.etag, fetched.max_age) == (None, '"v1"', 30)


def test_not_modified_without_having_a_copy_is_malformed(wire, client):
    wire.get(FEED, status=304)

    with pytest.raises(errors.UpstreamMalformedError):
        client.list_flyers(MILAN)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, errors.UpstreamMalformedError),
        (401, errors.UpstreamRefusedError),
        (403, errors.UpstreamRefusedError),
        (404, errors.UpstreamNotFoundError),
        (410, errors.UpstreamNotFoundError),
        (422, errors.UpstreamMalformedError),
        (429, errors.UpstreamThrottledError),
        (501, errors.UpstreamUnavailableError),
        (504, errors.UpstreamUnavailableError),
        (204, errors.UpstreamMalformedError),
        (206, errors.UpstreamMalformedError),
        (301, errors.UpstreamMalformedError),
        (307, errors.UpstreamMalformedError),
        (600, errors.UpstreamMalformedError),
    ],
)
def test_every_status_has_its_failure_and_none_repeats_what_the_service_said(wire, client, status, failure):
    said = {"error": f"secret {KEY}", "detail": UPSTREAM}
    wire.get(FEED, json=said, status=status, headers={"Location": "http://169.254.169.254/"})

    with pytest.raises(failure) as raised:
        client.list_flyers(MILAN)

    for secret in (KEY, UPSTREAM, "secret", "169.254"):
        assert secret not in str(raised.value)
        assert secret not in repr(raised.value)
