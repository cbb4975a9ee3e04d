"""The moment of the last write, told to other servers through Redis: each stands for one on a host of its own."""

import threading
import time
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings

from proxy import invalidations as module
from proxy.invalidations import Invalidations
from tests.proxy.fills import eventually
from tests.proxy.tcp_proxy import tcp_proxy

LISTENS = "records-written"


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """On a busy machine a tenth of a second is no outage of Redis."""
    monkeypatch.setattr(module, "ANSWER_SECONDS", 2.0)


@pytest.fixture
def server():
    """Start as many as a test needs, each listening before it goes on."""
    started = []

    def start(url=settings.CACHE_URL, *, listens=True):
        number = subscribers()
        started.append(Invalidations("records", url))
        if listens:
            assert eventually(lambda: subscribers() == number + 1)
        return started[-1]

    yield start
    for each in started:
        each.stop()
    assert eventually(lambda: not listening())


@pytest.fixture
def proxy():
    """A go-between to Redis."""
    address = urlsplit(settings.CACHE_URL)
    with tcp_proxy((address.hostname, address.port or 6379)) as proxy:
        proxy.url = f"redis://127.0.0.1:{proxy.port}{address.path}"
        yield proxy


@pytest.fixture
def store():
    with redis.Redis.from_url(settings.CACHE_URL) as store:
        yield store


def listening():
    return [thread for thread in threading.enumerate() if thread.name == LISTENS]


def subscribers():
    with redis.Redis.from_url(settings.CACHE_URL) as store:
        return store.pubsub_numsub("flyers-bff:reads:generation:written:records")[0][1]


def is_subscribed(number):
    return eventually(lambda: subscribers() == number)


def test_other_servers_learn_of_a_write_at_once(server):
    one, other = server(), server()
    before = time.time()

    one.announce()

    assert eventually(lambda: other.written_at() >= before, timeout=2)


def test_who_writes_does_not_learn_of_it_a_second_time(server):
    one, other = server(), server()
    one.announce()
    written_at = one.written_at()

    assert eventually(lambda: other.written_at() >= written_at)
    other.announce()
    assert eventually(lambda: one.written_at() > written_at)  # by then its own word has come back, too

    assert one.written_at() <= time.time()
    assert other.written_at() < one.written_at() + 1


def test_a_server_that_starts_after_a_write_knows_of_it_from_the_beginning(server):
    server().announce()

    young = server(listens=False)

    assert 0 < young.written_at() <= time.time()


def test_a_write_by_a_host_whose_clock_is_fast_is_none_in_the_future(server, store):
    store.set("flyers-bff:reads:generation:written:records", f"elsewhere {time.time() + 3600}")

    assert server().written_at() <= time.time()


@pytest.mark.parametrize("nonsense", [b"", b"nonsense", b"elsewhere never", b"\xff"])
def test_what_someone_else_wrote_there_is_no_error(server, store, nonsense):
    store.set("flyers-bff:reads:generation:written:records", nonsense)
    one, other = server(), server()

    one.announce()

    assert eventually(lambda: other.written_at() > 0)


def test_a_lost_connection_is_made_again_and_what_was_missed_meanwhile_is_noticed(server, proxy):
    one, other = server(), server(proxy.url)
    proxy.mode = "hang_up"
    proxy.drop()
    assert is_subscribed(1)
    one.announce()
    before = time.time()
    assert other.written_at() == 0

    proxy.mode = "pass"

    assert eventually(lambda: other.written_at() >= before)
    assert is_subscribed(2)
    again = time.time()
    one.announce()
    assert eventually(lambda: other.written_at() >= again)


def test_a_lost_connection_alone_makes_no_copy_worthless(server, proxy):
    one, other = server(), server(proxy.url)
    one.announce()
    assert eventually(lambda: other.written_at() > 0)
    written_at, connections = other.written_at(), proxy.connections

    proxy.drop()
    # One to listen, and one to look for what it has missed.
    assert eventually(lambda: proxy.connections >= connections + 2)
    time.sleep(0.2)  # so that it would have noted it

    assert other.written_at() == written_at


def test_a_redis_that_has_forgotten_everything_may_have_forgotten_a_write(server, proxy, store):
    one, other = server(), server(proxy.url)
    one.announce()
    assert eventually(lambda: other.written_at() > 0)
    before = time.time()

    store.flushdb()
    proxy.drop()

    assert eventually(lambda: other.written_at() >= before)


def test_a_connection_on_which_nothing_comes_is_given_up(server, proxy, monkeypatch):
    monkeypatch.setattr(module, "_QUIET_SECONDS", 0.3)
    one, other = server(), server(proxy.url)
    proxy.mode = "silent"  # no ping is answered
    connections = proxy.connections
    assert eventually(lambda: proxy.connections > connections)

    proxy.mode = "pass"
    one.announce()

    assert eventually(lambda: other.written_at() > 0)


def test_a_quiet_connection_is_kept(server, proxy, monkeypatch):
    monkeypatch.setattr(module, "_QUIET_SECONDS", 0.3)
    server(proxy.url)
    connections, messages = proxy.connections, proxy.messages

    assert eventually(lambda: proxy.messages >= messages + 3)  # pings

    assert proxy.connections == connections


@pytest.mark.parametrize("mode", ["hang_up", "silent", "garbage"])
def test_redis_down_fails_no_write_and_is_logged(server, proxy, mode, caplog):
    caplog.set_level("WARNING")
    one = server(proxy.url)
    proxy.mode = mode
    start = time.monotonic()

    one.announce()

    assert one.written_at() > 0
    assert time.monotonic() - start < 2
    assert "other hosts do not know of a write" in caplog.text


def test_a_server_that_starts_without_redis_takes_it_that_it_has_missed_something(server, proxy):
    proxy.mode = "hang_up"
    one = server(proxy.url, listens=False)
    assert one.written_at() == 0
    before = time.time()
    server().announce()

    proxy.mode = "pass"

    assert eventually(lambda: one.written_at() >= before)


def test_who_is_stopped_listens_no_longer(server):
    one = server()
    assert len(listening()) == 1

    one.stop()

    assert eventually(lambda: not listening(), timeout=2)
    assert is_subscribed(0)
