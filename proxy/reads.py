"""Links, freshness and headers of answers: of reads, by Django or by the hit path, and of pages of our own rows."""

import hashlib
import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from rest_framework.request import Request

from clients.values import MAX_ID
from proxy.catalog import Catalog
from proxy.rendering import Page
from proxy.store import Answer
from proxy.templates import Links, Template

# Where in the WSGI environment a view leaves the ``Read`` that it answered.
READ: Final = "flyers_bff.read"
# The header of every answer to a signed-in caller: how often what they save has changed.
LIBRARY_VERSION: Final = "X-Library-Version"


class PageLinks(NamedTuple):
    """What the links of a page are made of: its address, each filter's values as the caller gave them, and its place.

    ``reachable`` is how many rows can be paged through.
    """

    path: str
    filters: Sequence[tuple[str, Sequence[str]]]
    page: int
    limit: int
    reachable: int = MAX_ID

    def of(self, count: int) -> Links:
        """Return the neighbouring pages, absolute on ``PUBLIC_URL``."""
        last = max(1, -(-min(count, self.reachable) // self.limit))
        return Links(
            next=self._link(self.page + 1) if self.page < last else None,
            previous=self._link(min(self.page - 1, last)) if self.page > 1 else None,
        )

    def _link(self, page: int) -> str:
        return f"{settings.PUBLIC_URL}{self.path}?{urlencode([*self.filters, ('page', page)], doseq=True)}"


def page_links(request: Request, page: int, limit: int, reachable: int = MAX_ID) -> PageLinks:
    """Return the links of the page of a request."""
    filters = [(name, values) for name, values in request.query_params.lists() if name != "page"]
    return PageLinks(request.path, filters, page, limit, reachable)


class Read(NamedTuple):
    """What was understood of a request: whose answer it is, and what fills its placeholders for this caller.

    ``context`` is what the catalog's fillers take (a position, a language); the engine does not look into it.
    """

    catalog: Catalog[Any]
    key: str | None
    context: Any = None
    links: PageLinks | None = None

    def template(self, answer: Answer, *, now: float) -> Template:
        """Return the answer to it, for any caller: it lacks their marks."""
        body = answer.body
        links = self.links.of(body.count) if self.links and isinstance(body, Page) else None
        return Template.of(
            body,
            as_of=answer.entry.fetched_at,
            is_stale=answer.is_stale,
            now=now,
            context=self.context,
            links=links,
            attribution=self.catalog.attribution,
        )

    def headers(self, answer: Answer, etag: str, *, is_public: bool, now: float) -> list[tuple[str, str]]:
        """Return the headers that say what the answer is, how it was obtained and for how long it may be cached.

        RFC 9111, RFC 5861. A browser may go on showing its copy for as long again, and not for a day: the copy does not
        say that it is old.
        """
        entry = answer.entry
        max_age = 0 if answer.is_stale else entry.max_age
        public = (
            f"public, max-age={max_age}, stale-while-revalidate={entry.max_age}, "
            f"stale-if-error={self.catalog.setting('STALE_SECONDS')}"
        )
        return [
            ("ETag", etag),
            ("Age", str(max(0, int(now - entry.fetched_at)))),
            ("Cache-Control", public if is_public else "private, no-cache"),
            ("X-Cache", answer.outcome.value),
        ]


T = TypeVar("T")


class RowPage(NamedTuple, Generic[T]):
    """The rows of one page, how many there are on all pages, and the links to its neighbours."""

    rows: list[T]
    total: int
    links: Links

    def envelope(self, results: Sequence[Any], *, meta: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Return what is answered; ``results`` are the rows as they are shown."""
        links = self.links._asdict()
        return {"count": self.total, **links, **more, "results": results, "meta": meta}

    def etag(self, results: Sequence[Any]) -> str:
        """Return a weak ETag of the page, for one whose ``as_of`` is always now: it is the same while the rows are."""
        said = msgspec.json.encode([self.total, self.links._asdict(), results])
        return f'W/"{hashlib.blake2b(said, digest_size=16).hexdigest()}"'


def page_of(rows: list[T], total: int, request: Request, *, page: int, limit: int) -> RowPage[T]:
    """Return what is known of a page: its rows, of so many in all, and its links."""
    return RowPage(rows, total, page_links(request, page, limit).of(total))


def page_of_list(rows: Sequence[T], request: Request, *, page: int, limit: int) -> RowPage[T]:
    """Return one page of rows that are all there; one past the end is empty."""
    found = list(rows[(page - 1) * limit : page * limit])
    return page_of(found, len(rows), request, page=page, limit=limit)


def freshness(
    answers: Collection[Answer], *, is_partial: bool, attribution: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the ``meta`` of a page that shows these: as old as the oldest, and stale if one is or is missing.

    ``attribution`` is what their service demands to be shown beside them.
    """
    as_of = min((answer.entry.fetched_at for answer in answers), default=time.time())
    is_stale = is_partial or any(answer.is_stale for answer in answers)
    meta = {"as_of": datetime.fromtimestamp(int(as_of), UTC), "stale": is_stale}
    return meta | ({"attribution": attribution} if attribution else {})
