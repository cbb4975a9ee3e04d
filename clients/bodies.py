"""Bodies of answers: each read whole within its bounds, and decoded."""

import threading
from typing import Final

import requests
import urllib3
from msgspec import Struct

from clients import errors, strict_json
from clients.call_metrics import Call
from clients.inflater import inflater_for

# Beyond this documents are decoded one at a time: their objects can take 25 times as much as their bytes.
LARGE_DOCUMENT_BYTES: Final = 128 * 1024

_READ_BYTES = 64 * 1024


class Reading(Struct, frozen=True):
    """How a client wants an answer of its service to be read."""

    is_exact: bool = False  # numbers with a fraction become ``Decimal``, with the digits of their text
    nothing_is_missing: bool = False  # an empty body or ``null`` means that there is no such item
    is_long: bool = False  # a list, which is read item by item, so that no other thread waits for all of it
    max_body: int | None = None  # bytes of the largest body, if not those of other answers


PLAIN: Final = Reading()


class BodyReader:
    """Reads the answers of one upstream service; safe to use from many threads."""

    def __init__(self, max_body: int) -> None:
        """``max_body``: bytes of the largest body, decoded if it is gzip."""
        self._max_body = max_body
        self._large_document = threading.Lock()

    def document(self, response: requests.Response, call: Call, reading: Reading) -> object:
        """Return the JSON document of an answer; large ones one at a time.

        ``None`` for a 304 and a refusal, and for an empty body where that means something. Raises ``UpstreamError`` for
        a body that is cut, late, too large or no JSON.
        """
        if 400 <= response.status_code <= 499:
            return None  # The body of a refusal is not used, and may never end.
        body = self._body(
            response, reading.max_body or self._max_body
        )  # That of a 304 is empty, and reading it gives the connection back.
        if response.status_code == 304:
            return None
        if reading.nothing_is_missing and not body.strip() and _has_said_its_length(response):
            return None
        if len(body) > LARGE_DOCUMENT_BYTES:
            if not self._large_document.acquire(timeout=max(0.0, call.seconds_left)):
                raise errors.UpstreamTimeoutError("no time left to decode")
            call.until_decoded.callback(self._large_document.release)
        try:
            read = strict_json.loads_list if reading.is_long else strict_json.loads
            return read(body, is_exact=reading.is_exact)
        except ValueError:
            raise errors.UpstreamMalformedError("the body is no JSON document") from None

    def _body(self, response: requests.Response, max_body: int) -> bytearray:
        """Return the whole body; nothing larger than ``max_body`` is ever held in memory."""
        is_empty = response.status_code == 304
        inflater = None if is_empty else inflater_for(response.headers.get("Content-Encoding"), max_body)
        body = bytearray()
        try:
            while chunk := response.raw.read1(_READ_BYTES, decode_content=False):
                body += inflater.feed(chunk) if inflater else chunk
                if len(body) > max_body:
                    raise errors.UpstreamMalformedError("the body is too large")
        except urllib3.exceptions.ReadTimeoutError:
            raise errors.UpstreamTimeoutError("the body did not end in time") from None
        except urllib3.exceptions.HTTPError:
            raise errors.UpstreamUnavailableError("the body was cut", is_momentary=True) from None
        if inflater:
            inflater.finish()
        return body


def _has_said_its_length(response: requests.Response) -> bool:
    """Return whether the body has an end of its own; one that ends with the connection may have been cut."""
    return "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
