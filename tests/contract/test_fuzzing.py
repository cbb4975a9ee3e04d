"""A fuzzer reads the schema and looks for answers that contradict it."""

import os
import subprocess
import sys

import pytest

from tests.deploy.files import ROOT
from tests.operations.programs import PASSWORD

SECONDS = 300


@pytest.fixture(scope="module")
def people(service):
    """Two who can sign in; one is an administrator, so that every route has an answer for one of them."""
    service.sign_in("keeper")
    service.sign_in("leaver")
    promote = "from accounts.models import User; User.objects.filter(email__startswith='keeper').update(is_staff=True)"
    service.manage("shell", "-v", "0", "-c", promote)


def fuzz(service, *options, **environment):
    return subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", "tests/contract/schemathesis.toml"),
            *("run", "tests/openapi.yaml", "--url", f"http://127.0.0.1:{service.port}"),
            *options,
        ],
        cwd=ROOT,
        env=os.environ
        | {
            "FUZZED_SERVICE": f"http://127.0.0.1:{service.port}",
            "FUZZED_PASSWORD": PASSWORD,
        }
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_the_service_keeps_its_word_to_somebody_signed_in(service, people):
    report = fuzz(service, FUZZED_SIGNED_IN="yes")

    assert report.returncode == 0, report.stdout


def test_the_service_keeps_its_word_to_anyone(service, people):
    report = fuzz(service, "--warnings", "off")

    assert report.returncode == 0, report.stdout


def test_nothing_that_was_asked_was_more_than_the_service_could_take(service):
    assert not [line for line in service.lines() if line["level"] in {"error", "critical"}]
