"""Marks are the caller's own: no order, path, suffix or header shows one person's to another."""

from itertools import permutations

import pytest

FLYER = 7
FLYER_PATH = f"/api/v1/flyers/{FLYER}/"


@pytest.fixture(scope="module", autouse=True)
def favorite(service, alice, bob):
    """The flyer is a favorite of Alice's and not of Bob's."""
    assert service.request(f"{FLYER_PATH}favorite/", "PUT", token=alice).status in {200, 201}
    service.request(f"{FLYER_PATH}favorite/", "DELETE", token=bob)


# One flyer under several addresses, each learned apart.
ADDRESSES = [
    FLYER_PATH,
    FLYER_PATH.rstrip("/"),
    FLYER_PATH.replace("/v1", ""),
    f"{FLYER_PATH}?lat=40&lng=-3",
    f"{FLYER_PATH}?lng=-3&lat=40",
]
HEADERS = [
    {},
    {"Accept": "application/json"},
    {"Accept": "text/css"},
    {"X_Forwarded_For": "10.0.0.1"},
    {"X_Forwarded_Host": "cdn.example"},
    {"Range": "bytes=0-9"},
    {"Cookie": "refresh_token=alice; sessionid=alice"},
    {"If_None_Match": "*"},
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_in_whatever_order_people_come_each_sees_their_own(service, alice, bob, address):
    expected = {alice: True, bob: False, None: None}

    for order in permutations(expected):
        for token in order:
            answer = service.request(address, token=token)

            assert answer.json()["is_favorited"] is expected[token]
            assert ("public" in answer.headers["Cache-Control"]) is (token is None)
            assert "Authorization" in answer.headers["Vary"]


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_no_header_brings_somebody_elses_marks(service, alice, headers):
    service.request(FLYER_PATH, token=alice, **headers)

    answer = service.request(FLYER_PATH, **headers)

    assert b'"is_favorited":true' not in answer.body
    assert answer.status in {200, 304, 406}
    if answer.status == 200:
        assert answer.json()["is_favorited"] is None


@pytest.mark.parametrize(
    "suffix",
    ["a.css", "a.js", ";a.css", "%2fa.css", "%3b.css", "%00.css", ".css", "%23a.css", "..%2f..%2fa.css"],
)
def test_an_address_that_looks_like_a_file_shows_nothing(service, alice, suffix):
    for address in (
        FLYER_PATH + suffix,
        FLYER_PATH.rstrip("/") + suffix,
        "/api/v1/users/me/favorites/" + suffix,
    ):
        answer = service.request(address, token=alice)

        assert answer.status == 404, address
        assert "public" not in answer.headers["Cache-Control"]
        assert b"is_favorited" not in answer.body


@pytest.mark.parametrize(
    "spelled", ["bearer {}", "BEARER {}", "Bearer  {}", "Bearer {} ", "Bearer\t{}", "Token {}", "{}"]
)
def test_however_a_token_is_spelled_its_answer_is_private(service, alice, spelled):
    for _ in range(2):
        answer = service.request(FLYER_PATH, Authorization=spelled.format(alice))

        assert answer.status in {200, 401}
        assert "public" not in answer.headers["Cache-Control"]
        if answer.status == 200:
            assert answer.json()["is_favorited"] is True
    assert service.request(FLYER_PATH).json()["is_favorited"] is None


def test_what_is_private_is_stored_by_no_shared_cache(service, alice):
    for path in (
        "auth/me/",
        "auth/sessions/",
        "users/me/favorites/",
        "favorites/",
        "follows/",
        "flyers/7/favorite/",
    ):
        cache_control = service.request(f"/api/v1/{path}", token=alice).headers["Cache-Control"]

        assert "public" not in cache_control
        assert "private" in cache_control or "no-store" in cache_control
