"""clients: one question to the flyer service, whatever it does. It knows no flyers and no Django.

A call is bounded in time and size, made at most twice, not made at all when that is known to be useless, and
ends in a JSON document or in ``UpstreamError``.
"""

import functools
import math
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar
from urllib.parse import urlencode

import msgspec
import requests
import urllib3

from clients import counters, errors, headers, strict_json
from clients.breaker import Breaker, Bulkhead, State
from clients.call_metrics import Call, Journal
from clients.timed_http import Resolve, TimedAdapter

T = TypeVar("T")

MEBIBYTE: Final = 1024 * 1024
RETRY_PAUSE_SECONDS: Final = 0.1
RETRY_NEEDS_SECONDS: Final = 0.3
CALL_NEEDS_SECONDS: Final = 0.05
# Beyond this documents are decoded one at a time: their objects can take 25 times as much as their bytes.
LARGE_DOCUMENT_BYTES: Final = 128 * 1024

_READ_BYTES = 64 * 1024
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class Fetched(msgspec.Struct, Generic[T], frozen=True):
    """What the service answered, and for how long it may be kept.

    ``value`` is ``None`` when the copy that ``etag`` names is still good (304 Not Modified). ``etag`` can be
    sent back with the next question. ``max_age`` is in seconds, ``None`` when the service does not say.
    """

    value: T | None
    etag: str | None = None
    max_age: int | None = None


class Health(msgspec.Struct, frozen=True):
    """How it goes with the service, as seen from this process at one moment.

    ``state`` of the breaker; ``open_for`` seconds since it was closed; ``retry_in`` seconds for which nobody is
    asked, 0 if a call would be made; ``in_use`` of ``limit`` calls wait; ``last_success`` in Unix seconds,
    ``None`` if there was none. Since the start: ``calls`` by outcome (``ok``, ``not_modified``, and those of
    ``UpstreamError``), the ``refused`` ones among them that were not made, ``retries``, and how often the breaker
    came into each state.
    """

    state: State
    open_for: float
    retry_in: float
    in_use: int
    limit: int
    last_success: float | None
    calls: dict[str, int]
    refused: int
    retries: int
    breaker_changes: dict[str, int]


class _Answer(msgspec.Struct):
    """A whole answer of a service in good order, whatever it has to say."""

    status: int
    headers: Mapping[str, str]
    document: object


class Transport:
    """The one way to the flyer service: a pool of connections that carries our key and nobody's cookies."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        connect_timeout: float = 0.5,
        deadline: float = 2.5,
        max_concurrency: int = 12,
        max_body: int = 2 * MEBIBYTE,
        breaker: Breaker | None = None,
        journal: Journal | None = None,
        ca_bundle: str | None = None,
        resolve: Resolve = socket.getaddrinfo,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Ask the service at ``base_url`` with our key ``token``; ``ValueError`` if one of them can't be.

        ``connect_timeout`` and ``deadline`` (of a whole call, retry included) in seconds, ``max_body`` in bytes.
        ``ca_bundle``: a file of certificates to trust instead of the public ones.
        """
        if not (token.isascii() and token.isprintable()):
            raise ValueError("the service's key must be printable ASCII")
        self._base_url = base_url.rstrip("/")
        self._connect_timeout = connect_timeout
        self._deadline = deadline
        self._max_body = max_body
        self._verify = ca_bundle or True
        self._chance = chance
        self._sleep = sleep
        self._adapter = TimedAdapter(self._base_url, size=max_concurrency, resolve=resolve)
        self._breaker = breaker or Breaker()
        self._bulkhead = Bulkhead(max_concurrency)
        self._large_document = threading.Lock()
        self._journal = journal or Journal()
        counters.SLOTS.set(max_concurrency)
        # Made once and copied: to make a request costs nearly as much as to send it.
        self._template = requests.Request(
            "GET",
            self._base_url,
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Authorization": f"Bearer {token}",
                "User-Agent": "flyers-bff",
            },
        ).prepare()

    def get(
        self,
        path: str,
        decode: Callable[[object], T],
        *,
        params: Mapping[str, str | int] | None = None,
        etag: str | None = None,
        request_id: str | None = None,
        ends_at: float = math.inf,
    ) -> Fetched[T]:
        """Ask for ``path`` and return what ``decode`` makes of the JSON document; or raise ``UpstreamError``.

        ``decode`` raises ``UpstreamMalformedError`` for a document that it can't accept; the breaker does not count
        that, so one rotten flyer can't cut off the others. With ``etag`` the answer may be "not modified".
        ``request_id`` goes along for whoever compares the two services' logs. ``ends_at`` is for a call that is
        one of several which have to be over by that moment of the monotonic clock.
        """
        now = time.monotonic()
        call = Call(path, request_id, started_at=now, ends_at=min(now + self._deadline, ends_at))
        try:
            if call.seconds_left < CALL_NEEDS_SECONDS:
                raise errors.UpstreamTimeoutError("no time left to ask")
            with call.until_decoded:
                answer = self._ask(call, self._prepare(path, params, etag, request_id))
                self._raise_for_refusal(answer)
                value = None if answer.status == 304 else decode(answer.document)
        except errors.UpstreamError as failure:
            self._journal.failed(call, failure)
            raise
        self._journal.worked(call, "not_modified" if answer.status == 304 else "ok")
        return Fetched(
            value=value,
            etag=headers.entity_tag(answer.headers.get("ETag")),
            max_age=headers.max_age(answer.headers.get("Cache-Control")),
        )

    def health(self) -> Health:
        """Return the state of breaker and bulkhead, and the counts since the start. Asks nobody."""
        counts = self._journal.counts()
        return Health(
            state=self._breaker.state,
            open_for=self._breaker.open_for,
            retry_in=self._breaker.retry_in,
            in_use=self._bulkhead.in_use,
            limit=self._bulkhead.limit,
            last_success=counts.last_success,
            calls=counts.calls,
            refused=counts.refused,
            retries=counts.retries,
            breaker_changes=counts.breaker_changes,
        )

    def close(self) -> None:
        """Close the idle connections."""
        self._adapter.close()

    def _prepare(
        self, path: str, params: Mapping[str, str | int] | None, etag: str | None, request_id: str | None
    ) -> requests.PreparedRequest:
        request = self._template.copy()
        query = f"?{urlencode(params, errors='replace')}" if params else ""
        request.url = f"{self._base_url}{path}{query}"
        if etag and headers.entity_tag(etag):
            request.headers["If-None-Match"] = etag
        if request_id and _REQUEST_ID.fullmatch(request_id):
            request.headers["X-Request-ID"] = request_id
        return request

    def _ask(self, call: Call, request: requests.PreparedRequest) -> _Answer:
        """Ask, and once more after a momentary failure if there is time and the breaker still lets us."""
        try:
            return self._attempt(call, request)
        except errors.UpstreamUnavailableError as failure:
            pause = RETRY_PAUSE_SECONDS * self._chance()
            is_time_left = call.seconds_left - pause > RETRY_NEEDS_SECONDS
            if not (failure.is_momentary and is_time_left and self._breaker.state == "closed"):
                raise
            self._journal.retried(call, failure)
        self._sleep(pause)
        return self._attempt(call, request)

    def _attempt(self, call: Call, request: requests.PreparedRequest) -> _Answer:
        """Ask once; the breaker counts as a failure whatever raises here but a full bulkhead."""
        on_change = functools.partial(self._journal.breaker_changed, call)
        with self._breaker.attempt(on_change), self._bulkhead.slot(), counters.IN_USE.track_inprogress():
            call.attempts += 1
            response = self._send(request, call.seconds_left)
            try:
                self._raise_if_broken(response, can_be_unmodified="If-None-Match" in request.headers)
                document = self._document(response, call)
            finally:
                response.close()
            return _Answer(response.status_code, response.headers, document)

    def _send(self, request: requests.PreparedRequest, left: float) -> requests.Response:
        left = max(left, 0.001)  # This process may have slept since somebody looked.
        # A TLS handshake may take as long again as connecting did, and both must fit in what is left.
        timeout = urllib3.Timeout(connect=min(self._connect_timeout, left / 2), total=left)
        try:
            return self._adapter.send(
                request,
                stream=True,
                timeout=timeout,  # type: ignore[arg-type]  # requests takes it; the stubs have not heard
                verify=self._verify,
            )
        except requests.Timeout:
            raise errors.UpstreamTimeoutError("no answer in time") from None
        except requests.ConnectionError:
            raise errors.UpstreamUnavailableError("connection refused or lost", is_momentary=True) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError):
            raise errors.UpstreamMalformedError("not an HTTP answer") from None

    def _raise_if_broken(self, response: requests.Response, *, can_be_unmodified: bool) -> None:
        """Raise for what no service in good order answers: 5xx, redirects, and what we never asked for."""
        status = response.status_code
        if 500 <= status <= 599:
            seconds = _seconds_to_wait(response.headers) if status == 503 else None
            is_momentary = status in {500, 502, 503} and seconds is None
            failure = errors.UpstreamUnavailableError(
                f"status {status}", retry_after=seconds, is_momentary=is_momentary
            )
            if failure.retry_after is not None:
                self._breaker.shut_door(failure.retry_after)
            raise failure
        if not (status == 200 or 400 <= status <= 499 or (status == 304 and can_be_unmodified)):
            raise errors.UpstreamMalformedError(f"status {status}")
        if status == 200 and response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise errors.UpstreamMalformedError("an encoding that was not asked for")

    def _raise_for_refusal(self, answer: _Answer) -> None:
        """Raise for what a service in good order says no to: 4xx."""
        match answer.status:
            case 200 | 304:
                return
            case 404 | 410:
                raise errors.UpstreamNotFoundError(f"status {answer.status}")
            case 401 | 403:
                raise errors.UpstreamRefusedError(f"status {answer.status}")
            case 429:
                failure = errors.UpstreamThrottledError(
                    "status 429", retry_after=_seconds_to_wait(answer.headers) or 1.0
                )
                self._breaker.shut_door(failure.retry_after)
                raise failure
            case _:
                raise errors.UpstreamMalformedError(f"status {answer.status}")

    def _document(self, response: requests.Response, call: Call) -> object:
        """Return the JSON document of a 200, ``None`` for every other status; a large one in its turn."""
        if response.status_code not in {200, 304}:
            return None  # Nobody reads it, and whoever says no may go on talking for hours.
        body = self._body(response)  # That of a 304 is empty, and reading it gives the connection back.
        if response.status_code == 304:
            return None
        if len(body) > LARGE_DOCUMENT_BYTES:
            if not self._large_document.acquire(timeout=max(0.0, call.seconds_left)):
                raise errors.UpstreamTimeoutError("no time left to decode")
            call.until_decoded.callback(self._large_document.release)
        try:
            return strict_json.loads(body)
        except ValueError:
            raise errors.UpstreamMalformedError("the body is no JSON document") from None

    def _body(self, response: requests.Response) -> bytearray:
        """Return the whole body; nothing larger than ``max_body`` is ever held in memory."""
        body = bytearray()
        try:
            while chunk := response.raw.read1(_READ_BYTES, decode_content=False):
                body += chunk
                if len(body) > self._max_body:
                    raise errors.UpstreamMalformedError("the body is too large")
        except urllib3.exceptions.ReadTimeoutError:
            raise errors.UpstreamTimeoutError("the body did not end in time") from None
        except urllib3.exceptions.HTTPError:
            raise errors.UpstreamUnavailableError("the body was cut", is_momentary=True) from None
        return body


def _seconds_to_wait(answer_headers: Mapping[str, str]) -> float | None:
    return headers.retry_after(answer_headers.get("Retry-After"), now=datetime.now(UTC))
