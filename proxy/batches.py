"""Many items at once, of any kind: from the cache, and the others side by side within one deadline, in turn with others."""

import contextvars
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from functools import cache, partial
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec.structs import replace

from clients.errors import UpstreamBusyError, UpstreamError, UpstreamNotFoundError, UpstreamTimeoutError
from proxy.cache import free
from proxy.catalog import Catalog, OnMiss, find_kind
from proxy.kinds import Kind, Listing
from proxy.rendering import Summary
from proxy.single_flight import YOUNG_SECONDS, release_connection, waiters
from proxy.snapshots import Found
from proxy.store import Answer

T = TypeVar("T")
Q = TypeVar("Q")


class FairPool:
    """A bounded number of threads; they start when first needed and end with the process.

    Owners take turns, and one who has as many threads as are idle gets no further one (the dynamic thresholds by which
    switches share a buffer): alone it has half of them, and whoever comes next finds one at once.
    """

    def __init__(self, threads: int, name: str) -> None:
        """``threads``: at least 1; ``name`` is that of the threads."""
        self._threads = threads
        self._name = name
        self._changed = threading.Condition()
        self._waiting: OrderedDict[str, deque[tuple[Future[Any], Callable[[], Any]]]] = OrderedDict()
        self._running: Counter[str] = Counter()
        self._started = 0

    def submit(self, owner: str, work: Callable[[], T]) -> Future[T]:
        """Have the work done when it is the owner's turn, in the caller's context; return its future."""
        future: Future[T] = Future()
        # What is logged and traced of it belongs to the same request.
        job = (future, partial(contextvars.copy_context().run, work))
        with self._changed:
            self._waiting.setdefault(owner, deque()).append(job)
            self._changed.notify()
            is_short_of_threads = self._started < self._threads
            self._started += is_short_of_threads
        if is_short_of_threads:
            # A daemon: the process may end in the middle of it, and nobody is left who waits for it.
            threading.Thread(target=self._serve, name=f"{self._name}-{self._started}", daemon=True).start()
        return future

    def _serve(self) -> None:
        while True:
            with self._changed:
                while (owner := self._next_owner()) is None:
                    self._changed.wait()
                future, work = self._take(owner)
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as failure:  # noqa: BLE001 - whoever waits for the future raises it
                    future.set_exception(failure)
            with self._changed:
                self._running[owner] -= 1
                self._running += Counter()  # drops the owners who have none
                self._changed.notify_all()

    def _next_owner(self) -> str | None:
        idle = self._threads - self._running.total()
        return next((owner for owner in self._waiting if self._running[owner] < idle), None)

    def _take(self, owner: str) -> tuple[Future[Any], Callable[[], Any]]:
        """Take the owner's next job, and put the owner behind the others."""
        self._running[owner] += 1
        jobs = self._waiting.pop(owner)
        job = jobs.popleft()
        if jobs:
            self._waiting[owner] = jobs
        return job


class Batch(NamedTuple, Generic[T]):
    """What became of each id: it is in one of these. ``failure`` says why some are unknown, if upstream is to blame.

    ``unlisted`` are those of the unknown that upstream shows nowhere, which proves nothing: no answer is missing.
    """

    found: dict[int, T]
    absent: frozenset[int]
    unknown: frozenset[int]
    failure: UpstreamError | None = None
    unlisted: frozenset[int] = frozenset()


@cache  # one pool an upstream: fewer threads than the calls allowed, as reads of single items call, too
def _pool(upstream: str, threads: int) -> FairPool:
    return FairPool(threads, f"{upstream}-batch")


class _Fetcher(NamedTuple):
    """What a batch is fetched from, for whom, and until when (monotonic)."""

    catalog: Catalog[Any]
    kind: Kind[Any]
    caller: str
    ends_at: float


def _fetcher(kind: str, caller: str) -> _Fetcher:
    catalog, found = find_kind(kind)
    return _Fetcher(catalog, found, caller, time.monotonic() + catalog.setting("DEADLINE_SECONDS"))


def get_many(kind: str, ids: Sequence[int], *, caller: str, on_miss: OnMiss = free) -> Batch[Answer]:
    """Return those items, as many as can be fetched within the deadline of one call. Never raises for upstream.

    ``absent`` are those that upstream does not have, or leaves out of a list; ``unknown`` those of which nobody can say.
    ``caller`` names the caller, for callers share the threads fairly.
    """
    if not ids:
        return Batch({}, frozenset(), frozenset())
    fetcher = _fetcher(kind, caller)
    if found := fetcher.kind.found:
        batch = _in_snapshot(fetcher, found, ids, confirm=False, on_miss=on_miss)
        if found.proves_absence:
            return batch
        unknown = batch.unknown | batch.absent
        return batch._replace(absent=frozenset(), unknown=unknown, unlisted=batch.absent)
    if fetcher.kind.by_ids:
        return _listed(fetcher, fetcher.kind.by_ids, ids, confirm=False, on_miss=on_miss)
    return _singly(fetcher, ids, confirm=False, on_miss=on_miss)


def confirm(kind: str, id_: int) -> Summary:
    """Return what is remembered of an item that someone wants to save; ``UpstreamNotFoundError`` if there is none.

    A stale copy is good enough only while upstream gives no answer; without one ``UpstreamError``.
    """
    catalog, found = find_kind(kind)
    return summary_of(catalog.get(found, id_, confirm=True))


def confirm_many(kind: str, ids: Sequence[int], *, caller: str) -> Batch[Summary]:
    """Return what is remembered of items that someone wants to save, each judged as by ``confirm``.

    Where upstream lists items by their ids, one call answers for many, and of what it leaves out (they have ended, have not
    begun, or never were) ``Kind.max_looks`` are fetched singly; elsewhere as many of all of which no fresh copy is cached. All
    that has one deadline, and what is not done by then stays unknown.
    """
    if not ids:
        return Batch({}, frozenset(), frozenset())
    fetcher = _fetcher(kind, caller)
    if found_in := fetcher.kind.found:
        return _summaries(_in_snapshot(fetcher, found_in, ids, confirm=True, on_miss=free))
    if not fetcher.kind.by_ids:
        return _summaries(_singly(fetcher, ids, confirm=True, on_miss=free))
    listed = _listed(fetcher, fetcher.kind.by_ids, ids, confirm=True, on_miss=free)
    fetch = partial(fetcher.catalog.get, fetcher.kind, confirm=True)
    fetched = _some(fetcher, fetch, [id_ for id_ in ids if id_ in listed.absent])
    return _summaries(
        Batch(
            found=listed.found | fetched.found,
            absent=fetched.absent,
            unknown=listed.unknown | fetched.unknown,
            failure=listed.failure or fetched.failure,
        )
    )


def _in_snapshot(
    fetcher: _Fetcher, found: Found[Any], ids: Sequence[int], *, confirm: bool, on_miss: OnMiss
) -> Batch[Answer]:
    """Return what a snapshot has; of what it lacks, unless that proves that it is not there, some are fetched singly."""
    catalog = fetcher.catalog
    try:
        answers, has_all, failure = catalog.find(found, ids, confirm=confirm, on_miss=on_miss)
    except UpstreamError as nothing:
        return Batch({}, frozenset(), frozenset(ids), nothing)
    missing = [id_ for id_ in ids if id_ not in answers]
    if failure:
        return Batch(answers, frozenset(), frozenset(missing), failure)
    if has_all or not missing:
        return Batch(answers, frozenset(missing), frozenset())
    looked = _singly(fetcher, missing, confirm=confirm, on_miss=on_miss)
    return looked._replace(found=answers | looked.found)


def _listed(
    fetcher: _Fetcher,
    by_ids: Listing[tuple[int, ...], Any],
    ids: Sequence[int],
    *,
    confirm: bool,
    on_miss: OnMiss,
) -> Batch[Answer]:
    """Return items from the cache, and of the others those that upstream lists: one call for each ``max_batch``."""
    catalog, kind = fetcher.catalog, fetcher.kind
    found = catalog.copies(kind, ids)
    stale = {id_ for id_, answer in found.items() if answer.is_stale}
    missing = set(ids) - found.keys()
    if not (stale or missing):
        return Batch(found, frozenset(), frozenset())
    wanted = sorted(missing | stale)
    parts = [tuple(wanted[start : start + kind.max_batch]) for start in range(0, len(wanted), kind.max_batch)]
    to_fetch = []
    for part in parts:
        # A list that is as young as the copies is believed: only its silence says that an item has gone.
        newest = max((found[id_].entry.fetched_at for id_ in part if id_ in found), default=0.0)
        if confirm or missing & set(part) or catalog.page_fetched_at(by_ids, part) >= newest:
            to_fetch.append(part)
        else:
            catalog.revalidate_page(by_ids, part)
    absent: set[int] = set()
    failure: UpstreamError | None = None
    fetch = partial(catalog.get_page, by_ids, confirm=confirm, on_miss=on_miss)
    # A single call is made here: it has the deadline of a call by itself, and needs no turn of the caller's.
    outcomes = (
        [_outcome(fetch, to_fetch[0])] if len(to_fetch) == 1 else _side_by_side(fetcher, fetch, to_fetch)
    )
    for part, answer in zip(to_fetch, outcomes, strict=True):
        if isinstance(answer, UpstreamError):
            failure = answer
            continue
        items = {item.id: item for item in answer.body.items if item.id is not None}
        for id_, item in items.items():
            found[id_] = Answer(replace(answer.entry, body=item), answer.outcome)
        if answer.body.count == len(items):  # Otherwise some are there, and not fit to show.
            absent |= set(part) - items.keys()
    return Batch(
        found={id_: answer for id_, answer in found.items() if id_ not in absent},
        absent=frozenset(absent),
        unknown=frozenset(missing - found.keys() - absent),
        failure=failure,
    )


def _singly(fetcher: _Fetcher, ids: Sequence[int], *, confirm: bool, on_miss: OnMiss) -> Batch[Answer]:
    """Return what is cached, and of the others some, each fetched by itself; with ``confirm`` only what is fresh is not."""
    catalog, kind = fetcher.catalog, fetcher.kind
    copies = catalog.copies(kind, ids)
    stale = [id_ for id_, answer in copies.items() if answer.is_stale]
    if confirm:
        copies = {id_: answer for id_, answer in copies.items() if not answer.is_stale}
    else:
        for id_ in stale[: kind.max_looks]:
            catalog.revalidate(kind, id_)
    fetch = partial(catalog.get, kind, confirm=confirm, on_miss=on_miss)
    fetched = _some(fetcher, fetch, [id_ for id_ in ids if id_ not in copies])
    return fetched._replace(found=copies | fetched.found)


def _some(fetcher: _Fetcher, fetch: Callable[[int], T], ids: Sequence[int]) -> Batch[T]:
    """Fetch the first ``max_looks`` of these; tell those that upstream does not have from those of which nobody can say.

    What it did not have a moment ago takes no place among them: who asks again gets to the others.
    """
    found: dict[int, T] = {}
    absent = fetcher.catalog.known_absent(fetcher.kind, ids)
    failure: UpstreamError | None = None
    looks = [id_ for id_ in ids if id_ not in absent][: fetcher.kind.max_looks]
    for id_, outcome in zip(looks, _side_by_side(fetcher, fetch, looks), strict=True):
        if isinstance(outcome, UpstreamNotFoundError):
            absent.add(id_)
        elif isinstance(outcome, UpstreamError):
            failure = outcome
        else:
            found[id_] = outcome
    return Batch(found, frozenset(absent), frozenset(set(ids) - found.keys() - absent), failure)


def _side_by_side(
    fetcher: _Fetcher, fetch: Callable[[Q], T], questions: Sequence[Q]
) -> list[T | UpstreamError]:
    """Fetch all these at once; return what each ended in until the deadline.

    Past the bound on waiters there is only as much time as any young call is given.
    """
    if not questions:
        return []
    release_connection()
    pool = _pool(fetcher.catalog.name, max(2, fetcher.catalog.setting("MAX_CONCURRENCY") * 2 // 3))
    with waiters().slot() as has_slot:
        seconds = fetcher.ends_at - time.monotonic() if has_slot else YOUNG_SECONDS
        futures = [pool.submit(fetcher.caller, partial(_outcome, fetch, question)) for question in questions]
        late = wait(futures, timeout=max(0.0, seconds)).not_done
    for future in late:
        future.cancel()
    failure = (
        UpstreamTimeoutError("too many to fetch in time") if has_slot else UpstreamBusyError("too many wait")
    )
    failure.upstream = fetcher.catalog.name
    return [failure if future in late else future.result() for future in futures]


def _outcome(fetch: Callable[[Q], T], question: Q) -> T | UpstreamError:
    try:
        return fetch(question)
    except UpstreamError as error:
        return error


def summary_of(answer: Answer) -> Summary:
    """Return what is remembered of an item."""
    summary = answer.body.items[0].summary
    assert summary is not None  # noqa: S101 - for the type: nobody saves items of a kind without
    return summary


def _summaries(batch: Batch[Answer]) -> Batch[Summary]:
    found = {id_: summary_of(answer) for id_, answer in batch.found.items()}
    return Batch(found, batch.absent, batch.unknown, batch.failure)
