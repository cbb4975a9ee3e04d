"""Calls to one upstream service, reads and writes of JSON documents, with deadline, retry, breaker and bulkhead.

A call is bounded in time and size, not made at all if that is known to be useless, and ends in a JSON document or in
``UpstreamError``. A read is made at most twice, a write once.
"""

import functools
import math
import random
import socket
import time
from collections.abc import Callable, Mapping
from typing import Final, Generic, Literal, TypedDict, TypeVar, cast

import msgspec
import requests
import urllib3

from clients import errors, headers, statuses
from clients.bodies import PLAIN, BodyReader, Reading
from clients.breaker import Breaker, Bulkhead, State
from clients.call_metrics import Call, CallMetrics
from clients.request_builder import RequestBuilder
from clients.timed_http import NotConnectedError, Resolve, TimedAdapter

T = TypeVar("T")
U = TypeVar("U")

MEBIBYTE: Final = 1024 * 1024
RETRY_PAUSE_SECONDS: Final = 0.1
RETRY_NEEDS_SECONDS: Final = 0.3
CALL_NEEDS_SECONDS: Final = 0.05


class WriteOptions(TypedDict, total=False):
    """Options of every write."""

    request_id: str | None  # sent along, to compare the logs of both services
    ends_at: (
        float  # on the monotonic clock: a deadline shared with other calls, if earlier than the call's own
    )


class CallOptions(WriteOptions, total=False):
    """Options of every read."""

    etag: str | None  # of an earlier answer: if it still holds, ``value`` is ``None``
    seconds: float  # that this call may take, if not those of the deadline


class Fetched(msgspec.Struct, Generic[T], frozen=True):
    """The answer of the service, and for how long it may be cached."""

    value: T | None  # ``None`` if the copy with the ``etag`` sent is still good (304 Not Modified)
    etag: str | None = None  # to be sent with the next call
    max_age: int | None = None  # seconds, ``None`` if the service does not say
    fresh_seconds: int | None = None  # counts as fresh for so long, if not for as long as other answers

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
        self._name = name
        base_url = base_url.rstrip("/")
        self._requests = RequestBuilder(base_url, token)
        self._connect_timeout = connect_timeout
        self._deadline = deadline
        self._verify = ca_bundle or True
        self._chance = chance
        self._sleep = sleep
        self._adapter = TimedAdapter(base_url, size=max_concurrency, resolve=resolve)
        self._breaker = breaker or Breaker()
        self._bulkhead = Bulkhead(max_concurrency)
        self._bodies = BodyReader(max_body)
        self._metrics = CallMetrics(name, slots=max_concurrency, logs=logs)

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
        seconds: float | None = None,
    ) -> Fetched[T]:
        """Return what ``decode`` makes of the JSON document at ``path``, nulls included, or raise ``UpstreamError``.

        ``decode`` raises ``UpstreamMalformedError`` for a document that it can't accept; the breaker does not count
        that, so one bad item can't block the others. The other options: see ``CallOptions``.
        """
        call = self._begin(path, request_id, ends_at, seconds=seconds)
        request = self._requests.read(path, params, etag, request_id)
        response, value = self._call(call, request, decode, reading)
        return Fetched(
            value=value,
            etag=headers.entity_tag(response.headers.get("ETag")),
            max_age=headers.max_age(response.headers.get("Cache-Control")),
        )

    def write(
        self,
        method: Literal["POST", "PUT", "DELETE"],
        path: str,
        decode: Callable[[object], T],
        *,
        body: msgspec.Struct | None = None,
        reading: Reading = PLAIN,
        request_id: str | None = None,
        ends_at: float = math.inf,
    ) -> T:
        """Send a write once, and return what ``decode`` makes of the answer (200, 201), or raise ``UpstreamError``.

        ``body`` is sent as JSON, and a ``Decimal`` in it as a number with its digits. It is never sent again: a failure
        with ``outcome_unknown`` may come of a write that the service has carried out, one without does not. ``ValueError``
        for a body of more than ``MAX_SENT_BYTES``. ``decode`` and the options: see ``get``.
        """
        call = self._begin(path, request_id, ends_at, is_write=True)
        request = self._requests.write(method, path, body, request_id)
        _, value = self._call(call, request, decode, reading)
        return cast("T", value)  # Only a read is answered by a 304.

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

    def _begin(
        self,
        path: str,
        request_id: str | None,
        ends_at: float,
        *,
        seconds: float | None = None,
        is_write: bool = False,
    ) -> Call:
        now = time.monotonic()
        ends_at = min(now + (seconds or self._deadline), ends_at)
        return Call(path, request_id, started_at=now, ends_at=ends_at, is_write=is_write)

    def _call(
        self,
        call: Call,
        request: requests.PreparedRequest,
        decode: Callable[[object], T],
        reading: Reading,
    ) -> tuple[requests.Response, T | None]:
        """Return the answer and what ``decode`` makes of its document, ``None`` if it has not changed."""
        try:
            if call.seconds_left < CALL_NEEDS_SECONDS:
                raise errors.UpstreamTimeoutError("no time left to ask")
            with call.until_decoded:
                response, document = self._fetch(call, request, reading)
                call.may_have_worked &= not statuses.is_refusal(response)
                statuses.raise_for_refusal(response, has_key=self._requests.has_key)
                is_unmodified = response.status_code == 304
                # Out of the breaker's sight: a service that says so is well.
                if reading.nothing_is_missing and document is None and not is_unmodified:
                    raise errors.UpstreamNotFoundError("nothing with a status of success")
                value = None if is_unmodified else decode(document)
        except errors.UpstreamError as failure:
            failure.upstream = self._name
            failure.outcome_unknown = call.may_have_worked and not isinstance(
                failure, errors.UpstreamNotFoundError
            )
            if isinstance(failure, errors.UpstreamThrottledError):
                failure.retry_after = failure.retry_after or 1.0
                self._breaker.cool_down(failure.retry_after)
            self._metrics.failed(call, failure)
            raise
        self._metrics.succeeded(call, "not_modified" if is_unmodified else "ok")
        return response, value

    def _fetch(
        self, call: Call, request: requests.PreparedRequest, reading: Reading
    ) -> tuple[requests.Response, object]:
        """Return answer and document; retry a read once after a momentary failure if time and breaker allow it."""
        try:
            return self._attempt(call, request, reading)
        except errors.UpstreamUnavailableError as failure:
            pause = RETRY_PAUSE_SECONDS * self._chance()
            is_time_left = call.seconds_left - pause > RETRY_NEEDS_SECONDS
            may_retry = failure.is_momentary and not call.is_write
            if not (may_retry and is_time_left and self._breaker.state == "closed"):
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
            with self._send(call, request) as response:
                self._raise_if_broken(response, call, request)
                return response, self._bodies.document(response, call, reading)

    def _send(self, call: Call, request: requests.PreparedRequest) -> requests.Response:
        left = max(call.seconds_left, 0.001)  # This process may have been suspended since the last check.
        # A TLS handshake may take as long again as connecting did, and both must fit in what is left.
        timeout = urllib3.Timeout(connect=min(self._connect_timeout, left / 2), total=left)
        call.may_have_worked = call.is_write
        try:
            return self._adapter.send(
                request,
                stream=True,
                timeout=timeout,  # type: ignore[arg-type]  # requests takes it; its stubs lack it
                verify=self._verify,
            )
        except NotConnectedError as failure:
            call.may_have_worked = False
            if failure.is_late:
                raise errors.UpstreamTimeoutError("no connection in time") from None
            raise errors.UpstreamUnavailableError("no connection", is_momentary=True) from None
        except requests.Timeout:
            raise errors.UpstreamTimeoutError("no answer in time") from None
        except requests.ConnectionError:
            raise errors.UpstreamUnavailableError("connection lost", is_momentary=True) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError):
            raise errors.UpstreamMalformedError("not an HTTP answer") from None

    def _raise_if_broken(
        self, response: requests.Response, call: Call, request: requests.PreparedRequest
    ) -> None:
        good = statuses.GOOD_OF_A_WRITE if call.is_write else statuses.GOOD_OF_A_READ
        if "If-None-Match" in request.headers:
            good |= {304}
        try:
            statuses.raise_if_broken(response, good)
        except errors.UpstreamUnavailableError as failure:
            if failure.retry_after is not None:
                self._breaker.cool_down(failure.retry_after)
            raise
