"""security: marks are the caller's own: no order, path, suffix or header shows one person's to another."""

from itertools import permutations

import pytest

FLYER = 7
KEPT = f"/api/v1/flyers/{FLYER}/"


@pytest.fixture(scope="module", autouse=True)
def kept(service, alice, bob):
    """Alice keeps the flyer, Bob does not."""
    assert service.ask(f"{KEPT}favorite/", "PUT", token=alice).status in {200, 201}
    service.ask(f"{KEPT}favorite/", "DELETE", token=bob)


# One flyer under several addresses, each learned apart.
ADDRESSES = [
    KEPT,
    KEPT.rstrip("/"),
    KEPT.replace("/v1", ""),
    f"{KEPT}?lat=40&lng=-3",
    f"{KEPT}?lng=-3&lat=40",
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
            answer = service.ask(address, token=token)

            assert answer.json()["is_favorited"] is expected[token]
            assert ("public" in answer.headers["Cache-Control"]) is (token is None)
            assert "Authorization" in answer.headers["Vary"]


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_no_header_brings_somebody_elses_marks(service, alice, headers):
    service.ask(KEPT, token=alice, **headers)

    answer = service.ask(KEPT, **headers)

    assert b'"is_favorited":true' not in answer.body
    assert answer.status in {200, 304, 406}
    if answer.status == 200:
        assert answer.json()["is_favorited"] is None


@pytest.mark.parametrize(
    "suffix",
    ["a.css", "a.js", ";a.css", "%2fa.css", "%3b.css", "%00.css", ".css", "%23a.css", "..%2f..%2fa.css"],
)
def test_an_address_that_looks_like_a_file_shows_nothing(service, alice, suffix):
    for address in (KEPT + suffix, KEPT.rstrip("/") + suffix, "/api/v1/users/me/favorites/" + suffix):
        answer = service.ask(address, token=alice)

        assert answer.status == 404, address
        assert "public" not in answer.headers["Cache-Control"]
        assert b"is_favorited" not in answer.body


@pytest.mark.parametrize(
    "spelled", ["bearer {}", "BEARER {}", "Bearer  {}", "Bearer {} ", "Bearer\t{}", "Token {}", "{}"]
)
def test_however_a_token_is_spelled_its_answer_is_private(service, alice, spelled):
    for _ in range(2):
        answer = service.ask(KEPT, Authorization=spelled.format(alice))

        assert answer.status in {200, 401}
        assert "public" not in answer.headers["Cache-Control"]
        if answer.status == 200:
            assert answer.json()["is_favorited"] is True
    assert service.ask(KEPT).json()["is_favorited"] is None


def test_what_is_private_is_kept_by_no_shared_cache(service, alice):
    for path in (
        "auth/me/",
        "auth/sessions/",
        "users/me/favorites/",
        "favorites/",
        "follows/",
        "flyers/7/favorite/",
    ):
        kept = service.ask(f"/api/v1/{path}", token=alice).headers["Cache-Control"]

        assert "public" not in kept
        assert "private" in kept or "no-store" in kept
