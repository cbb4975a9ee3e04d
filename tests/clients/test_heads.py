"""Tests that status and headers of every answer are read as the standard library reads them."""

import http.client
import socket
import time

from hypothesis import example, given, settings
from hypothesis import strategies as st

from clients.errors import UpstreamMalformedError
from clients.timed_http import _Response

HEAD = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\nETag:  "v1" \r\nVary: a\r\nvary: b\r\n'
    b"Connection: keep-alive\r\n\r\n"
)
PIECES = st.sampled_from(
    (
        *(b"\r\n", b"\n", b"\r", b"\r\n ", b"\r\n\r\n", b":", b" ", b"\t", b"\0", b"\x0b", b"\x0c", b"\x1c", b"\x85", b"\xe9"),
        *(b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2", b"HTTP/1.1 100 Continue\r\n\r\n", b"204", b"304", b"1", b"999", b"-", b"_"),
        *(b"Transfer-Encoding: Chunked\r\n", b"Content-Length: -1\r\n", b"Content-Length: 1_0\r\n", b"Content-Length:\r\n"),
        *(b"Connection: Close\r\n", b"Keep-Alive: 5\r\n", b"Proxy-Connection: keep-alive\r\n", b"From here\r\n"),
        *(b"Content-Type: multipart/mixed; boundary=a\r\n", b"Content-Type: Message/rfc822\r\n", b"A: b\r\n" * 100),
        *(b"A: " + b"b" * 65_540 + b"\r\n", b"=?utf-8?q?a?=", b"\r\n--a\r\n", b'";'),
    )
)  # fmt: skip


@st.composite
def heads(draw):
    """A head with pieces put in, or in the place of others."""
    head = HEAD
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(head)))
        if draw(st.booleans()):  # at the start of a line
            start = head.rfind(b"\n", 0, start) + 1
        end = draw(st.integers(start, min(len(head), start + 3)))
        head = head[:start] + draw(PIECES) + head[end:]
    return head


def read(head, make):
    """Return what is read of the head, or how it is refused."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**20)
        ours.sendall(head)
        ours.shutdown(socket.SHUT_WR)
        answer = make(theirs)
        try:
            answer.begin()
        except http.client.RemoteDisconnected:
            return "nothing"
        except (http.client.HTTPException, UpstreamMalformedError):
            return "no HTTP"
        with answer:
            if answer.headers.defects:
                return "no HTTP"
            how = (answer.chunked, answer.length, bool(answer.will_close))
            parts = (
                answer.version,
                answer.status,
                answer.reason,
                answer.headers.items(),
                answer.headers.is_multipart(),
            )
            return (*parts, *how, answer.read1(100) if how[0] is False else b"")


@given(heads())
@example(HEAD.replace(b"OK\r\n", b"OK\r\nContent-Type: multipart/mixed\r\n"))
@example(HEAD.replace(b"1.1", b"0.9"))
@example(b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n" + HEAD)
@settings(deadline=None, max_examples=400)
def test_every_head_is_read_and_refused_as_by_the_standard_library(head):
    def timed(sock):
        return _Response(sock, ends_at=time.monotonic() + 5)

    assert read(head, timed) == read(head, http.client.HTTPResponse)
