"""The moment of the last write, known at once to all processes of a server: they have a file in common."""

import subprocess
import sys
import threading
import time

import pytest

from proxy.invalidations import Invalidations

ANOTHER_PROCESS = "from proxy.invalidations import Invalidations; each = Invalidations('records'); "


@pytest.fixture
def server(monkeypatch, tmp_path):
    """The folder that the processes of a server share."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    return tmp_path


def run_elsewhere(code):
    """Run it in another process of this server; return what it printed."""
    answer = subprocess.run(
        [sys.executable, "-c", ANOTHER_PROCESS + code], check=True, capture_output=True, text=True, timeout=30
    )
    return answer.stdout.strip()


def test_at_first_nothing_was_written():
    assert Invalidations("records").written_at() == 0


def test_a_write_is_known_to_whoever_asks_next():
    invalidations = Invalidations("records")
    before = time.time()

    invalidations.announce()

    assert before <= invalidations.written_at() <= time.time()


@pytest.mark.usefixtures("server")
def test_a_write_is_known_to_every_process_of_the_server_those_that_start_later_too():
    here = Invalidations("records")
    assert run_elsewhere("print(each.written_at())") == "0.0"

    here.announce()
    told = float(run_elsewhere("print(each.written_at()); each.announce()"))

    assert 0 < told < here.written_at()


@pytest.mark.usefixtures("server")
def test_each_service_has_a_moment_of_its_own():
    Invalidations("records").announce()

    assert Invalidations("books").written_at() == 0


def test_without_a_server_it_is_known_to_this_process_alone():
    one, other = Invalidations("records"), Invalidations("records")

    one.announce()

    assert other.written_at() == 0


@pytest.mark.usefixtures("server")
def test_it_never_goes_back_should_the_clock_be_set(clock):
    invalidations = Invalidations("records")
    invalidations.announce()
    written_at = invalidations.written_at()
    clock.shift(-3600)

    invalidations.announce()

    assert written_at == time.time() + 3600
    assert invalidations.written_at() == written_at


@pytest.mark.usefixtures("server")
def test_of_many_writes_at_once_the_last_one_stays():
    processes = [Invalidations("records") for _ in range(4)]
    moments = []

    def write(invalidations):
        for _ in range(200):
            before = time.time()
            invalidations.announce()
            moments.append((before, invalidations.written_at()))

    threads = [threading.Thread(target=write, args=(each,)) for each in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(moments) == 800
    assert [before - known for before, known in moments if known < before] == []
    assert {each.written_at() for each in processes} == {processes[0].written_at()}


def test_no_thread_listens_where_there_is_nobody_to_listen_to():
    Invalidations("records")

    assert [thread for thread in threading.enumerate() if thread.name == "records-written"] == []
