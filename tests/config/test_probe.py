"""The probe inside a container says whether the server beside it is alive."""

import os
import subprocess
import sys

import pytest

from tests.deploy.files import ROOT, pairs


def probe(**changes: str) -> int:
    environment = pairs(".env.example") | {
        "SECRET_KEY": "a-secret-of-the-tests-which-is-long-enough",
        "JWT_SIGNING_KEY": "another-secret-of-the-tests-also-long-enough",
        "FLYERS_API_TOKEN": "the-upstream-key-of-the-tests",
    }
    command = [sys.executable, "-m", "config.probe"]
    return subprocess.call(command, cwd=ROOT, env={"PATH": os.environ["PATH"], **environment, **changes})


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("flyers.example,localhost", "flyers.example"),
        (".flyers.example", "flyers.example"),
        ("*", "localhost"),
        ("", "localhost"),
    ],
)
def test_the_server_is_asked_by_a_name_that_it_answers_to(httpserver, allowed, host):
    httpserver.expect_request("/health/live", headers={"Host": host}).respond_with_json({"status": "ok"})

    assert probe(HOST="0.0.0.0", PORT=str(httpserver.port), ALLOWED_HOSTS=allowed) == 0  # noqa: S104


def test_an_error_is_no_sign_of_life(httpserver):
    httpserver.expect_request("/health/live").respond_with_json({}, status=500)

    assert probe(PORT=str(httpserver.port)) == 1


def test_nobody_there_is_no_sign_of_life(httpserver):
    httpserver.stop()

    assert probe(PORT=str(httpserver.port)) == 1
