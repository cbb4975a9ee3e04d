"""HTTP adapter whose timeouts bound a whole call: looking up, connecting, and every byte of the answer.

The timeout of a socket bounds one wait, and a peer that sends a byte a second never makes us wait long: it could hold a
call for hours, in its headers as well as in its body. So here every wait is for what is left of the whole: of ``connect``
for looking up and connecting, of ``total`` for everything until the last byte.
"""

import functools
import http.client
import io
import re
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import create_connection

from clients.errors import UpstreamMalformedError

_MAX_LINE: Final = 65_536
_MAX_HEADERS: Final = 100
# Header lines of which no two parsers think differently: no folding, no stray line ends, nothing beyond ASCII.
_PLAIN_HEAD = re.compile(rb"(?:[!#-'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e]*\r\n)*\r\n")


class NotConnectedError(Exception):
    """No connection came about, so nothing was sent; ``is_late``: because it took too long."""

    def __init__(self, *, is_late: bool) -> None:
        super().__init__()
        self.is_late = is_late


Address = tuple[str, int]
Resolve = Callable[..., list[Any]]  # the signature of ``socket.getaddrinfo``, which takes no timeout


class _Resolver:
    """Looks hosts up with a timeout; at most one lookup of each is in progress."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._lock = threading.Lock()
        self._pending: dict[Address, Future[list[Address]]] = {}

    def look_up(self, address: Address, timeout: float) -> list[Address]:
        """Return the addresses of a host and port; ``TimeoutError`` after ``timeout`` seconds, ``OSError`` if none."""
        with self._lock:
            future = self._pending.get(address)
            if future is None:
                future = self._pending[address] = Future()
                threading.Thread(target=self._work, args=(address, future), daemon=True).start()
        return future.result(timeout)

    def _work(self, address: Address, future: Future[list[Address]]) -> None:
        try:
            found = self._resolve(*address, type=socket.SOCK_STREAM)
            future.set_result([sockaddr[:2] for *_, sockaddr in found])
        except OSError as error:
            future.set_exception(error)
        finally:
            with self._lock:
                del self._pending[address]


class _Reader(io.RawIOBase):
    """Reads a socket until ``ends_at``, then raises ``TimeoutError``."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, ends_at: float) -> None:
        self._raw = raw
        self._socket = sock
        self._ends_at = ends_at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer whose head and body both arrive before ``ends_at``."""

    # Of the standard library, but not of its stubs.
    _read_status: Callable[[], tuple[str, int, str]]
    _check_close: Callable[[], bool]

    def __init__(self, sock: socket.socket, *args: Any, ends_at: float, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Reader(self.fp.detach(), sock, ends_at))

    def begin(self) -> None:
        try:
            self._read_head()
        except http.client.RemoteDisconnected:
            raise
        except http.client.HTTPException:
            raise UpstreamMalformedError("not an HTTP answer") from None
        if self.headers.defects:
            raise UpstreamMalformedError("not HTTP headers")

    def _read_head(self) -> None:
        """Read status and headers as the standard library's ``begin`` does, which takes no other reader of headers."""
        version, self.status, reason = self._read_status()
        while self.status == HTTPStatus.CONTINUE:
            _head(self.fp)
            version, self.status, reason = self._read_status()
        if not version.startswith("HTTP/1.") and version != "HTTP/0.9":
            raise http.client.UnknownProtocol(version)
        self.version = 10 if version in {"HTTP/1.0", "HTTP/0.9"} else 11
        self.code = self.status
        self.reason = reason.strip()
        self.headers = self.msg = _headers(_head(self.fp))
        self.chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.length = None if self.chunked else _length(self.headers.get("content-length"))
        if self.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED} or 100 <= self.status < 200:
            self.length = 0
        self.will_close = self._check_close() or not (self.chunked or self.length is not None)


def _head(source: io.BufferedIOBase) -> bytes:
    """Return the lines until the empty one; ``HTTPException`` beyond the standard library's limits."""
    lines: list[bytes] = []
    while not lines or lines[-1] not in {b"\r\n", b"\n", b""}:
        lines.append(source.readline(_MAX_LINE + 1))
        if len(lines[-1]) > _MAX_LINE:
            raise http.client.LineTooLong("header line")
        if len(lines) > _MAX_HEADERS:
            raise http.client.HTTPException("too many headers")
    return b"".join(lines)


def _headers(head: bytes) -> http.client.HTTPMessage:
    """Return the headers as the standard library's parser does, which is made for mail and takes five times as long.

    It is left the heads that are not plain, and content of several parts, of which it expects more than headers.
    """
    if not _PLAIN_HEAD.fullmatch(head) or b"multipart" in head.lower() or b"message" in head.lower():
        return http.client.parse_headers(io.BytesIO(head))
    headers = http.client.HTTPMessage()
    for line in head.decode("ascii").split("\r\n")[:-2]:
        name, _, value = line.partition(":")
        headers.set_raw(name, value.lstrip(" \t"))
    headers.set_payload("")
    return headers


def _length(value: str | None) -> int | None:
    try:
        length = int(value or "")
    except ValueError:
        return None
    return length if length >= 0 else None


class _Answer(requests.Response):
    """What of an answer is used; to make a jar, and look for cookies to put in it, costs as much as to send."""

    def __init__(self, request: requests.PreparedRequest, raw: urllib3.BaseHTTPResponse) -> None:
        self._content_consumed = False
        self.request = request
        self.status_code = raw.status
        self.headers = raw.headers  # type: ignore[assignment]  # as blind to case, and not copied
        self.raw = raw


class _Connection(HTTPConnection):
    """A connection whose ``timeout`` is that of connecting as a whole, and then that of the answer as a whole."""

    def __init__(self, *args: Any, resolver: _Resolver, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._resolver = resolver

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # urllib3's own choice
        # The standard library calls it to make the answer; a class is only the usual thing to call.
        self.response_class = functools.partial(_Response, ends_at=self._ends_at())  # type: ignore[assignment]
        return super().getresponse()

    def _ends_at(self) -> float:
        return time.monotonic() + (self.timeout or 0)

    def connect(self) -> None:
        # Only here is it known that not a byte of the request was sent; what urllib3 would make of it does not tell.
        try:
            super().connect()
        except TimeoutError:
            raise NotConnectedError(is_late=True) from None
        except (OSError, urllib3.exceptions.HTTPError):
            raise NotConnectedError(is_late=False) from None

    def _new_conn(self) -> socket.socket:
        return self._connected(ends_at=self._ends_at())

    def _connected(self, ends_at: float) -> socket.socket:
        """Return a socket to the first address that accepts; a silent one may not use up the others' time."""
        failure = OSError("the host has no address")
        addresses = self._resolver.look_up((self.host, self.port), ends_at - time.monotonic())
        for tries_left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share = max(ends_at - time.monotonic(), 0.001) / tries_left
            try:
                return create_connection(address, share, socket_options=self.socket_options)
            except OSError as error:
                failure = error
        raise failure


class _TLSConnection(_Connection, HTTPSConnection):
    """The same over TLS; the handshake may take as long again as connecting did."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class TimedAdapter(HTTPAdapter):
    """A pool of timed connections to one host.

    It is used directly, without a ``requests.Session``: a session reads .netrc and proxies from the environment, keeps
    the cookies of the service, and swallows the whole body of a redirect even if it is not to follow it.
    """

    def __init__(self, base_url: str, *, size: int, resolve: Resolve) -> None:
        """Hold up to ``size`` connections to the host of ``base_url``; ``ValueError`` if that is no web address."""
        super().__init__(pool_connections=1, pool_maxsize=1)
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
            raise ValueError("the service's address must be http:// or https://, a host, and at most a path")
        parts.hostname.encode("idna")  # A host that can't be looked up is a ValueError now, not later.
        pool = _TLSPool if parts.scheme == "https" else _Pool
        self._pool = pool(parts.hostname, parts.port, maxsize=size, resolver=_Resolver(resolve))

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> urllib3.HTTPConnectionPool:
        """Return the one pool, whatever the environment says about proxies."""
        return self._pool

    def request_url(self, request: requests.PreparedRequest, proxies: object = None) -> str:
        """Return path and query, which is all that a service without a proxy in front of it is sent."""
        return request.path_url

    def build_response(
        self, req: requests.PreparedRequest, resp: urllib3.BaseHTTPResponse
    ) -> requests.Response:
        """Return status, headers and body; no cookies are kept."""
        return _Answer(req, resp)

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()
        super().close()
