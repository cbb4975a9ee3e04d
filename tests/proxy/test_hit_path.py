"""flyers_proxy: the short way of a hit answers what the whole way would."""

import json

import pytest
import time_machine

from flyers_proxy.catalog import FLYERS
from proxy import redis_level
from proxy.hit_path import MAX_READY, MAX_READY_BYTES
from tests import payloads
from tests.conftest import UPSTREAM
from tests.counts import Counts
from tests.proxy.ways import alike, short_way

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
    {"HTTP_COOKIE": "refresh_token=stolen; sessionid=of-the-admin-site"},
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


def without_body(answer):
    """Return an answer as a server sends it for HEAD: the length stays."""
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


@pytest.mark.parametrize("address", READS)
def test_head_is_answered_without_a_body(short, whole, behind, address):
    whole.ask(address)  # fills the entry
    expected = whole.ask(address, "HEAD")
    short.ask(address)  # learns
    woken = behind.calls

    answer = short.ask(address, "HEAD")

    assert alike(answer) == without_body(alike(expected))
    assert behind.calls == woken


@pytest.mark.parametrize("form", ["{}", "W/{}", " {} ", "*", '"another", {}', '{}, "another"'])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_has_not_changed_is_not_sent_again(short, whole, method, form):
    whole.ask(DISCOVER)
    etag = short.ask(DISCOVER)[1]["etag"]
    asked = {"HTTP_IF_NONE_MATCH": form.format(etag)}

    answer = short.ask(DISCOVER, method, **asked)

    assert alike(answer) == alike(whole.ask(DISCOVER, method, **asked))
    assert answer[0] == "304 Not Modified"
    assert answer[1]["etag"] == etag


def test_nothing_is_learned_of_an_answer_that_was_not_sent(short, whole):
    whole.ask(DISCOVER)
    expected = whole.ask(DISCOVER)
    assert short.ask(DISCOVER, HTTP_IF_NONE_MATCH="*")[0] == "304 Not Modified"

    answers = [short.ask(DISCOVER) for _ in range(2)]

    assert [alike(answer) for answer in answers] == [alike(expected)] * 2


def test_what_was_learned_of_one_caller_is_told_to_nobody_who_asks_otherwise(short, whole, behind):
    whole.ask(DISCOVER)
    expected = [alike(whole.ask(DISCOVER, **headers)) for headers in HEADERS]
    learning = [alike(short.ask(DISCOVER, **headers)) for headers in HEADERS]
    woken = behind.calls

    again = [alike(short.ask(DISCOVER, **headers)) for headers in HEADERS]

    assert learning == again == expected
    assert behind.calls == woken


def test_a_cookie_that_one_caller_is_told_to_forget_is_taken_from_nobody_else(short):
    first = short.ask(DISCOVER, HTTP_COOKIE="sessionid=x")

    others = [short.ask(DISCOVER) for _ in range(3)]

    assert "sessionid" in first[1]["set-cookie"]  # Django's own way with a session that is none
    assert not [headers for _, headers, _ in others if "set-cookie" in headers or "Cookie" in headers["vary"]]


@pytest.mark.parametrize(("method", "address", "headers"), HOSTILE, ids=ascii)
def test_what_is_unusual_or_wrong_goes_the_whole_way_each_time(
    short, whole, behind, method, address, headers
):
    headers = {"HTTP_X_REQUEST_ID": "the-same", **headers}  # it is in the bodies of errors, too
    whole.ask(DISCOVER)
    expected = whole.ask(address, method, **headers)
    short.ask(DISCOVER)  # learns
    woken = behind.calls

    answers = [short.ask(address, method, **headers) for _ in range(2)]

    assert [alike(answer) for answer in answers] == [alike(expected)] * 2
    assert behind.calls == woken + 2


@pytest.mark.parametrize(("length", "is_learned"), [(1_000, True), (1_001, False)])
def test_an_address_that_is_too_long_is_not_remembered(short, behind, length, is_learned):
    accepted = "application/json, ".ljust(length - len(DISCOVER) - len("testserver"), "x")

    for _ in range(3):
        assert short.ask(DISCOVER, HTTP_ACCEPT=accepted)[0] == "200 OK"

    assert behind.calls == (1 if is_learned else 3)


def test_a_hit_tells_its_age_to_the_second(short, whole):
    whole.ask(DISCOVER)
    short.ask(DISCOVER)

    for age in ("0", "1", "2", "50"):
        with time_machine.travel(f"2026-05-01T12:00:{age:>02}Z", tick=False):
            answers = [short.ask(DISCOVER) for _ in range(2)]
            assert [alike(answer) for answer in answers] == [alike(whole.ask(DISCOVER))] * 2
            assert [answer[1]["age"] for answer in answers] == [age] * 2


def test_a_flyer_ends_on_the_short_way_at_the_moment_when_it_ends(short, behind, service):
    validity = {"valid_from": "2026-05-01T12:00:10Z", "valid_until": "2026-05-01T12:00:20Z", "is_valid": True}
    service.replace("GET", f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7, validity=validity))
    short.ask("/api/v1/flyers/7/")

    def is_valid_at(second):
        with time_machine.travel(f"2026-05-01T12:00:{second:02}Z", tick=False):
            return json.loads(short.ask("/api/v1/flyers/7/")[2])["validity"]["is_valid"]

    assert [is_valid_at(second) for second in (9, 10, 20, 21)] == [False, True, True, False]
    assert behind.calls == 1


def test_what_is_stale_goes_the_whole_way_and_what_was_renewed_is_short_again(short, behind, service):
    short.ask(DISCOVER)
    before = short.ask(DISCOVER)
    service.replace("GET", f"{UPSTREAM}/flyers/feed/", json=payloads.page(payloads.flyer(9)))

    with time_machine.travel("2026-05-01T12:01:10Z", tick=False):
        stale = short.ask(DISCOVER)
        FLYERS.cache.settle()
        renewed = short.ask(DISCOVER)

    assert (stale[1]["x-cache"], stale[1]["age"]) == ("STALE", "70")
    assert [flyer["id"] for flyer in json.loads(stale[2])["results"]] == [7, 8]
    assert (renewed[1]["x-cache"], renewed[1]["age"]) == ("HIT", "0")
    assert [flyer["id"] for flyer in json.loads(renewed[2])["results"]] == [9]
    assert renewed[1]["etag"] != before[1]["etag"]
    assert behind.calls == 2


def test_what_is_new_is_told_within_the_same_second(short, service, settings):
    for _ in range(3):
        short.ask(DISCOVER)
    service.replace("GET", f"{UPSTREAM}/flyers/feed/", json=payloads.page(payloads.flyer(9)))
    FLYERS.stop()
    if settings.CACHE_URL:
        redis_level.clear(settings.CACHE_URL)

    answers = [short.ask(DISCOVER) for _ in range(2)]

    for _, _, body in answers:
        assert [flyer["id"] for flyer in json.loads(body)["results"]] == [9]


def test_a_short_answer_is_counted_like_any_other(short):
    etag = short.ask(DISCOVER)[1]["etag"]
    counted = Counts()

    for method, headers in [("GET", {}), ("GET", {"HTTP_IF_NONE_MATCH": etag}), ("HEAD", {}), ("GET", {})]:
        short.ask(DISCOVER, method, **headers)

    asked = [("GET", "200"), ("GET", "304"), ("HEAD", "200")]
    route = "api/v1/flyers/discover/"
    assert [
        counted("flyers_bff_requests_total", route=route, method=method, status=status)
        for method, status in asked
    ] == [2, 1, 1]


def test_only_some_addresses_keep_their_last_answer_whole(short, settings):
    settings.THROTTLE_ANON = (1_000, 60)
    addresses = [f"{DISCOVER}?page={page}" for page in range(1, 251)]
    for address in addresses:
        short.ask(address)
        short.ask(address)

    learned = short.application._learned.values()

    assert sum(each.ready is not None for each in learned) == MAX_READY
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


@pytest.mark.parametrize(
    ("header", "is_learned"), [("Content-Encoding", False), ("Set-Cookie", False), ("X-Of-Its-Own", True)]
)
def test_what_a_middleware_adds_to_one_answer_is_repeated_to_nobody(whole, header, is_learned):
    class Adding:
        calls = 0

        def __call__(self, environ, start_response):
            self.calls += 1

            def start(status, headers, *more):
                return start_response(status, [*headers, (header, "br")], *more)

            return whole.application(environ, start)

    behind = Adding()
    short = short_way(behind)
    answers = [short.ask(DISCOVER, HTTP_ACCEPT_ENCODING="br") for _ in range(3)]

    assert header.lower() in answers[0][1]
    assert behind.calls == (1 + (not is_learned) * 2)
    assert (header.lower() in answers[2][1]) is not is_learned
