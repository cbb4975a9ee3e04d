"""flyers_proxy: one page of the flyers of more creators than upstream takes at once. It knows no cache and no HTTP.

Upstream is asked for ``MAX_CREATORS`` of them at a time, and those lists are merged in the order that each has:
newest first, then nearest, then by id. Every page is merged from the top, so that pages neither overlap nor leave a
gap between them; a list is asked for its next page only when the merge gets there.
"""

import heapq
import math
from collections.abc import Iterator
from functools import partial
from itertools import islice

import msgspec

from clients.distance import Position, distance_km
from clients.errors import UpstreamMalformedError
from clients.flyers import Flyer, FlyerPage
from clients.transport import Fetched
from proxy.pages import (
    MAX_CREATORS,
    UPSTREAM_PAGE,
    Ask,
    FlyerList,
    Window,
    fetch_page,
    side_by_side,
)


def fetch(question: FlyerList, ask: Ask) -> Fetched[Window]:
    """Return one page of the flyers of more than ``MAX_CREATORS``."""
    seen: list[Fetched[FlyerPage]] = []

    def page_of(part: FlyerList, number: int) -> FlyerPage | None:
        fetched = fetch_page(part, number, UPSTREAM_PAGE, ask)
        if fetched is None:
            return None
        if fetched.value is None:
            raise UpstreamMalformedError("304 without a question")
        seen.append(fetched)
        return fetched.value

    def flyers_of(part: FlyerList, page: FlyerPage | None) -> Iterator[Flyer]:
        number = 1
        while page is not None:
            yield from page.results
            if number * UPSTREAM_PAGE >= page.count:
                return
            number += 1
            page = page_of(part, number)

    creators = question.creators or ()
    parts = [
        msgspec.structs.replace(question, creators=creators[start : start + MAX_CREATORS])
        for start in range(0, len(creators), MAX_CREATORS)
    ]
    firsts = side_by_side([partial(page_of, part, 1) for part in parts])
    merged = heapq.merge(*map(flyers_of, parts, firsts), key=partial(_rank, question.position))
    start = (question.page - 1) * question.limit
    # By id: a list may have moved on between two of its pages.
    flyers = {flyer.id: flyer for flyer in islice(merged, start + question.limit)}
    return Fetched(
        Window(
            flyers=tuple(flyers.values())[start:],
            total=sum(first.count for first in firsts if first),
            left_out=sum(page.value.left_out for page in seen if page.value),
        ),
        max_age=min((page.max_age for page in seen if page.max_age is not None), default=None),
    )


def _rank(position: Position, flyer: Flyer) -> tuple[float, float, int]:
    """Return what upstream orders by; a flyer that does not say since when it exists comes last."""
    age = math.inf if flyer.created_at is None else -flyer.created_at.timestamp()
    return age, distance_km((flyer.location.lat, flyer.location.lng), position), flyer.id
