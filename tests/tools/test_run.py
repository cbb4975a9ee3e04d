"""`make run`, with the real services on free ports. What it starts shares its output."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

PROJECT = Path(__file__).parents[2]
END_SECONDS = 30


@pytest.fixture
def ports() -> dict[str, int]:
    """Free ports, by the variables that choose them; none that the system would give to another test meanwhile.

    The two after each are free, too: the bundled services count on from MOCK_PORT.
    """
    thirds = random.sample(range(20_000, 32_000, 3), 4_000)
    free = (port for port in thirds if all(map(is_free, range(port, port + 3))))
    return {"PORT": next(free), "MOCK_PORT": next(free), "APP_PORT": next(free)}


@pytest.fixture
def start(ports, tmp_path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start it; whatever becomes of the test, nothing goes on running."""
    started = []

    def start(*command: str, **environment: str) -> subprocess.Popen[str]:
        ours = {name: str(port) for name, port in ports.items()}
        ours |= {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "CACHE_URL": "", "WORKERS": "1"}
        process = subprocess.Popen(
            command or (sys.executable, "-m", "tools.run"),
            cwd=PROJECT,
            env=os.environ | ours | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=END_SECONDS)


def wait_until_ready(process: subprocess.Popen[str]) -> str:
    """Return what it has said until then."""
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C stops everything" in line:
            return said
    pytest.fail(f"it ended before it was ready:\n{said}")


def last_words(process: subprocess.Popen[str]) -> str:
    """Wait until it has ended, and everything that it started; return what was left to read."""
    return process.communicate(timeout=END_SECONDS)[0]


def process_running(module: str, *, of: subprocess.Popen[str]) -> int:
    """Return the id of the process that runs a module, one of those that a run started."""
    table = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], check=True, capture_output=True, text=True)
    rows = [line.split(None, 2) for line in table.stdout.splitlines()]
    [found] = [int(pid) for pid, parent, args in rows if int(parent) == of.pid and f"-m {module}" in args]
    return found


def is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_flyers_until_told_to_stop_and_leaves_nothing_behind(start, ports, number):
    run = start()
    wait_until_ready(run)

    flyers = requests.get(f"http://127.0.0.1:{ports['PORT']}/api/v1/flyers/discover/", timeout=5)
    run.send_signal(number)
    said = last_words(run)

    assert flyers.json()["results"]
    assert run.returncode == 0, said
    assert all(map(is_free, ports.values()))


def test_what_a_developer_finds(start, ports):
    run = start(
        DEBUG="True", PUBLIC_URL="http://localhost:8000", CORS_ALLOWED_ORIGINS="http://localhost:5173"
    )
    said = wait_until_ready(run)
    app, bff = f"http://localhost:{ports['APP_PORT']}", f"http://localhost:{ports['PORT']}"
    email, password = re.search(r"Sign in with +(\S+) (\S+) ", said).groups()

    page = requests.get(f"{app}/", timeout=5)
    flyers = requests.get(f"{bff}/api/v1/flyers/discover/", headers={"Origin": app}, timeout=5)
    signed_in = requests.post(
        f"{bff}/api/v1/auth/login/",
        json={"email": email, "password": password},
        headers={"Origin": app},
        timeout=10,
    )

    assert f"connect-src {bff};" in page.headers["Content-Security-Policy"]
    assert requests.get(f"{app}/config.js", timeout=5).text == f'export const API = "{bff}";\n'
    assert flyers.headers["Access-Control-Allow-Origin"] == app
    assert flyers.json()["next"].startswith(f"{bff}/")
    assert signed_in.status_code == 200


def test_the_store_is_on_and_stands_on_the_last_port(start, ports):
    run = start()
    said = wait_until_ready(run)
    bff, store = f"http://localhost:{ports['PORT']}", f"http://localhost:{ports['MOCK_PORT'] + 2}"

    products = requests.get(f"{store}/products", timeout=5).json()
    ready = requests.get(f"{bff}/health/ready", timeout=5).json()

    assert re.search(rf"Products +{bff}/api/v1/products/\n", said)
    assert re.search(rf"Store service +{store}/_control ", said)
    assert len(products) > 100
    assert ready["upstreams"].keys() == {"flyers", "movies", "products"}


def test_the_bff_goes_on_when_the_bundled_upstream_ends(start, ports):
    run = start()
    wait_until_ready(run)

    os.kill(process_running("mock_upstream", of=run), signal.SIGKILL)
    assert run.stdout
    while "The bundled upstream ended (signal 9); the rest goes on without it." not in run.stdout.readline():
        assert run.poll() is None
    live = requests.get(f"http://127.0.0.1:{ports['PORT']}/health/live", timeout=5)

    assert live.status_code == 200


def test_everything_ends_when_the_bff_does(start, ports):
    run = start()
    wait_until_ready(run)

    os.kill(process_running("config.server", of=run), signal.SIGKILL)
    said = last_words(run)

    assert run.returncode == 1
    assert "The BFF ended (signal 9), so everything is stopped." in said
    assert all(map(is_free, ports.values()))


def test_everything_ends_when_make_is_killed(start, ports):
    make = start("sh", "-c", f"{sys.executable} -m tools.run; true")
    wait_until_ready(make)

    make.kill()
    last_words(make)

    assert all(map(is_free, ports.values()))


@pytest.mark.parametrize("variable", ["PORT", "MOCK_PORT", "APP_PORT"])
def test_a_port_that_is_taken_is_one_sentence_before_anything_starts(start, ports, variable):
    with socket.create_server(("127.0.0.1", ports[variable])):
        run = start()
        said = last_words(run)

    assert run.returncode == 1
    assert said.startswith(f"Port {ports[variable]} can't be used")
    assert said.count("\n") == 1


@pytest.mark.parametrize("after", [1, 2])
def test_a_port_that_a_bundled_service_counts_on_is_one_sentence_too(start, ports, after):
    with socket.create_server(("127.0.0.1", ports["MOCK_PORT"] + after)):
        run = start()
        said = last_words(run)

    assert run.returncode == 1
    assert said.startswith(f"Port {ports['MOCK_PORT'] + after} can't be used")
    assert said.count("\n") == 1


def test_two_services_can_not_share_a_port(start, ports):
    run = start(MOCK_PORT=str(ports["PORT"]))

    said = last_words(run)

    assert run.returncode == 1
    assert said.startswith(f"Port {ports['PORT']} can't be used")


@pytest.mark.parametrize("port", ["nine", "99999"])
def test_what_is_no_port_is_one_sentence(start, port):
    run = start(MOCK_PORT=port)

    said = last_words(run)

    assert run.returncode == 1
    assert said.startswith(f"Port {port} can't be used")
    assert said.count("\n") == 1


def test_a_wrong_setting_is_one_sentence_before_anything_starts(start):
    run = start(THREADS="many")

    said = last_words(run)

    assert run.returncode == 1
    assert said == "flyers-bff cannot start: THREADS must be a whole number from 1 to 512.\n"


def test_a_database_out_of_reach_is_one_sentence(start, ports):
    run = start(DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing")

    said = last_words(run)

    assert run.returncode == 1
    assert "'migrate' failed: django.db.utils.OperationalError: " in said
    assert "Traceback" not in said
    assert all(map(is_free, ports.values()))


def test_the_bundled_service_offers_what_the_settings_say(start, ports):
    run = start(FLYERS_API_OFFERS="feed", FLYERS_API_TOKEN="")
    wait_until_ready(run)

    flyers = requests.get(f"http://localhost:{ports['PORT']}/api/v1/flyers/discover/", timeout=5)
    whole = requests.get(f"http://localhost:{ports['MOCK_PORT']}/api/v1/categories/", timeout=5)

    assert (flyers.status_code, flyers.json()["count"] > 0) == (200, True)
    assert whole.status_code == 404
