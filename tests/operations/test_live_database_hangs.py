"""PostgreSQL hangs: nobody waits long, and who does not need it waits not at all."""

import time

import pytest

from tests.operations.programs import Server, running, until
from tests.operations.watching import Watch

DISCOVER = "/api/v1/flyers/discover/"
# As many people who are signed in as there are threads: all of them could be waiting for the database.
THREADS = 64
PEOPLE = [f"person {number}" for number in range(THREADS)]
# The longest that anybody may wait who needs the database, and who needs it not.
PATIENCE, NONE = 5, 1


@pytest.fixture(scope="module")
def outage(tmp_path_factory, postgres, flyer_service):
    settings = {"DATABASE_URL": postgres.url, "WORKERS": "1", "THREADS": str(THREADS)}
    with running(Server(tmp_path_factory.mktemp("server"), upstream=flyer_service.url, **settings)) as server:
        token = server.sign_in("alice")

        def person():
            time.sleep(0.2)  # Who asks without a pause measures the test's own processor.
            return server.request(DISCOVER, token=token)

        with Watch(
            server,
            reader=lambda: server.request(DISCOVER),
            probe=lambda: server.request("/health/live"),
            **dict.fromkeys(PEOPLE, person),
        ) as watch:
            watch.until_all_have_seen("well", times=2)
            watch.phase = "stalling"
            postgres.pause()
            try:
                until(lambda: len(watch.during("stalling", *PEOPLE)) > 3 * THREADS, what="noticing")
                watch.until_all_have_seen("hanging", times=3)
            finally:
                watch.phase = "waking"
                postgres.resume()
            watch.until_all_are_served(times=3)
            watch.until_all_have_seen("well again", times=2)
        yield watch


def seen_by(watch, *who):
    """Return what they saw, from the moment on when the database began to hang."""
    return [seen.answer for seen in watch.seen if seen.who in who and seen.given not in {"before", "well"}]


def test_nobody_waits_longer_than_five_seconds(outage):
    assert max(answer.seconds for answer in seen_by(outage, *PEOPLE)) < PATIENCE


def test_who_is_signed_in_is_told_clearly_and_at_once_but_for_the_one_who_finds_out(outage):
    hanging = outage.during("hanging", *PEOPLE)

    assert {(answer.status, answer.error) for answer in hanging} == {(503, "SERVICE_UNAVAILABLE")}
    assert {answer.headers["retry-after"] for answer in hanging} == {"2"}
    assert sum(answer.seconds > 1 for answer in hanging) <= 5
    assert {answer.status for answer in outage.during("well again", *PEOPLE)} == {200}


def test_who_needs_no_database_waits_for_none(outage):
    served = seen_by(outage, "reader", "probe")

    assert {answer.status for answer in served} == {200}
    assert max(answer.seconds for answer in served) < NONE
