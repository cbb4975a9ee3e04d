"""A server with several workers: its counters cover all of them, and it ends with all of them."""

import os
import signal
import time

import pytest

from config.server import STOP_SECONDS
from mock_upstream.server import start
from tests.operations.programs import MAX_WAIT_SECONDS, UPSTREAM_KEY, Server, running, until

READ = "/api/v1/flyers/discover/"
READS = 'flyers_bff_requests_total{method="GET",route="api/v1/flyers/discover/",status="200"}'
ENTRIES = "flyers_bff_cache_entries"
ENTRIES_OF_A_PAGE = 1  # its flyers are cut out of it when they are asked for


@pytest.fixture
def server(tmp_path):
    with (
        start(key=UPSTREAM_KEY) as upstream,
        running(Server(tmp_path, upstream=upstream.url, WORKERS="2")) as server,
    ):
        yield server


def read(server: Server) -> bool:
    return server.request(READ).status == 200


def test_counts_are_those_of_all_workers_and_outlive_them(server):
    first, second = server.workers
    until(
        lambda: read(server) and server.metric(ENTRIES) == 2 * ENTRIES_OF_A_PAGE, what="both workers' reads"
    )
    counted = server.metric(READS)
    assert counted >= 2

    os.kill(first, signal.SIGKILL)
    until(lambda: server.metric(ENTRIES) == ENTRIES_OF_A_PAGE, what="forgetting what a dead worker held")
    until(lambda: len(server.workers) == 2, what="a new worker")

    assert second in server.workers
    assert server.metric(READS) == counted
    assert read(server)
    assert server.metric(READS) == counted + 1


def test_the_files_of_the_counts_go_with_the_server(server):
    assert list(server.folder.glob("flyers-bff-metrics-*/*.db"))

    assert server.stop() == 0

    assert not list(server.folder.glob("flyers-bff-metrics-*"))


def test_a_server_that_is_told_to_stop_while_it_starts_stops(tmp_path):
    server = Server(tmp_path, upstream="http://127.0.0.1:9", WORKERS="2")
    try:
        server.launch(
            "-c", "from config.server import serve; serve('tests.operations.slow_to_load:application')"
        )
        until(lambda: server.said().count("loading") == 2, what="two workers' start")

        began = time.monotonic()
        assert server.stop() == 0
        # What does not hear is killed after this time. The log can say "killed" of one that had just ended.
        assert time.monotonic() - began < STOP_SECONDS
    finally:
        server.kill()


def test_a_worker_that_is_killed_again_and_again_is_replaced_and_the_others_answer_on(server):
    first, victim = server.workers
    for started in (3, 4, 5):
        os.kill(victim, signal.SIGKILL)
        until(lambda up=started: server.said().count("Started worker-") == up, what="a successor's start")
        [victim] = set(server.workers) - {first}

    assert first in server.workers
    assert server.request(READ).status == 200


def test_workers_that_can_not_start_end_the_server_instead_of_going_on_for_ever(tmp_path):
    server = Server(tmp_path, upstream="http://127.0.0.1:9", WORKERS="2")
    try:
        server.launch(
            "-c", "from config.server import serve; serve('tests.operations.not_there:application')"
        )

        assert server.process.wait(MAX_WAIT_SECONDS) == 1
    finally:
        server.kill()
    assert "No module named 'tests.operations.not_there'" in server.said()
    assert "Worker crash loop detected, exiting" in server.said()
