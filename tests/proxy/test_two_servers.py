"""Two server processes on one Redis, in front of a flyer service that starts to fail."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import requests
from django.conf import settings

from tests.flyers_proxy.faulty_service import clear_fault, healthy, inject_fault
from tests.hostile import Exchange, HostileServer
from tests.proxy.fills import eventually, together

DISCOVER = "/api/v1/flyers/discover/"
FRESH_SECONDS = 2
DEADLINE_SECONDS = 10
SLOW_SECONDS = 0.3


def healthy_but_slow(exchange: Exchange) -> None:
    exchange.stopping.wait(SLOW_SECONDS)
    healthy(exchange)


@pytest.fixture
def service() -> Iterator[HostileServer]:
    with HostileServer(healthy_but_slow) as service:
        yield service


@pytest.fixture
def servers(service, tmp_path) -> Iterator[list[str]]:
    """Two servers, a process each; gives the addresses of their pages of flyers."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "WORKERS": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "CACHE_URL": settings.CACHE_URL,
        "FLYERS_API_URL": service.url,
        "STORE_API_URL": "",
        "TMDB_API_TOKEN": "",  # so that there is room for a crowd of those who wait for flyers
        "FLYERS_CHECK_AT_START": "False",  # what the service is asked is counted
        "FLYERS_FRESH_SECONDS": str(FRESH_SECONDS),
        "FLYERS_DEADLINE_SECONDS": str(DEADLINE_SECONDS),
    }
    ports = [free_port(), free_port()]
    processes = [
        subprocess.Popen([sys.executable, "-m", "config.server"], env=environment | {"PORT": str(port)})
        for port in ports
    ]
    try:
        for port, process in zip(ports, processes, strict=True):
            assert eventually(lambda port=port: is_up(port), timeout=20)
            assert process.poll() is None
        yield [f"http://127.0.0.1:{port}{DISCOVER}" for port in ports]
    finally:
        for process in processes:
            process.terminate()
        assert [process.wait(20) for process in processes] == [0, 0]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def is_up(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/live", timeout=1).status_code == 200
    except requests.ConnectionError:
        return False


def fetch(address: str) -> tuple[int, str | None, float]:
    start = time.monotonic()
    response = requests.get(address, timeout=10)
    return response.status_code, response.headers.get("X-Cache"), time.monotonic() - start


def crowd(addresses: list[str], number: int) -> list[tuple[int, str | None, float]]:
    """Fetch them in turn, all at the same moment."""
    turns = iter(addresses * number)
    return together(number, lambda: fetch(next(turns)))


def test_two_servers_on_one_redis_behave_like_one(servers, service):
    one, other = servers

    # Forty who miss together: one call in all.
    answers = crowd(servers, 40)
    assert {status for status, *_ in answers} == {200}
    assert len(service.received) == 1

    # What one server has seen the other knows, too.
    assert fetch(f"{one}?page=2")[:2] == (200, "MISS")
    assert fetch(f"{other}?page=2")[:2] == (200, "HIT")
    assert fetch(other.replace("discover", "8"))[:2] == (200, "HIT")
    assert len(service.received) == 2

    # Forty who find it stale: nobody waits, one asks.
    time.sleep(FRESH_SECONDS * 1.1)  # the promise is about time
    service.received.clear()
    gate = threading.Event()
    service.behaviour = lambda exchange: healthy(exchange) if gate.wait(DEADLINE_SECONDS) else None
    answers = crowd(servers, 40)  # all come back though the gate is shut
    assert {(status, cache) for status, cache, _ in answers} == {(200, "STALE")}
    assert len(service.received) == 1
    gate.set()
    assert eventually(lambda: {fetch(address)[1] for address in servers} == {"HIT"})

    # The service falls ill: a hundred requests, few calls, and what is known is still served.
    time.sleep(FRESH_SECONDS * 1.1)
    inject_fault(service, "503")
    answers = [fetch(address) for address in servers for _ in range(50)]
    assert {(status, cache) for status, cache, _ in answers} == {(200, "STALE")}
    assert fetch(f"{one}?page=3")[0] == fetch(f"{other}?page=3")[0] == 503
    assert len(service.received) <= 40

    # It is well again: soon both are fresh.
    clear_fault(service, "503")
    start = time.monotonic()
    assert eventually(lambda: {fetch(address)[1] for address in servers} == {"HIT"}, timeout=8)
    assert time.monotonic() - start < 8
