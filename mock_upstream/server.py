"""A service on a port: its connections, in threads, on which answers are sent whole, or damaged as the knobs say."""

import select
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.utils import formatdate
from http import HTTPStatus
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Condition, Event, Thread
from time import monotonic
from typing import Any

from mock_upstream.control import ROOT, RequestLog, control
from mock_upstream.flyers.catalog import MADRID, Position
from mock_upstream.flyers.service import FlyerService
from mock_upstream.knobs import Board, Knobs
from mock_upstream.service import Answer, RefusedRequestError, Request, Service, error, packed, utc_now
from mock_upstream.store.service import StoreService
from mock_upstream.tmdb.service import TmdbService

DEFAULT_KEY = "dev-flyers-key"
DEFAULT_TMDB_TOKEN = "dev-tmdb-token"  # noqa: S105 - made up, and known to everybody
MAX_BODY_BYTES = 1024 * 1024
HANG_SECONDS = 60
IDLE_SECONDS = 75
STOP_SECONDS = 2
DRIP_SECONDS = 0.1
DISCONNECT_POLL_SECONDS = 0.1  # how often a delayed answer checks that its caller is still connected


class Handler(BaseHTTPRequestHandler):
    """Reads the requests of one connection, has them answered, and sends the answers."""

    server: "MockUpstream"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    changed: Event

    def respond(self) -> None:
        """Answer one request of any method that HTTP knows."""
        try:
            request = self._request()
        except RefusedRequestError as refused:
            self.send_error(refused.status, refused.detail)
            return
        if request.path == ROOT or request.path.startswith(f"{ROOT}/"):
            self._send(control(request, self.server.knobs, self.server.request_log))
        elif request.path.startswith(self.server.service.media):
            self._send(self.server.service.answer(request, self.server.knobs.now))
        else:
            self._send_logged(request)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = respond  # noqa: N815 - http.server

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what http.server itself refuses, such as a broken request line, as JSON too."""
        self.close_connection = True
        self._send(error(code, message or HTTPStatus(code).description))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Stay quiet: the log is at ``/_control/requests``."""

    def _request(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        path, _, query = self.path.partition("?")
        return Request(self.command, path, query, headers, self._body(headers), self.server.site)

    def _body(self, headers: dict[str, str]) -> bytes:
        if "transfer-encoding" in headers:
            raise RefusedRequestError(HTTPStatus.LENGTH_REQUIRED, "a body must come with its Content-Length")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 20):
            raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "Content-Length must be a number")
        if int(length) > MAX_BODY_BYTES:
            detail = f"a body may have {MAX_BODY_BYTES} bytes"
            raise RefusedRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
        return self.rfile.read(int(length))

    def _send_logged(self, request: Request) -> None:
        """Answer a request to the service. It is in the log before its answer is sent."""
        with self.server.request_log.logged(request) as logged:
            answer = self._answer(request)
            if answer and answer.delivery == "never":
                self._wait(self.server.hang_seconds)
                answer = None
            logged["status"] = answer and answer.status
        if answer:
            self._send(answer)
        else:
            self.close_connection = True

    def _answer(self, request: Request) -> Answer | None:
        """Answer as the knobs say; None: never."""
        board, service = self.server.knobs, self.server.service
        # The event is read before the knobs: a change in between is then never missed.
        self.changed = board.changed
        if not request.path.startswith(board.now.only):
            return service.answer(request, board.now)
        if not self._wait(board.delay()):
            return None
        end = monotonic() + self.server.hang_seconds
        self.changed = board.changed
        while (knobs := board.now).mode == "hang":
            if monotonic() >= end or not self._wait(end - monotonic()):
                return None
            self.changed = board.changed
        if board.fails():
            detail = f"the {service.name} failed, as its knobs told it to"
            return service.error(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
        answer = service.answer_in_mode(request, knobs)
        return packed(answer) if knobs.gzip and answer.body else answer

    def _wait(self, seconds: float) -> bool:
        """Wait so many seconds, or until a knob is turned; False: the caller has disconnected, or the service ends."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0 and not self.changed.wait(min(left, DISCONNECT_POLL_SECONDS)):
            if self._is_disconnected():
                return False
        return not self.server.stopping.is_set()

    def _is_disconnected(self) -> bool:
        watch = select.poll()
        watch.register(self.connection, select.POLLIN)
        try:
            return bool(watch.poll(0)) and not self.connection.recv(1, socket.MSG_PEEK)
        except ConnectionError:
            return True

    def _send(self, answer: Answer) -> None:
        if answer.delivery != "whole":
            self.close_connection = True
        head = head_of(answer, keep_alive=not self.close_connection)
        body = b"" if self.command == "HEAD" else answer.body
        match answer.delivery:
            case "reset":
                # Closing with nothing to linger for sends RST instead of FIN.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            case "cut":
                self.wfile.write(head + body[: len(body) // 2])
            case "drip_headers":
                self._drip(head + body)
            case "drip_body":
                self.wfile.write(head)
                self._drip(body)
            case _:
                self.wfile.write(head + body)

    def _drip(self, data: bytes) -> None:
        """Send a byte every ``DRIP_SECONDS``, and all that remain once a knob is turned."""
        end = monotonic() + self.server.hang_seconds
        for sent in range(len(data)):
            if self.changed.is_set():
                self.wfile.write(data[sent:])
                return
            if monotonic() > end:
                return
            self.wfile.write(data[sent : sent + 1])
            self.changed.wait(DRIP_SECONDS)


def head_of(answer: Answer, *, keep_alive: bool) -> bytes:
    """Return the status line and the headers of an answer."""
    headers = {
        "Server": "mock-upstream",
        "Date": formatdate(usegmt=True),
        **answer.headers,
        "Connection": "keep-alive" if keep_alive else "close",
    }
    if answer.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        headers["Content-Length"] = str(len(answer.body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}\r\n{lines}\r\n".encode("latin-1")


class MockUpstream(ThreadingHTTPServer):
    """A running service: its address, its knobs and its log. Leaving the ``with`` stops it.

    It runs in threads of this process, one a connection. Port 0 takes a free one; ``OSError`` if it can't listen.
    ``public_url`` is where others find it, when that is not where it listens; ``knobs`` are how it begins and what a reset
    goes back to; ``hang_seconds`` is the longest time without a byte.
    """

    daemon_threads = True
    request_queue_size = 1024

    def __init__(
        self,
        service: Service,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        public_url: str = "",
        knobs: Knobs | None = None,
        hang_seconds: float = HANG_SECONDS,
    ) -> None:
        self.service = service
        self.name = service.name
        self.knobs = Board(knobs or service.knobs)
        self.request_log = RequestLog()
        self.hang_seconds = hang_seconds
        self.stopping = Event()
        self._connections: set[socket.socket] = set()
        self._changed = Condition()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Handler)
        self.url = self._own_address()
        self.site = (public_url or self.url).rstrip("/")
        self._thread = Thread(target=self.serve_forever, args=(0.05,), name="mock-upstream", daemon=True)
        self._thread.start()

    def server_bind(self) -> None:
        # HTTPServer's own looks the host's name up, which can take seconds on a machine without DNS.
        TCPServer.server_bind(self)

    def _own_address(self) -> str:
        """Return the address at which this machine finds the service."""
        host, port = (str(part) for part in self.server_address[:2])
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._connections.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A caller that leaves is everyday life; everything else is a bug of ours and is shown.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Take no more connections, end those there are and wait (not long) for their threads; a second time does nothing."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        self.shutdown()
        self.server_close()
        self.knobs.reset()  # wakes every answer that is delayed
        with self._changed:
            for connection in self._connections:
                with suppress(OSError):  # it has ended by itself
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._connections, STOP_SECONDS)
        self._thread.join(STOP_SECONDS)

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(
    *,
    key: str = DEFAULT_KEY,
    centre: Position = MADRID,
    clock: Callable[[], datetime] = utc_now,
    **listening: Any,
) -> MockUpstream:
    """Start the flyer service; ``clock`` gives the date of the sample, ``centre`` its place."""
    return MockUpstream(FlyerService(key=key, centre=centre, clock=clock), **listening)


def start_tmdb(
    *, key: str = DEFAULT_TMDB_TOKEN, clock: Callable[[], datetime] = utc_now, **listening: Any
) -> MockUpstream:
    """Start the stand-in for TMDb; ``clock`` gives the day from which what is to come is counted."""
    return MockUpstream(TmdbService(key=key, clock=clock), **listening)


def start_store(**listening: Any) -> MockUpstream:
    """Start the stand-in for FakeStore, which wants no key."""
    return MockUpstream(StoreService(), **listening)
