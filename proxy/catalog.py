"""What a catalog says of itself, and the registry of those that are on.

A catalog is one upstream service and what it offers: kinds of items, and lists of them. From what it says the engine has its
own transport, breaker, bulkhead and cache for it, and the rest is the same for all.
"""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Concatenate, Final, Generic, NamedTuple, TypeVar

import msgspec
import structlog
from django.conf import settings

from clients.errors import UpstreamNotFoundError
from clients.transport import CallOptions, Fetched, ListPage, Transport
from proxy import counters
from proxy.cache import GRACE_SECONDS, Cache, Fill, free
from proxy.redis_level import RedisLevel
from proxy.rendering import Body, Page
from proxy.shapes import Shape
from proxy.store import Answer, Store

log = structlog.get_logger(__name__)

C = TypeVar("C")
T = TypeVar("T")
Q = TypeVar("Q", bound=msgspec.Struct)

# Called when a question can't be answered from here: who asks may have to pay, or be refused, for asking upstream.
OnMiss = Callable[[], None]

_MAX_KEY_LENGTH: Final = 200
# The entries of all catalogs: together they have one bound.
_STORE: Final = Store()


@dataclass(frozen=True)
class Kind(Generic[T]):
    """Items of one kind: ``fetch(client, id, **call)`` returns one, or raises ``UpstreamNotFoundError``.

    ``fetch_many(client, ids, **call)`` returns those of at most ``max_batch`` that upstream lists (None: it can't be
    asked so); what it leaves out may still be there singly.
    """

    shape: Shape[T]
    fetch: Callable[..., Fetched[T]]
    fetch_many: Callable[..., Fetched[ListPage[T]]] | None = None
    max_batch: int = 50

    @property
    def name(self) -> str:
        """Return the word for it: "flyer"."""
        return self.shape.kind


@dataclass(frozen=True)
class Listing(Generic[Q, T]):
    """A list of items: ``fetch(client, query, **call)`` returns the page that ``query`` asks for.

    ``query`` is normalised: equal questions are equal values, and none knows who asks. ``version`` of its name in keys.
    """

    name: str
    shape: Shape[T]
    fetch: Callable[Concatenate[Any, Q, ...], Fetched[ListPage[T]]]


class _Running(NamedTuple, Generic[C]):
    transport: Transport
    client: C
    cache: Cache


class Catalog(Generic[C]):
    """One upstream service and what it offers. Safe to use from many threads; connects when first used."""

    def __init__(
        self,
        name: str,
        *,
        service: str,
        prefix: str,
        client: Callable[[Transport], C],
        kinds: Iterable[Kind[Any]],
        listings: Iterable[Listing[Any, Any]] = (),
        warm: Callable[[int], Iterator[tuple[str, Callable[[], Answer]]]] | None = None,
    ) -> None:
        """``service`` names it in sentences ("The flyer service …"); ``prefix`` begins its settings (``FLYERS_API_URL``).

        ``client`` makes its client of a transport; ``warm(pages)`` gives what `manage.py cache_warm` asks first, by name.
        """
        self.name = name
        self.service = service
        self.prefix = prefix
        self.kinds = {kind.name: kind for kind in kinds}
        self.warm = warm
        self._listings = tuple(listings)
        self._new_client = client
        self._lock = threading.Lock()
        self._running: _Running[C] | None = None

    # --- What a process has of it -----------------------------------------------------------------

    def setting(self, name: str) -> Any:
        """Return one of its settings."""
        return getattr(settings, f"{self.prefix}_{name}")

    def new_transport(self, **options: Any) -> Transport:
        """Return a transport to its service as the settings say; ``options`` are those of ``Transport``."""
        return Transport(
            self.name,
            self.setting("API_URL"),
            self.setting("API_TOKEN"),
            deadline=self.setting("DEADLINE_SECONDS"),
            max_concurrency=self.setting("MAX_CONCURRENCY"),
            **options,
        )

    @property
    def transport(self) -> Transport:
        """Return this process's transport to its service."""
        return self._run().transport

    @property
    def client(self) -> C:
        """Return this process's client of its service."""
        return self._run().client

    @property
    def cache(self) -> Cache:
        """Return this process's cache of its answers, on the shared level if there is one."""
        return self._run().cache

    def stop(self) -> None:
        """Wait for what is under way in background, and begin like a new process with the next question."""
        running, self._running = self._running, None
        if running:
            running.cache.settle()
            _STORE.clear()

    def _run(self) -> _Running[C]:
        if self._running is None:
            with self._lock:
                if self._running is None:
                    transport = self.new_transport()
                    self._running = _Running(transport, self._new_client(transport), self._new_cache())
        return self._running

    def _new_cache(self) -> Cache:
        stale_seconds, deadline = self.setting("STALE_SECONDS"), self.setting("DEADLINE_SECONDS")
        shared = settings.CACHE_URL and RedisLevel(
            settings.CACHE_URL,
            version=self.version,
            stale_seconds=stale_seconds,
            lock_seconds=deadline + GRACE_SECONDS,
            connections=settings.THREADS + 16,
        )
        return Cache(
            self.name,
            fresh_seconds=self.setting("FRESH_SECONDS"),
            stale_seconds=stale_seconds,
            deadline=deadline,
            shared=shared or None,
            store=_STORE,
        )

    @property
    def version(self) -> str:
        """Return a digest of all its shapes: the copies of another are not read."""
        shapes = {kind.shape for kind in self.kinds.values()} | {listing.shape for listing in self._listings}
        versions = b"".join(sorted(shape.version for shape in shapes))
        return hashlib.blake2b(versions, digest_size=8).hexdigest()

    # --- Asking it --------------------------------------------------------------------------------

    def get(self, kind: Kind[T], id_: int, *, confirm: bool = False, on_miss: OnMiss = free) -> Answer:
        """Return one item; ``UpstreamNotFoundError`` if there is none.

        With ``confirm`` a stale copy is good enough only if upstream can't be asked.
        """
        with self._naming(kind, id_):
            return self.cache.get(
                self.key(kind, id_), self._fill_item(kind, id_), confirm=confirm, on_miss=on_miss
            )

    def get_page(
        self,
        listing: Listing[Q, T],
        query: Q,
        *,
        of: tuple[Kind[Any], int] | None = None,
        on_miss: OnMiss = free,
    ) -> Answer:
        """Return the page of a list that ``query`` asks for.

        ``of`` is the item whose list it is: ``UpstreamNotFoundError`` names it.
        """
        with self._naming(*(of or (None, 0))):
            return self.cache.get(
                self._page_key(listing.name, query), self._fill_page(listing, query), on_miss=on_miss
            )

    def get_listed(
        self, kind: Kind[T], ids: tuple[int, ...], *, confirm: bool = False, on_miss: OnMiss = free
    ) -> Answer:
        """Return those of at most ``max_batch`` items that upstream lists, on one page."""
        return self.cache.get(*self._batch(kind, ids), confirm=confirm, on_miss=on_miss)

    def listed_at(self, kind: Kind[T], ids: tuple[int, ...]) -> float:
        """Return when upstream was last asked for the list of those items (Unix seconds), 0 if that is not known."""
        entry = self.cache.copy(self._batch(kind, ids)[0])
        return entry.fetched_at if entry else 0.0

    def revalidate_listed(self, kind: Kind[T], ids: tuple[int, ...]) -> None:
        """Have those items fetched again in background."""
        self.cache.revalidate(*self._batch(kind, ids))

    def copies(self, kind: Kind[T], ids: Sequence[int]) -> dict[int, Answer]:
        """Return by id what is cached, fresh or stale; never asks upstream."""
        return self.cache.copies({self.key(kind, id_): id_ for id_ in ids})

    def revalidate(self, kind: Kind[T], id_: int) -> None:
        """Have one item fetched again in background."""
        self.cache.revalidate(self.key(kind, id_), self._fill_item(kind, id_))

    # --- Keys and fills ---------------------------------------------------------------------------

    def key(self, kind: Kind[T], id_: int) -> str:
        """Return the key of one item."""
        return self.cache.key_of(kind.name, id_)

    def _page_key(self, name: str, query: msgspec.Struct | Sequence[int]) -> str:
        text = msgspec.json.encode(query)
        if len(text) > _MAX_KEY_LENGTH:
            return f"{self.name}:{name}:{hashlib.blake2b(text, digest_size=16).hexdigest()}"
        return f"{self.name}:{name}:{text.decode()}"

    def _batch(self, kind: Kind[T], ids: tuple[int, ...]) -> tuple[str, Fill]:
        ids = tuple(sorted(ids))
        assert kind.fetch_many is not None  # noqa: S101 - for the type: nobody asks for a batch of others
        fetch = partial(kind.fetch_many, self.client, ids)
        return self._page_key(f"{kind.name}-batch", ids), partial(self._fill_list, fetch, kind.shape)

    def _fill_item(self, kind: Kind[T], id_: int) -> Fill:
        def fill(etag: str | None, ends_at: float) -> Fetched[Body]:
            fetched = kind.fetch(self.client, id_, **_call(etag, ends_at))
            body = None if fetched.value is None else kind.shape.render(fetched.value)
            return Fetched(body, fetched.etag, fetched.max_age)

        return fill

    def _fill_page(self, listing: Listing[Q, T], query: Q) -> Fill:
        return partial(self._fill_list, partial(listing.fetch, self.client, query), listing.shape)

    def _fill_list(
        self, fetch: Callable[..., Fetched[ListPage[T]]], shape: Shape[T], etag: str | None, ends_at: float
    ) -> Fetched[Body]:
        fetched = fetch(**_call(etag, ends_at))
        page = fetched.value
        if page is None:
            return Fetched(None, fetched.etag, fetched.max_age)
        if page.left_out:
            counters.events(self.name)["left_out"].inc(page.left_out)
            log.warning("items left out", upstream=self.name, kind=shape.kind, number=page.left_out)
        body = Page(page.count, tuple(map(shape.render, page.results)))
        return Fetched(body, fetched.etag, fetched.max_age)

    @contextmanager
    def _naming(self, kind: Kind[Any] | None, id_: int) -> Iterator[None]:
        """Let a "not found" say of what: one that was remembered, or shared with others, does not know."""
        try:
            yield
        except UpstreamNotFoundError as failure:
            if kind is None:
                raise
            raise UpstreamNotFoundError(failure.reason, kind=kind.name, number=id_) from failure


def _call(etag: str | None, ends_at: float) -> CallOptions:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return CallOptions(etag=etag, ends_at=ends_at, request_id=request_id)


# --- The registry ---------------------------------------------------------------------------------

_CATALOGS: dict[str, Catalog[Any]] = {}


def register(catalog: Catalog[Any]) -> None:
    """Turn a catalog on."""
    _CATALOGS[catalog.name] = catalog


def catalogs() -> Mapping[str, Catalog[Any]]:
    """Return the catalogs that are on, by name."""
    return _CATALOGS


def find_kind(name: str) -> tuple[Catalog[Any], Kind[Any]]:
    """Return the kind of this name with its catalog; ``KeyError`` if no catalog that is on has it."""
    for catalog in _CATALOGS.values():
        if name in catalog.kinds:
            return catalog, catalog.kinds[name]
    raise KeyError(name)
