"""operations: PostgreSQL takes questions and gives no answer; nobody waits long, and who needs it not, not at all."""

import pytest

from tests.operations.programs import Server, running, until
from tests.operations.watching import Watch

DISCOVER = "/api/v1/flyers/discover/"
# More people who are signed in than there are threads: all of them could be waiting for the database.
THREADS = 6
STATEMENT_SECONDS = 1


@pytest.fixture(scope="module")
def outage(tmp_path_factory, postgres, flyer_service):
    settings = {
        "DATABASE_URL": postgres.url,
        "WORKERS": "1",
        "THREADS": str(THREADS),
        "DATABASE_STATEMENT_SECONDS": str(STATEMENT_SECONDS),
    }
    with running(Server(tmp_path_factory.mktemp("server"), upstream=flyer_service.url, **settings)) as server:
        token = server.sign_in("alice")
        people = {
            f"person {number}": lambda: server.ask(DISCOVER, token=token) for number in range(THREADS + 2)
        }
        with Watch(
            server, reader=lambda: server.ask(DISCOVER), probe=lambda: server.ask("/health/live"), **people
        ) as watch:
            watch.until_all_have_seen("well")
            watch.phase = "stalling"
            postgres.pause()
            try:
                until(lambda: server.ask(DISCOVER, token=token).seconds < 0.3, what="noticing")
                watch.until_all_have_seen("hanging")
            finally:
                watch.phase = "waking"
                postgres.resume()
            watch.until_all_are_served()
            watch.until_all_have_seen("well again")
        yield watch


def of_people(watch, phase):
    return watch.during(phase, *(f"person {number}" for number in range(THREADS + 2)))


def test_nobody_waits_longer_than_connecting_or_a_statement_may_take(outage):
    assert max(seen.answer.seconds for seen in outage.seen) < 3 + STATEMENT_SECONDS + 2


def test_who_is_signed_in_is_told_at_once_but_for_the_one_who_finds_out(outage):
    hanging = of_people(outage, "hanging")

    assert {(answer.status, answer.error) for answer in hanging} == {(503, "SERVICE_UNAVAILABLE")}
    assert sum(answer.seconds > 1 for answer in hanging) <= 5
    assert {answer.status for answer in of_people(outage, "well again")} == {200}


def test_who_needs_no_database_waits_for_none(outage):
    served = outage.during("hanging", "reader", "probe")

    assert {answer.status for answer in served} == {200}
    assert max(answer.seconds for answer in served) < 1
