"""HTTP GETs of JSON documents from one upstream service, with deadline, retry, breaker and bulkhead.

A call is bounded in time and size, made at most twice, not made at all if that is known to be useless, and ends in a JSON
document or in ``UpstreamError``.
"""

import functools
import math
import random
import re
import socket
import time
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypedDict, TypeVar
from urllib.parse import urlencode

import msgspec
import requests
import urllib3

from clients import errors, headers, statuses
from clients.bodies import PLAIN, BodyReader, Reading
from clients.breaker import Breaker, Bulkhead, State
from clients.call_metrics import Call, CallMetrics
from clients.timed_http import Resolve, TimedAdapter

T = TypeVar("T")
U = TypeVar("U")

MEBIBYTE: Final = 1024 * 1024
RETRY_PAUSE_SECONDS: Final = 0.1
RETRY_NEEDS_SECONDS: Final = 0.3
CALL_NEEDS_SECONDS: Final = 0.05

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class CallOptions(TypedDict, total=False):
    """Options of every call."""

    etag: str | None  # of an earlier answer: if it still holds, ``value`` is ``None``
    request_id: str | None  # sent along, to compare the logs of both services
    ends_at: (
        float  # on the monotonic clock: a deadline shared with other calls, if earlier than the call's own
    )


class Fetched(msgspec.Struct, Generic[T], frozen=True):
    """The answer of the service, and for how long it may be cached."""

    value: T | None  # ``None`` if the copy with the ``etag`` sent is still good (304 Not Modified)
    etag: str | None = None  # to be sent with the next call
    max_age: int | None = None  # seconds, ``None`` if the service does not say
    fresh_seconds: int | None = (
        None  # counts as fresh for so long, if not as long as all of the service's answers
    )

    def mapped(self, change: Callable[[T], U]) -> "Fetched[U]":
        """Return the same with what ``change`` makes of its value, if it has one."""
        value = None if self.value is None else change(self.value)
        return Fetched(value, self.etag, self.max_age, self.fresh_seconds)


class ListPage(msgspec.Struct, Generic[T], frozen=True):
    """A page of a list: ``count`` match in all; ``left_out`` came with it and were not fit to show."""

    count: int
    results: tuple[T, ...]
    left_out: int = 0


class Health(msgspec.Struct, frozen=True):
    """The state of the service as seen from this process."""

    state: State  # of the breaker
    retry_in: float  # seconds for which no call will be made, 0 if one would
    in_use: int  # calls in progress
    limit: int  # calls allowed at once
    last_success: float | None  # Unix seconds


class Transport:
    """A pool of connections to one upstream service, that sends our key and stores no cookies."""

    def __init__(
        self,
        name: str,
        base_url: str,
        token: str = "",
        *,
        connect_timeout: float = 0.5,
        deadline: float = 2.5,
        max_concurrency: int = 12,
        max_body: int = 2 * MEBIBYTE,
        breaker: Breaker | None = None,
        logs: bool = True,
        ca_bundle: str | None = None,
        resolve: Resolve = socket.getaddrinfo,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare calls to the service at ``base_url``; ``ValueError`` if address or ``token`` can never work.

        ``name`` is the label ``upstream`` of metrics, log records and errors. Without ``token`` no Authorization is sent.
        ``connect_timeout`` and ``deadline`` (of a whole call, retry included) in seconds, ``max_body`` in bytes.
        ``logs=False``: calls are counted only. ``ca_bundle``: a file of certificates to trust instead of the public ones.
        """
        if not (token.isascii() and token.isprintable()):
            raise ValueError("the service's key must be printable ASCII")
        self._name = name
        self._base_url = base_url.rstrip("/")
        self._connect_timeout = connect_timeout
        self._deadline = deadline
        self._verify = ca_bundle or True
        self._chance = chance
        self._sleep = sleep
        self._adapter = TimedAdapter(self._base_url, size=max_concurrency, resolve=resolve)
        self._breaker = breaker or Breaker()
        self._bulkhead = Bulkhead(max_concurrency)
        self._bodies = BodyReader(max_body)
        self._metrics = CallMetrics(name, slots=max_concurrency, logs=logs)
        common = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "flyers-bff"}
        if token:
            common["Authorization"] = f"Bearer {token}"
        self._headers = common

    def get(
        self,
        path: str,
        decode: Callable[[object], T],
        *,
        params: Mapping[str, str | int] | None = None,
        reading: Reading = PLAIN,
        etag: str | None = None,
        request_id: str | None = None,
        ends_at: float = math.inf,
    ) -> Fetched[T]:
        """Return what ``decode`` makes of the JSON document at ``path``, nulls included, or raise ``UpstreamError``.

        ``decode`` raises ``UpstreamMalformedError`` for a document that it can't accept; the breaker does not count
        that, so one bad item can't block the others. The other options: see ``CallOptions``.
        """
        now = time.monotonic()
        call = Call(path, request_id, started_at=now, ends_at=min(now + self._deadline, ends_at))
        try:
            if call.seconds_left < CALL_NEEDS_SECONDS:
                raise errors.UpstreamTimeoutError("no time left to ask")
            with call.until_decoded:
                request = self._prepare(path, params, etag, request_id)
                response, document = self._fetch(call, request, reading)
                statuses.raise_for_refusal(response, has_key="Authorization" in self._headers)
                is_unmodified = response.status_code == 304
                # Out of the breaker's sight: a service that says so is well.
                if reading.nothing_is_missing and document is None and not is_unmodified:
                    raise errors.UpstreamNotFoundError("nothing with a status of success")
                value = None if is_unmodified else decode(document)
        except errors.UpstreamError as failure:
            failure.upstream = self._name
            if isinstance(failure, errors.UpstreamThrottledError):
                failure.retry_after = failure.retry_after or 1.0
                self._breaker.cool_down(failure.retry_after)
            self._metrics.failed(call, failure)
            raise
        self._metrics.succeeded(call, "not_modified" if is_unmodified else "ok")
        return Fetched(
            value=value,
            etag=headers.entity_tag(response.headers.get("ETag")),
            max_age=headers.max_age(response.headers.get("Cache-Control")),
        )

    def health(self) -> Health:
        """Return the state of breaker and bulkhead, without a call."""
        return Health(
            state=self._breaker.state,
            retry_in=self._breaker.retry_in,
            in_use=self._bulkhead.in_use,
            limit=self._bulkhead.limit,
            last_success=self._metrics.last_success,
        )

    def close(self) -> None:
        """Close the idle connections."""
        self._adapter.close()

    def _prepare(
        self, path: str, params: Mapping[str, str | int] | None, etag: str | None, request_id: str | None
    ) -> requests.PreparedRequest:
        # Filled in, not prepared: to prepare a request costs nearly as much as to send it.
        request = requests.PreparedRequest()
        request.method = "GET"
        query = f"?{urlencode(params, errors='replace')}" if params else ""
        request.url = f"{self._base_url}{path}{query}"
        request.headers = self._headers.copy()  # type: ignore[assignment]  # A plain dict will do.
        if etag and headers.entity_tag(etag):
            request.headers["If-None-Match"] = etag
        if request_id and _REQUEST_ID.fullmatch(request_id):
            request.headers["X-Request-ID"] = request_id
        return request

    def _fetch(
        self, call: Call, request: requests.PreparedRequest, reading: Reading
    ) -> tuple[requests.Response, object]:
        """Return answer and document; retry once after a momentary failure if time and breaker allow it."""
        try:
            return self._attempt(call, request, reading)
        except errors.UpstreamUnavailableError as failure:
            pause = RETRY_PAUSE_SECONDS * self._chance()
            is_time_left = call.seconds_left - pause > RETRY_NEEDS_SECONDS
            if not (failure.is_momentary and is_time_left and self._breaker.state == "closed"):
                raise
            self._metrics.retried(call, failure)
        self._sleep(pause)
        return self._attempt(call, request, reading)

    def _attempt(
        self, call: Call, request: requests.PreparedRequest, reading: Reading
    ) -> tuple[requests.Response, object]:
        """Send once; the breaker counts as a failure whatever raises here but a full bulkhead."""
        on_change = functools.partial(self._metrics.breaker_changed, call)
        in_use = self._metrics.in_use
        with self._breaker.attempt(on_change), self._bulkhead.slot(), in_use.track_inprogress():
            call.attempts += 1
            with self._send(request, call.seconds_left) as response:
                self._raise_if_broken(response, request)
                return response, self._bodies.document(response, call, reading)

    def _send(self, request: requests.PreparedRequest, left: float) -> requests.Response:
        left = max(left, 0.001)  # This process may have been suspended since the last check.
        # A TLS handshake may take as long again as connecting did, and both must fit in what is left.
        timeout = urllib3.Timeout(connect=min(self._connect_timeout, left / 2), total=left)
        try:
            return self._adapter.send(
                request,
                stream=True,
                timeout=timeout,  # type: ignore[arg-type]  # requests takes it; its stubs lack it
                verify=self._verify,
            )
        except requests.Timeout:
            raise errors.UpstreamTimeoutError("no answer in time") from None
        except requests.ConnectionError:
            raise errors.UpstreamUnavailableError("connection refused or lost", is_momentary=True) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError):
            raise errors.UpstreamMalformedError("not an HTTP answer") from None

    def _raise_if_broken(self, response: requests.Response, request: requests.PreparedRequest) -> None:
        good = statuses.GOOD_OF_A_READ
        if "If-None-Match" in request.headers:
            good |= {304}
        try:
            statuses.raise_if_broken(response, good)
        except errors.UpstreamUnavailableError as failure:
            if failure.retry_after is not None:
                self._breaker.cool_down(failure.retry_after)
            raise
