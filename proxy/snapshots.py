"""Snapshots: an upstream's whole list, fetched at once and cached as one thing, of which lists and items are cut here.

For a service without pages, search, filters or single items. A snapshot is fresh and stale like any other copy. It is fetched
behind the callers: who needs one that is not there waits for one deadline at most, however long the fetch takes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Concatenate, Final, Generic, TypeVar

import msgspec

from clients.transport import Fetched, ListPage
from proxy.rendering import Body, Item, Page
from proxy.shapes import Shape
from proxy.store import MEBIBYTE, Entry

T = TypeVar("T")
F = TypeVar("F")
Q = TypeVar("Q")

# The bytes of a snapshot as it is shown; what is beyond is cut off. In memory, columns and summaries included, it may take
# half as much again.
MAX_SNAPSHOT_BYTES: Final = 16 * MEBIBYTE
MAX_STORED_BYTES: Final = MAX_SNAPSHOT_BYTES * 3 // 2
# Items that are rendered, or read, in one go: some milliseconds, in which no other thread may run.
_ROWS_AT_ONCE: Final = 100


@dataclass(frozen=True)
class Snapshot(Generic[T, F]):
    """All items of a service: ``fetch(client, **call)`` returns them, or as many as the bounds of its settings allow.

    ``facts`` is what filters, orders and searches look at: a struct that is read from each item as it is shown, in which every
    placeholder is null.
    """

    name: str
    shape: Shape[T]
    fetch: Callable[Concatenate[Any, ...], Fetched[ListPage[T]]]
    facts: type[F]

    def render(self, found: ListPage[T]) -> Page:
        """Return all items as one page, cut where it would be too large; partial if there are more."""
        pages, text, taken = [self.shape.render_page(0, ())], 0, 0
        for start in range(0, len(found.results), _ROWS_AT_ONCE):
            page = self.shape.render_page(0, found.results[start : start + _ROWS_AT_ONCE])
            text, taken = text + len(page.text), taken + page.size
            if text > MAX_SNAPSHOT_BYTES or taken > MAX_STORED_BYTES:
                break
            pages.append(page)
        return Page.joined(pages, count=max(found.count, len(found.results) + found.left_out))

    def facts_of(self, page: Page) -> list[F]:
        """Return the facts of each item."""
        read, nulls = msgspec.json.Decoder(self.facts).decode, (b"null",) * len(page.slots)
        return [read(text % nulls) for text in page.texts()]


@dataclass(frozen=True)
class Selection(Generic[Q, F]):
    """What is cut from a snapshot for a ``query``, which is normalised as that of a listing.

    ``make(copy, query)`` returns it as ``shape`` shows it, or raises what the caller is told.
    """

    name: str
    snapshot: Snapshot[Any, F]
    shape: Shape[Any]
    make: Callable[["SnapshotCopy[F]", Q], Body]


@dataclass(frozen=True)
class Found(Generic[F]):
    """Where the items of a kind are found: in a snapshot, by an id that is one of the facts.

    ``render`` makes the item of facts, if it is not the snapshot's own. Without ``proves_absence`` what is not found may be
    there all the same, for whoever has it already.
    """

    snapshot: Snapshot[Any, F]
    id_of: Callable[[F], int] = attrgetter("id")
    render: Callable[[F], Item] | None = None
    proves_absence: bool = True


class SnapshotCopy(Generic[F]):
    """A snapshot in this process: the entry, its page, and the facts of each item."""

    def __init__(
        self, snapshot: Snapshot[Any, F], entry: Entry, *, before: "SnapshotCopy[F] | None" = None
    ) -> None:
        """``before``: the copy in whose place it comes; of one that was renewed unchanged the facts are the same."""
        assert isinstance(entry.body, Page)  # noqa: S101 - for the type
        self.entry = entry
        self.page = entry.body
        is_unchanged = before is not None and before.page is self.page
        self.facts: list[F] = before.facts if before and is_unchanged else snapshot.facts_of(self.page)
        self._places: dict[Any, Mapping[int, int]] = {}

    @property
    def is_whole(self) -> bool:
        """Say whether it has all items: what it lacks is not there then."""
        return not self.page.is_partial

    def page_of(self, places: Sequence[int], *, page: int, limit: int) -> Page:
        """Return one page of the items at these places; one past the end is empty."""
        start = (page - 1) * limit
        return self.page.chosen(places[start : start + limit], count=len(places))

    def item(self, found: Found[F], id_: int) -> Item | None:
        """Return the item of a kind with this id, None if it has none."""
        return self.items(found, [id_]).get(id_)

    def items(self, found: Found[F], ids: Iterable[int]) -> dict[int, Item]:
        """Return by id those of these items of a kind that it has."""
        places = self._places.get(found)
        if places is None:  # Several threads may make it at once; all make the same.
            backwards = range(len(self.facts) - 1, -1, -1)
            places = self._places[found] = {found.id_of(self.facts[place]): place for place in backwards}
        there = {id_: places[id_] for id_ in ids if id_ in places}
        if found.render:
            return {id_: found.render(self.facts[place]) for id_, place in there.items()}
        return dict(zip(there, self.page.cut(list(there.values())), strict=True))
