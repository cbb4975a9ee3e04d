"""flyers_proxy: the short way of a hit answers what the whole way would."""

import pytest
import time_machine

from flyers_proxy.hits import MAX_READY_BYTES, MOST_READY
from tests import payloads
from tests.conftest import UPSTREAM
from tests.flyers_proxy.ways import alike

DISCOVER = "/api/v1/flyers/discover/"
OURS = "http://localhost:5173"


@pytest.fixture(autouse=True)
def service(upstream):
    upstream.assert_all_requests_are_fired = False
    upstream.get(
        f"{UPSTREAM}/flyers/feed/", json=payloads.page(payloads.flyer(7), payloads.flyer(8), count=40)
    )
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7))
    upstream.get(f"{UPSTREAM}/flyers/9/", status=404)
    upstream.get(f"{UPSTREAM}/users/3/", json=payloads.creator(3))
    upstream.get(f"{UPSTREAM}/categories/", json=[payloads.category()])
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False):
        yield upstream


READS = [
    DISCOVER,
    "/api/v1/flyers/discover",
    "/api/flyers/discover/?page=2&limit=20",
    f"{DISCOVER}?lat=40.4531&lng=-3.6883&limit=2",
    f"{DISCOVER}?lat=40.4531&lng=-3.6883&near_me=true&radius=5&categories=food,events",
    "/api/v1/flyers/search/?query=caf%C3%A9+%22x%22",
    "/api/v1/flyers/7/",
    "/api/v1/flyers/7?lat=40.4&lng=-3.7",
    "/api/v1/flyers/categories/",
    "/api/v1/creators/3/",
    "/api/v1/creators/3/flyers/?limit=5",
]
HEADERS = [
    {},
    {"HTTP_ORIGIN": OURS},
    {"HTTP_ORIGIN": "https://evil.test"},
    {"HTTP_ORIGIN": "null"},
    {"HTTP_ACCEPT": "*/*"},
    {"HTTP_ACCEPT": "application/json"},
    {"HTTP_X_REQUEST_ID": "abc-1"},
    {"HTTP_X_REQUEST_ID": "not one\r\nof: ours"},
    {"HTTP_IF_NONE_MATCH": '"another"'},
    {"HTTP_IF_NONE_MATCH": "*"},
    {"HTTP_COOKIE": "refresh_token=stolen; sessionid=x"},
    {"HTTP_RANGE": "bytes=0-1"},
    {"HTTP_HOST": "localhost:8000"},
    {"HTTP_ACCEPT_ENCODING": "gzip"},
    {"HTTP_X_FORWARDED_HOST": "evil.test"},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
]
HOSTILE = [
    ("GET", DISCOVER, {"HTTP_HOST": "evil.test"}),
    ("GET", DISCOVER, {"HTTP_HOST": ""}),
    ("GET", DISCOVER, {"HTTP_HOST": "testserver:bad"}),
    ("GET", DISCOVER, {"HTTP_ACCEPT": "text/html"}),
    ("GET", DISCOVER, {"HTTP_IF_MATCH": '"x"'}),
    ("GET", DISCOVER, {"HTTP_AUTHORIZATION": "Bearer nonsense"}),
    ("GET", DISCOVER, {"HTTP_AUTHORIZATION": ""}),
    ("POST", DISCOVER, {}),
    ("DELETE", DISCOVER, {}),
    ("OPTIONS", DISCOVER, {"HTTP_ORIGIN": OURS, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET"}),
    ("get", DISCOVER, {}),
    ("GET", f"{DISCOVER}?page=x", {}),
    ("GET", f"{DISCOVER}?page=1&page=1", {}),
    ("GET", f"{DISCOVER}?" + "x" * 3000, {}),
    ("GET", f"{DISCOVER}?filter=following", {}),
    ("GET", "/api/v1/flyers/discover//", {}),
    ("GET", "/api/v1/flyers/discover/../7/", {}),
    ("GET", "/api/v1/flyers/discover/\0", {}),
    ("GET", "/api/v1/flyers/9/", {}),
    ("GET", "/api/v1/flyers/\xd9\xa3/", {}),
    ("GET", "/api/v1/flyers/discover/x.css", {}),
    ("GET", "/api/v1/flyers/discover/;a=b", {}),
    ("GET", "//api/v1/flyers/discover/", {}),
    ("GET", "", {}),
]


def kept(answer):
    """Return an answer of Django's with the body that a server sends: none for HEAD, whose length stays."""
    status, headers, _ = answer
    return status, headers, b""


@pytest.mark.parametrize("headers", HEADERS, ids=str)
@pytest.mark.parametrize("address", READS)
def test_the_short_way_answers_as_the_whole_way(short, whole, behind, address, headers):
    whole.ask(address, **headers)  # fills the entry
    expected = whole.ask(address, **headers)
    short.ask(address, **(headers | {"HTTP_IF_NONE_MATCH": None}))  # learns
    woken = behind.calls

    answer = short.ask(address, **headers)

    assert alike(answer) == alike(expected)
    assert answer[1]["x-cache"] == "HIT"
    assert behind.calls == woken


def test_only_some_addresses_keep_their_last_answer_whole(short, settings):
    settings.THROTTLE_ANON = (1_000, 60)
    addresses = [f"{DISCOVER}?page={page}" for page in range(1, 251)]
    for address in addresses:
        short.ask(address)
        short.ask(address)

    learned = short.application._learned.values()

    assert sum(each.ready is not None for each in learned) == MOST_READY
    assert short.ask(addresses[0])[1]["x-cache"] == "HIT"


def test_of_large_answers_fewer_are_kept_whole(short, service, settings):
    settings.THROTTLE_ANON = (1_000, 60)
    large = [payloads.flyer(number, description="ö" * 2_000) for number in range(1, 51)]
    service.replace("GET", f"{UPSTREAM}/flyers/feed/", json=payloads.page(*large, count=10_000))
    addresses = [f"{DISCOVER}?limit=50&page={page}" for page in range(1, 120)]
    for address in addresses:
        short.ask(address)
        short.ask(address)

    ready = [each.ready for each in short.application._learned.values() if each.ready]

    assert MAX_READY_BYTES / 2 < sum(len(each.body) for each in ready) <= MAX_READY_BYTES
    assert len(ready) < len(addresses)
    assert short.ask(addresses[-1])[1]["x-cache"] == "HIT"
