"""Rate limits, and who counts as one caller."""

import contextlib
import socket
import time
from collections import Counter

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import caches
from rest_framework.test import APIClient

from accounts import throttles
from accounts.throttles import Hit, TooManyCallsError, client_address, hit_rate_limit, undo_hits
from tests.accounts.cast import API, Browser, verdict
from tests.conftest import PASSWORD
from tests.counts import Counts
from tests.races import at_once

START = "2026-05-01T12:00:00Z"

pytestmark = pytest.mark.django_db


def try_to_sign_in(address="198.51.100.7", email="alice@example.com", **headers):
    body = {"email": email, "password": "a-guess"}
    return APIClient().post(f"{API}/login/", body, REMOTE_ADDR=address, **headers)


@pytest.fixture(autouse=True)
def fresh_counter():
    yield
    throttles._counter._cooldown_until = 0.0


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def test_the_eleventh_try_of_a_minute_has_to_wait(clock, alice):
    counted = Counts()

    tries = [try_to_sign_in() for _ in range(11)]

    assert [response.status_code for response in tries] == [401] * 10 + [429]
    assert counted("flyers_bff_throttled_total", scope="sign-in") == 1
    assert verdict(tries[-1]) == (429, "THROTTLED")
    assert tries[-1]["Retry-After"] == "60"


def test_whoever_waits_as_told_may_try_again(clock, alice):
    clock.shift(17)
    for _ in range(10):
        try_to_sign_in()
    wait = int(try_to_sign_in()["Retry-After"])
    assert wait == 43

    clock.shift(wait)
    assert try_to_sign_in().status_code == 401


def test_a_right_password_does_not_help_who_has_tried_too_often(clock, alice):
    for _ in range(10):
        try_to_sign_in()

    body = {"email": alice.email, "password": PASSWORD}
    assert APIClient().post(f"{API}/login/", body, REMOTE_ADDR="198.51.100.7").status_code == 429


def test_an_address_is_counted_whichever_account_it_tries(clock, db):
    tries = [try_to_sign_in(email=f"person-{n}@example.com") for n in range(11)]

    assert [response.status_code for response in tries] == [401] * 10 + [429]
    assert try_to_sign_in(address="203.0.113.1", email="person-1@example.com").status_code == 401


def test_a_body_that_makes_no_sense_is_counted_by_address(clock, db):
    tries = [
        APIClient().post(f"{API}/login/", body, content_type="application/json").status_code
        for body in ["{", "[]", '{"email": []}', '{"email": 5}', "null"] * 2 + ["{"]
    ]

    assert tries == [400] * 10 + [429]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("register", {"email": "x"}),
        ("password/reset", {"email": "x@example.com"}),
        ("password/reset/confirm", {"token": "x", "new": "y"}),
    ],
)
def test_what_anybody_may_try_is_limited(clock, anyone, path, body):
    statuses = [anyone.post(f"{API}/{path}/", body).status_code for _ in range(11)]

    assert 429 not in statuses[:10]
    assert statuses[10] == 429


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("post", "password/", {"current": "a-guess", "new": "x"}), ("delete", "me/", {"password": "a-guess"})],
)
def test_whoever_holds_a_token_cannot_guess_the_password_with_it(clock, as_alice, method, path, body):
    statuses = [
        getattr(as_alice, method)(f"{API}/{path}", body, REMOTE_ADDR=f"198.51.100.{n}").status_code
        for n in range(11)
    ]

    assert statuses == [400] * 10 + [429]


def test_writes_are_limited_for_each_person(clock, alice, bob, settings):
    settings.THROTTLE_USER = (3, 60)
    with time_machine.travel(START):
        alices, bobs = Browser().sign_in(), Browser().sign_in("bob@example.com")

        statuses = [alices.patch(f"{API}/me/", {}).status_code for _ in range(4)]

        assert statuses == [200, 200, 200, 429]
        assert alices.get(f"{API}/me/").status_code == 200
        assert bobs.patch(f"{API}/me/", {}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_forty_tries_at_once_ten_get_through(alice, settings):
    settings.THROTTLE_AUTH = (10, 86_400)  # no minute ends in the midst of it

    answers = Counter(response.status_code for response in at_once([try_to_sign_in] * 40))

    assert answers == {401: 10, 429: 30}


def test_two_hundred_calls_at_once_are_counted_one_by_one():
    def five_calls():
        granted = 0
        for _ in range(5):
            with contextlib.suppress(TooManyCallsError):
                hit_rate_limit("test", "somebody", (20, 86_400))
                granted += 1
        return granted

    assert sum(at_once([five_calls] * 40)) == 20


def test_the_cache_learns_no_address_of_anybody(clock, alice):
    try_to_sign_in()

    if not django_settings.CACHE_URL:
        keys = " ".join(caches["local"]._cache)
        assert "calls:sign-in:" in keys
        assert "alice" not in keys
        assert "198.51" not in keys


# --- Who is one -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "caller"),
    [
        (0, "198.51.100.7", None, "198.51.100.7"),
        (0, "198.51.100.7", "203.0.113.1", "198.51.100.7"),
        (1, "10.0.0.1", "203.0.113.1", "203.0.113.1"),
        (1, "10.0.0.1", "1.1.1.1, 203.0.113.1", "203.0.113.1"),
        (2, "10.0.0.1", "1.1.1.1, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
        (2, "10.0.0.1", "203.0.113.1", "10.0.0.1"),
        (1, "10.0.0.1", None, "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "unknown", "10.0.0.1"),
        (1, "10.0.0.1", "203.0.113.1:8080", "10.0.0.1"),
        (1, "10.0.0.1", "203.0.113.01", "10.0.0.1"),
        (1, "10.0.0.1", "203.0.113.1, é\x00", "10.0.0.1"),
        (0, "2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2::ffff", None, "2001:db8:1:2::/64"),
        (0, "fe80::1%eth0", None, "fe80::/64"),
        (0, "::ffff:198.51.100.7", None, "198.51.100.7"),
        (1, "10.0.0.1", "2001:db8:9::1", "2001:db8:9::/64"),
        (0, "", None, "unknown"),
        (0, "/run/socket", None, "unknown"),
    ],
)
def test_a_caller_is_an_address_as_far_as_it_can_be_believed(settings, proxies, peer, forwarded, caller):
    settings.TRUSTED_PROXIES = proxies
    meta = {"REMOTE_ADDR": peer} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {})

    assert client_address(meta) == caller


def test_a_made_up_forwarded_address_buys_no_tries(clock, alice):
    tries = [
        try_to_sign_in(email=f"p{n}@example.com", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}") for n in range(11)
    ]

    assert tries[-1].status_code == 429


def test_behind_a_proxy_each_caller_has_their_own_tries(clock, settings):
    settings.TRUSTED_PROXIES = 1

    def tries(caller):
        return [
            try_to_sign_in("10.0.0.1", f"p{n}@example.com", HTTP_X_FORWARDED_FOR=f"{n}.{n}.{n}.{n}, {caller}").status_code
            for n in range(11)
        ]  # fmt: skip

    assert tries("203.0.113.1") == [401] * 10 + [429]
    assert (
        try_to_sign_in("10.0.0.1", "p20@example.com", HTTP_X_FORWARDED_FOR="203.0.113.2").status_code == 401
    )


def test_one_line_of_ipv6_addresses_is_one_caller(clock, db):
    tries = [try_to_sign_in(f"2001:db8:1:2::{n:x}", f"p{n}@example.com") for n in range(11)]

    assert tries[-1].status_code == 429


# --- When the shared cache does not answer --------------------------------------------------------


@pytest.fixture
def silent_redis(settings):
    """A shared cache that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CACHES = {
            "default": {
                **django_settings.CACHES["default"],
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": f"redis://127.0.0.1:{server.getsockname()[1]}/0",
                "OPTIONS": {"socket_timeout": 0.1, "socket_connect_timeout": 0.1, "max_connections": 64},
            },
            "local": django_settings.CACHES["local"],
        }
        yield server


def test_a_silent_cache_costs_one_short_wait_a_second_and_no_try(silent_redis):
    started = time.monotonic()

    for _ in range(10):
        hit_rate_limit("test", "somebody", (10, 86_400))
    with pytest.raises(TooManyCallsError):
        hit_rate_limit("test", "somebody", (10, 86_400))

    elapsed = time.monotonic() - started
    silent_redis.setblocking(False)
    waits = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            silent_redis.accept()[0].close()
            waits += 1
    assert 1 <= waits <= 1 + elapsed
    assert elapsed < 2  # a tenth of a second is the wait; the remainder is for a machine that is busy


def test_a_silent_cache_is_left_alone_for_a_second_and_then_asked_once(silent_redis, monkeypatch):
    now = float(int(time.monotonic()))
    monkeypatch.setattr(time, "monotonic", lambda: now)
    silent_redis.setblocking(False)
    was_asked = []

    for seconds_later in (0, 0, 63 / 64, 1 / 64, 0, 63 / 64, 1 / 64):
        now += seconds_later
        hit_rate_limit("test", "somebody", (7, 86_400))
        was_asked.append(has_knocked(silent_redis))

    assert was_asked == [True, False, False, True, False, False, True]
    with pytest.raises(TooManyCallsError):  # all seven were counted, by whoever
        hit_rate_limit("test", "somebody", (7, 86_400))


def has_knocked(server):
    """Say whether somebody has connected since the last look."""
    knocks = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            knocks += 1
    return knocks > 0


def test_a_sign_in_works_while_the_cache_is_silent(silent_redis, alice):
    assert Browser().sign_in().is_signed_in()


def test_a_call_that_is_given_back_is_not_counted(settings):
    first = hit_rate_limit("test", "somebody", (2, 86_400))
    hit_rate_limit("test", "somebody", (2, 86_400))

    undo_hits([first])

    hit_rate_limit("test", "somebody", (2, 86_400))
    with pytest.raises(TooManyCallsError):
        hit_rate_limit("test", "somebody", (2, 86_400))


@pytest.mark.parametrize("cache", ["default", "local"])
def test_a_call_that_a_cache_has_forgotten_is_given_back_to_nobody(cache):
    undo_hits([Hit(cache, "calls:test:nobody:0")])

    assert caches[cache].get("calls:test:nobody:0") is None


def test_a_call_that_was_counted_here_alone_is_given_back_here(silent_redis):
    here = hit_rate_limit("test", "somebody", (1, 86_400))

    undo_hits([here])

    hit_rate_limit("test", "somebody", (1, 86_400))


def test_a_cache_that_is_down_when_a_call_is_given_back_is_no_error(silent_redis, alice):
    undo_hits([Hit("default", "calls:test:somebody:0")])


def test_a_cache_that_forgets_at_once_is_no_error(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

    for _ in range(3):
        hit_rate_limit("test", "somebody", (1, 86_400))


def test_a_cache_that_is_down_is_no_error(settings, alice):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        },
        "local": django_settings.CACHES["local"],
    }

    assert [try_to_sign_in().status_code for _ in range(11)] == [401] * 10 + [429]
