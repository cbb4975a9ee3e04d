"""A flyer service on a real socket that misbehaves as a test sets it.

A behaviour is a function of one ``Exchange``: it has the request and the socket, and may do to the socket what
it likes. ``FAULTS`` holds those that do not depend on the request.
"""

import gzip
import json
import select
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Self

DRIP_SECONDS = 0.05


class Exchange:
    """One request that arrived, and the socket to answer it on; ``stopping`` is set when the server stops."""

    def __init__(self, sock: socket.socket, head: bytes, stopping: threading.Event):
        self.sock = sock
        self.stopping = stopping
        self.keep_alive = False
        self.body = b""
        request_line, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = request_line.split(" ")
        self.path, _, self.query = self.target.partition("?")
        pairs = (line.partition(":") for line in lines if line)
        self.headers = {name.strip().lower(): value.strip() for name, _, value in pairs}

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def send_slowly(self, data: bytes) -> None:
        """Send a byte at a time, until the other side disconnects: a caller sends nothing more before that."""
        hangup = select.poll()  # and not select.select, which knows no descriptor past 1,023
        hangup.register(self.sock, select.POLLIN)
        for byte in data:
            self.send(bytes([byte]))
            if hangup.poll(DRIP_SECONDS * 1000):
                return

    def wait_for_hangup(self) -> None:
        """Say nothing until the other side goes away."""
        while self.sock.recv(65536):
            pass

    def reset(self) -> None:
        """Close so that the other side gets a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def answer(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Send a whole, well-formed answer; header names with ``_`` for ``-``. The connection stays open."""
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.send(f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode("latin-1") + body)
        self.keep_alive = True

    def answer_json(self, document: object, status: int = 200, **headers: str) -> None:
        """Send a document as a whole, well-formed answer."""
        self.answer(json.dumps(document).encode(), status, **headers)


Behaviour = Callable[[Exchange], None]


class HostileServer:
    """Listens from ``with`` on; ``behaviour`` may be changed at any time and applies from the next request on.

    With a ``context`` it talks TLS.
    """

    def __init__(self, behaviour: Behaviour, context: ssl.SSLContext | None = None):
        self.behaviour = behaviour
        self.context = context
        self.received: list[Exchange] = []
        self.connections = 0
        self.errors: list[Exception] = []
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._hung_up = threading.Condition(self._lock)
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self._port}"

    @property
    def targets(self) -> list[str]:
        """The requested targets, in the order of arrival."""
        return [exchange.target for exchange in self.received]

    def wait_until_left_alone(self, timeout: float = 10) -> bool:
        """Wait until nobody is connected any more; say whether that came true."""
        with self._hung_up:
            return self._hung_up.wait_for(lambda: not self._open, timeout)

    def listen(self) -> None:
        """Accept connections, on the same port as before."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(128)
        self._port = listener.getsockname()[1]
        with self._lock:
            self._listener = listener
        self._start(self._accept, listener)

    def refuse(self) -> None:
        """Drop everyone and let nobody connect, until ``listen``."""
        with self._lock:
            listener, self._listener = self._listener, None
        if listener:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.drop_connections()

    def drop_connections(self) -> None:
        """Close every connection, idle ones too."""
        with self._lock:
            for sock in self._open:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:  # The other side was quicker.
                    continue

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self.refuse()
        for thread in self._threads:
            thread.join(timeout=10)
        assert not [thread for thread in self._threads if thread.is_alive()]
        assert not self.errors

    def _start(self, work: Callable[[socket.socket], None], sock: socket.socket) -> None:
        thread = threading.Thread(target=work, args=(sock,), daemon=True)
        with self._lock:
            self._threads = [other for other in self._threads if other.is_alive()] + [thread]
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:  # Closed: nobody may connect any more.
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                if self._listener is not listener:
                    sock.close()
                    return
                self.connections += 1
                self._open.add(sock)
            self._start(self._serve, sock)

    def _over_tls(self, sock: socket.socket, context: ssl.SSLContext) -> socket.socket:
        secure = context.wrap_socket(sock, server_side=True)
        with self._lock:
            self._open.discard(sock)
            self._open.add(secure)
        return secure

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self.context:
                sock = self._over_tls(sock, self.context)
            while exchange := _request(sock, self._stopping):
                with self._lock:
                    self.received.append(exchange)
                self.behaviour(exchange)
                if not exchange.keep_alive:
                    return
        except OSError:  # The other side hung up on us, as it should.
            return
        except Exception as error:
            self.errors.append(error)
            raise
        finally:
            with self._lock:
                self._open.discard(sock)
                self._hung_up.notify_all()
            sock.close()


def _request(sock: socket.socket, stopping: threading.Event) -> Exchange | None:
    """Return the next request, its body whole; ``None`` if the other side has hung up."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    exchange = Exchange(sock, head, stopping)
    length = int(exchange.headers.get("content-length", "0"))
    while len(body) < length and (more := sock.recv(65536)):
        body += more
    exchange.body = body
    return exchange


def answers(body: bytes | str, status: int = 200, **headers: str) -> Behaviour:
    """Always give this one answer."""
    data = body.encode() if isinstance(body, str) else body
    return lambda exchange: exchange.answer(data, status, **headers)


def sends(data: bytes) -> Behaviour:
    """Send these bytes for an answer, and close."""
    return lambda exchange: exchange.send(data)


def drips(data: bytes, *, after: bytes = b"") -> Behaviour:
    """Send ``after`` at once, and then ``data`` a byte at a time."""

    def behaviour(exchange: Exchange) -> None:
        exchange.send(after)
        exchange.send_slowly(data)

    return behaviour


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Behave like each of them once, and like the last from then on."""
    left = list(behaviours)

    def behaviour(exchange: Exchange) -> None:
        now = left.pop(0) if len(left) > 1 else left[0]
        now(exchange)

    return behaviour


def _floods(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        exchange.send(b"X-Flood-%d: %s\r\n" % (number, b"a" * 1000))


def _sends_a_hundred_megabytes(status_and_headers: bytes) -> Behaviour:
    def behaviour(exchange: Exchange) -> None:
        exchange.send(status_and_headers + b"Content-Length: 104857600\r\n\r\n")
        for _ in range(1600):
            exchange.send(b" " * 65536)

    return behaviour


def _sends_chunks_without_end(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        exchange.send(b"1\r\n \r\n" * 1000)


def _says_continue_without_end(exchange: Exchange) -> None:
    while True:
        exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def _retry_date(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def _throttles_until_a_date(exchange: Exchange) -> None:
    exchange.answer(b"{}", 429, Retry_After=_retry_date(30))


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _bomb() -> bytes:
    """Return 50 MB of blanks as one gzip body of 50 kB, without its end."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    block = packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(7) + block * 50


# Each makes every endpoint fail; what each of them must become is the business of the tests that use them.
FAULTS: dict[str, Behaviour] = {
    "reset": Exchange.reset,
    "closed before the headers": sends(b""),
    "hang": Exchange.wait_for_hangup,
    "drip of headers": drips(_HEAD * 1000),
    "drip of one endless header": drips(b"a" * 60_000, after=_HEAD + b"X-Endless: "),
    "drip of body": drips(b" " * 60_000, after=_HEAD + b"Content-Length: 60000\r\n\r\n"),
    "drip of chunks": drips(b"1\r\n \r\n" * 10_000, after=_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
    "500": answers("{}", 500),
    "502": answers("{}", 502),
    "503": answers("{}", 503),
    "503, Retry-After in seconds": answers("{}", 503, Retry_After="20"),
    "504": answers("{}", 504),
    "429": answers("{}", 429),
    "429, Retry-After in seconds": answers("{}", 429, Retry_After="7"),
    "429, Retry-After as a date": _throttles_until_a_date,
    "429, Retry-After of an hour": answers("{}", 429, Retry_After="3600"),
    "429, Retry-After without sense": answers("{}", 429, Retry_After="soon\u00e9"),
    "401": answers("{}", 401),
    "403": answers("{}", 403),
    "404": answers("{}", 404),
    "410": answers("{}", 410),
    "400": answers("{}", 400),
    "body cut": sends(_HEAD + b'Content-Length: 500\r\n\r\n{"count": '),
    "chunks cut": sends(_HEAD + b'Transfer-Encoding: chunked\r\n\r\na\r\n{"count": \r\n'),
    "bad chunks": sends(_HEAD + b"Transfer-Encoding: chunked\r\n\r\nnot hex\r\n{}\r\n0\r\n\r\n"),
    "negative chunk": sends(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n{}\r\n0\r\n\r\n"),
    "chunks without end": _sends_chunks_without_end,
    "two lengths": sends(_HEAD + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}"),
    "garbage status line": sends(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "garbage status": sends(b"HTTP/1.1 abc Nope\r\n\r\n"),
    "HTTP of the future": sends(b"HTTP/9.9 200 OK\r\n\r\n{}"),
    "zeros": sends(b"\x00" * 1000),
    "a header without a name": sends(_HEAD + b"no colon here\r\nContent-Length: 2\r\n\r\n{}"),
    "header flood": _floods,
    "one header of 100 kB": sends(_HEAD + b"X-Long: " + b"a" * 100_000 + b"\r\n\r\n{}"),
    "100 Continue without end": _says_continue_without_end,
    "100 MB body": _sends_a_hundred_megabytes(_HEAD),
    "gzip bomb": answers(_bomb(), Content_Encoding="gzip"),
    "an encoding not asked for": answers(gzip.compress(b"{}"), Content_Encoding="br"),
    "no JSON": answers('{"count": '),
    "no UTF-8": answers(b'{"count": "\xff\xfe"}'),
    "UTF-16": answers("{}".encode("utf-16")),
    "empty body": answers(""),
    "no content": answers("", 204),
    "two documents": answers("{}{}"),
    "one key twice": answers('{"count": 0, "results": [], "count": 1}'),
    "NaN": answers('{"count": NaN, "results": []}'),
    "a number of 5,000 digits": answers('{"count": 0, "results": [], "x": %s}' % ("1" * 5000)),
    "deep JSON": answers("[" * 200_000),
    "HTML with 200": answers("<html><h1>Welcome</h1></html>", Content_Type="text/html"),
    "null": answers("null"),
    "a number": answers("7"),
    "a text": answers('"flyers"'),
    "redirect to another host": answers("", 302, Location="http://localhost:1/"),
    "redirect to the metadata address": answers("", 307, Location="http://169.254.169.254/latest/"),
    "redirect in a loop": lambda exchange: exchange.answer(b"", 301, Location=exchange.target),
    "redirect with 100 MB": _sends_a_hundred_megabytes(b"HTTP/1.1 302 Found\r\nLocation: /\r\n"),
}
