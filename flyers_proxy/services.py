"""flyers_proxy: flyers, creators and categories, asked of upstream through the cache. It knows no HTTP, no people."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, Self, TypeVar

import msgspec
import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from clients.distance import Position
from clients.errors import UpstreamMalformedError, UpstreamNotFoundError
from clients.flyers import FlyerClient, FlyerPage, FlyerQuery
from clients.transport import Fetched, Transport
from proxy import merging, pages
from proxy.cache import GRACE_SECONDS, Cache
from proxy.entries import Entry, Fill, Filled, Outcome
from proxy.once import OncePerProcess
from proxy.pages import MAX_CREATORS, MAX_MERGED_ROWS, UPSTREAM_PAGE, FlyerList
from proxy.redis_level import SharedCache
from proxy.rendering import (
    Facts,
    Rendered,
    facts_of,
    render_categories,
    render_creator,
    render_flyer,
    render_flyers,
)
from proxy.single_flight import Waiters

__all__ = [
    "Answer",
    "FlyerList",
    "PageTooDeepError",
    "client",
    "confirm_flyer",
    "get_categories",
    "get_creator",
    "get_creator_flyers",
    "get_flyer",
    "get_flyers",
    "get_kept",
    "get_kept_creators",
    "get_listed",
    "listed_at",
    "release_connection",
    "renew_listed",
    "rounded",
    "store",
    "transport",
    "waiters",
]

T = TypeVar("T")

_MAX_KEY_LENGTH = 200


# Called when a question can't be answered from here: who asks may have to pay, or be refused, for asking upstream.
OnMiss = Callable[[], None]


def free() -> None:
    """Let anybody ask."""


class Answer(NamedTuple):
    """A rendered answer, when upstream gave it (Unix seconds), and for how many seconds others may keep it.

    ``key`` is that of its entry in the cache, None for an answer that was put together.
    """

    rendered: Rendered
    as_of: float
    max_age: int
    outcome: Outcome
    key: str | None = None

    @classmethod
    def of(cls, entry: Entry, outcome: Outcome, key: str | None = None) -> Self:
        """Return the answer that an entry is."""
        return cls(entry.rendered, entry.fetched_at, entry.max_age, outcome, key)

    @property
    def is_stale(self) -> bool:
        """Say whether it is older than it should be."""
        return self.outcome is Outcome.STALE


class PageTooDeepError(Exception):
    """Of the flyers of so many creators only the first can be paged through."""

    details = {
        "page": [
            f"Of more than {MAX_CREATORS} creators only the first {MAX_MERGED_ROWS} flyers can be shown."
        ]
    }


def transport(**options: Any) -> Transport:
    """Return a new transport to the flyer service, by the settings; ``options`` are those of ``Transport``."""
    return Transport(
        "flyers",
        settings.FLYERS_API_URL,
        settings.FLYERS_API_TOKEN,
        deadline=settings.FLYERS_DEADLINE_SECONDS,
        max_concurrency=settings.FLYERS_MAX_CONCURRENCY,
        **options,
    )


@OncePerProcess
def client() -> FlyerClient:
    """Return this process's client of the flyer service."""
    return FlyerClient(transport())


@OncePerProcess
def waiters() -> Waiters:
    """Return this process's bound on threads that wait for the calls of others."""
    return Waiters(settings.MAX_WAITERS)


@OncePerProcess
def store() -> Cache:
    """Return this process's cache, on the shared one if there is one."""
    return Cache(
        fresh_seconds=settings.FLYERS_FRESH_SECONDS,
        stale_seconds=settings.FLYERS_STALE_SECONDS,
        deadline=settings.FLYERS_DEADLINE_SECONDS,
        parts=_flyers_of,
        waiters=waiters(),
        before_waiting=release_connection,
        shared=SharedCache(
            settings.CACHE_URL,
            stale_seconds=settings.FLYERS_STALE_SECONDS,
            lock_seconds=settings.FLYERS_DEADLINE_SECONDS + GRACE_SECONDS,
            connections=settings.THREADS + 16,
        )
        if settings.CACHE_URL
        else None,
    )


def release_connection() -> None:
    """Give this thread's database connection back to those who wait for one, if it is shared and no transaction is open.

    For whoever waits for something else, or ends outside of Django's signals; the next statement takes one again.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    # A connection that is shared is one that Django closes with each request.
    if connection.settings_dict["CONN_MAX_AGE"] == 0 and not connection.in_atomic_block:
        connection.close()


def rounded(position: Position | None) -> Position:
    """Return the position that upstream and cache keys may see; the default one when there is none."""
    lat, lng = position or (settings.FLYERS_DEFAULT_LAT, settings.FLYERS_DEFAULT_LNG)
    decimals = settings.FLYERS_LOCATION_DECIMALS
    return round(lat, decimals) + 0.0, round(lng, decimals) + 0.0  # + 0.0 turns -0.0 into 0.0


# --- Keys: what is asked, and never by whom --------------------------------------------------------


def flyer_key(flyer_id: int) -> str:
    """Return the key of one flyer."""
    return f"flyer:{flyer_id}"


def creator_key(creator_id: int) -> str:
    """Return the key of a creator's profile."""
    return f"creator:{creator_id}"


def flyers_key(question: FlyerList) -> str:
    """Return the key of a page of flyers."""
    text = msgspec.json.encode(question)
    if len(text) > _MAX_KEY_LENGTH:
        return f"flyers:{hashlib.blake2b(text, digest_size=16).hexdigest()}"
    return f"flyers:{text.decode()}"


CATEGORIES_KEY = "categories:"

# --- Questions --------------------------------------------------------------------------------------


def get_flyers(question: FlyerList, *, on_miss: OnMiss = free) -> Answer:
    """Return one page of flyers; a page past the end is empty. ``PageTooDeepError`` past what can be merged."""
    if question.creators == ():
        return Answer(render_flyers((), count=0), time.time(), 0, Outcome.HIT)
    if (question.page - 1) * question.limit >= question.reachable:
        raise PageTooDeepError
    return _get(flyers_key(question), partial(_fill_flyers, question), on_miss)


def get_flyer(flyer_id: int, *, on_miss: OnMiss = free) -> Answer:
    """Return one flyer; ``UpstreamNotFoundError`` if there is none."""
    with _naming("flyer", flyer_id):
        return _get(flyer_key(flyer_id), partial(_fill_flyer, flyer_id), on_miss)


def get_creator(creator_id: int, *, confirm: bool = False, on_miss: OnMiss = free) -> Answer:
    """Return a creator's profile; ``UpstreamNotFoundError`` if there is none.

    With ``confirm`` a stale copy is good enough only if upstream can't be asked.
    """
    fill = partial(_fill_creator, creator_id)
    with _naming("creator", creator_id):
        return _get(creator_key(creator_id), fill, on_miss, confirm=confirm)


def get_creator_flyers(creator_id: int, question: FlyerList, *, on_miss: OnMiss = free) -> Answer:
    """Return one page of a creator's flyers; ``UpstreamNotFoundError`` if there is no such creator."""
    question = msgspec.structs.replace(question, creators=(creator_id,))
    fill = partial(_fill_creator_flyers, creator_id, question)
    with _naming("creator", creator_id):
        return _get(f"creator-{flyers_key(question)}", fill, on_miss)


def get_categories(*, on_miss: OnMiss = free) -> Answer:
    """Return every category."""
    return _get(CATEGORIES_KEY, _fill_categories, on_miss)


def get_kept(flyer_ids: Sequence[int]) -> dict[int, Answer]:
    """Return those flyers of which there is a copy, fresh or stale. Asks upstream nothing."""
    return _copies({flyer_key(flyer_id): flyer_id for flyer_id in flyer_ids})


def get_kept_creators(creator_ids: Sequence[int]) -> dict[int, Answer]:
    """Return the profiles of which there is a copy; the stale ones are asked for by a thread behind."""
    found = _copies({creator_key(creator_id): creator_id for creator_id in creator_ids})
    for creator_id, answer in found.items():
        if answer.is_stale:
            store().refresh_behind(creator_key(creator_id), partial(_fill_creator, creator_id))
    return found


def get_listed(flyer_ids: tuple[int, ...], *, confirm: bool = False, on_miss: OnMiss = free) -> Answer:
    """Return those of at most 50 flyers that are valid now, on one page."""
    return _get(*_listed(flyer_ids), on_miss, confirm=confirm)


def listed_at(flyer_ids: tuple[int, ...]) -> float:
    """Return when upstream was last asked for the list of those flyers (Unix seconds), 0 if that is not known."""
    entry = store().copy(_listed(flyer_ids)[0])
    return entry.fetched_at if entry else 0.0


def renew_listed(flyer_ids: tuple[int, ...]) -> None:
    """Have those flyers asked for by a thread behind."""
    store().refresh_behind(*_listed(flyer_ids))


def confirm_flyer(flyer_id: int) -> Facts:
    """Return what is known of a flyer that someone wants to keep; ``UpstreamNotFoundError`` if there is none.

    A stale copy is good enough only while upstream can't be asked; without one ``UpstreamError``.
    """
    with _naming("flyer", flyer_id):
        found = store().get(flyer_key(flyer_id), partial(_fill_flyer, flyer_id), confirm=True)
    return facts_of(found.entry.rendered)


@contextmanager
def _naming(kind: str, number: int) -> Iterator[None]:
    """Let a "not found" say of what: one that was remembered, or shared with others, does not know."""
    try:
        yield
    except UpstreamNotFoundError as failure:
        raise UpstreamNotFoundError(failure.reason, kind=kind, number=number) from failure


# --- Fills: the only ways to upstream ---------------------------------------------------------------


def _fill_flyers(question: FlyerList, etag: str | None, ends_at: float) -> Filled:
    request_id = _request_id()

    def ask(query: FlyerQuery, etag: str | None) -> Fetched[FlyerPage]:
        return client().list_flyers(query, etag=etag, request_id=request_id, ends_at=ends_at)

    fetched = merging.fetch(question, ask) if question.is_merged else pages.fetch(question, ask, etag=etag)
    window = fetched.value
    if window is None:
        return Filled(None, fetched.etag, fetched.max_age)
    rendered = render_flyers(window.flyers, count=window.total)
    return Filled(rendered, fetched.etag, fetched.max_age, window.left_out)


def _fill_creator_flyers(creator_id: int, question: FlyerList, etag: str | None, ends_at: float) -> Filled:
    filled = _fill_flyers(question, etag, ends_at)
    if filled.rendered is not None and filled.rendered.count == 0:
        # A flyer proves its creator; silence may be nobody's.
        client().get_creator(creator_id, request_id=_request_id(), ends_at=ends_at)
    return filled


def _fill_flyer(flyer_id: int, etag: str | None, ends_at: float) -> Filled:
    ask = partial(client().get_flyer, flyer_id, request_id=_request_id())
    return _filled(ask(etag=etag, ends_at=ends_at), render_flyer)


def _fill_creator(creator_id: int, etag: str | None, ends_at: float) -> Filled:
    ask = partial(client().get_creator, creator_id, request_id=_request_id())
    return _filled(ask(etag=etag, ends_at=ends_at), render_creator)


def _fill_categories(etag: str | None, ends_at: float) -> Filled:
    ask = partial(client().list_categories, request_id=_request_id())
    try:
        return _filled(ask(etag=etag, ends_at=ends_at), render_categories)
    except UpstreamNotFoundError:
        raise UpstreamMalformedError("the list of categories was not found") from None


def _filled(fetched: Fetched[T], render: Callable[[T], Rendered]) -> Filled:
    rendered = None if fetched.value is None else render(fetched.value)
    return Filled(rendered, fetched.etag, fetched.max_age)


def _flyers_of(rendered: Rendered) -> Iterator[tuple[str, Rendered]]:
    """Return the flyers seen on a page, so that each has its own entry."""
    if rendered.is_list:
        for spot, flyer in zip(rendered.spots, rendered.flyers(), strict=True):
            yield flyer_key(spot.flyer_id), flyer


def _get(key: str, fill: Fill, on_miss: OnMiss, *, confirm: bool = False) -> Answer:
    found = store().get(key, fill, confirm=confirm, on_miss=on_miss)
    return Answer.of(found.entry, found.outcome, key)


def _copies(names: Mapping[str, int]) -> dict[int, Answer]:
    now = time.time()
    return {
        id_: Answer.of(entry, Outcome.HIT if now < entry.fresh_until else Outcome.STALE)
        for id_, entry in store().copies(names).items()
    }


def _listed(flyer_ids: tuple[int, ...]) -> tuple[str, Fill]:
    question = FlyerList(position=rounded(None), limit=UPSTREAM_PAGE, ids=tuple(sorted(flyer_ids)))
    return flyers_key(question), partial(_fill_flyers, question)


def _request_id() -> str | None:
    return structlog.contextvars.get_contextvars().get("request_id")
