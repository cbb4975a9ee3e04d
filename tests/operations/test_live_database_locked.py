"""SQLite's write lock is held elsewhere: writers soon get a 503, and readers notice nothing."""

import itertools
import sqlite3
import time

import pytest

from tests.operations.programs import Server, running, until
from tests.operations.watching import Watch

DISCOVER = "/api/v1/flyers/discover/"
# As many people who write as there are threads: all of them could be waiting for the lock.
THREADS = 64
WRITERS = [f"writer {number}" for number in range(THREADS)]
READERS = ["reader", "person", "probe"]
# The longest that anybody may wait who writes, and who does not.
PATIENCE, NONE = 5, 1


@pytest.fixture(scope="module")
def outage(tmp_path_factory, flyer_service):
    folder = tmp_path_factory.mktemp("server")
    with running(Server(folder, upstream=flyer_service.url, WORKERS="1", THREADS=str(THREADS))) as server:
        token = server.sign_in("alice")
        flyers = [flyer["id"] for flyer in server.request(DISCOVER).json()["results"]]
        # Each flyer in turn is added and removed: what is so already is known without a write.
        writes = itertools.cycle([(flyer_id, method) for flyer_id in flyers for method in ("PUT", "DELETE")])

        def write():
            time.sleep(0.2)  # Who asks without a pause measures the test's own processor.
            flyer_id, method = next(writes)
            return server.request(f"/api/v1/flyers/{flyer_id}/favorite/", method, token=token)

        with Watch(
            server,
            reader=lambda: server.request(DISCOVER),
            person=lambda: server.request(DISCOVER, token=token),
            probe=lambda: server.request("/health/live"),
            **dict.fromkeys(WRITERS, write),
        ) as watch:
            watch.until_all_have_seen("well", times=3)
            outsider = sqlite3.connect(folder / "db.sqlite3", timeout=20, isolation_level=None)
            watch.phase = "stalling"
            outsider.execute("BEGIN IMMEDIATE")
            until(lambda: len(watch.during("stalling", *WRITERS)) > 3 * THREADS, what="noticing")
            watch.until_all_have_seen("locked", times=3)
            watch.phase = "unlocking"
            outsider.execute("ROLLBACK")
            outsider.close()
            watch.until_all_are_served(times=3)
            watch.until_all_have_seen("well again", times=3)
        yield watch


def seen_by(watch, *who):
    """Return what they saw, from the moment on when the lock was taken."""
    return [seen.answer for seen in watch.seen if seen.who in who and seen.given not in {"before", "well"}]


def statuses(answers):
    return {answer.status for answer in answers}


def test_many_who_write_at_once_all_do(outage):
    assert statuses(outage.during("well", *WRITERS)) <= {200, 201, 204, 404}
    assert statuses(outage.during("well again", *WRITERS)) <= {200, 201, 204, 404}


def test_nobody_waits_longer_than_five_seconds(outage):
    assert max(answer.seconds for answer in seen_by(outage, *WRITERS)) < PATIENCE


def test_who_writes_is_told_clearly_and_at_once_but_for_the_one_who_finds_out(outage):
    locked = outage.during("locked", *WRITERS)
    failed = [answer for answer in locked if answer.status == 503]

    # What changes nothing is known without a write.
    assert statuses(locked) <= {200, 404, 503}
    assert {answer.error for answer in failed} == {"SERVICE_UNAVAILABLE"}
    assert {answer.headers["retry-after"] for answer in failed} == {"2"}
    assert sum(answer.seconds > 1 for answer in failed) <= 5


def test_who_reads_does_not_wait(outage):
    served = seen_by(outage, *READERS)

    assert statuses(served) == {200}
    assert max(answer.seconds for answer in served) < NONE
