"""The hit path for signed-in callers: their marks, nobody else's, and only while their session lives."""

import json

import pytest
import time_machine
from django.db import InterfaceError, OperationalError, connection

from accounts import sessions
from accounts.models import User
from proxy.marks import forget_marks
from tests import payloads
from tests.conftest import UPSTREAM
from tests.favorites.keeping import drop, follow, keep
from tests.proxy.wsgi_client import alike

DISCOVER = "/api/v1/flyers/discover/"


@pytest.fixture(autouse=True)
def service(upstream):
    upstream.assert_all_requests_are_fired = False
    flyers = [payloads.flyer(number, creator=payloads.creator(number % 3 + 1)) for number in range(1, 11)]
    upstream.get(f"{UPSTREAM}/flyers/feed/", json=payloads.page(*flyers))
    upstream.get(f"{UPSTREAM}/flyers/7/", json=flyers[6])
    upstream.get(f"{UPSTREAM}/users/3/", json=payloads.creator(3))
    upstream.get(f"{UPSTREAM}/categories/", json=[payloads.category()])
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False):
        yield upstream


@pytest.fixture
def alices(alice):
    """Flyers 2 and 7 are Alice's favorites, and she follows creator 3; returns her ``Authorization``."""
    save(alice, flyers=[2, 7], creators=[3])
    return bearer(alice)


@pytest.fixture
def bobs(bob):
    save(bob, flyers=[5], creators=[1])
    return bearer(bob)


def save(user, *, flyers, creators):
    keep(user, *flyers, title="Saved")
    follow(user, *creators)


def bearer(user):
    return f"Bearer {sessions.open_session(user=user).access}"


def marked(answer):
    """Return the ids of the favorite flyers and of the followed creators on a page; None where nobody is signed in."""
    flyers = json.loads(answer[2])["results"]
    if any(flyer["is_favorited"] is None or flyer["creator"]["is_following"] is None for flyer in flyers):
        return None
    return (
        {flyer["id"] for flyer in flyers if flyer["is_favorited"]},
        {flyer["creator"]["id"] for flyer in flyers if flyer["creator"]["is_following"]},
    )


@pytest.mark.parametrize(
    "address", [DISCOVER, "/api/v1/flyers/7/", "/api/v1/creators/3/", "/api/v1/flyers/categories/"]
)
def test_a_signed_in_hit_is_the_answer_of_django(hit_path, full_stack, application, alices, address):
    full_stack.request(address, HTTP_AUTHORIZATION=alices)
    expected = full_stack.request(address, HTTP_AUTHORIZATION=alices)
    hit_path.request(address, HTTP_AUTHORIZATION=alices)

    answer = hit_path.request(address, HTTP_AUTHORIZATION=alices)

    assert alike(answer) == alike(expected)
    assert answer[1]["cache-control"] == "private, no-cache"
    assert application.calls == 1
    again = hit_path.request(address, HTTP_AUTHORIZATION=alices, HTTP_IF_NONE_MATCH=answer[1]["etag"])
    assert again[0].startswith("304")
    assert application.calls == 1


def test_a_signed_in_hit_asks_the_database_twice_and_then_once(hit_path, alices, django_assert_num_queries):
    hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)
    forget_marks()

    with django_assert_num_queries(2):  # session and version; marks
        first = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)
    with django_assert_num_queries(1):  # session and version
        again = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)

    assert marked(first) == marked(again) == ({2, 7}, {3})


def test_a_change_between_the_two_statements_of_a_hit_spoils_no_later_one(hit_path, alice, alices):
    hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)
    forget_marks()
    statements = []

    def write_after_the_first(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        statements.append(sql)
        if len(statements) == 1:
            save(alice, flyers=[9], creators=[])
            drop(alice, 2)
        return result

    with connection.execute_wrapper(write_after_the_first):
        during = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)
    after = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)

    assert during[1]["x-library-version"] == "3"
    assert (marked(after), after[1]["x-library-version"]) == (({7, 9}, {3}), "5")


def test_every_signed_in_hit_says_the_version_of_the_library(
    hit_path, application, alice, alices, django_assert_num_queries
):
    learned = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)

    with django_assert_num_queries(1):
        hit = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)
    unchanged = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices, HTTP_IF_NONE_MATCH=hit[1]["etag"])
    save(alice, flyers=[9], creators=[])
    after = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)

    assert [answer[0][:3] for answer in (learned, hit, unchanged, after)] == ["200", "200", "304", "200"]
    assert [answer[1]["x-library-version"] for answer in (learned, hit, unchanged, after)] == [*"3334"]
    assert application.calls == 1


def test_an_anonymous_hit_never_says_a_version(hit_path, alices):
    turns = [None, alices, None, alices, alices, None]

    seen = [hit_path.request(DISCOVER, HTTP_AUTHORIZATION=who)[1] for who in turns]

    assert ["x-library-version" in headers for headers in seen] == [who is not None for who in turns]


def test_each_sees_their_own_marks_in_whatever_order_they_come(hit_path, application, alices, bobs):
    turns = [None, alices, bobs, None, bobs, alices, alices, None]

    seen = [marked(hit_path.request(DISCOVER, HTTP_AUTHORIZATION=who)) for who in turns]

    expected = {None: None, alices: ({2, 7}, {3}), bobs: ({5}, {1})}
    assert seen == [expected[who] for who in turns]
    assert application.calls == 2  # one for anyone, one for people


def test_a_mark_is_seen_at_once(hit_path, alice, alices):
    before = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)
    save(alice, flyers=[9], creators=[])

    after = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)

    assert marked(after) == ({2, 7, 9}, {3})
    assert before[1]["etag"] != after[1]["etag"]


def end_of_session(alice):
    sessions.end_sessions(alice)


def deactivation(alice):
    User.objects.filter(pk=alice.pk).update(is_active=False)


def removal(alice):
    alice.delete()


@pytest.mark.parametrize("end", [end_of_session, deactivation, removal])
def test_a_hit_needs_a_session_that_lives(hit_path, alice, alices, end):
    hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)
    assert hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)[0] == "200 OK"

    end(alice)

    status, _, body = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)
    assert status.startswith("401")
    assert json.loads(body)["error"]["code"] == "INVALID_TOKEN"


def test_a_remembered_token_ends_with_its_time(hit_path, alices):
    hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)

    with time_machine.travel("2026-05-01T12:10:00Z", tick=False):
        status, _, _ = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)

    assert status.startswith("401")


@pytest.mark.parametrize(
    "spoilt", ["Bearer ", "Bearer x.y.z", "Basic YTpi", "Bearer {}x", "bearer", "Token {}", "{}"]
)
def test_a_bad_token_is_401_and_never_anonymous(hit_path, alices, spoilt):
    hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)
    hit_path.request(DISCOVER)

    status, _, _ = hit_path.request(
        DISCOVER, HTTP_AUTHORIZATION=spoilt.format(alices.removeprefix("Bearer "))
    )

    assert status.startswith("401")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("failure", [OperationalError, InterfaceError])
def test_a_broken_connection_is_closed_and_left_to_django(hit_path, application, alices, failure):
    hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)
    calls, broken = application.calls, connection.connection

    def fail(execute, sql, params, many, context):
        if not fail.done:
            fail.done = True
            raise failure("the server closed the connection")
        return execute(sql, params, many, context)

    fail.done = False
    with connection.execute_wrapper(fail):
        answer = hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)

    assert application.calls == calls + 1
    assert marked(answer) == ({2, 7}, {3})
    if connection.vendor == "sqlite":  # PostgreSQL's go back to the pool, which looks whether they are whole.
        assert connection.connection is not broken


@pytest.mark.django_db(transaction=True)
def test_a_hit_gives_a_shared_connection_back(hit_path, application, alices):
    hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)
    calls = application.calls

    hit_path.request(DISCOVER, HTTP_AUTHORIZATION=alices)

    assert application.calls == calls
    is_shared = connection.vendor == "postgresql"
    assert (connection.connection is None) == is_shared
