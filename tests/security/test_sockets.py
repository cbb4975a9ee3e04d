"""Bytes that are nearly HTTP: refused or hung up on, soon, and never read as a second request."""

import time

import pytest

from tests.security.attacker import SECONDS, statuses

SMUGGLED = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Smuggled: yes\r\n\r\n"
LOGIN = b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
READ = b"GET /api/v1/flyers/categories/ HTTP/1.1\r\nHost: localhost\r\n"

# Where two readers could disagree about where a request ends.
AMBIGUOUS = {
    "two lengths": LOGIN + b"Content-Length: 2\r\nContent-Length: 68\r\n\r\n{}" + SMUGGLED,
    "a list of lengths": LOGIN + b"Content-Length: 2, 68\r\n\r\n{}" + SMUGGLED,
    "a length and chunks": LOGIN
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + SMUGGLED,
    "a bad chunk": LOGIN + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" + SMUGGLED,
    "a huge chunk": LOGIN
    + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n"
    + SMUGGLED,
    "chunks by another name": LOGIN + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunks twice": LOGIN + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a space before the colon": LOGIN + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a signed length": LOGIN + b"Content-Length: +2\r\n\r\n{}" + SMUGGLED,
    "a negative length": LOGIN + b"Content-Length: -1\r\n\r\n{}" + SMUGGLED,
    "a length of letters": LOGIN + b"Content-Length: two\r\n\r\n{}" + SMUGGLED,
    "a huge length": LOGIN + b"Content-Length: 99999999999999999999\r\n\r\n{}" + SMUGGLED,
    "a folded header": LOGIN + b"X-A: b\r\n Content-Length: 2\r\n\r\n{}" + SMUGGLED,
}
BROKEN = {
    "no host": b"GET /api/v1/flyers/categories/ HTTP/1.1\r\n\r\n",
    "two hosts": READ + b"Host: evil.example\r\n\r\n",
    "another host, absolutely": b"GET http://evil.example/api/v1/users/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a huge header": READ + b"X-Big: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "a thousand headers": READ + b"".join(b"X-%d: a\r\n" % n for n in range(1_000)) + b"\r\n",
    "a huge path": b"GET /api/v1/" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a huge cookie": READ + b"Cookie: " + b"a=b; " * 200_000 + b"\r\n\r\n",
    "a huge token": b"GET /api/v1/auth/me/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
    + b"a" * 300_000
    + b"\r\n\r\n",
    "a NUL in a header": READ + b"X-A: a\0b\r\n\r\n",
    "a NUL in the path": b"GET /api/v1/\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a carriage return alone": READ + b"X-A: a\rX-B: b\r\n\r\n",
    "no version": b"GET /api/v1/flyers/categories/\r\n\r\n",
    "a version to come": b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(20),
    "everything": b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "noise": bytes(range(256)) * 40,
}
CUT_OFF = {
    "nothing": b"",
    "half a request": READ,
    "half a body": LOGIN + b'Content-Length: 100\r\n\r\n{"email": "a',
    "half a chunk": LOGIN + b"Transfer-Encoding: chunked\r\n\r\n64\r\n{",
}


@pytest.mark.parametrize("text", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_where_a_request_ends_is_never_in_doubt(service, text):
    start = time.monotonic()
    heard = service.say(text)

    assert all(400 <= status < 500 for status in statuses(heard)), heard[:300]
    assert b'"status": "ok"' not in heard
    assert time.monotonic() - start < SECONDS


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_no_request_is_refused_and_forgotten(service, text):
    start = time.monotonic()
    heard = service.say(text)

    assert all(400 <= status < 500 for status in statuses(heard)), heard[:300]
    assert time.monotonic() - start < SECONDS
    assert service.request("/health/live").status == 200


@pytest.mark.parametrize("text", CUT_OFF.values(), ids=CUT_OFF)
def test_who_leaves_in_the_middle_leaves_nothing_behind(service, text):
    heard = service.say(text, then_leave=True)

    assert all(400 <= status < 500 for status in statuses(heard)), heard[:300]
    assert service.request("/health/live").status == 200


BOMBS = {
    "too large": (b'{"email": "' + b"a" * 1_100_000 + b'"}', {413}),
    "too deep": (b"[" * 100_000 + b"]" * 100_000, {400}),
    "deep objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, {400}),
    "a number without end": (b'{"email": ' + b"9" * 500_000 + b"}", {400}),
    "an exponent": (b'{"email": 1e999999999}', {400}),
    "a hundred thousand fields": (b"{" + b",".join(b'"%d":1' % n for n in range(80_000)) + b"}", {400}),
    "not UTF-8": (b'{"email": "\xff\xfe"}', {400}),
    "UTF-16": ('{"email": "a"}'.encode("utf-16"), {400}),
    "a field twice": (b'{"email": "a@b.cd", "email": "c@d.ef", "password": "x"}', {400}),
    "nothing": (b"", {400}),
}


@pytest.mark.parametrize(("body", "expected"), BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("path", ["auth/login/", "auth/register/", "auth/password/reset/"])
def test_a_body_that_is_a_bomb_is_put_down_gently(service, path, body, expected):
    sent = f"POST /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"

    start = time.monotonic()
    heard = service.say(sent.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    assert set(statuses(heard)) <= expected, heard[:300]
    assert len(heard) < 10_000
    assert time.monotonic() - start < SECONDS


def test_a_packed_body_is_not_unpacked(service):
    sent = LOGIN + b"Content-Encoding: gzip\r\nContent-Length: 20\r\nConnection: close\r\n\r\n" + bytes(20)

    assert statuses(service.say(sent)) in ([400], [415])


def test_five_thousand_parameters_are_a_short_400(service):
    answer = service.get("/api/v1/flyers/discover/?" + "&".join(f"a{n}=1" for n in range(5_000)))

    assert [400 <= status < 500 for status in statuses(answer)] == [True]
    assert len(answer) < 10_000
