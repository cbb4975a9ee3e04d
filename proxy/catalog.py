"""What a catalog says of itself, and the registry of those that are on.

A catalog is one upstream service and what it offers: kinds of items, and lists of them. From what it says the engine has its
own transport, breaker, bulkhead and cache for it, and the rest is the same for all.
"""

import hashlib
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Generic, TypeVar

from django.conf import settings

from clients.errors import UpstreamError, UpstreamNotFoundError, UpstreamUnavailableError
from clients.transport import Fetched, ListPage, Transport
from proxy.cache import Cache, Fill, free
from proxy.columns import Relation
from proxy.kinds import Detail, Kind, Listing, in_key
from proxy.rendering import Body
from proxy.running import Running, call_options, render_logged
from proxy.shapes import Shape
from proxy.snapshot_cache import SnapshotCache
from proxy.snapshots import Found, Selection, Snapshot
from proxy.store import Answer

C = TypeVar("C")
T = TypeVar("T")
Q = TypeVar("Q")

# Called when a question can't be answered from here: the caller may have to pay, or be refused, for a call to upstream.
OnMiss = Callable[[], None]


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
        listings: Iterable[Listing[Any, Any] | Selection[Any, Any]] = (),
        details: Iterable[Detail[Any, Any]] = (),
        attribution: Sequence[str] = (),
        remembered_for: timedelta | None = None,
        takes_writes: bool = False,
        warm: Callable[[int], Iterator[tuple[str, Callable[[], Answer]]]] | None = None,
    ) -> None:
        """``service`` names it in sentences ("The … failed."); ``prefix`` begins its settings (``…_API_URL``).

        ``client`` makes its client of a transport; ``attribution`` is what the service demands to be shown in the ``meta`` of
        every page, and ``remembered_for`` how long a title may be stored that nobody has seen meanwhile (None: for ever).
        ``takes_writes``: writes are forwarded to it, and announced with ``announce_write``. ``warm(pages)`` gives what `manage.py cache_warm` fetches first, by name.
        """
        self.name = name
        self.service = service
        self.prefix = prefix
        self.kinds = {kind.name: kind for kind in kinds}
        self.attribution = tuple(attribution)
        self.remembered_for = remembered_for
        self.warm = warm
        offered: list[Listing[Any, Any] | Selection[Any, Any] | Detail[Any, Any]] = [*listings, *details]
        self._shapes = [each.shape for each in offered]
        found = [kind.found.snapshot for kind in self.kinds.values() if kind.found]
        cut = [each.snapshot for each in offered if isinstance(each, Selection)]
        self._snapshots: list[Snapshot[Any, Any]] = list(dict.fromkeys([*found, *cut]))
        self._takes_writes = takes_writes
        self._new_client = client
        self._lock = threading.Lock()
        self._running: Running[C] | None = None

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

    def settle(self) -> None:
        """Wait for what is under way in background."""
        self._run().settle()

    def stop(self) -> None:
        """Wait for what is under way in background, and begin like a new process with the next question."""
        running, self._running = self._running, None
        if running:
            running.stop()

    def _run(self) -> Running[C]:
        if self._running is None:
            with self._lock:
                if self._running is None:
                    self._running = self._begin()
        return self._running

    def _begin(self) -> Running[C]:
        transport = self.new_transport()
        return Running(
            self.name,
            transport=transport,
            client=self._new_client(transport),
            setting=self.setting,
            version=self.version,
            snapshots=self._snapshots,
            takes_writes=self._takes_writes,
        )

    @property
    def shapes(self) -> set[Shape[Any]]:
        """Return all that it shows."""
        return {kind.shape for kind in self.kinds.values()}.union(self._shapes)

    @property
    def relations(self) -> set[Relation]:
        """Return the relations of people to its items: those of which it shows marks, and those in which they may be."""
        shown = {relation for shape in self.shapes for relation in shape.relations}
        return shown | {(name, kind.name) for kind in self.kinds.values() for name in kind.relations}

    @property
    def version(self) -> str:
        """Return a digest of all its shapes: the copies of another are not read."""
        versions = b"".join(sorted(shape.version for shape in self.shapes))
        return hashlib.blake2b(versions, digest_size=8).hexdigest()

    # --- Fetching ----------------------------------------------------------------------------------

    def get(self, kind: Kind[Any], id_: int, *, confirm: bool = False, on_miss: OnMiss = free) -> Answer:
        """Return one item; ``UpstreamNotFoundError`` if there is none.

        With ``confirm`` a stale copy is good enough only if upstream gives no answer.
        """
        with _naming(kind, id_):
            if found := kind.found:
                key = self.cache.key_of(kind.name, id_)
                answer = self._snapshot(found).item(key, found, id_, confirm=confirm, on_miss=on_miss)
                if answer is not None:
                    return answer
            if kind.fetch is None:
                raise self._not_all_known()
            return self.cache.get(*self._item(kind, id_), confirm=confirm, on_miss=on_miss)

    def get_detail(self, detail: Detail[Q, Any], id_: int, query: Q, *, on_miss: OnMiss = free) -> Answer:
        """Return one item in full; ``UpstreamNotFoundError`` if there is none."""
        with _naming(detail.kind, id_):
            return self.cache.get(*self._detail(detail, id_, query), on_miss=on_miss)

    def find(
        self, found: Found[Any], ids: Iterable[int], *, confirm: bool, on_miss: OnMiss
    ) -> tuple[dict[int, Answer], bool, UpstreamError | None]:
        """Return by id what a snapshot has; see ``SnapshotCache.items``. ``UpstreamError`` without a snapshot."""
        return self._snapshot(found).items(found, ids, confirm=confirm, on_miss=on_miss)

    def announce_write(self) -> None:
        """Have every copy fetched again before it is served once more, in all processes."""
        self._run().announce_write()

    def get_page(
        self,
        listing: Listing[Q, Any] | Selection[Q, Any],
        query: Q,
        *,
        confirm: bool = False,
        ends_at: float = math.inf,
        on_miss: OnMiss = free,
    ) -> Answer:
        """Return the page of a list that ``query`` asks for; ``ends_at`` (monotonic) if it is a part of another answer."""
        if isinstance(listing, Selection):
            return self._snapshot(listing).page(
                self._key_of_page(listing, query),
                listing,
                query,
                confirm=confirm,
                ends_at=ends_at,
                on_miss=on_miss,
            )
        return self.cache.get(*self._page(listing, query), confirm=confirm, ends_at=ends_at, on_miss=on_miss)

    def get_page_of(
        self,
        kind: Kind[Any],
        id_: int,
        listing: Listing[Q, Any] | Selection[Q, Any],
        query: Q,
        *,
        on_miss: OnMiss = free,
    ) -> Answer:
        """Return a page of the list that belongs to an item; ``UpstreamNotFoundError`` names the item."""
        with _naming(kind, id_):
            return self.get_page(listing, query, on_miss=on_miss)

    def copies(self, kind: Kind[Any], ids: Sequence[int]) -> dict[int, Answer]:
        """Return by id what is cached, fresh or stale, and no older than the last write; never calls upstream."""
        found = self.cache.copies({self.cache.key_of(kind.name, id_): id_ for id_ in ids})
        return {id_: each for id_, each in found.items() if not self.cache.is_outdated(each.entry)}

    def known_absent(self, kind: Kind[Any], ids: Iterable[int]) -> set[int]:
        """Return those of these ids that upstream did not have a moment ago, as this process knows."""
        return {id_ for id_ in ids if self.cache.is_negative(self.cache.key_of(kind.name, id_))}

    def page_fetched_at(self, listing: Listing[Q, Any], query: Q) -> float:
        """Return when this process' copy of a page was fetched (Unix seconds), 0 if there is none."""
        entry = self.cache.copy(self._page(listing, query)[0])
        return entry.fetched_at if entry else 0.0

    def revalidate(self, kind: Kind[Any], id_: int) -> None:
        """Have one item fetched again in background."""
        self.cache.revalidate(*self._item(kind, id_))

    def revalidate_page(self, listing: Listing[Q, Any], query: Q) -> None:
        """Have a page fetched again in background."""
        self.cache.revalidate(*self._page(listing, query))

    # --- Keys and fills ---------------------------------------------------------------------------

    def _item(self, kind: Kind[T], id_: int) -> tuple[str, Fill]:
        fetch = kind.fetch
        assert fetch is not None  # noqa: S101 - for the type

        def fill(etag: str | None, ends_at: float) -> Fetched[Body]:
            fetched = fetch(self.client, id_, **call_options(etag, ends_at))
            return fetched.mapped(kind.shape.render)

        return self.cache.key_of(kind.name, id_), fill

    def _detail(self, detail: Detail[Q, T], id_: int, query: Q) -> tuple[str, Fill]:
        def fill(etag: str | None, ends_at: float) -> Fetched[Body]:
            fetched = detail.fetch(self.client, id_, query, **call_options(etag, ends_at))
            full = fetched.value
            if full is not None and (item := detail.item(query, full)) is not None:
                key = self.cache.key_of(detail.kind.name, id_)
                self.cache.add(key, detail.kind.shape.render(item), max_age=fetched.max_age)
            return fetched.mapped(detail.shape.render)

        return f"{self.name}:{detail.name}:{id_}:{in_key(query)}", fill

    def _page(self, listing: Listing[Q, T], query: Q) -> tuple[str, Fill]:
        def fill(etag: str | None, ends_at: float) -> Fetched[Body]:
            fetched = listing.fetch(self.client, query, **call_options(etag, ends_at))
            return fetched.mapped(partial(render_logged, self.name, listing.shape.kind, rendered))

        def rendered(page: ListPage[T]) -> Body:
            with_ids = listing.has_items(query)
            return listing.shape.render_page(page.count, page.results, with_ids=with_ids)

        return self._key_of_page(listing, query), fill

    def _key_of_page(self, listing: Listing[Q, Any] | Selection[Q, Any], query: Q) -> str:
        return f"{self.name}:{listing.name}:{in_key(query)}"

    def _not_all_known(self) -> UpstreamUnavailableError:
        failure = UpstreamUnavailableError(
            "it is not in the part that is known, and there is no other way to ask"
        )
        failure.upstream = self.name
        return failure

    def _snapshot(self, cut: Found[Any] | Selection[Any, Any]) -> SnapshotCache[Any]:
        return self._run().snapshots[cut.snapshot.name]


@contextmanager
def _naming(kind: Kind[Any], id_: int) -> Iterator[None]:
    """Let a "not found" say of what: one that was remembered, or shared with others, does not know."""
    try:
        yield
    except UpstreamNotFoundError as failure:
        raise UpstreamNotFoundError(failure.reason, kind=kind.word, number=id_) from failure


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


def kinds_in(relation: str) -> list[Kind[Any]]:
    """Return the kinds, of all catalogs that are on, whose items people may have in this relation."""
    kinds = (kind for catalog in _CATALOGS.values() for kind in catalog.kinds.values())
    return [kind for kind in kinds if relation in kind.relations]
