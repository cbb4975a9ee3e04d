"""flyers_proxy: what the two ways of answering a read share, Django's and the hit path. It knows no framework."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.conf import settings

from clients.distance import Position
from clients.values import MAX_ID
from flyers_proxy.services import Answer
from proxy.rendering import Links, Template

# Where in the WSGI environment a view leaves the ``Read`` that it answered.
READ: Final = "flyers_bff.read"


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


class Read(NamedTuple):
    """What was understood of a request: the key of its entry, and what fills the holes for this caller."""

    key: str | None
    position: Position | None = None
    links: PageLinks | None = None

    def template(self, answer: Answer, *, now: float) -> Template:
        """Return the answer to it, for whoever asks: it lacks their marks."""
        return answer.rendered.template(
            as_of=answer.as_of,
            stale=answer.is_stale,
            now=now,
            position=self.position,
            links=self.links.of(answer.rendered.count) if self.links else None,
        )


def read_headers(answer: Answer, etag: str, *, is_public: bool, now: float) -> list[tuple[str, str]]:
    """Return the headers that say what the answer is, where it came from and for how long it may be kept.

    RFC 9111, RFC 5861. A browser may go on showing what it kept for as long again, and not for a day: its copy does
    not say that it is old.
    """
    max_age = 0 if answer.is_stale else answer.max_age
    public = (
        f"public, max-age={max_age}, stale-while-revalidate={answer.max_age}, "
        f"stale-if-error={settings.FLYERS_STALE_SECONDS}"
    )
    return [
        ("ETag", etag),
        ("Age", str(max(0, int(now - answer.as_of)))),
        ("Cache-Control", public if is_public else "private, no-cache"),
        ("X-Cache", answer.outcome.value),
    ]
