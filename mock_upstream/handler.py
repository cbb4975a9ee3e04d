"""mock_upstream: one connection: reads requests and puts answers on the wire, spoilt if told so; knows no flyers."""

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
from mock_upstream.journal import Journal
from mock_upstream.knobs import Board
from mock_upstream.messages import Answer, RefusedRequestError, Request, error
from mock_upstream.moods import failed, in_mood
from mock_upstream.service import FlyerService

MAX_BODY_BYTES = 1024 * 1024
IDLE_SECONDS = 75
DRIP_SECONDS = 0.1
GLANCE_SECONDS = 0.1  # how often a held-back answer looks whether its caller is still there


@dataclass(frozen=True, slots=True)
class House:
    """What every connection shares."""

    service: FlyerService
    board: Board
    journal: Journal
    stopping: Event
    hang_seconds: float


class Handler(BaseHTTPRequestHandler):
    """Reads a request, has it answered, and puts the answer on the wire, spoilt if the knobs say so."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    stirred: Event

    def __init__(self, house: House, *connection: Any) -> None:
        self.house = house
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
            self._send(control(request, self.house.board, self.house.journal))
        elif request.path.startswith("/media/"):
            self._send(self.house.service.answer(request, self.house.board.now))
        else:
            self._send_logged(request)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = respond  # noqa: N815 - http.server

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Say what http.server itself finds wrong, a broken request line for one, as JSON too."""
        self.close_connection = True
        self._send(error(HTTPStatus(code), message or HTTPStatus(code).description))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Stay quiet: the log is at ``/_control/requests``."""

    def _request(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        path, _, query = self.path.partition("?")
        return Request(self.command, path, query, headers, self._body(headers))

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
        """Answer a request to the flyer service. It stands in the log before its answer is on the wire."""
        ticket = self.house.journal.arrive(request)
        answer = None
        try:
            answer = self._answer(request)
        finally:
            self.house.journal.leave(ticket, answer.status if answer else None)
        if answer is None:
            self.close_connection = True
        else:
            self._send(answer)

    def _answer(self, request: Request) -> Answer | None:
        """Answer as the knobs tell; None: never."""
        board, service = self.house.board, self.house.service
        # What wakes us is taken before the knobs are read: a turn in between is then never slept through.
        self.stirred = board.stirred
        if not request.path.startswith(board.now.only):
            return service.answer(request, board.now)
        if not self._wait(board.delay()):
            return None
        end = monotonic() + self.house.hang_seconds
        self.stirred = board.stirred
        while (knobs := board.now).mode == "hang":
            if monotonic() >= end or not self._wait(end - monotonic()):
                return None
            self.stirred = board.stirred
        if board.fails():
            return failed()
        return in_mood(knobs, lambda: service.answer(request, knobs))

    def _wait(self, seconds: float) -> bool:
        """Wait so long, or until a knob is turned; False: the caller is gone, or the service ends."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0 and not self.stirred.wait(min(left, GLANCE_SECONDS)):
            if self._caller_is_gone():
                return False
        return not self.house.stopping.is_set()

    def _caller_is_gone(self) -> bool:
        watch = select.poll()
        watch.register(self.connection, select.POLLIN)
        try:
            return bool(watch.poll(0)) and not self.connection.recv(1, socket.MSG_PEEK)
        except ConnectionError:
            return True

    def _send(self, answer: Answer) -> None:
        head = head_of(answer, keep=not self.close_connection and answer.delivery == "whole")
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
        """Send a byte now and then, and all the rest once a knob is turned."""
        end = monotonic() + self.house.hang_seconds
        for sent in range(len(data)):
            if self.stirred.is_set():
                self.wfile.write(data[sent:])
                return
            if monotonic() > end:
                return
            self.wfile.write(data[sent : sent + 1])
            self.stirred.wait(DRIP_SECONDS)


def head_of(answer: Answer, *, keep: bool) -> bytes:
    """Return the status line and the headers of an answer."""
    headers = {
        "Server": "mock-flyer-service",
        "Date": formatdate(usegmt=True),
        **answer.headers,
        "Connection": "keep-alive" if keep else "close",
    }
    if answer.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        headers["Content-Length"] = str(len(answer.body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{lines}\r\n".encode("latin-1")
