"""The hit path answers as all of Django would."""

import json

import pytest
import time_machine

from flyers_proxy.catalog import FLYERS
from proxy import redis_level
from proxy.hit_path import MAX_READY, MAX_READY_BYTES
from tests import payloads
from tests.conftest import UPSTREAM
from tests.counts import Counts
from tests.proxy.wsgi_client import alike, hit_path_client

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
def test_the_hit_path_answers_as_django_does(hit_path, full_stack, application, address, headers):
    full_stack.request(address, **headers)  # fills the entry
    expected = full_stack.request(address, **headers)
    hit_path.request(address, **(headers | {"HTTP_IF_NONE_MATCH": None}))  # learns
    calls_before = application.calls

    answer = hit_path.request(address, **headers)

    assert alike(answer) == alike(expected)
    assert answer[1]["x-cache"] == "HIT"
    assert application.calls == calls_before


@pytest.mark.parametrize("address", READS)
def test_head_is_answered_without_a_body(hit_path, full_stack, application, address):
    full_stack.request(address)  # fills the entry
    expected = full_stack.request(address, "HEAD")
    hit_path.request(address)  # learns
    calls_before = application.calls

    answer = hit_path.request(address, "HEAD")

    assert alike(answer) == without_body(alike(expected))
    assert application.calls == calls_before


@pytest.mark.parametrize("form", ["{}", "W/{}", " {} ", "*", '"another", {}', '{}, "another"'])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_has_not_changed_is_not_sent_again(hit_path, full_stack, method, form):
    full_stack.request(DISCOVER)
    etag = hit_path.request(DISCOVER)[1]["etag"]
    condition = {"HTTP_IF_NONE_MATCH": form.format(etag)}

    answer = hit_path.request(DISCOVER, method, **condition)

    assert alike(answer) == alike(full_stack.request(DISCOVER, method, **condition))
    assert answer[0] == "304 Not Modified"
    assert answer[1]["etag"] == etag


def test_nothing_is_learned_of_an_answer_that_was_not_sent(hit_path, full_stack):
    full_stack.request(DISCOVER)
    expected = full_stack.request(DISCOVER)
    assert hit_path.request(DISCOVER, HTTP_IF_NONE_MATCH="*")[0] == "304 Not Modified"

    answers = [hit_path.request(DISCOVER) for _ in range(2)]

    assert [alike(answer) for answer in answers] == [alike(expected)] * 2


def test_what_was_learned_from_one_caller_is_sent_to_nobody_with_other_headers(
    hit_path, full_stack, application
):
    full_stack.request(DISCOVER)
    expected = [alike(full_stack.request(DISCOVER, **headers)) for headers in HEADERS]
    learning = [alike(hit_path.request(DISCOVER, **headers)) for headers in HEADERS]
    calls_before = application.calls

    again = [alike(hit_path.request(DISCOVER, **headers)) for headers in HEADERS]

    assert learning == again == expected
    assert application.calls == calls_before


def test_a_cookie_that_one_caller_is_given_is_given_to_nobody_else(application):
    def with_a_cookie_for_one(environ, start_response):
        cookies = [("Set-Cookie", "device=x")] if "HTTP_COOKIE" in environ else []
        return application(environ, lambda status, headers: start_response(status, [*headers, *cookies]))

    hit_path = hit_path_client(with_a_cookie_for_one)
    first = hit_path.request(DISCOVER, HTTP_COOKIE="device=old")

    others = [hit_path.request(DISCOVER) for _ in range(3)]

    assert first[1]["set-cookie"] == "device=x"
    assert not [headers for _, headers, _ in others if "set-cookie" in headers or "Cookie" in headers["vary"]]


def test_a_read_neither_looks_at_a_cookie_nor_gives_one(hit_path):
    for _ in range(2):
        headers = hit_path.request(DISCOVER, HTTP_COOKIE="sessionid=x; csrftoken=y")[1]
        assert "set-cookie" not in headers
        assert "Cookie" not in headers["vary"]


@pytest.mark.parametrize(("method", "address", "headers"), HOSTILE, ids=ascii)
def test_unusual_or_wrong_requests_go_to_django_each_time(
    hit_path, full_stack, application, method, address, headers
):
    headers = {"HTTP_X_REQUEST_ID": "the-same", **headers}  # it is in the bodies of errors, too
    full_stack.request(DISCOVER)
    expected = full_stack.request(address, method, **headers)
    hit_path.request(DISCOVER)  # learns
    calls_before = application.calls

    answers = [hit_path.request(address, method, **headers) for _ in range(2)]

    assert [alike(answer) for answer in answers] == [alike(expected)] * 2
    assert application.calls == calls_before + 2


@pytest.mark.parametrize(("length", "is_learned"), [(1_000, True), (1_001, False)])
def test_an_address_that_is_too_long_is_not_remembered(hit_path, application, length, is_learned):
    accepted = "application/json, ".ljust(length - len(DISCOVER) - len("testserver"), "x")

    for _ in range(3):
        assert hit_path.request(DISCOVER, HTTP_ACCEPT=accepted)[0] == "200 OK"

    assert application.calls == (1 if is_learned else 3)


def test_a_hit_shows_its_age_to_the_second(hit_path, full_stack):
    full_stack.request(DISCOVER)
    hit_path.request(DISCOVER)

    for age in ("0", "1", "2", "50"):
        with time_machine.travel(f"2026-05-01T12:00:{age:>02}Z", tick=False):
            answers = [hit_path.request(DISCOVER) for _ in range(2)]
            assert [alike(answer) for answer in answers] == [alike(full_stack.request(DISCOVER))] * 2
            assert [answer[1]["age"] for answer in answers] == [age] * 2


def test_a_flyer_ends_on_the_hit_path_at_the_moment_when_it_ends(hit_path, application, service):
    validity = {"valid_from": "2026-05-01T12:00:10Z", "valid_until": "2026-05-01T12:00:20Z", "is_valid": True}
    service.replace("GET", f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7, validity=validity))
    hit_path.request("/api/v1/flyers/7/")

    def is_valid_at(second):
        with time_machine.travel(f"2026-05-01T12:00:{second:02}Z", tick=False):
            return json.loads(hit_path.request("/api/v1/flyers/7/")[2])["validity"]["is_valid"]

    assert [is_valid_at(second) for second in (9, 10, 20, 21)] == [False, True, True, False]
    assert application.calls == 1


def test_a_stale_answer_comes_from_django_and_a_renewed_one_from_the_hit_path(hit_path, application, service):
    hit_path.request(DISCOVER)
    before = hit_path.request(DISCOVER)
    service.replace("GET", f"{UPSTREAM}/flyers/feed/", json=payloads.page(payloads.flyer(9)))

    with time_machine.travel("2026-05-01T12:01:10Z", tick=False):
        stale = hit_path.request(DISCOVER)
        FLYERS.cache.settle()
        renewed = hit_path.request(DISCOVER)

    assert (stale[1]["x-cache"], stale[1]["age"]) == ("STALE", "70")
    assert [flyer["id"] for flyer in json.loads(stale[2])["results"]] == [7, 8]
    assert (renewed[1]["x-cache"], renewed[1]["age"]) == ("HIT", "0")
    assert [flyer["id"] for flyer in json.loads(renewed[2])["results"]] == [9]
    assert renewed[1]["etag"] != before[1]["etag"]
    assert application.calls == 2


def test_what_is_new_is_shown_within_the_same_second(hit_path, service, settings):
    for _ in range(3):
        hit_path.request(DISCOVER)
    service.replace("GET", f"{UPSTREAM}/flyers/feed/", json=payloads.page(payloads.flyer(9)))
    FLYERS.stop()
    if settings.CACHE_URL:
        redis_level.clear(settings.CACHE_URL)

    answers = [hit_path.request(DISCOVER) for _ in range(2)]

    for _, _, body in answers:
        assert [flyer["id"] for flyer in json.loads(body)["results"]] == [9]


def test_an_answer_of_the_hit_path_is_counted_like_any_other(hit_path):
    etag = hit_path.request(DISCOVER)[1]["etag"]
    counted = Counts()

    for method, headers in [("GET", {}), ("GET", {"HTTP_IF_NONE_MATCH": etag}), ("HEAD", {}), ("GET", {})]:
        hit_path.request(DISCOVER, method, **headers)

    expected = [("GET", "200"), ("GET", "304"), ("HEAD", "200")]
    route = "api/v1/flyers/discover/"
    assert [
        counted("flyers_bff_requests_total", route=route, method=method, status=status)
        for method, status in expected
    ] == [2, 1, 1]


def test_of_few_addresses_the_last_answer_is_stored_whole(hit_path, settings):
    settings.THROTTLE_ANON = (1_000, 60)
    addresses = [f"{DISCOVER}?page={page}" for page in range(1, 251)]
    for address in addresses:
        hit_path.request(address)
        hit_path.request(address)

    learned = hit_path.application._learned.values()

    assert sum(each.ready is not None for each in learned) == MAX_READY
    assert hit_path.request(addresses[0])[1]["x-cache"] == "HIT"


def test_of_large_answers_fewer_are_stored_whole(hit_path, service, settings):
    settings.THROTTLE_ANON = (1_000, 60)
    large = [payloads.flyer(number, description="ö" * 2_000) for number in range(1, 51)]
    service.replace("GET", f"{UPSTREAM}/flyers/feed/", json=payloads.page(*large, count=10_000))
    addresses = [f"{DISCOVER}?limit=50&page={page}" for page in range(1, 120)]
    for address in addresses:
        hit_path.request(address)
        hit_path.request(address)

    ready = [each.ready for each in hit_path.application._learned.values() if each.ready]

    assert MAX_READY_BYTES / 2 < sum(len(each.body) for each in ready) <= MAX_READY_BYTES
    assert len(ready) < len(addresses)
    assert hit_path.request(addresses[-1])[1]["x-cache"] == "HIT"


@pytest.mark.parametrize(
    ("header", "is_learned"), [("Content-Encoding", False), ("Set-Cookie", False), ("X-Of-Its-Own", True)]
)
def test_what_a_middleware_adds_to_one_answer_is_repeated_to_nobody(full_stack, header, is_learned):
    class Adding:
        calls = 0

        def __call__(self, environ, start_response):
            self.calls += 1

            def start(status, headers, *more):
                return start_response(status, [*headers, (header, "br")], *more)

            return full_stack.application(environ, start)

    application = Adding()
    hit_path = hit_path_client(application)
    answers = [hit_path.request(DISCOVER, HTTP_ACCEPT_ENCODING="br") for _ in range(3)]

    assert header.lower() in answers[0][1]
    assert application.calls == (1 + (not is_learned) * 2)
    assert (header.lower() in answers[2][1]) is not is_learned
