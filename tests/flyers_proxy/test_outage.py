"""The promises around the faults of docs/faults.md, on real sockets against a failing flyer service."""

import re
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest
from rest_framework.test import APIClient

from clients.errors import UpstreamBusyError, UpstreamTimeoutError
from flyers_proxy.catalog import FLYERS
from proxy.batches import confirm_many, get_many
from proxy.single_flight import waiters
from tests import payloads
from tests.flyers_proxy.faulty_service import (
    CATEGORIES,
    DISCOVER,
    clear_fault,
    healthy,
    healthy_but_never_fresh,
    inject_fault,
)
from tests.hostile import HostileServer
from tests.proxy.fills import Crowd, eventually, together

# Not for queries, there are none: a request that begins looks whether its thread's connection is still good.
pytestmark = pytest.mark.django_db

SHORT_DEADLINE_SECONDS = 0.3


@pytest.fixture
def service(settings):
    """A flyer service in good order until a test makes it during."""
    with HostileServer(healthy) as server:
        settings.FLYERS_API_URL = server.url
        yield server


def timed(client, address):
    start = time.monotonic()
    response = client.get(address)
    return response, time.monotonic() - start


def others():
    """Ask for what has nothing to do with the fault."""
    for address in ("/health/live", CATEGORIES):
        answers = [timed(APIClient(), address) for _ in range(3)]
        assert {response.status_code for response, _ in answers} == {200}
        assert min(seconds for _, seconds in answers) < 1  # the machine may be busy; a fault would stop all


@pytest.fixture
def room(settings):
    """Places for forty to wait, however long it takes until all have come."""
    settings.MAX_WAITERS = 40


def test_forty_who_ask_at_once_cost_one_call(anyone, service, room):
    crowd = Crowd(39)
    service.behaviour = lambda exchange: healthy(exchange) if crowd.wait(10) else None

    answers = together(40, lambda: APIClient().get(DISCOVER))

    assert [answer.status_code for answer in answers] == [200] * 40
    assert len({answer["ETag"] for answer in answers}) == 1
    assert len(service.received) == 1


def test_forty_who_ask_at_once_share_the_failure(anyone, service, room):
    crowd = Crowd(39)
    service.behaviour = lambda exchange: exchange.answer(b"{}", 403) if crowd.wait(10) else None

    answers = together(40, lambda: APIClient().get(DISCOVER))

    assert {answer.json()["error"]["code"] for answer in answers} == {"UPSTREAM_ERROR"}
    assert len(service.received) == 1


def test_nobody_waits_for_the_renewal_of_a_stale_answer(anyone, service):
    service.behaviour = healthy_but_never_fresh
    anyone.get(DISCOVER)
    gate = threading.Event()
    service.behaviour = lambda exchange: healthy(exchange) if gate.wait(10) else None

    answers = together(40, lambda: APIClient().get(DISCOVER))  # all come back though the gate is shut
    gate.set()
    FLYERS.cache.settle()

    assert [answer["X-Cache"] for answer in answers] == ["STALE"] * 40
    assert anyone.get(DISCOVER)["X-Cache"] == "HIT"
    assert len(service.received) == 2


def test_an_outage_costs_few_calls_and_little_time(anyone, service):
    service.behaviour = healthy_but_never_fresh
    anyone.get(DISCOVER)
    inject_fault(service, "500")

    answers = [timed(anyone, f"{DISCOVER}?page={number}") for number in range(1, 51)]
    answers += [timed(anyone, DISCOVER) for _ in range(50)]
    FLYERS.cache.settle()

    assert [answer.status_code for answer, _ in answers] == [200] + [503] * 49 + [200] * 50
    assert len(service.received) <= 40
    assert FLYERS.transport.health().state == "open"
    assert median(seconds for _, seconds in answers[10:]) < 0.25


def test_while_every_call_hangs_the_rest_answers(anyone, service, settings):
    settings.FLYERS_MAX_CONCURRENCY = 3
    settings.FLYERS_DEADLINE_SECONDS = 1.5
    anyone.get(CATEGORIES)
    inject_fault(service, "hang")

    with ThreadPoolExecutor(3) as threads:
        hanging = [threads.submit(anyone.get, f"{DISCOVER}?page={number}") for number in (1, 2, 3)]
        assert eventually(lambda: FLYERS.transport.health().in_use == 3)
        others()
        refused, seconds = timed(anyone, f"{DISCOVER}?page=4")

    assert (refused.status_code, refused["Retry-After"], seconds < 0.75) == (503, "2", True)
    assert [answer.result().status_code for answer in hanging] == [504] * 3


@pytest.mark.parametrize("name", ["refused", "500"])
def test_soon_after_a_fault_answers_are_fresh(anyone, service, name):
    service.behaviour = healthy_but_never_fresh
    anyone.get(DISCOVER)
    inject_fault(service, name)
    for number in range(10):
        anyone.get(f"{DISCOVER}?page={number}")
        anyone.get(DISCOVER)
    FLYERS.cache.settle()
    assert FLYERS.transport.health().state == "open"

    clear_fault(service, name)
    start = time.monotonic()

    assert eventually(lambda: anyone.get(DISCOVER)["X-Cache"] == "HIT", timeout=8)
    assert eventually(lambda: anyone.get(f"{DISCOVER}?page=2").status_code == 200, timeout=1)
    assert time.monotonic() - start < 8


def test_a_page_of_several_calls_has_one_deadline(anyone, service, settings):
    settings.FLYERS_DEADLINE_SECONDS = 0.9  # for one call, not for two in a row

    def slow(exchange):
        exchange.stopping.wait(0.5)
        exchange.answer(b"{}", 404) if "page=1&" not in exchange.query else healthy(exchange)

    service.behaviour = slow

    late = anyone.get(f"{DISCOVER}?page=9")  # past the end: then the first page is asked for its count
    assert (late.status_code, late.json()["error"]["code"]) == (504, "UPSTREAM_TIMEOUT")

    assert anyone.get(f"{DISCOVER}?limit=100").status_code == 200  # two calls side by side


@pytest.mark.parametrize("flyer_ids", [[7], [7, 8]])
def test_a_batch_has_one_deadline_for_all_its_looks(service, settings, flyer_ids):
    settings.FLYERS_DEADLINE_SECONDS = 1.5

    def slow_and_then_silent(exchange):
        if "/feed/" not in exchange.path:
            return exchange.wait_for_hangup()
        exchange.stopping.wait(1)
        return exchange.answer_json(payloads.page())

    service.behaviour = slow_and_then_silent
    start = time.monotonic()

    looked = confirm_many("flyer", flyer_ids, caller="alice")

    assert time.monotonic() - start < 2.2  # with a deadline for each of the two steps it takes 2.5
    assert looked.unknown == set(flyer_ids)


def test_past_the_bound_a_list_is_answered_soon_with_what_is_known(anyone, service, settings):
    settings.MAX_WAITERS = 1
    anyone.get("/api/v1/creators/3/")
    inject_fault(service, "hang")

    with waiters().slot():
        start = time.monotonic()
        looked = get_many("creator", [3, 4, 5], caller="alice")

    assert time.monotonic() - start < 1.5  # and not the deadline of 2.5
    assert list(looked.found) == [3]
    assert looked.unknown == {4, 5}
    assert isinstance(looked.failure, UpstreamBusyError)


def test_many_flyers_by_id_have_one_deadline(service, settings):
    settings.FLYERS_DEADLINE_SECONDS = 0.5
    inject_fault(service, "hang")
    start = time.monotonic()

    batch = get_many("flyer", range(1, 151), caller="alice")

    assert time.monotonic() - start < 1.4  # one after the other they take a deadline each
    assert isinstance(batch.failure, UpstreamTimeoutError)
    assert batch.unknown == set(range(1, 151))


def test_no_fault_fills_the_memory(anyone, service, settings):
    settings.FLYERS_DEADLINE_SECONDS = SHORT_DEADLINE_SECONDS
    tracemalloc.start()
    try:
        for name in (
            "100 MB body",
            "redirect with 100 MB",
            "header flood",
            "gzip bomb",
            "chunks without end",
        ):
            inject_fault(service, name)
            assert anyone.get(DISCOVER).status_code in {502, 504}
        assert tracemalloc.get_traced_memory()[1] < 64 * 2**20
    finally:
        tracemalloc.stop()


def test_health_shows_upstream_and_does_not_depend_on_it(anyone, service):
    before = anyone.get("/health/ready").json()
    anyone.get(DISCOVER)
    after_a_call = anyone.get("/health/ready").json()
    inject_fault(service, "500")
    for number in range(2, 8):
        anyone.get(f"{DISCOVER}?page={number}")
    failing = anyone.get("/health/ready")

    assert before["upstreams"]["flyers"] == {
        "status": "ok",
        "breaker": "closed",
        "retry_in": 0,
        "in_use": 0,
        "limit": 12,
        "last_success": None,
    }
    last_success = after_a_call["upstreams"]["flyers"]["last_success"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", last_success)
    assert (after_a_call["status"], failing.status_code, failing.json()["status"]) == ("ok", 200, "degraded")
    report = failing.json()["upstreams"]["flyers"]
    assert (report["status"], report["breaker"]) == ("down", "open")
    assert 1 <= report["retry_in"] <= 3
