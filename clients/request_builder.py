"""Builder of the requests to one upstream service: address, key, and the few headers that are sent."""

import re
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import urlencode

import requests
from msgspec import Struct
from msgspec.json import Encoder

from clients import headers

# What the system takes off our hands at once: sending has no deadline of its own.
MAX_SENT_BYTES: Final = 64 * 1024

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_TO_JSON: Final = Encoder(decimal_format="number")


class RequestBuilder:
    """Builds requests to ``base_url``, which ends without a slash; ``ValueError`` for a ``token`` that can't be sent.

    They are filled in, not prepared: to prepare a request costs nearly as much as to send it.
    """

    def __init__(self, base_url: str, token: str) -> None:
        if not (token.isascii() and token.isprintable()):
            raise ValueError("the service's key must be printable ASCII")
        self._base_url = base_url
        self.has_key = bool(token)
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "flyers-bff",
        }
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def read(
        self, path: str, params: Mapping[str, str | int] | None, etag: str | None, request_id: str | None
    ) -> requests.PreparedRequest:
        """Return a GET; an ``etag`` or a ``request_id`` that is none is left out."""
        query = f"?{urlencode(params, errors='replace')}" if params else ""
        request = self._build("GET", f"{path}{query}", request_id)
        if etag and headers.entity_tag(etag):
            request.headers["If-None-Match"] = etag
        return request

    def write(
        self,
        method: Literal["POST", "PUT", "DELETE"],
        path: str,
        body: Struct | None,
        request_id: str | None,
    ) -> requests.PreparedRequest:
        """Return a write with the fields of ``body`` as JSON, a ``Decimal`` as a number with its digits.

        ``ValueError`` for more than ``MAX_SENT_BYTES``.
        """
        request = self._build(method, path, request_id)
        if body is not None:
            data = _TO_JSON.encode(body)
            if len(data) > MAX_SENT_BYTES:
                raise ValueError("a body that is too large to be sent")
            request.body = data
            request.headers["Content-Type"] = "application/json"
            request.headers["Content-Length"] = str(len(data))
        return request

    def _build(self, method: str, target: str, request_id: str | None) -> requests.PreparedRequest:
        request = requests.PreparedRequest()
        request.method = method
        request.url = f"{self._base_url}{target}"
        request.headers = self._headers.copy()  # type: ignore[assignment]  # A plain dict will do.
        if request_id and _REQUEST_ID.fullmatch(request_id):
            request.headers["X-Request-ID"] = request_id
        return request
