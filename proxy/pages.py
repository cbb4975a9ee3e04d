"""flyers_proxy: one page of ours, put together from pages of upstream. It knows no cache and no HTTP."""

import contextvars
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, NamedTuple, TypeVar

import msgspec

from clients.distance import Position
from clients.errors import UpstreamMalformedError, UpstreamNotFoundError
from clients.flyers import Flyer, FlyerPage, FlyerQuery
from clients.transport import Fetched
from clients.values import MAX_ID

T = TypeVar("T")

# Asks for one upstream page, given the etag of the copy we have of it.
Ask = Callable[[FlyerQuery, str | None], Fetched[FlyerPage]]

# The most that upstream gives on one page, and the most ids it can be asked for at once.
UPSTREAM_PAGE: Final = 50
# The most creators that it can be asked for at once, and how many flyers of more of them can be paged through.
MAX_CREATORS: Final = 200
MAX_MERGED_ROWS: Final = 500

# A page of more than 50 asks for its parts at once. Threads start when first needed.
_SIDE_BY_SIDE = ThreadPoolExecutor(max_workers=8, thread_name_prefix="upstream-page")


class FlyerList(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Which page of which flyers, normalised: equal questions are equal values, and none knows who asks.

    ``position`` is rounded to ``FLYERS_LOCATION_DECIMALS``: the service never learns where a person lives.
    ``creators`` is None for flyers of anybody, and empty for those of nobody.
    """

    position: Position
    page: int = 1
    limit: int = 10
    near_me: bool = False
    radius: float = 5.0
    categories: tuple[str, ...] = ()
    creators: tuple[int, ...] | None = None
    search: str | None = None
    ids: tuple[int, ...] = ()

    @property
    def is_merged(self) -> bool:
        """Say whether these are more creators than upstream takes at once."""
        return self.creators is not None and len(self.creators) > MAX_CREATORS

    @property
    def reachable(self) -> int:
        """Return how many flyers can be paged through at most."""
        return MAX_MERGED_ROWS if self.is_merged else MAX_ID


class Window(NamedTuple):
    """The flyers of one page, how many there are on all pages, and how many were not fit to show."""

    flyers: Sequence[Flyer]
    total: int
    left_out: int


def fetch(question: FlyerList, ask: Ask, *, etag: str | None = None) -> Fetched[Window]:
    """Return one page, put together from at most three upstream pages.

    Only a page that is one upstream page as it came has an etag, and can be ``None`` because its ``etag`` holds.
    """
    size = min(question.limit, UPSTREAM_PAGE)
    start = (question.page - 1) * question.limit
    end = start + question.limit
    numbers = range(start // size + 1, (end - 1) // size + 2)
    is_one = len(numbers) == 1
    jobs = [partial(fetch_page, question, number, size, ask, etag if is_one else None) for number in numbers]
    pages = [page for page in side_by_side(jobs) if page is not None]
    if not pages:  # Past the end, where upstream says nothing: ask the first page how many there are.
        first = fetch_page(question, 1, size, ask)
        total = first.value.count if first and first.value else 0
        return Fetched(Window((), total, 0), max_age=first.max_age if first else None)
    flyers: dict[int, Flyer] = {}  # by id: the list may have moved on between two upstream pages
    total = left_out = 0
    for number, page in zip(numbers, pages, strict=False):
        if page.value is None:
            return Fetched(None, page.etag, page.max_age)
        # Cut page by page: a flyer that was left out as malformed must not move its neighbours to other pages.
        offset = (number - 1) * size
        part = page.value.results[max(0, start - offset) : end - offset]
        flyers.update((flyer.id, flyer) for flyer in part)
        total, left_out = page.value.count, left_out + page.value.left_out
    ages = [page.max_age for page in pages if page.max_age is not None]
    return Fetched(
        Window(tuple(flyers.values()), total, left_out),
        etag=pages[0].etag if is_one else None,
        max_age=min(ages, default=None),
    )


def side_by_side(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """Return what these jobs do, in their order: the first here, the others in threads at the same time."""
    # Each in a copy of our context: what is logged and traced of it belongs to the same request.
    others = [_SIDE_BY_SIDE.submit(contextvars.copy_context().run, job) for job in jobs[1:]]
    try:
        return [jobs[0](), *(other.result() for other in others)]
    finally:
        for other in others:
            other.cancel()


def fetch_page(
    question: FlyerList, number: int, size: int, ask: Ask, etag: str | None = None
) -> Fetched[FlyerPage] | None:
    """Return one upstream page; None past the last."""
    query = FlyerQuery(
        lat=question.position[0],
        lng=question.position[1],
        page=number,
        page_size=size,
        categories=question.categories,
        search=question.search,
        near_me=question.near_me,
        radius=question.radius,
        creators=question.creators or (),
        ids=question.ids,
    )
    try:
        return ask(query, etag)
    except UpstreamNotFoundError:
        if number == 1:
            raise UpstreamMalformedError("the first page of a list was not found") from None
        return None
