"""What a process has of one upstream: transport, client, cache and snapshots, as the settings say."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, Generic, TypeVar

import structlog
from django.conf import settings

from clients.errors import UpstreamMalformedError, UpstreamNotFoundError
from clients.transport import CallOptions, Fetched, ListPage, Transport
from proxy.cache import GRACE_SECONDS, Cache, never
from proxy.invalidations import Invalidations
from proxy.redis_level import RedisLevel
from proxy.rendering import Body
from proxy.snapshot_cache import SnapshotCache, new_store
from proxy.snapshots import MAX_STORED_BYTES, Snapshot
from proxy.store import Store, events

log = structlog.get_logger(__name__)

C = TypeVar("C")
T = TypeVar("T")

# The entries of all catalogs: together they have one bound.
_STORE: Final = Store()
# A snapshot is fetched by one thread.
_CONNECTIONS_OF_A_SNAPSHOT: Final = 2
# Redis may take so long to receive one: the largest at 200 Mbit/s.
_PUBLISH_SECONDS: Final = 1.0


class Running(Generic[C]):
    """One upstream in this process."""

    def __init__(
        self,
        upstream: str,
        *,
        transport: Transport,
        client: C,
        setting: Callable[[str], Any],
        version: str,
        snapshots: Iterable[Snapshot[Any, Any]],
        takes_writes: bool,
    ) -> None:
        """``setting`` gives a setting of the upstream; ``version`` is that of its shapes."""
        self.transport = transport
        self._levels: list[RedisLevel] = []
        self.client = client
        self._upstream = upstream
        self._setting = setting
        self._version = version
        self._invalidations = Invalidations(upstream, settings.CACHE_URL) if takes_writes else None
        self.cache = self._new_cache(
            setting("DEADLINE_SECONDS"), {"connections": settings.THREADS + 16}, store=_STORE
        )
        self.snapshots = {each.name: self._new_snapshot(each) for each in snapshots}

    def announce_write(self) -> None:
        """Have every copy fetched again before it is served once more, in all processes."""
        assert self._invalidations is not None  # noqa: S101 - whoever forwards writes says so
        self._invalidations.announce()

    def settle(self) -> None:
        """Wait for what is under way in background."""
        for snapshot in self.snapshots.values():
            snapshot.settle()
        self.cache.settle()

    def stop(self) -> None:
        """Wait for what is under way in background, drop what is cached, and close what is connected."""
        self.settle()
        if self._invalidations:
            self._invalidations.stop()
        for level in self._levels:
            level.close()
        self.transport.close()
        _STORE.clear()

    def _new_cache(self, deadline: float, of_shared: dict[str, Any], **options: Any) -> Cache:
        stale_seconds = self._setting("STALE_SECONDS")
        shared = None
        if settings.CACHE_URL:
            shared = RedisLevel(
                settings.CACHE_URL,
                version=self._version,
                stale_seconds=stale_seconds,
                lock_seconds=deadline + GRACE_SECONDS,
                **of_shared,
            )
            self._levels.append(shared)
        return Cache(
            self._upstream,
            fresh_seconds=self._setting("FRESH_SECONDS"),
            stale_seconds=stale_seconds,
            deadline=deadline,
            shared=shared,
            written_at=self._invalidations.written_at if self._invalidations else never,
            **options,
        )

    def _new_snapshot(self, snapshot: Snapshot[Any, Any]) -> SnapshotCache[Any]:
        def fill(etag: str | None, ends_at: float) -> Fetched[Body]:
            try:
                fetched = snapshot.fetch(self.client, **call_options(etag, ends_at))
            except UpstreamNotFoundError:
                # No list is no empty one, and nothing of it is "not found" for that.
                raise UpstreamMalformedError("the list of everything was not found") from None
            return fetched.mapped(
                partial(render_logged, self._upstream, snapshot.shape.kind, snapshot.render)
            )

        of_shared = {
            "connections": _CONNECTIONS_OF_A_SNAPSHOT,
            "max_entry_bytes": MAX_STORED_BYTES,
            "publish_seconds": _PUBLISH_SECONDS,
        }
        whole = self._new_cache(
            self._setting("SNAPSHOT_SECONDS"),
            of_shared,
            store=new_store(),
            has_items=False,
            is_behind=True,
        )
        return SnapshotCache(
            snapshot,
            fill,
            upstream=self._upstream,
            cache=whole,
            parts=self.cache,
            deadline=self._setting("DEADLINE_SECONDS"),
        )


def call_options(etag: str | None, ends_at: float) -> CallOptions:
    """Return the options of a call that is made for the request that is being answered."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return CallOptions(etag=etag, ends_at=ends_at, request_id=request_id)


def render_logged(upstream: str, kind: str, render: Callable[[ListPage[T]], Body], page: ListPage[T]) -> Body:
    """Return a list as it is shown; what was left out of it is logged."""
    if page.left_out:
        events(upstream)["left_out"].inc(page.left_out)
        log.warning("items left out", upstream=upstream, kind=kind, number=page.left_out)
    return render(page)
