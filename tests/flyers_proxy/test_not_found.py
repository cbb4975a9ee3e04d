"""Answers for flyers and creators that do not exist, which name kind and id."""

import pytest
from rest_framework.test import APIClient

from flyers_proxy.catalog import FLYERS
from tests import payloads
from tests.conftest import UPSTREAM
from tests.flyers_proxy.faulty_service import healthy
from tests.hostile import FAULTS, HostileServer
from tests.proxy.fills import Crowd, together

FLYER = ("flyer", f"{UPSTREAM}/flyers/999/")
CREATOR = ("creator", f"{UPSTREAM}/users/999/")
FEED = f"{UPSTREAM}/flyers/feed/"

READS = {
    "/api/v1/flyers/999/": FLYER,
    "/api/v1/creators/999/": CREATOR,
    "/api/v1/creators/999/flyers/": CREATOR,
}
WRITES = {
    ("put", "/api/v1/flyers/999/favorite/", None): FLYER,
    ("post", "/api/v1/flyers/999/favorite/", None): FLYER,
    ("post", "/api/v1/favorites/", '{"flyer_id": 999, "favorite": true}'): FLYER,
    ("post", "/api/v1/follows/", '{"followed_id": 999}'): CREATOR,
    ("get", "/api/v1/follows/status/?user_id=999", None): CREATOR,
}


def names(answer, kind):
    """Say whether an answer says that there is no such thing, and which one."""
    error = answer.json()["error"]
    return (answer.status_code, error["code"], error["message"], error["details"]) == (
        404,
        "NOT_FOUND",
        f"There is no such {kind}.",
        {"id": ["999"]},
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "missing"), READS.items(), ids=READS)
def test_what_is_read_and_not_there_is_named_each_time(anyone, upstream, address, missing):
    kind, upstream_url = missing
    upstream.get(upstream_url, status=404, json={})
    if address.endswith("/flyers/"):
        upstream.get(FEED, json=payloads.page())

    first, remembered = anyone.get(address), anyone.get(address)
    FLYERS.stop()  # a new process: the shared level knows it, where there is one
    by_another = anyone.get(address)

    assert [names(answer, kind) for answer in (first, remembered, by_another)] == [True] * 3


@pytest.mark.parametrize(("call", "missing"), WRITES.items(), ids=[" ".join(call[:2]) for call in WRITES])
def test_a_favorite_or_follow_of_what_is_not_there_is_named(as_alice, upstream, call, missing):
    method, address, body = call
    kind, upstream_url = missing
    upstream.get(upstream_url, status=410, json={})

    first, remembered = (
        getattr(as_alice, method)(address, body, content_type="application/json") for _ in range(2)
    )

    assert names(first, kind)
    assert names(remembered, kind)


@pytest.mark.django_db
def test_a_not_found_reaches_everyone_who_waits_for_the_call(settings):
    with HostileServer(healthy) as service:
        settings.FLYERS_API_URL = service.url
        crowd = Crowd(4)
        service.behaviour = lambda exchange: FAULTS["404"](exchange) if crowd.wait(10) else None

        answers = together(5, lambda: APIClient().get("/api/v1/flyers/999/"))

    assert [names(answer, "flyer") for answer in answers] == [True] * 5
    assert len(service.received) == 1


@pytest.mark.django_db
def test_a_service_without_the_list_of_categories_is_at_fault_and_not_who_asks(anyone, upstream):
    upstream.get(f"{UPSTREAM}/categories/", status=404, json={})

    answer = anyone.get("/api/v1/flyers/categories/")

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "UPSTREAM_BAD_RESPONSE")
