"""Connections of the bundled flyer service, and its request log."""

import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import perf_counter

import pytest
import requests

from mock_upstream.control import MAX_PATHS, MAX_REQUESTS, OTHERS, RequestLog
from mock_upstream.server import DEFAULT_KEY, start
from mock_upstream.service import Request
from tests.mock_upstream.caller import Caller

LOG = "/_control/requests"
FLYER = f"GET /api/v1/flyers/1/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {DEFAULT_KEY}\r\n\r\n".encode()


def connect(service) -> socket.socket:
    host, port = service.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=5)


def until_the_end(wire: socket.socket) -> bytes:
    parts = []
    while part := wire.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def wait_for(happened):
    """Return when something is so; fail when it is not within two seconds."""
    never, end = Event(), perf_counter() + 2
    while not happened():
        assert perf_counter() < end, "it never happened"
        never.wait(0.005)


def test_a_connection_is_reused_for_the_next_request(mock):
    with connect(mock) as wire:
        for _ in range(3):
            wire.sendall(FLYER)
            assert wire.recv(65_536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_requests_sent_at_once_are_answered_one_after_the_other(mock):
    last = FLYER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with connect(mock) as wire:
        wire.sendall(FLYER + last)
        assert until_the_end(wire).count(b"HTTP/1.1 200 OK\r\n") == 2


def test_a_reused_connection_answers_quickly(caller):
    seconds = [caller.get("flyers/1/").elapsed.total_seconds() for _ in range(20)]

    assert min(seconds) < 0.03, "Nagle's algorithm would cost 40 ms a request"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"BREW / HTTP/1.1\r\n\r\n", b"501"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"431"),
        (b"PATCH /_control HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"PATCH /_control HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"PATCH /_control HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n", b"413"),
        (b"PATCH /_control HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
    ],
)
def test_what_is_not_http_is_refused_in_json_and_ends_the_connection(mock, sent, status):
    with connect(mock) as wire:
        wire.sendall(sent)
        wire.shutdown(socket.SHUT_WR)
        answer = until_the_end(wire)

    assert answer.split(b" ", 2)[1] == status
    assert b"Content-Type: application/json" in answer
    assert b"Connection: close" in answer


def test_many_callers_at_once_are_all_answered(mock):
    def call(_):
        return requests.get(f"{mock.url}/media/creators/1.svg", timeout=5).status_code

    with ThreadPoolExecutor(40) as callers:
        assert set(callers.map(call, range(80))) == {200}


def test_a_hanging_request_is_answered_when_the_mode_changes(mock, caller):
    with start() as service, ThreadPoolExecutor(1) as others:
        service.knobs.turn({"mode": "hang"})
        asker = Caller(service.url)
        answer = others.submit(asker.get, "flyers/1/")
        wait_for(lambda: service.request_log.as_json()["in_flight"] == 1)
        service.knobs.turn({"latency_ms": 1})
        assert not answer.done()
        service.knobs.turn({"mode": "ok"})
        assert answer.result(timeout=2).status_code == 200
        asker.session.close()


def test_a_hanging_request_ends_without_an_answer_after_a_while(mock):
    mock.knobs.turn({"mode": "hang"})

    with connect(mock) as wire:
        wire.sendall(FLYER)
        assert until_the_end(wire) == b""

    assert mock.request_log.as_json()["requests"][0]["status"] is None


@pytest.mark.parametrize("knobs", [{"mode": "hang"}, {"latency_ms": 60_000}])
def test_a_caller_that_leaves_is_not_waited_for(knobs):
    with start() as service:
        service.knobs.turn(knobs)
        with connect(service) as wire:
            wire.sendall(FLYER)
            wait_for(lambda: service.request_log.as_json()["in_flight"] == 1)
        wait_for(lambda: service.request_log.as_json()["in_flight"] == 0)
        assert service.request_log.as_json()["requests"][0]["status"] is None


def test_a_caller_that_resets_is_not_waited_for():
    with start() as service:
        service.knobs.turn({"mode": "hang"})
        with connect(service) as wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            wire.sendall(FLYER)
            wait_for(lambda: service.request_log.as_json()["in_flight"] == 1)
        wait_for(lambda: service.request_log.as_json()["in_flight"] == 0)


def test_a_cut_answer_promises_more_than_it_sends(mock):
    mock.knobs.turn({"mode": "cut"})

    with connect(mock) as wire:
        wire.sendall(FLYER)
        head, _, body = until_the_end(wire).partition(b"\r\n\r\n")

    promised = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
    assert len(body) == promised // 2


def test_a_reset_connection_answers_nothing(mock):
    mock.knobs.turn({"mode": "reset"})

    with connect(mock) as wire:
        wire.sendall(FLYER)
        with pytest.raises(ConnectionResetError):
            wire.recv(1)


@pytest.mark.parametrize(("mode", "first"), [("drip_headers", b"H"), ("drip_body", b"HTTP/1.1 200 OK")])
def test_a_drip_is_slow_until_a_knob_is_turned(first, mode):
    with start() as service, connect(service) as wire:
        service.knobs.turn({"mode": mode})
        wire.sendall(FLYER)
        begun = wire.recv(65_536)
        assert begun.startswith(first)
        service.knobs.reset()
        answer = begun + until_the_end(wire)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert body.endswith(b"}\n")


def test_a_drip_is_given_up_after_a_while(mock):
    mock.knobs.turn({"mode": "drip_headers"})

    with connect(mock) as wire:
        wire.sendall(FLYER)
        assert 0 < len(until_the_end(wire)) < 20


def test_stopping_ends_held_back_and_idle_connections_at_once(capsys):
    service = start()
    service.knobs.turn({"mode": "hang"})
    with connect(service) as idle, connect(service) as hanging:  # accepted in this order
        hanging.sendall(FLYER)
        wait_for(lambda: service.request_log.as_json()["in_flight"] == 1)
        began = perf_counter()
        service.stop()
        assert perf_counter() - began < 2
        assert (until_the_end(hanging), until_the_end(idle)) == (b"", b"")
    with pytest.raises(ConnectionRefusedError):
        connect(service)
    service.stop()
    assert capsys.readouterr() == ("", "")


def test_the_log_shows_each_request_and_no_key(mock, caller):
    caller.request("/api/v1/flyers/1/?lat=1&lng=2", headers={"X-Request-ID": "abc-123"})
    caller.request("/api/v1/flyers/1/")
    caller.request("/nowhere", "POST")
    caller.request("/media/flyers/1/1.svg")

    answer = requests.get(mock.url + LOG, timeout=5)
    log = answer.json()

    assert (log["total"], log["in_flight"], log["peak_in_flight"]) == (3, 0, 1)
    assert log["by_path"] == {"/api/v1/flyers/1/": 2, "/nowhere": 1}
    first = log["requests"][0]
    assert first.pop("ms") >= 0
    assert first.pop("at").endswith("Z")
    assert first == {
        "method": "GET",
        "path": "/api/v1/flyers/1/",
        "query": "lat=1&lng=2",
        "request_id": "abc-123",
        "status": 200,
    }
    assert [visit["status"] for visit in log["requests"]] == [200, 200, 404]
    assert DEFAULT_KEY not in answer.text


def test_the_log_can_be_emptied(caller):
    caller.get("flyers/1/")

    assert caller.request(LOG, "DELETE").status_code == 204
    log = caller.request(LOG).json()
    assert log == {"total": 0, "in_flight": 0, "peak_in_flight": 0, "by_path": {}, "requests": []}


def test_the_log_shows_those_who_still_wait_and_how_many_there_were_at_most():
    with start() as service, connect(service) as one, connect(service) as two:
        service.knobs.turn({"mode": "hang"})
        one.sendall(FLYER)
        two.sendall(FLYER)
        wait_for(lambda: service.request_log.as_json()["in_flight"] == 2)
        service.request_log.clear()
        assert service.request_log.as_json()["peak_in_flight"] == 2
        service.knobs.reset()
        assert one.recv(12) == two.recv(12) == b"HTTP/1.1 200"
        assert service.request_log.as_json()["in_flight"] == 0


def test_the_log_is_bounded():
    request_log = RequestLog()

    for number in range(MAX_REQUESTS + 500):
        with request_log.logged(Request("GET", f"/{number}" + "x" * 999, "q" * 9999)):
            pass

    log = request_log.as_json()
    assert log["total"] == MAX_REQUESTS + 500
    assert len(log["requests"]) == MAX_REQUESTS
    assert log["requests"][-1]["path"].startswith(f"/{MAX_REQUESTS + 499}x")
    assert len(log["by_path"]) == MAX_PATHS + 1
    assert log["by_path"][OTHERS] == 500
    assert max(len(visit["path"]) + len(visit["query"]) for visit in log["requests"]) <= 2200


def test_a_service_on_ipv6_knows_its_own_address():
    with start(host="::1") as service:
        assert service.url.startswith("http://[::1]:")
        assert requests.get(f"{service.url}/_control/health", timeout=5).status_code == 200


def test_a_service_on_every_address_is_found_at_this_machine():
    with start(host="0.0.0.0") as service:  # noqa: S104 - for a moment, and with made-up data
        assert requests.get(f"{service.url}/_control/health", timeout=5).status_code == 200


def test_pictures_and_pages_stand_at_the_public_address():
    with start(public_url="http://flyers.test:9000/") as service:
        caller = Caller(service.url)
        page = caller.feed().json()
        caller.session.close()

    assert page["next"].startswith("http://flyers.test:9000/api/v1/flyers/feed/?")
    assert page["results"][0]["images"][0]["url"].startswith("http://flyers.test:9000/media/")
