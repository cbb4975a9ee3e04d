"""Tests of answers in gzip, which some services send unasked, on real sockets."""

import gzip
import json
import time
import tracemalloc
import zlib

import pytest

from clients import errors
from clients.flyers import FlyerClient
from tests.clients.answers import NAME
from tests.counts import Counts
from tests.hostile import FAULTS, Exchange, answers, drips, in_turn, sends

DOCUMENT = [{"slug": "music", "name": "Müsic"}]
PACKED = gzip.compress(json.dumps(DOCUMENT).encode())
HEAD = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"


def same(document):
    return document


def packed(body: bytes):
    return answers(body, Content_Encoding="gzip")


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZip"])
def test_gzip_is_decoded_though_it_was_not_asked_for(coding, server, transport_to):
    server.behaviour = answers(PACKED, Content_Encoding=coding)

    assert transport_to(server.url).get("/", same).value == DOCUMENT
    assert server.received[0].headers["accept-encoding"] == "identity"


def test_gzip_comes_whole_in_chunks_and_in_single_bytes(server, transport_to):
    chunks = b"".join(b"1\r\n%b\r\n" % bytes([byte]) for byte in PACKED) + b"0\r\n\r\n"
    server.behaviour = sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)

    assert transport_to(server.url).get("/", same).value == DOCUMENT


def test_gzip_comes_whole_when_the_connection_ends_it(server, transport_to):
    server.behaviour = sends(HEAD + b"Connection: close\r\n\r\n" + PACKED)

    assert transport_to(server.url).get("/", same).value == DOCUMENT


def test_the_connection_of_an_answer_in_gzip_is_used_again(server, transport_to):
    server.behaviour = packed(PACKED)
    transport = transport_to(server.url)

    for _ in range(3):
        transport.get("/", same)

    assert server.connections == 1


def test_an_unchanged_answer_has_no_body_to_decode(server, transport_to):
    server.behaviour = answers("", 304, Content_Encoding="gzip", ETag='"v1"')

    assert transport_to(server.url).get("/", same, etag='"v1"').value is None


def test_unpacked_it_may_be_as_large_as_the_limit_and_not_a_byte_larger(server, transport_to):
    transport = transport_to(server.url, max_body=5000)
    fits = json.dumps("a" * 4998).encode()
    server.behaviour = in_turn(packed(gzip.compress(fits)), packed(gzip.compress(fits + b" ")))

    assert transport.get("/", same).value == "a" * 4998
    with pytest.raises(errors.UpstreamMalformedError, match="too large"):
        transport.get("/", same)


def test_what_can_not_be_packed_may_be_as_large_as_the_limit(server, transport_to):
    stored = gzip.compress(b'"abc"', compresslevel=0)
    assert len(stored) > 5
    server.behaviour = packed(stored)

    assert transport_to(server.url, max_body=5).get("/", same).value == "abc"


def test_a_bomb_is_cut_while_inflating(server, transport_to):
    server.behaviour = FAULTS["gzip bomb"]
    transport = transport_to(server.url)
    tracemalloc.start()
    try:
        with pytest.raises(errors.UpstreamMalformedError, match="too large"):
            transport.get("/", same)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 8 * 1024 * 1024


def test_gzip_without_end_that_makes_nothing_is_cut(server, transport_to):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packer.compress(b"")
    nothing = packer.flush(zlib.Z_FULL_FLUSH)

    def endless(exchange: Exchange) -> None:
        exchange.send(HEAD + b"\r\n" + PACKED[:10])
        while True:
            exchange.send(nothing * 10_000)

    server.behaviour = endless

    with pytest.raises(errors.UpstreamMalformedError, match="too large"):
        transport_to(server.url, deadline=20, max_body=100_000).get("/", same)


def test_gzip_that_drips_ends_with_the_deadline(server, transport_to):
    server.behaviour = drips(PACKED * 50, after=HEAD + b"Content-Length: 60000\r\n\r\n")
    began = time.monotonic()

    with pytest.raises(errors.UpstreamTimeoutError):
        transport_to(server.url, deadline=0.4).get("/", same)

    assert time.monotonic() - began < 2.4


CUTS = {
    "fewer bytes than announced": sends(HEAD + b"Content-Length: 500\r\n\r\n" + PACKED[:20]),
    "chunks without the last": sends(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n" + PACKED[:5] + b"\r\n"
    ),
    "the end of the connection": sends(HEAD + b"\r\n" + PACKED[:20]),
    "all bytes but the checksum": packed(PACKED[:-8]),
    "not a byte of it": packed(b""),
}


@pytest.mark.parametrize("cut", CUTS)
def test_gzip_that_was_cut_is_asked_for_once_more(cut, server, transport_to):
    server.behaviour = in_turn(CUTS[cut], packed(PACKED))
    transport = transport_to(server.url)

    assert transport.get("/", same).value == DOCUMENT
    assert len(server.received) == 2


def test_gzip_that_is_cut_each_time_makes_the_service_unavailable(server, transport_to):
    server.behaviour = packed(PACKED[:-1])

    with pytest.raises(errors.UpstreamUnavailableError, match="cut"):
        transport_to(server.url).get("/", same)


def changed(place: int) -> bytes:
    return PACKED[:place] + bytes([PACKED[place] ^ 0x55]) + PACKED[place + 1 :]


BROKEN = {
    "a document as it is": json.dumps(DOCUMENT).encode(),
    "deflate without a header": zlib.compress(json.dumps(DOCUMENT).encode()),
    "another method": changed(2),
    "a wrong checksum": changed(len(PACKED) - 8),
    "a wrong length": changed(len(PACKED) - 1),
    "a byte after the end": PACKED + b"\x00",
    "a text after the end": PACKED + b"<!-- cached -->",
    "gzip after the end": PACKED + PACKED,
    "gzip within gzip": gzip.compress(PACKED),
    "no JSON inside": gzip.compress(b"<html>"),
    "nothing inside": gzip.compress(b""),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_broken_gzip_is_malformed_and_not_asked_for_again(broken, server, transport_to):
    server.behaviour = packed(BROKEN[broken])
    counted = Counts()

    with pytest.raises(errors.UpstreamMalformedError):
        FlyerClient(transport_to(server.url)).list_categories()

    assert len(server.received) == 1
    assert counted("flyers_bff_upstream_seconds_count", upstream=NAME, outcome="malformed") == 1


def test_what_follows_the_end_late_is_malformed_too(server, transport_to):
    chunks = b"%x\r\n%b\r\n1\r\n!\r\n0\r\n\r\n" % (len(PACKED), PACKED)
    server.behaviour = sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)

    with pytest.raises(errors.UpstreamMalformedError, match="follows"):
        transport_to(server.url).get("/", same)
