"""A service on a port, in threads, to start and to stop."""

import socket
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Any, Self

from mock_upstream.handler import Handler, Shared, head_of
from mock_upstream.knobs import Board, Knobs
from mock_upstream.messages import Service, error
from mock_upstream.request_log import RequestLog

MAX_CONNECTIONS = 512
HANG_SECONDS = 60
STOP_SECONDS = 2


class MockUpstream:
    """A running service: its address, its knobs and its log. Leaving the ``with`` stops it."""

    def __init__(self, server: "Server", shared: Shared, url: str) -> None:
        self.name = shared.service.name
        self.url = url
        self.knobs = shared.board
        self.request_log = shared.request_log
        self._server = server
        self._thread = Thread(target=server.serve_forever, args=(0.05,), name="mock-upstream", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the service and every connection at once; a second time does nothing."""
        if self._thread.is_alive():
            self._server.stop()
            self._thread.join(STOP_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, reason: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def listen(
    service: Service,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    public_url: str = "",
    knobs: Knobs | None = None,
    max_connections: int = MAX_CONNECTIONS,
    hang_seconds: float = HANG_SECONDS,
) -> MockUpstream:
    """Start a service in threads of this process; port 0 takes a free one. ``OSError`` if it can't listen.

    ``public_url`` is where others find it, when that is not where it listens; ``knobs`` are how it begins and what a
    reset goes back to; ``hang_seconds`` is the longest time without a byte.
    """
    server = Server(host, port, max_connections)
    url = server.own_address()
    site = (public_url or url).rstrip("/")
    board = Board(knobs or service.knobs)
    server.shared = Shared(service, site, board, RequestLog(), server.stopping, hang_seconds)
    return MockUpstream(server, server.shared, url)


class Server(ThreadingHTTPServer):
    """A thread a connection, at most ``max_connections``; one more is answered with 503 and closed."""

    daemon_threads = True
    request_queue_size = 1024
    shared: Shared

    def __init__(self, host: str, port: int, max_connections: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.stopping = Event()
        self._max_connections = max_connections
        self._connections: set[socket.socket] = set()
        self._changed = Condition()
        super().__init__((host, port), BaseHTTPRequestHandler)

    def server_bind(self) -> None:
        # HTTPServer's own looks the host's name up, which can take seconds on a machine without DNS.
        TCPServer.server_bind(self)

    def own_address(self) -> str:
        """Return the address at which this machine finds the service."""
        host, port = (str(part) for part in self.server_address[:2])
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        Handler(self.shared, request, client_address, self)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            full = len(self._connections) >= self._max_connections
            if not full:
                self._connections.add(request)
        if full:
            answer = error(HTTPStatus.SERVICE_UNAVAILABLE, f"more than {self._max_connections} connections")
            request.sendall(head_of(answer, keep_alive=False) + answer.body)
            self.shutdown_request(request)
        else:
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
        """Take no more connections, end those there are and wait (not long) for their threads."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        self.shared.board.reset()  # wakes every answer that is delayed
        with self._changed:
            for connection in self._connections:
                shut(connection)
            self._changed.wait_for(lambda: not self._connections, STOP_SECONDS)


def shut(connection: socket.socket) -> None:
    """End a connection from another thread; whoever reads it sees its end."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself
