"""Rate limits: how often a caller may call, in fixed windows."""

import contextlib
import hashlib
import math
import time
from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from prometheus_client import Counter
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.cookies import is_known_to, shown_device

if TYPE_CHECKING:  # DRF's views name this module in their defaults, and so have to be imported after it.
    from rest_framework.views import APIView

Rate = tuple[int, int]  # calls, and the seconds of the window

# Limit of failures at one account from everywhere together, in THROTTLE_AUTH: it takes so many networks to reach it.
NETWORKS = 10
# Prefix lengths of IPv6 networks: of one line, and of one site (a customer of a provider).
LINE, SITE = 64, 48

# For how long the shared cache is not used after it did not answer: nobody waits for it twice in a row.
_COOLDOWN_SECONDS = 1.0

_THROTTLED = Counter("flyers_bff_throttled", "Calls refused because of a limit.", ["scope"])


class TooManyCallsError(Exception):
    """A rate limit is exceeded; ``retry_after`` in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Hit(NamedTuple):
    """One counted call: the alias of the cache, and the key."""

    cache: str
    key: str


def hit_rate_limit(scope: str, who: str, rate: Rate) -> Hit:
    """Count one call of ``who``; raise ``TooManyCallsError`` when it is one too many in this window.

    Windows are fixed on the clock, so that counting is one atomic increment. ``who`` begins with a word of ours where
    the other part is a caller's text, which may look like anybody else.
    """
    calls, seconds = rate
    now = time.time()
    window = int(now // seconds)
    # Hashed: an e-mail address is nothing for a cache to hold, and keys are limited in form.
    name = hashlib.blake2b(who.encode(), digest_size=16).hexdigest()
    key = f"calls:{scope}:{name}:{window}"
    cache, count = _counter.add(key, seconds)
    if count > calls:
        _THROTTLED.labels(scope).inc()
        raise TooManyCallsError(retry_after=math.ceil((window + 1) * seconds - now))
    return Hit(cache, key)


def undo_hits(hits: Iterable[Hit]) -> None:
    """Count calls as if they had not been made. What a cache has dropped, or does not answer for, stays as it is."""
    for cache, key in hits:
        with contextlib.suppress(ValueError, RedisError, OSError):
            caches[cache].decr(key)


class _Counter:
    """Counts in the cache that all processes share; while that does not answer, in this process."""

    def __init__(self) -> None:
        self._cooldown_until = 0.0

    def add(self, key: str, seconds: int) -> tuple[str, int]:
        """Count one more under ``key``, which expires after ``seconds``; return the cache's alias and the count."""
        if time.monotonic() >= self._cooldown_until:
            try:
                return "default", _increment(caches["default"], key, seconds)
            except (RedisError, OSError):
                self._cooldown_until = time.monotonic() + _COOLDOWN_SECONDS
        return "local", _increment(caches["local"], key, seconds)


def _increment(cache: BaseCache, key: str, seconds: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # It is the first of this window, or the cache was full and dropped it.
        if cache.add(key, 1, timeout=seconds):
            return 1
    try:
        return cache.incr(key)  # Another was the first meanwhile.
    except ValueError:
        return 1


_counter = _Counter()


def client_address(meta: Mapping[str, Any], *, ipv6: int = LINE) -> str:
    """Return where a request came from: an IPv4 address, or the IPv6 network of this prefix length.

    ``meta``: a WSGI environment, or Django's ``request.META``. ``X-Forwarded-For`` is trusted as far as
    ``TRUSTED_PROXIES`` reaches, counted from the right: what stands further left, anybody can have written.
    """
    peer = str(meta.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    proxies = settings.TRUSTED_PROXIES
    forwarded = hops[-proxies] if 0 < proxies <= len(hops) else ""
    for address in forwarded, peer:
        with contextlib.suppress(ValueError):
            ip = ip_address(address)
            if isinstance(ip, IPv6Address) and ip.ipv4_mapped is None:
                return str(ip_network((ip.packed, ipv6), strict=False))
            return str(getattr(ip, "ipv4_mapped", ip))
    return "unknown"


def caller_of(request: Request) -> str:
    """Return who calls, for rate limits: the person, or the address of an anonymous caller."""
    return f"user {request.user.pk}" if request.user else client_address(request.META)


def hit_read_limit(request: Request) -> None:
    """Count one read that needs upstream: ``THROTTLE_ANON`` an address, ``THROTTLE_USER`` a person."""
    rate = settings.THROTTLE_USER if request.user else settings.THROTTLE_ANON
    hit_rate_limit("reads", caller_of(request), rate)


def hit_attempt_limit(scope: str, meta: Mapping[str, Any]) -> None:
    """Count one attempt of an address: ``THROTTLE_AUTH``."""
    hit_rate_limit(scope, client_address(meta), settings.THROTTLE_AUTH)


def hit_account_limit(scope: str, account: str, meta: Mapping[str, Any]) -> list[Hit]:
    """Count a stranger's attempt at an account, whether or not it exists.

    ``THROTTLE_AUTH`` from the stranger's network, ``NETWORKS`` times that from everywhere: so whoever fails here
    locks out themselves, and not the owner, who is elsewhere.
    """
    network = client_address(meta, ipv6=SITE)
    return [
        hit_rate_limit(scope, f"network {network} at {account}", settings.THROTTLE_AUTH),
        hit_rate_limit(scope, f"account {account}", _rate_from_everywhere()),
    ]


def _rate_from_everywhere() -> Rate:
    calls, seconds = settings.THROTTLE_AUTH
    return NETWORKS * calls, seconds


def normalized(email: str) -> str:
    """Return an e-mail address as it is looked up: spaces and case must not gain further attempts."""
    return email.strip().lower()


class WriteThrottle(BaseThrottle):
    """``THROTTLE_USER`` for writes, by person, or by address if anonymous."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.method not in SAFE_METHODS:
            hit_rate_limit("writes", caller_of(request), settings.THROTTLE_USER)
        return True


class AttemptThrottle(BaseThrottle):
    """Counts an attempt by its address and by its account; the scope is the view's ``throttle_scope``.

    The caller's own account has ``THROTTLE_AUTH`` wherever they are, for no stranger holds their token; one that the
    body names has the limits of ``hit_account_limit``.
    """

    def allow_request(self, request: Request, view: "APIView") -> bool:
        scope: str = view.throttle_scope  # type: ignore[attr-defined]  # DRF's own name, not in its types
        hit_attempt_limit(scope, request.META)
        if request.user:
            hit_rate_limit(scope, f"user {request.user.pk}", settings.THROTTLE_AUTH)
        elif account := _named_account(request):
            hit_account_limit(scope, account, request.META)
        return True


class SignInThrottle(BaseThrottle):
    """Counts sign-ins before the password is checked, so that of many at once no more than the limit get there.

    A device on which the owner has signed in before has its own ``THROTTLE_AUTH`` instead, whatever strangers do.
    """

    scope = "sign-in"

    def __init__(self) -> None:
        self._hits: list[Hit] = []

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if self._is_known_device(request):
            return True
        hit_attempt_limit(self.scope, request.META)
        if account := _named_account(request):
            self._hits = hit_account_limit(self.scope, account, request.META)
        return True

    def succeeded(self) -> None:
        """Undo the hit on the account, which was no failure. The address has made its attempt all the same."""
        undo_hits(self._hits)

    def _is_known_device(self, request: Request) -> bool:
        device = shown_device(request.COOKIES)
        if device is None:
            return False
        # Counted before the body is read, as an address is: a body may make no sense.
        hit_rate_limit(self.scope, f"device {device.name}", settings.THROTTLE_AUTH)
        account = _named_account(request)
        if account is None or not is_known_to(device, account):
            return False
        hit_rate_limit(self.scope, f"devices {account}", _rate_from_everywhere())
        return True


def _named_account(request: Request) -> str | None:
    email = request.data.get("email") if isinstance(request.data, dict) else None
    return normalized(email) if isinstance(email, str) else None
