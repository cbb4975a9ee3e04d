"""Tests of looking up and connecting, and that none of it takes longer than allowed."""

import shlex
import socket
import ssl
import subprocess
import threading
import time

import pytest

from clients import errors
from tests.hostile import FAULTS


def same(document):
    return document


def test_a_name_that_nobody_knows_is_a_service_that_is_unavailable(transport_to):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(errors.UpstreamUnavailableError):
        transport_to("http://flyers.example", resolve=unknown).get("/", same)


def test_a_silent_resolver_holds_up_neither_a_call_nor_more_than_one_thread(server, transport_to):
    looked_up, may_answer = [], threading.Event()

    def slow(host, port, **options):
        looked_up.append(host)
        may_answer.wait()
        return socket.getaddrinfo("127.0.0.1", port, **options)

    transport = transport_to(server.url, resolve=slow, connect_timeout=0.1)
    began = time.monotonic()
    try:
        for _ in range(3):
            with pytest.raises(errors.UpstreamTimeoutError):
                transport.get("/", same)
        assert len(looked_up) == 1
        assert time.monotonic() - began < 2
    finally:
        may_answer.set()


def addresses(*found):
    """Resolve every name to these addresses, in this order."""
    return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in found]


def test_an_address_that_refuses_is_passed_over_for_the_next(server, transport_to):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        good = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        transport = transport_to("http://flyers.example", resolve=addresses(closed.getsockname(), good))

        assert transport.get("/", same).value == []


def test_a_host_without_addresses_is_unavailable(transport_to):
    with pytest.raises(errors.UpstreamUnavailableError):
        transport_to("http://flyers.example", resolve=addresses()).get("/", same)


@pytest.fixture
def silent_address():
    """An address that takes no connection and does not refuse one either: its queue is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        yield listener.getsockname()
        for sock in waiting:
            sock.close()


def test_silent_addresses_share_the_time_to_connect(silent_address, transport_to):
    resolve = addresses(*[silent_address] * 20)
    transport = transport_to("http://flyers.example", resolve=resolve, connect_timeout=0.2)
    began = time.monotonic()

    with pytest.raises(errors.UpstreamTimeoutError):
        transport.get("/", same)

    assert time.monotonic() - began < 2


def test_a_silent_address_leaves_time_for_the_next(silent_address, server, transport_to):
    good = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    resolve = addresses(silent_address, good)
    transport = transport_to("http://flyers.example", resolve=resolve, connect_timeout=1)
    began = time.monotonic()

    assert transport.get("/", same).value == []
    assert time.monotonic() - began < 0.9


def test_a_handshake_that_leads_nowhere_ends_in_time(server, transport_to):
    transport = transport_to(server.url.replace("http:", "https:"), connect_timeout=0.2)
    began = time.monotonic()

    with pytest.raises(errors.UpstreamTimeoutError):
        transport.get("/", same)

    assert time.monotonic() - began < 2
    assert server.wait_until_left_alone()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that only those trust who are configured to."""
    folder = tmp_path_factory.mktemp("certificate")
    try:
        subprocess.run(
            shlex.split(
                "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
                " -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem"
            ),
            cwd=folder,
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("this machine has no openssl to make a certificate with")
    return folder


@pytest.fixture
def tls_server(server, certificate):
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return server


def test_over_tls_answers_come_and_connections_are_used_again(tls_server, certificate, transport_to):
    transport = transport_to(tls_server.url, ca_bundle=str(certificate / "cert.pem"))

    assert [transport.get("/", same).value for _ in range(2)] == [[], []]
    assert tls_server.connections == 1


@pytest.mark.parametrize("fault", ["hang", "drip of headers", "drip of body"])
def test_over_tls_too_nothing_outlives_the_deadline(fault, tls_server, certificate, transport_to):
    tls_server.behaviour = FAULTS[fault]
    transport = transport_to(tls_server.url, ca_bundle=str(certificate / "cert.pem"), deadline=0.5)
    began = time.monotonic()

    with pytest.raises(errors.UpstreamTimeoutError):
        transport.get("/", same)

    assert time.monotonic() - began < 2
    assert tls_server.wait_until_left_alone()


def test_a_certificate_that_nobody_vouches_for_is_no_service_of_ours(tls_server, transport_to):
    with pytest.raises(errors.UpstreamUnavailableError):
        transport_to(tls_server.url).get("/", same)

    assert tls_server.received == []
