"""One page of our own rows, in the one envelope of all lists."""

import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import F, Func, Model, QuerySet, Subquery
from rest_framework.request import Request

from proxy.reads import page_links
from proxy.rendering import Links
from proxy.store import Answer

Row = TypeVar("Row", bound=Model)


class RowPage(NamedTuple, Generic[Row]):
    """The rows of one page, how many there are on all pages, and the links to its neighbours."""

    rows: list[Row]
    total: int
    links: Links

    def envelope(self, results: Sequence[Any], *, meta: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Return what is answered; ``results`` are the rows as they are shown."""
        links = self.links._asdict()
        return {"count": self.total, **links, **more, "results": results, "meta": meta}


def page_of(rows: QuerySet[Row], request: Request, *, page: int, limit: int) -> RowPage[Row]:
    """Return one page of these rows; one past the end is empty.

    One query gives the rows and their count: the two can't disagree then. Only past the end there is no row to say it.
    """
    start = (page - 1) * limit
    count: QuerySet[Any, Any] = rows.order_by().annotate(n=Func(F("pk"), function="COUNT")).values("n")
    found: list[Any] = list(rows.annotate(rows_in_all=Subquery(count))[start : start + limit])
    number = found[0].rows_in_all if found else rows.count() if start else 0
    return RowPage(found, number, page_links(request, page, limit).of(number))


def freshness(answers: Collection[Answer], *, is_partial: bool) -> dict[str, Any]:
    """Return the ``meta`` of a page that shows these: as old as the oldest, and stale if one is or is missing."""
    as_of = min((answer.entry.fetched_at for answer in answers), default=time.time())
    is_stale = is_partial or any(answer.is_stale for answer in answers)
    return {"as_of": datetime.fromtimestamp(int(as_of), UTC), "stale": is_stale}
