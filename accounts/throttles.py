"""accounts: how often a caller may call. It knows the cache, addresses and devices, and neither passwords nor tokens."""

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
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.counters import THROTTLED
from accounts.devices import is_known_to, shown_device

if TYPE_CHECKING:  # DRF's views name this module in their defaults, and so have to be imported after it.
    from rest_framework.views import APIView

Rate = tuple[int, int]
"""Calls, and the seconds in which they may be made."""

# Failures at one account from everywhere together, in THROTTLE_AUTH: so many networks it takes at once to use them up.
NETWORKS = 10
# Networks of IPv6: what one line has, and what one site (a customer of a provider) may have.
LINE, SITE = 64, 48

# How long the shared cache is left alone after it did not answer: nobody waits for it twice in a row.
_REST_SECONDS = 1.0


class TooManyCallsError(Exception):
    """The caller has used up what they may ask for now; ``retry_after`` in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Spent(NamedTuple):
    """One call that was counted, and where: the alias of the cache, and the key."""

    cache: str
    key: str


def spend(scope: str, who: str, rate: Rate) -> Spent:
    """Count one call of ``who``; raise ``TooManyCallsError`` when it is one too many in this stretch of time.

    Stretches follow each other on the clock (a fixed window), so that counting is one atomic increment.
    ``who`` begins with a word of ours where the rest is a text of the caller's, which may look like anybody else.
    """
    calls, seconds = rate
    now = time.time()
    stretch = int(now // seconds)
    # Hashed: an e-mail address is nothing for a cache to hold, and a key has a form to keep.
    name = hashlib.blake2b(who.encode(), digest_size=16).hexdigest()
    key = f"calls:{scope}:{name}:{stretch}"
    cache, count = _counter.add(key, seconds)
    if count > calls:
        THROTTLED.labels(scope).inc()
        raise TooManyCallsError(retry_after=math.ceil((stretch + 1) * seconds - now))
    return Spent(cache, key)


def give_back(spent: Iterable[Spent]) -> None:
    """Count calls as if they had not been made. What a cache has forgotten, or does not answer for, stays as it is."""
    for cache, key in spent:
        with contextlib.suppress(ValueError, RedisError, OSError):
            caches[cache].decr(key)


class _Counter:
    """Counts in the cache that all processes share; while that does not answer, in this process."""

    def __init__(self) -> None:
        self._rest_until = 0.0

    def add(self, key: str, seconds: int) -> tuple[str, int]:
        """Count one more under ``key``, which is forgotten after ``seconds``; return the cache's alias and the count."""
        if time.monotonic() >= self._rest_until:
            try:
                return "default", _increment(caches["default"], key, seconds)
            except (RedisError, OSError):
                self._rest_until = time.monotonic() + _REST_SECONDS
        return "local", _increment(caches["local"], key, seconds)


def _increment(cache: BaseCache, key: str, seconds: int) -> int:
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key)
    except ValueError:  # The cache was full and dropped it in between: it counts from the start.
        return 1


_counter = _Counter()


def client_address(meta: Mapping[str, Any], *, ipv6: int = LINE) -> str:
    """Return where a request came from: an IPv4 address, or the IPv6 network of this size.

    ``meta``: a WSGI environment, or Django's ``request.META``. ``X-Forwarded-For`` is believed as far as
    ``TRUSTED_PROXIES`` reaches, counted from the right: what stands further left, anybody can have written.
    """
    peer = str(meta.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    proxies = settings.TRUSTED_PROXIES
    forwarded = hops[-proxies] if 0 < proxies <= len(hops) else ""
    return _network(forwarded, ipv6) or _network(peer, ipv6) or "unknown"


def _network(address: str, ipv6: int) -> str | None:
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is None:
            return str(ip_network((ip.packed, ipv6), strict=False))
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


# --- What could be tried until it works -----------------------------------------------------------


def spend_attempt(scope: str, meta: Mapping[str, Any]) -> None:
    """Count one attempt of an address: ``THROTTLE_AUTH``."""
    spend(scope, client_address(meta), settings.THROTTLE_AUTH)


def spend_on_account(scope: str, account: str, meta: Mapping[str, Any]) -> list[Spent]:
    """Count what a stranger tries at an account, whether or not anybody has it.

    ``THROTTLE_AUTH`` from the stranger's network, ``NETWORKS`` times that from everywhere: so whoever fails here
    stops themselves, and not the owner, who is elsewhere.
    """
    network = client_address(meta, ipv6=SITE)
    return [
        spend(scope, f"network {network} at {account}", settings.THROTTLE_AUTH),
        spend(scope, f"account {account}", _from_everywhere()),
    ]


def _from_everywhere() -> Rate:
    calls, seconds = settings.THROTTLE_AUTH
    return NETWORKS * calls, seconds


def one_spelling(email: str) -> str:
    """Return an e-mail address as it is looked up: blanks and case must not buy further tries."""
    return email.strip().lower()


class AttemptThrottle(BaseThrottle):
    """Counts an attempt for the address that it comes from and for the account that it is about.

    The view's ``throttle_scope`` names what is tried. The caller's own account has ``THROTTLE_AUTH`` wherever they
    are, for no stranger holds their token; one that the body names has what ``spend_on_account`` says.
    """

    def allow_request(self, request: Request, view: "APIView") -> bool:
        scope: str = view.throttle_scope  # type: ignore[attr-defined]  # DRF's own name, not in its types
        spend_attempt(scope, request.META)
        if request.user:
            spend(scope, f"user {request.user.pk}", settings.THROTTLE_AUTH)
        elif account := _named_account(request):
            spend_on_account(scope, account, request.META)
        return True


class SignInThrottle(BaseThrottle):
    """Counts what is tried at sign-in, before the password is looked at: of many at once no more than that get there.

    A device on which the owner has signed in before has its own ``THROTTLE_AUTH`` instead, whatever strangers do.
    """

    scope = "sign-in"

    def __init__(self) -> None:
        self._spent: list[Spent] = []

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if self._is_known_device(request):
            return True
        spend_attempt(self.scope, request.META)
        if account := _named_account(request):
            self._spent = spend_on_account(self.scope, account, request.META)
        return True

    def succeeded(self) -> None:
        """Take a stranger's try at the account back: it was none. The address has made its attempt all the same."""
        give_back(self._spent)

    def _is_known_device(self, request: Request) -> bool:
        device = shown_device(request.COOKIES)
        if device is None:
            return False
        # Counted before the body is read, as an address is: a body may make no sense.
        spend(self.scope, f"device {device.name}", settings.THROTTLE_AUTH)
        account = _named_account(request)
        if account is None or not is_known_to(device, account):
            return False
        spend(self.scope, f"devices {account}", _from_everywhere())
        return True


def _named_account(request: Request) -> str | None:
    email = request.data.get("email") if isinstance(request.data, dict) else None
    return one_spelling(email) if isinstance(email, str) else None
