"""A fuzzer reads the schema and looks for answers that contradict it."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.deploy.files import ROOT
from tests.operations.programs import PASSWORD

SECONDS = 300
# So many reservations, swaps and primetimes there are.
BOOKED = 4


@pytest.fixture(scope="module")
def people(service):
    """Three who can sign in; one is an administrator, so that every route has an answer for one of them.

    Two have booked time, and each has offered some of it to the other.
    """
    keeper, booker = service.sign_in("keeper"), service.sign_in("booker")
    service.sign_in("leaver")
    promote = "from accounts.models import User; User.objects.filter(email__startswith='keeper').update(is_staff=True)"
    service.manage("shell", "-v", "0", "-c", promote)
    date = f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%d}"

    def post(path, token, **body):
        answer = service.request(f"/api/v1/reservations/{path}", "POST", body, token=token)
        assert answer.status == 201, answer.body
        return answer.json()["id"]

    for number in range(BOOKED):
        hour = f"{10 + number}:00"
        post("", (keeper, booker)[number % 2], date=date, start_time=hour, end_time=f"{11 + number}:00")
        post("admin/primetime/", keeper, weekday=number, start_time=hour, end_time=f"{11 + number}:00")
    pairs = [(1, 2), (3, 4), (2, 3), (4, 1)]
    for number, (own, other) in enumerate(pairs):
        token = (keeper, booker)[number // 2]
        post("trades/", token, requester_reservation_id=own, target_reservation_id=other)


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
            "FUZZED_BOOKED": str(BOOKED),
        }
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_the_service_keeps_its_word_to_somebody_signed_in(service, people):
    report = fuzz(service, FUZZED_SIGNED_IN="keeper")

    assert report.returncode == 0, report.stdout


def test_it_keeps_it_to_whoever_books_and_is_no_administrator(service, people):
    report = fuzz(
        service, "--include-path-regex", "/reservations/", "--warnings", "off", FUZZED_SIGNED_IN="booker"
    )

    assert report.returncode == 0, report.stdout


def test_the_service_keeps_its_word_to_anyone(service, people):
    report = fuzz(service, "--warnings", "off")

    assert report.returncode == 0, report.stdout


def test_nothing_that_was_asked_was_more_than_the_service_could_take(service):
    assert not [line for line in service.lines() if line["level"] in {"error", "critical"}]
