"""accounts: how often a caller may call. It knows the cache and addresses, and neither passwords nor tokens."""

import hashlib
import math
import time
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.counters import THROTTLED

if TYPE_CHECKING:  # DRF's views name this module in their defaults, and so have to be imported after it.
    from rest_framework.views import APIView

Rate = tuple[int, int]
"""Calls, and the seconds in which they may be made."""

# How long the shared cache is left alone after it did not answer: nobody waits for it twice in a row.
_REST_SECONDS = 1.0


class TooManyCalls(Exception):  # noqa: N818 - named after what went wrong
    """The caller has used up what they may ask for now; ``retry_after`` in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


def spend(scope: str, who: str, rate: Rate) -> None:
    """Count one call of ``who``; raise ``TooManyCalls`` when it is one too many in this stretch of time.

    Stretches follow each other on the clock (a fixed window), so that counting is one atomic increment.
    """
    calls, seconds = rate
    now = time.time()
    stretch = int(now // seconds)
    # Hashed: an e-mail address is nothing for a cache to hold, and a key has a form to keep.
    name = hashlib.blake2b(who.encode(), digest_size=16).hexdigest()
    if _counter.add(f"calls:{scope}:{name}:{stretch}", seconds) > calls:
        THROTTLED.labels(scope).inc()
        raise TooManyCalls(retry_after=math.ceil((stretch + 1) * seconds - now))


class _Counter:
    """Counts in the cache that all processes share; while that does not answer, in this process."""

    def __init__(self) -> None:
        self._rest_until = 0.0

    def add(self, key: str, seconds: int) -> int:
        """Count one more under ``key``, which is forgotten after ``seconds``; return the count."""
        if time.monotonic() >= self._rest_until:
            try:
                return _increment(caches["default"], key, seconds)
            except (RedisError, OSError):
                self._rest_until = time.monotonic() + _REST_SECONDS
        return _increment(caches["local"], key, seconds)


def _increment(cache: BaseCache, key: str, seconds: int) -> int:
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key)
    except ValueError:  # The cache was full and dropped it in between: it counts from the start.
        return 1


_counter = _Counter()


def client_address(meta: Mapping[str, Any]) -> str:
    """Return where a request came from: an IPv4 address, or the /64 network that one IPv6 line has.

    ``meta``: a WSGI environment, or Django's ``request.META``. ``X-Forwarded-For`` is believed as far as
    ``TRUSTED_PROXIES`` reaches, counted from the right: what stands further left, anybody can have written.
    """
    peer = str(meta.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    proxies = settings.TRUSTED_PROXIES
    forwarded = hops[-proxies] if 0 < proxies <= len(hops) else ""
    return _network(forwarded) or _network(peer) or "unknown"


def _network(address: str) -> str | None:
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is None:
            return str(ip_network((ip.packed, 64), strict=False))
        ip = ip.ipv4_mapped
    return str(ip)


def caller_of(request: Request) -> str:
    """Return who calls, as limits know them: the person, or the address of somebody anonymous."""
    return f"user {request.user.pk}" if request.user else client_address(request.META)


def spend_read(request: Request) -> None:
    """Count one read that can't be answered here alone: ``THROTTLE_ANON`` an address, ``THROTTLE_USER`` a person."""
    spend("reads", caller_of(request), settings.THROTTLE_USER if request.user else settings.THROTTLE_ANON)


class WriteThrottle(BaseThrottle):
    """``THROTTLE_USER`` for what changes something, each person for themselves; an anonymous one by address."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.method not in SAFE_METHODS:
            spend("writes", caller_of(request), settings.THROTTLE_USER)
        return True


class AttemptThrottle(BaseThrottle):
    """``THROTTLE_AUTH`` for what could be tried until it works, per address and per account.

    The view's ``throttle_scope`` names what is tried. The account is the caller's, or the e-mail address in the body,
    whether or not anybody has it.
    """

    def allow_request(self, request: Request, view: "APIView") -> bool:
        scope: str = view.throttle_scope  # type: ignore[attr-defined]  # DRF's own name, not in its types
        spend(scope, client_address(request.META), settings.THROTTLE_AUTH)
        if account := _account(request):
            # Written in one way, as it is looked up: blanks and case must not buy further tries.
            spend(scope, account.strip().lower(), settings.THROTTLE_AUTH)
        return True


def _account(request: Request) -> str | None:
    if request.user:
        return request.user.get_username()
    email = request.data.get("email") if isinstance(request.data, dict) else None
    return email if isinstance(email, str) else None
