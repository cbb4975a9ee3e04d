"""The store in an outage, on real sockets: one deadline holds, copies are served, and flyers are as they were."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from rest_framework.test import APIClient

from products_proxy.catalog import PRODUCTS as CATALOG
from tests import payloads_fakestore as payloads
from tests.flyers_proxy import faulty_service as flyer_service
from tests.hostile import FAULTS, HostileServer, answers
from tests.products_proxy.faulty_store import SERVICE
from tests.products_proxy.store import CATEGORIES, PRODUCTS
from tests.proxy.fills import eventually

# Not for queries: a request that begins looks whether its thread's connection is still good.
pytestmark = pytest.mark.django_db

FLYERS_PAGE = "/api/v1/flyers/discover/"
READS = [
    PRODUCTS,
    f"{PRODUCTS}7/",
    CATEGORIES,
    f"{CATEGORIES}jewelery/",
    f"{PRODUCTS}by-categories/?categoryIds=a",
]
DOWN = answers(payloads.CONNECTION_TIMED_OUT, 522, Content_Type="text/html")
BLOCKED = answers(payloads.BLOCKED, 403, Content_Type="text/html")
# What it becomes: status, code, and the sentence.
BROKEN = {
    "a web page that says that it is down": (DOWN, 503, "UPSTREAM_UNAVAILABLE", "The store is not available."),
    "a web page that stops machines": (BLOCKED, 503, "UPSTREAM_UNAVAILABLE", "The store is not available."),
    "a refusal, though there is no key": (FAULTS["401"], 503, "UPSTREAM_UNAVAILABLE", "The store is not available."),
    "the first of them with 200": (
        answers(payloads.CONNECTION_TIMED_OUT, Content_Type="text/html"),
        502,
        "UPSTREAM_BAD_RESPONSE",
        "The store gave an answer that can't be used.",
    ),
    "the other with 200": (
        answers(payloads.BLOCKED, Content_Type="text/html"),
        502,
        "UPSTREAM_BAD_RESPONSE",
        "The store gave an answer that can't be used.",
    ),
    "no list at its address": (FAULTS["404"], 502, "UPSTREAM_BAD_RESPONSE", "The store gave an answer that can't be used."),
    "a limit": (FAULTS["429"], 503, "UPSTREAM_UNAVAILABLE", "The store is busy. Try again soon."),
    "no answer ever": (FAULTS["hang"], 504, "UPSTREAM_TIMEOUT", "The store did not answer in time."),
}  # fmt: skip


@pytest.fixture
def store(settings):
    """A store in good order until a test makes it during."""
    with HostileServer(SERVICE.healthy) as server:
        settings.STORE_API_URL = server.url
        yield server


@pytest.fixture
def flyers(settings):
    with HostileServer(flyer_service.healthy) as server:
        settings.FLYERS_API_URL = server.url
        yield server


def timed(address):
    start = time.monotonic()
    response = APIClient().get(address)
    return response, time.monotonic() - start


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.parametrize("address", READS)
def test_without_a_copy_the_envelope_names_the_store(settings, store, address, fault):
    settings.STORE_DEADLINE_SECONDS = 0.4
    settings.STORE_SNAPSHOT_SECONDS = 0.4
    store.behaviour, status, code, message = BROKEN[fault]

    response, seconds = timed(address)

    error = response.json()["error"]
    assert (response.status_code, error["code"], error["message"]) == (status, code, message)
    assert response.has_header("Retry-After") == (status == 503)
    assert seconds < 2
    assert "Cloudflare" not in response.content.decode()


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.parametrize("address", [PRODUCTS, f"{PRODUCTS}7/", CATEGORIES])
def test_a_copy_is_served_at_once_and_says_that_it_is_stale(anyone, settings, store, address, fault):
    # Long enough for a first answer on a busy machine, too.
    settings.STORE_DEADLINE_SECONDS = 2
    settings.STORE_SNAPSHOT_SECONDS = 2
    store.behaviour = SERVICE.healthy_but_never_fresh
    fresh = anyone.get(address)
    store.behaviour = BROKEN[fault][0]

    stale, seconds = timed(address)
    CATALOG.settle()
    again = anyone.get(address)

    assert [each["X-Cache"] for each in (fresh, stale, again)] == ["MISS", "STALE", "STALE"]
    assert seconds < 1
    body = stale.json()
    assert body.pop("meta", {}).get("stale", True) is True
    assert body == {name: value for name, value in fresh.json().items() if name != "meta"}


def test_a_list_that_takes_longer_than_a_caller_waits_is_there_for_the_next_one(settings, store):
    settings.STORE_DEADLINE_SECONDS = 0.3
    is_awaited = threading.Event()

    def slow(exchange):
        assert is_awaited.wait(10)
        SERVICE.healthy(exchange)

    store.behaviour = slow

    first, seconds = timed(PRODUCTS)
    is_awaited.set()
    CATALOG.settle()
    second, _ = timed(PRODUCTS)

    assert [first.status_code, second.status_code] == [504, 200]
    assert seconds < 1.5
    assert len(store.received) == 1


def test_a_new_filter_of_a_stale_copy_is_answered_in_an_outage(anyone, store):
    store.behaviour = SERVICE.healthy_but_never_fresh
    anyone.get(PRODUCTS)
    store.behaviour = DOWN

    response = anyone.get(f"{PRODUCTS}?sort=-id")

    assert (response.status_code, response["X-Cache"]) == (200, "STALE")
    assert [product["id"] for product in response.json()["results"]] == [8, 7]


def test_while_the_store_hangs_flyers_that_nobody_has_asked_for_come_as_fast_as_ever(settings, store, flyers):
    settings.STORE_DEADLINE_SECONDS = 1.2
    settings.STORE_SNAPSHOT_SECONDS = 1.2
    store.behaviour = FAULTS["hang"]

    with ThreadPoolExecutor(8) as threads:
        hanging = [
            threads.submit(timed, address) for address in READS[:3] + [f"{PRODUCTS}?page={n}" for n in (2, 3)]
        ]
        assert eventually(lambda: CATALOG.transport.health().in_use == 1)
        misses = [timed(f"{FLYERS_PAGE}?page={number}") for number in range(1, 4)]
        outcomes = [each.result() for each in hanging]

    assert [response.status_code for response, _ in misses] == [200] * 3
    assert min(seconds for _, seconds in misses) < 0.5
    assert {response.status_code for response, _ in outcomes} == {504}
    assert max(seconds for _, seconds in outcomes) < 2
    assert len(store.received) == 1


def test_an_outage_of_the_store_opens_its_breaker_alone(anyone, store, flyers):
    store.behaviour = FAULTS["504"]
    for _ in range(8):
        anyone.get(PRODUCTS)

    rows = anyone.get("/health/ready").json()["upstreams"]

    assert (rows["products"]["status"], rows["products"]["breaker"]) == ("down", "open")
    assert (rows["flyers"]["breaker"], rows["movies"]["breaker"]) == ("closed", "closed")
    assert len(store.received) == 5
    assert anyone.get(FLYERS_PAGE).status_code == 200


def test_favorites_of_flyers_do_not_notice_that_the_store_is_down(as_alice, store, flyers):
    store.behaviour = DOWN

    kept = as_alice.put("/api/v1/flyers/7/favorite/")
    listed = as_alice.get("/api/v1/users/me/favorites/")

    assert (kept.status_code, listed.status_code) == (201, 200)
