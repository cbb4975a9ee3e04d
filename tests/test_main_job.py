"""The main job, end to end: real processes, real HTTP, no Django in between."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import requests

READY_SECONDS = 20


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(address: str, process: subprocess.Popen) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up:
        assert process.poll() is None, "it ended at its start"
        try:
            requests.get(address, timeout=1)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{address} did not answer in {READY_SECONDS} s")


@pytest.fixture(scope="module")
def bff(tmp_path_factory) -> Iterator[str]:
    """The BFF and the bundled flyer service, each a process of its own; gives the BFF's address."""
    folder, port, upstream_port = tmp_path_factory.mktemp("bff"), free_port(), free_port()
    environment = os.environ | {
        "PORT": str(port),
        "WORKERS": "1",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "CACHE_URL": "",
        "FLYERS_API_URL": f"http://127.0.0.1:{upstream_port}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }

    def run(*command: str) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, *command], env=environment)

    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=environment, check=True)
    upstream = run("-m", "mock_upstream", "--services", "flyers", "--port", str(upstream_port))
    server = run("-m", "config.server")
    try:
        wait_for(f"http://127.0.0.1:{upstream_port}/_control", upstream)
        wait_for(f"http://127.0.0.1:{port}/health/live", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in (server, upstream):
            process.terminate()
        assert [process.wait(20) for process in (server, upstream)] == [0, 0]


def test_a_person_browses_flyers(bff):
    ready = requests.get(f"{bff}/health/ready", timeout=5)
    assert ready.json()["status"] == "ok", ready.text

    feed = requests.get(f"{bff}/api/v1/flyers/discover/", params={"limit": 77}, timeout=5).json()
    assert len(feed["results"]) == 77
    assert feed["count"] >= 300

    second = requests.get(feed["next"], timeout=5).json()
    assert not {flyer["id"] for flyer in feed["results"]} & {flyer["id"] for flyer in second["results"]}

    flyer = feed["results"][0]
    alone = requests.get(f"{bff}/api/v1/flyers/{flyer['id']}", timeout=5).json()
    assert alone["title"] == flyer["title"]

    word = max(flyer["title"].split(), key=len)
    found = requests.get(f"{bff}/api/v1/flyers/search/", params={"query": word}, timeout=5).json()
    assert flyer["id"] in {other["id"] for other in found["results"]} or found["count"] > 10

    creator = requests.get(f"{bff}/api/v1/creators/{flyer['creator']['id']}/", timeout=5).json()
    assert creator["username"] == flyer["creator"]["username"]
    theirs = requests.get(f"{bff}/api/v1/creators/{creator['id']}/flyers/", timeout=5).json()
    assert {other["creator"]["id"] for other in theirs["results"]} == {creator["id"]}

    categories = requests.get(f"{bff}/api/v1/flyers/categories/", timeout=5).json()
    assert {slug for f in feed["results"] for slug in f["categories"]} <= {
        category["slug"] for category in categories["results"]
    }


def test_a_person_near_a_place_sees_what_is_near_it(bff):
    params = {"lat": "40.4168", "lng": "-3.7038", "near_me": "true", "radius": "5"}

    flyers = requests.get(f"{bff}/api/v1/flyers/discover/", params=params, timeout=5).json()["results"]

    # Upstream is asked with the position rounded to about a kilometre; the distances are exact.
    assert flyers
    assert all(flyer["location"]["distance_km"] < 5 + 1 for flyer in flyers)


def test_a_developer_reads_the_schema_and_the_docs(bff):
    assert requests.get(f"{bff}/api/schema/", timeout=5).json()["openapi"].startswith("3.1")
    assert requests.get(f"{bff}/api/docs/", timeout=5).status_code == 200
