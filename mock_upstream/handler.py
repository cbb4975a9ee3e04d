"""The handler of one HTTP connection: it reads requests and sends answers, damaged if the knobs say so."""

import select
import socket
import struct
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from threading import Event
from time import monotonic
from typing import Any

from mock_upstream.control import ROOT, control
from mock_upstream.failure_modes import answer_in_mode, failed
from mock_upstream.knobs import Board
from mock_upstream.messages import Answer, RefusedRequestError, Request, Service, error, packed
from mock_upstream.request_log import RequestLog

MAX_BODY_BYTES = 1024 * 1024
IDLE_SECONDS = 75
DRIP_SECONDS = 0.1
DISCONNECT_POLL_SECONDS = 0.1  # how often a delayed answer checks that its caller is still connected


@dataclass(frozen=True, slots=True)
class Shared:
    """What every connection of a service shares; ``site`` is where others find it."""

    service: Service
    site: str
    board: Board
    request_log: RequestLog
    stopping: Event
    hang_seconds: float


class Handler(BaseHTTPRequestHandler):
    """Reads a request, has it answered, and sends the answer, damaged if the knobs say so."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    changed: Event

    def __init__(self, shared: Shared, *connection: Any) -> None:
        self.shared = shared
        super().__init__(*connection)

    def respond(self) -> None:
        """Answer one request of any method that HTTP knows."""
        try:
            request = self._request()
        except RefusedRequestError as refused:
            self.close_connection = True
            self._send(refused.as_answer())
            return
        if request.path == ROOT or request.path.startswith(f"{ROOT}/"):
            self._send(control(request, self.shared.board, self.shared.request_log))
        elif request.path.startswith(self.shared.service.media):
            self._send(self.shared.service.answer(request, self.shared.board.now))
        else:
            self._send_logged(request)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = respond  # noqa: N815 - http.server

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what http.server itself refuses, such as a broken request line, as JSON too."""
        self.close_connection = True
        self._send(error(HTTPStatus(code), message or HTTPStatus(code).description))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Stay quiet: the log is at ``/_control/requests``."""

    def _request(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        path, _, query = self.path.partition("?")
        return Request(self.command, path, query, headers, self._body(headers), self.shared.site)

    def _body(self, headers: dict[str, str]) -> bytes:
        if "transfer-encoding" in headers:
            raise RefusedRequestError(HTTPStatus.LENGTH_REQUIRED, "a body must come with its Content-Length")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 20):
            raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "Content-Length must be a number")
        if int(length) > MAX_BODY_BYTES:
            raise RefusedRequestError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body may have {MAX_BODY_BYTES} bytes"
            )
        return self.rfile.read(int(length))

    def _send_logged(self, request: Request) -> None:
        """Answer a request to the service. It is in the log before its answer is sent."""
        ticket = self.shared.request_log.begin(request)
        answer = None
        try:
            answer = self._answer(request)
        finally:
            self.shared.request_log.end(ticket, answer.status if answer else None)
        if answer is None:
            self.close_connection = True
        else:
            self._send(answer)

    def _answer(self, request: Request) -> Answer | None:
        """Answer as the knobs say; None: never."""
        board, service = self.shared.board, self.shared.service
        # The event is read before the knobs: a change in between is then never missed.
        self.changed = board.changed
        if not request.path.startswith(board.now.only):
            return service.answer(request, board.now)
        if not self._wait(board.delay()):
            return None
        end = monotonic() + self.shared.hang_seconds
        self.changed = board.changed
        while (knobs := board.now).mode == "hang":
            if monotonic() >= end or not self._wait(end - monotonic()):
                return None
            self.changed = board.changed
        if board.fails():
            return failed(service)
        answer = answer_in_mode(service, request, knobs)
        return packed(answer) if knobs.gzip and answer.body else answer

    def _wait(self, seconds: float) -> bool:
        """Wait so many seconds, or until a knob is turned; False: the caller has disconnected, or the service ends."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0 and not self.changed.wait(min(left, DISCONNECT_POLL_SECONDS)):
            if self._is_disconnected():
                return False
        return not self.shared.stopping.is_set()

    def _is_disconnected(self) -> bool:
        watch = select.poll()
        watch.register(self.connection, select.POLLIN)
        try:
            return bool(watch.poll(0)) and not self.connection.recv(1, socket.MSG_PEEK)
        except ConnectionError:
            return True

    def _send(self, answer: Answer) -> None:
        head = head_of(answer, keep_alive=not self.close_connection and answer.delivery == "whole")
        body = b"" if self.command == "HEAD" else answer.body
        if answer.delivery == "whole":
            self.wfile.write(head + body)
            return
        self.close_connection = True
        match answer.delivery:
            case "reset":
                # Closing with nothing to linger for sends RST instead of FIN.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            case "cut":
                self.wfile.write(head + body[: len(body) // 2])
            case "drip_body":
                self.wfile.write(head)
                self._drip(body)
            case _:
                self._drip(head + body)

    def _drip(self, data: bytes) -> None:
        """Send a byte every ``DRIP_SECONDS``, and all that remain once a knob is turned."""
        end = monotonic() + self.shared.hang_seconds
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
    return f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{lines}\r\n".encode("latin-1")
