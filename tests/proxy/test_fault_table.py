"""Every row of docs/faults.md, on real sockets against failing services of each catalog."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import time_machine
from rest_framework.test import APIClient

from proxy.background import COOLDOWN_SECONDS
from tests.faulty_service import PROMISES, ROWS, leaks
from tests.flyers_proxy import faulty_service as flyers
from tests.hostile import HostileServer
from tests.movies_proxy import faulty_tmdb as tmdb
from tests.products_proxy import faulty_store as store

# Not for queries, there are none: a request that begins looks whether its thread's connection is still good.
pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
ANSWER_SECONDS = 3
SHORT_DEADLINE_SECONDS = 0.3
READS = {"flyers": flyers.READ, **tmdb.READS, **store.READS}

CASES = [
    pytest.param(read, row, id=f"{row.fault}-{name}")
    for name, read in READS.items()
    for row in ROWS.values()
    if row.fault in read.service.names and read.address_of(row.fault)
]
LASTING = [case for case in CASES if case.values[1].with_a_copy.startswith("200 STALE")]


@pytest.fixture
def server(read, settings):
    """The service of the catalog, in good order until a test makes it during."""
    with HostileServer(read.service.healthy) as server:
        setattr(settings, f"{read.catalog.prefix}_API_URL", server.url)
        yield server


def set_deadline(settings, read, row):
    if row.without_a_copy.startswith(
        "504"
    ):  # the other faults have all the time that they have in production
        setattr(settings, f"{read.catalog.prefix}_DEADLINE_SECONDS", SHORT_DEADLINE_SECONDS)


def timed(client, address):
    start = time.monotonic()
    response = client.get(address)
    return response, time.monotonic() - start


def test_the_table_of_faults_is_whole():
    assert sorted(ROWS) == sorted(flyers.SERVICE.names)
    for read in (*tmdb.READS.values(), *store.READS.values()):
        assert read.service.names < ROWS.keys()


def test_the_document_names_tests_that_exist():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PROMISES)

    assert len(named) > 10
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text(), (file, test)


def ask_others(read):
    """Ask for what has nothing to do with the fault."""
    for address in ("/health/live", read.unconcerned):
        answers = [timed(APIClient(), address) for _ in range(3)]
        assert {response.status_code for response, _ in answers} == {200}
        assert min(seconds for _, seconds in answers) < 1  # the machine may be busy; a fault would stop all


@pytest.mark.parametrize(("read", "row"), CASES)
def test_without_a_copy(anyone, server, settings, read, row):
    set_deadline(settings, read, row)
    anyone.get(read.unconcerned)
    read.service.inject_fault(server, row.fault)

    with ThreadPoolExecutor(1) as thread:
        call = thread.submit(timed, anyone, read.address_of(row.fault))
        ask_others(read)
    response, seconds = call.result()

    status, code = re.match(r"(\d+)(?: `(\w+)`)?", row.without_a_copy).groups()
    assert (response.status_code, seconds < ANSWER_SECONDS) == (int(status), True)
    assert len(server.received) <= 2
    if code:
        error = response.json()["error"]
        assert (error["code"], error["request_id"]) == (code, response["X-Request-ID"])
        assert status == "404" or error["message"].startswith(f"The {read.catalog.service} ")
        assert response.has_header("Retry-After") == (response.status_code == 503)
        assert 1 <= int(response.get("Retry-After", 1)) <= 60
    else:
        assert response["X-Cache"] == "MISS"
        assert read.shows(response.json())
    assert not leaks(response)


@pytest.mark.parametrize(("read", "row"), LASTING)
def test_with_a_copy(anyone, server, settings, read, row):
    set_deadline(settings, read, row)
    server.behaviour = read.service.healthy_but_never_fresh
    address = read.address_of(row.fault)
    with time_machine.travel(time.time(), tick=True) as clock:
        assert anyone.get(address)["X-Cache"] == "MISS"
        read.service.inject_fault(server, row.fault)

        stale, seconds = timed(anyone, address)
        read.catalog.settle()
        calls = len(server.received)
        after = anyone.get(address)

        assert (stale.status_code, stale["X-Cache"], seconds < 1) == (200, "STALE", True)
        assert stale.json().get("meta", {}).get("stale", True) is True
        assert not leaks(stale)
        assert calls <= 2
        if "404" in row.with_a_copy:
            assert after.status_code == 404
            return
        assert (after.status_code, after["X-Cache"]) == (200, "STALE")
        if read.catalog.transport.health().retry_in > 0:  # It asked us to wait, and we do.
            return

        read.service.clear_fault(server, row.fault)

        def is_renewed():
            clock.shift(COOLDOWN_SECONDS)
            anyone.get(address)
            read.catalog.settle()
            return anyone.get(address)["X-Cache"] == "HIT"

        # On a busy machine even a service in good order can miss the short deadline.
        assert any(is_renewed() for _ in range(5))
