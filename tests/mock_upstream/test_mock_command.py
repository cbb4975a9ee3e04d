"""The command ``python -m mock_upstream``."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from mock_upstream.__main__ import main

COMMAND = [sys.executable, "-m", "mock_upstream", "--services", "flyers", "--port", "0"]


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """End every process, whatever the test finds."""
    try:
        yield
    finally:
        process.kill()


def free_ports() -> int:
    """Return the first of three free ports; the system gives none of these to others meanwhile."""
    for first in random.sample(range(20_000, 32_000, 3), 500):
        try:
            for port in range(first, first + 3):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first
    pytest.fail("no three free ports")


def at_once() -> None:
    """Receive SIGTERM as soon as it runs."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_answers_and_stops_when_told(number):
    environ = {**os.environ, "FLYERS_API_TOKEN": "another-key", "MOCK_RETRY_AFTER": "9"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(COMMAND, env=environ, **pipes) as process, ended(process):
        line = process.stdout.readline()
        url = line.split("on ")[1].split(" ")[0]
        address = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        headers = {"Authorization": "Bearer another-key"}
        answer = requests.get(f"{url}/api/v1/categories/", headers=headers, timeout=5)
        knobs = requests.patch(f"{url}/_control", json={"mode": "hang"}, timeout=5).json()
        with socket.create_connection(address, timeout=5) as hanging:
            hanging.sendall(b"GET /api/v1/categories/ HTTP/1.1\r\nHost: x\r\n\r\n")
            process.send_signal(number)
            out, err = process.communicate(timeout=5)

    assert line == f"Mocked flyer service on {url} (knobs: {url}/_control)\n"
    assert (answer.status_code, knobs["retry_after"]) == (200, 9)
    assert (process.returncode, out, err) == (0, "", "")


def test_host_port_and_public_address_come_from_the_environment_too(capsys):
    environ = {
        "MOCK_HOST": "::1",
        "MOCK_PORT": "0",
        "FLYERS_DEFAULT_LAT": "51.5",
        "FLYERS_DEFAULT_LNG": "-0.1",
    }

    assert main([], environ, at_once) == 0

    assert capsys.readouterr().out.startswith("Mocked flyer service on http://[::1]:")


def test_every_service_has_the_port_after_the_one_before_it(capsys):
    first = free_ports()
    seen = []

    def look():
        lines = capsys.readouterr().out.splitlines()
        seen.extend(line.split("on ")[1].split(" ")[0] for line in lines)
        seen.append(
            requests.get(
                f"{seen[1]}/3/configuration", headers={"Authorization": "Bearer t"}, timeout=5
            ).json()
        )

        seen.append(requests.get(f"{seen[2]}/products/2", timeout=5).json())

    environ = {"TMDB_API_TOKEN": "t", "MOCK_PUBLIC_URL": "http://mock.test:7000", "MOCK_LATENCY_MS": "1"}
    assert main(["--port", str(first)], environ, look) == 0

    assert seen[:3] == [f"http://127.0.0.1:{port}" for port in range(first, first + 3)]
    assert seen[3]["images"]["base_url"] == "http://mock.test:7001/t/p/"
    assert seen[4]["image"].startswith("http://mock.test:7002/img/2-")


@pytest.mark.parametrize(("name", "called"), [("tmdb", "movie service"), ("store", "store service")])
def test_one_service_can_be_started_without_the_others(capsys, name, called):
    assert main(["--services", name, "--port", "0"], {}, at_once) == 0

    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(f"Mocked {called} on http://127.0.0.1:")


@pytest.mark.parametrize("after", [1, 2])
def test_a_later_port_taken_stops_the_services_before_it_too(capsys, after):
    first = free_ports()
    with socket.create_server(("127.0.0.1", first + after)):
        assert main(["--port", str(first)], {}, at_once) == 1

    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert f"can't listen on 127.0.0.1:{first + after}" in err
    for port in range(first, first + after):
        socket.create_server(("127.0.0.1", port)).close()


def test_a_port_taken_is_one_clear_sentence(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert main(["--port", str(port)], {}, at_once) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert f"can't listen on 127.0.0.1:{port} (Address already in use)" in err


@pytest.mark.parametrize(
    ("arguments", "environ", "named"),
    [
        (["--port", "70000"], {}, "MOCK_PORT must be a whole number from 0 to 65533, not 70000"),
        ([], {"MOCK_PORT": "nine"}, "MOCK_PORT"),
        (["--port", "9.5"], {}, "MOCK_PORT"),
        ([], {"FLYERS_DEFAULT_LAT": "north"}, "FLYERS_DEFAULT_LAT"),
        ([], {"FLYERS_DEFAULT_LAT": "90"}, "FLYERS_DEFAULT_LAT"),
        (["--lng", "nan"], {}, "FLYERS_DEFAULT_LNG"),
        ([], {"MOCK_MODE": "tired"}, "MOCK_MODE: mode must be one of ok, down"),
        ([], {"MOCK_PUBLIC_URL": "http://[x"}, "MOCK_PUBLIC_URL"),
        (["--host", "nowhere.invalid"], {}, "can't listen on nowhere.invalid"),
    ],
)
def test_a_wrong_setting_is_one_clear_sentence(capsys, arguments, environ, named):
    assert main(arguments, {"MOCK_PORT": "0", **environ}, at_once) == 1

    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert named in err


def test_a_signal_ends_it_even_if_it_came_while_it_started(capsys):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        assert main(["--port", "0"], {}) == 0
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    assert "Mocked flyer service" in capsys.readouterr().out
