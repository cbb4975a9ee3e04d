"""The fair pool: how owners share a few threads."""

import threading

import pytest
import structlog

from proxy.batches import FairPool
from tests.proxy.fills import eventually


class Jobs:
    """Jobs that hang until a test ends them; records who has begun."""

    def __init__(self, pool):
        self.pool = pool
        self.begun = []
        self.end = threading.Event()

    def submit(self, owner, number=1):
        def work():
            self.begun.append(owner)
            assert self.end.wait(10)
            return owner

        return [self.pool.submit(owner, work) for _ in range(number)]


@pytest.fixture
def jobs():
    jobs = Jobs(FairPool(8, "test"))
    yield jobs
    jobs.end.set()


def test_one_owner_alone_leaves_half_of_the_threads_to_others(jobs):
    jobs.submit("alice", 100)

    assert eventually(lambda: len(jobs.begun) == 4)
    jobs.submit("bob")
    assert eventually(lambda: "bob" in jobs.begun)
    assert jobs.begun.count("alice") == 4


def test_nobody_starves_while_others_have_long_lists(jobs):
    for owner in ("alice", "carol", "dave"):
        jobs.submit(owner, 100)
    assert eventually(lambda: len(set(jobs.begun)) == 3)

    jobs.submit("bob")

    assert eventually(lambda: "bob" in jobs.begun)


def test_owners_take_turns():
    pool, gate, order = FairPool(1, "test"), threading.Event(), []
    pool.submit("carol", lambda: gate.wait(10))
    jobs = [
        pool.submit(owner, lambda owner=owner: order.append(owner))
        for owner in ("alice", "alice", "alice", "bob", "bob")
    ]

    gate.set()
    for job in jobs:
        job.result(10)

    assert order == ["alice", "bob", "alice", "bob", "alice"]


def test_everything_is_done_in_the_end_and_gives_what_came_of_it(jobs):
    futures = jobs.submit("alice", 50) + jobs.submit("bob", 50)
    jobs.end.set()

    assert [future.result(10) for future in futures] == ["alice"] * 50 + ["bob"] * 50


def test_what_fails_fails_for_whoever_waits_for_it_and_the_thread_goes_on(jobs):
    jobs.end.set()

    def broken():
        raise ValueError("broken")

    futures = [jobs.pool.submit("alice", broken) for _ in range(20)]

    for future in futures:
        with pytest.raises(ValueError, match="broken"):
            future.result(10)
    assert jobs.submit("alice")[0].result(10) == "alice"


def test_what_was_called_off_is_not_begun(jobs):
    jobs.submit("alice", 4)
    assert eventually(lambda: len(jobs.begun) == 4)
    late = jobs.submit("alice", 10)

    assert all(future.cancel() for future in late)
    jobs.end.set()

    assert jobs.submit("bob")[0].result(10) == "bob"
    assert jobs.submit("alice")[0].result(10) == "alice"
    assert jobs.begun.count("alice") == 5


def test_it_works_in_the_name_of_the_request_that_asked(jobs):
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        future = jobs.pool.submit("alice", structlog.contextvars.get_contextvars)

    assert future.result(10)["request_id"] == "abc"
