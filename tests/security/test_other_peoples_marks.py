"""Marks are the caller's own: no order, path, suffix or header shows one person's to another."""

from itertools import permutations

import pytest

from tests.security.routes import IDS, KEPT, READS

FLYER_PATH = f"/api/v1/flyers/{IDS['flyer_id']}/"
TITLES = [path for path in KEPT if path.startswith(("/api/v1/movies/", "/api/v1/tv/"))]


@pytest.fixture(scope="module", autouse=True)
def favorites(service, alice, bob):
    """One item of each kind is a favorite of Alice's and not of Bob's."""
    for path in KEPT:
        assert service.request(f"{path}favorite/", "PUT", token=alice).status in {200, 201}
        service.request(f"{path}favorite/", "DELETE", token=bob)


# An item under several addresses, each learned apart.
ADDRESSES = [
    *(each for path in KEPT for each in (path, path.rstrip("/"), path.replace("/v1", ""))),
    f"{FLYER_PATH}?lat=40&lng=-3",
    f"{FLYER_PATH}?lng=-3&lat=40",
    *(f"{path}?language=en-US" for path in TITLES),
    *(f"{path}?language=pt-BR&region=BR" for path in TITLES),
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
@pytest.mark.parametrize("path", KEPT)
def test_no_header_brings_somebody_elses_marks(service, alice, path, headers):
    service.request(path, token=alice, **headers)

    answer = service.request(path, **headers)

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
        *(each + suffix for path in KEPT for each in (path, path.rstrip("/"))),
        *(route.path + suffix for route in READS if route.is_private),
    ):
        answer = service.request(address, token=alice)

        assert answer.status == 404, address
        assert "public" not in answer.headers["Cache-Control"]
        assert b"is_favorited" not in answer.body


@pytest.mark.parametrize(
    "spelled", ["bearer {}", "BEARER {}", "Bearer  {}", "Bearer {} ", "Bearer\t{}", "Token {}", "{}"]
)
@pytest.mark.parametrize("path", KEPT)
def test_however_a_token_is_spelled_its_answer_is_private(service, alice, path, spelled):
    for _ in range(2):
        answer = service.request(path, Authorization=spelled.format(alice))

        assert answer.status in {200, 401}
        assert "public" not in answer.headers["Cache-Control"]
        if answer.status == 200:
            assert answer.json()["is_favorited"] is True
    assert service.request(path).json()["is_favorited"] is None


@pytest.mark.parametrize("route", READS, ids=lambda route: route.operation)
def test_what_somebody_signed_in_reads_is_stored_by_no_shared_cache(service, alice, route):
    cache_control = service.request(route.address, token=alice).headers["Cache-Control"]

    assert "public" not in cache_control
    assert "private" in cache_control or "no-store" in cache_control


@pytest.mark.parametrize(
    "route", [route for route in READS if route.is_private], ids=lambda route: route.operation
)
def test_what_is_somebodys_own_is_closed_to_anyone(service, alice, route):
    service.request(route.address, token=alice)

    answer = service.request(route.address)

    assert (answer.status, answer.error) == (401, "NOT_AUTHENTICATED")
    assert "public" not in answer.headers["Cache-Control"]
