"""Rate limits on misses; hits cost nothing."""

import pytest

from tests import payloads
from tests.conftest import UPSTREAM, signed_in

DISCOVER = "/api/v1/flyers/discover/"


@pytest.fixture(autouse=True)
def service(upstream, settings):
    upstream.assert_all_requests_are_fired = False
    upstream.get(f"{UPSTREAM}/flyers/feed/", json=payloads.page(payloads.flyer(7), count=100))
    settings.THROTTLE_ANON = (3, 86_400)
    settings.THROTTLE_USER = (5, 86_400)
    return upstream


def test_reads_that_miss_are_counted_by_address(anyone):
    answers = [anyone.get(DISCOVER, {"page": page}) for page in range(1, 6)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[3].json()["error"]["code"] == "THROTTLED"
    assert 1 <= int(answers[3]["Retry-After"]) <= 60
    assert anyone.get(DISCOVER, {"page": 9}, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_reads_that_hit_are_not_counted(anyone):
    assert {anyone.get(DISCOVER).status_code for _ in range(10)} == {200}
    assert [anyone.get(DISCOVER, {"page": page}).status_code for page in (2, 3, 4)] == [200, 200, 429]


def test_a_caller_who_has_to_wait_still_gets_what_is_there(anyone):
    for page in range(1, 6):
        anyone.get(DISCOVER, {"page": page})

    assert anyone.get(DISCOVER, {"page": 1}).status_code == 200


def test_a_signed_in_person_is_counted_wherever_they_are(alice, bob, anyone):
    devices = [signed_in(alice), signed_in(alice)]
    for page in range(1, 6):
        anyone.get(DISCOVER, {"page": page})  # somebody else at the same address

    answers = [devices[page % 2].get(DISCOVER, {"page": page}).status_code for page in range(11, 18)]

    assert answers == [200] * 5 + [429] * 2
    assert signed_in(bob).get(DISCOVER, {"page": 20}).status_code == 200


def test_a_caller_who_has_to_wait_does_not_ask_upstream(anyone, upstream):
    for page in range(1, 10):
        anyone.get(DISCOVER, {"page": page})

    assert len(upstream.calls) == 3
