"""Two hosts are one service: one fill, one session, no request lost when one of them ends."""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.deploy.cluster import until

DISCOVER = "/api/v1/flyers/discover/?limit=5&page="
# With a cookie nginx neither answers from its cache nor collapses requests: each of these calls reaches a server.
STRAIGHT = {"Cookie": "straight=1"}


def test_a_crowd_that_misses_together_is_one_call_upstream_for_all_processes(cluster):
    cluster.upstream.knobs.turn({"latency_ms": 500})

    with ThreadPoolExecutor(60) as crowd:
        answers = list(
            crowd.map(
                lambda _: cluster.request("GET", DISCOVER + "11", X_Request_ID="crowd", **STRAIGHT), range(60)
            )
        )

    assert [answer.status for answer in answers] == [200] * 60
    assert len({answer.header("ETag") for answer in answers}) == 1
    assert len({visit["host"] for visit in cluster.nginx.visits("crowd", count=60)}) == 2
    assert cluster.upstream.request_log.as_json()["total"] == 1


def test_a_crowd_of_anonymous_readers_is_one_call_of_nginx(cluster):
    cluster.upstream.knobs.turn({"latency_ms": 300})

    with ThreadPoolExecutor(40) as crowd:
        answers = list(
            crowd.map(lambda _: cluster.request("GET", DISCOVER + "12", X_Request_ID="readers"), range(40))
        )

    assert [answer.status for answer in answers] == [200] * 40
    assert Counter(bool(visit["host"]) for visit in cluster.nginx.visits("readers", count=40)) == {
        True: 1,
        False: 39,
    }


def test_who_signs_in_at_one_process_is_known_to_all_and_signs_out_of_all(cluster):
    token = cluster.sign_in()
    me = "/api/v1/auth/me/"

    known = [cluster.request("GET", me, token=token).status for _ in range(20)]
    left = cluster.request("POST", "/api/v1/auth/logout/", token=token).status
    after = [cluster.request("GET", me, token=token).status for _ in range(20)]

    assert known == [200] * 20
    assert left == 204
    assert after == [401] * 20


@contextmanager
def load(cluster: Any) -> Iterator[Counter[str]]:
    """Keep eight people busy with all kinds of calls; count what they are answered, by kind and status."""
    seen: Counter[str] = Counter()
    enough = threading.Event()

    def be_busy(token: str, flyer: int) -> None:
        favorite = f"/api/v1/flyers/{flyer}/favorite/"
        calls = itertools.cycle(
            [
                ("GET", DISCOVER + "1", None, None),
                ("GET", DISCOVER + "1", None, token),
                ("PUT", favorite, None, token),
                ("POST", favorite, None, token),
                ("GET", "/api/v1/users/me/favorites/", None, token),
                ("DELETE", favorite, None, token),
                ("POST", "/api/v1/favorites/", {"flyer_id": flyer}, token),
                ("DELETE", favorite, None, token),
                ("GET", "/api/v1/auth/me/", None, token),
            ]
        )
        while not enough.is_set():
            method, path, body, who = next(calls)
            try:
                answer = cluster.request(method, path, body, token=who, **STRAIGHT)
                status = str(answer.status)
                if answer.status >= 400:
                    status += " " + answer.json()["error"]["code"]
            except OSError as error:
                status = type(error).__name__
            seen[f"{method} {status}"] += 1

    flyers = [flyer["id"] for flyer in cluster.request("GET", DISCOVER + "1", **STRAIGHT).json()["results"]]
    tokens = [cluster.sign_in() for _ in range(8)]
    with ThreadPoolExecutor(8) as people:
        work = [
            people.submit(be_busy, token, flyer)
            for token, flyer in zip(tokens, itertools.cycle(flyers), strict=False)
        ]
        try:
            yield seen
        finally:
            enough.set()
    for person in work:
        person.result()


GOOD = {"GET 200", "PUT 201", "PUT 200", "POST 201", "POST 200", "DELETE 204"}


def test_renewing_one_host_after_the_other_loses_no_request(cluster):
    with load(cluster) as seen:
        for host in cluster.hosts:
            before = sum(seen.values())
            host.stop()
            host.start()
            assert sum(seen.values()) > before, "nobody was served while a host was renewed"

    assert sum(seen.values()) > 200
    assert set(seen) <= GOOD, seen


def test_a_host_that_dies_is_left_alone_until_it_is_back(cluster):
    dead = cluster.hosts[0]
    name = "{}:{}".format(*dead.where)
    batches = itertools.count()

    def calls_the_dead_host() -> bool:
        batch = f"dead-{next(batches)}"
        answers = [cluster.request("GET", DISCOVER + "1", X_Request_ID=batch, **STRAIGHT) for _ in range(10)]
        assert [answer.status for answer in answers] == [200] * 10
        return any(name in visit["host"] for visit in cluster.nginx.visits(batch, count=10))

    dead.kill()
    try:
        until(lambda: not calls_the_dead_host(), what="leaving the dead host alone")
    finally:
        dead.start()
    until(calls_the_dead_host, what="taking the host back")


def test_without_any_host_what_is_cached_is_still_read_and_all_else_is_a_clear_503(cluster):
    cached = cluster.request("GET", DISCOVER + "13")
    for host in cluster.hosts:
        host.kill()
    try:
        again = cluster.request("GET", DISCOVER + "13")
        fresh = cluster.request("GET", DISCOVER + "14", Origin="http://localhost:5173")
    finally:
        for host in cluster.hosts:
            host.start()

    assert (again.status, again.body) == (200, cached.body)
    assert (fresh.status, fresh.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert fresh.header("Retry-After") == "2"
    assert fresh.header("Access-Control-Allow-Origin") == "http://localhost:5173"


@pytest.fixture(autouse=True)
def both_hosts_again(cluster) -> Iterator[None]:
    """Leave the next test a cluster whose hosts nginx asks both."""
    yield

    def is_whole() -> bool:
        cluster.request("GET", "/health/live", X_Request_ID="whole")
        return len({visit["host"] for visit in cluster.nginx.visits("whole")}) >= 2

    until(is_whole, what="taking both hosts back")
