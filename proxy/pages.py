"""One page of ours, assembled from pages of upstream."""

import contextvars
import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import islice
from typing import Any, Final, TypeVar

from clients.errors import UpstreamMalformedError, UpstreamNotFoundError
from clients.transport import Fetched, ListPage

T = TypeVar("T")
Item = Any  # has an ``id``

# What must be left of the time for a whole list when more of its pages are fetched, besides what the slowest took.
_SPARE_SECONDS: Final = 0.5

# Fetches a page of upstream by its number and size, given the etag of the copy we have of it.
FetchPage = Callable[[int, int, str | None], Fetched[ListPage[Item]]]


@cache  # one an upstream, so that one that hangs takes no threads of the others; they start when first needed
def _threads(upstream: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=8, thread_name_prefix=f"{upstream}-page")


class PageTooDeepError(Exception):
    """Of a list only the first rows can be paged through; ``details`` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.details = {"page": [reason]}


def assemble(
    fetch: FetchPage,
    *,
    upstream: str,
    page: int,
    limit: int,
    max_size: int,
    min_size: int = 1,
    of_item: bool = False,
    etag: str | None = None,
) -> Fetched[ListPage[Item]]:
    """Return one page; upstream gives at most ``max_size`` items on one of its own, so as many are fetched as it takes.

    It gives ``min_size`` at least: both are the same if all its pages have one size. ``of_item``: the list belongs to an item,
    and if there is no first page there is no such item (``UpstreamNotFoundError``).

    Only a page that is one upstream page as it came has an etag, and can be ``None`` because its ``etag`` holds.
    """
    size = max(min_size, min(limit, max_size))
    start = (page - 1) * limit
    end = start + limit
    numbers = range(start // size + 1, (end - 1) // size + 2)
    is_one = len(numbers) == 1
    part_of = partial(_fetched, fetch, size=size, of_item=of_item)
    jobs = [partial(part_of, number, etag=etag if is_one else None) for number in numbers]
    parts = [part for part in side_by_side(upstream, jobs) if part is not None]
    if not parts:  # Past the end, where upstream says nothing: the first page says how many there are.
        first = part_of(1)
        total = first.value.count if first and first.value else 0
        return Fetched(ListPage(total, ()), max_age=first.max_age if first else None)
    items: dict[int, Item] = {}  # by id: the list may have moved on between two upstream pages
    total = left_out = 0
    for number, part in zip(numbers, parts, strict=False):
        if part.value is None:
            return Fetched(None, part.etag, part.max_age)
        # Cut page by page: an item that was left out as malformed must not move its neighbours to other pages.
        offset = (number - 1) * size
        items.update((item.id, item) for item in part.value.results[max(0, start - offset) : end - offset])
        total, left_out = part.value.count, left_out + part.value.left_out
    return Fetched(
        ListPage(total, tuple(items.values()), left_out),
        etag=parts[0].etag if is_one else None,
        max_age=_shortest(parts),
    )


def merge(
    lists: Sequence[FetchPage],
    *,
    upstream: str,
    page: int,
    limit: int,
    max_size: int,
    rank: Callable[[Item], Any],
) -> Fetched[ListPage[Item]]:
    """Return one page of several lists merged by ``rank``, the order that each of them has.

    Every page is merged from the top, so that pages neither overlap nor leave a gap between them; the next page of a
    list is fetched only when the merge gets there.
    """
    seen: list[Fetched[ListPage[Item]]] = []

    def page_of(fetch: FetchPage, number: int) -> ListPage[Item] | None:
        fetched = _fetched(fetch, number, size=max_size)
        if fetched is None:
            return None
        if fetched.value is None:
            raise UpstreamMalformedError("304 without a question")
        seen.append(fetched)
        return fetched.value

    def items_of(fetch: FetchPage, part: ListPage[Item] | None) -> Iterator[Item]:
        number = 1
        while part is not None:
            yield from part.results
            if number * max_size >= part.count:
                return
            number += 1
            part = page_of(fetch, number)

    firsts = side_by_side(upstream, [partial(page_of, fetch, 1) for fetch in lists])
    merged = heapq.merge(*map(items_of, lists, firsts), key=rank)
    start = (page - 1) * limit
    # By id: a list may have moved on between two of its pages.
    items = {item.id: item for item in islice(merged, start + limit)}
    return Fetched(
        ListPage(
            count=sum(first.count for first in firsts if first),
            results=tuple(items.values())[start:],
            left_out=sum(part.value.left_out for part in seen if part.value),
        ),
        max_age=_shortest(seen),
    )


def collect(
    fetch: FetchPage, *, upstream: str, size: int, at_once: int, max_items: int, ends_at: float
) -> Fetched[ListPage[Item]]:
    """Return all items of a list as one page, each once: at most ``max_items``, and those that there was time for.

    Pages of ``size`` items are fetched, ``at_once`` of them at the same time; ``ends_at`` is on the monotonic clock. The
    count is the largest that was seen: in a list that has become shorter meanwhile, items have moved to pages that were
    fetched before, so that it can't be told whether these are all.
    """
    began_at = time.monotonic()
    first = _fetched(fetch, 1, size=size)
    if first is None or first.value is None:
        raise UpstreamMalformedError("304 without a question")
    slowest = time.monotonic() - began_at
    parts, last = [first], -(-min(first.value.count, max_items) // size)
    for start in range(2, last + 1, at_once):
        began_at = time.monotonic()
        if began_at + slowest + _SPARE_SECONDS > ends_at:
            break
        numbers = range(start, min(start + at_once, last + 1))
        found = side_by_side(upstream, [partial(_fetched, fetch, number, size=size) for number in numbers])
        parts += [part for part in found if part is not None]
        if None in found:  # The list has become shorter.
            break
        slowest = max(slowest, time.monotonic() - began_at)
    pages = [part.value for part in parts if part.value is not None]
    items = {item.id: item for page in pages for item in page.results}
    left_out = sum(page.left_out for page in pages)
    count = max(len(items) + left_out, *(page.count for page in pages))
    return Fetched(ListPage(count, tuple(items.values())[:max_items], left_out), max_age=_shortest(parts))


def side_by_side(upstream: str, jobs: Sequence[Callable[[], T]]) -> list[T]:
    """Return what these jobs do, in their order: the first here, the others in threads at the same time."""
    # Each in a copy of our context: what is logged and traced of it belongs to the same request.
    others = [_threads(upstream).submit(contextvars.copy_context().run, job) for job in jobs[1:]]
    try:
        return [jobs[0](), *(other.result() for other in others)]
    finally:
        for other in others:
            other.cancel()


def _fetched(
    fetch: FetchPage, number: int, *, size: int, of_item: bool = False, etag: str | None = None
) -> Fetched[ListPage[Item]] | None:
    """Return one upstream page; None past the last."""
    try:
        return fetch(number, size, etag)
    except UpstreamNotFoundError:
        if number == 1 and of_item:
            raise
        if number == 1:
            raise UpstreamMalformedError("the first page of a list was not found") from None
        return None


def _shortest(pages: Sequence[Fetched[ListPage[Item]]]) -> int | None:
    return min((page.max_age for page in pages if page.max_age is not None), default=None)
