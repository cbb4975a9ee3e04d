"""What an administrator writes through one worker of a server is what the very next read of any worker shows."""

import os
import signal

import pytest

from tests.operations.programs import Load, until
from tests.proxy.live_store import LIST, PRODUCT, administrator_of, price_at, servers_of_a_store, set_price

READS = 40
ENTRIES = "flyers_bff_cache_entries"


@pytest.fixture
def server_and_store(tmp_path):
    with servers_of_a_store(tmp_path, CACHE_URL="") as servers:
        yield servers


def is_known_to_all_workers(server):
    """Say whether each worker has cached product and list; asks both of one of them."""
    price_at(server), price_at(server, LIST)
    return server.metric(ENTRIES) >= 2 * len(server.workers) + 2  # with the snapshot of each


def test_a_write_is_seen_by_the_very_next_read_whichever_worker_answers(server_and_store):
    server, store = server_and_store
    token = administrator_of(server)
    until(lambda: is_known_to_all_workers(server), what="reads by both workers")

    for price in ("1.15", "2.25", "3.35"):
        set_price(server, token, price)
        seen = [price_at(server, path) for _ in range(READS // 2) for path in (PRODUCT, LIST)]

        assert set(seen) == {price}

    whole = store.request_log.as_json()["by_path"]["/products"]
    assert whole <= 2 * (1 + 3)  # each worker has fetched it once, and once after each write


def test_no_reader_sees_an_older_price_after_a_newer_one_was_written(server_and_store):
    server, _ = server_and_store
    token = administrator_of(server)
    written = [0]
    set_price(server, token, "0")

    def read():
        before = written[-1]
        return before, int(price_at(server))

    with Load(*[read] * 4) as load:
        for price in range(1, 11):
            set_price(server, token, str(price))
            written.append(price)

    assert load.broken == []
    assert len(load.done) > 10
    assert [(before, shown) for before, shown in load.done if shown < before] == []


def test_a_worker_that_starts_later_knows_of_the_write_too(server_and_store):

    server, _ = server_and_store
    token = administrator_of(server)
    until(lambda: is_known_to_all_workers(server), what="reads by both workers")
    os.kill(server.workers[0], signal.SIGKILL)
    until(lambda: server.said().count("Started worker-") == 3, what="a new worker")

    set_price(server, token, "4.45")

    assert {price_at(server) for _ in range(READS)} == {"4.45"}
