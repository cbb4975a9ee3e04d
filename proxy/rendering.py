"""Answers as bytes: a text with placeholders, made once for everybody, and the columns that these are filled from.

Two callers may differ in their marks, in what is computed for them or for the moment (days that are left), in the
links of a page, and in its ``meta``. Everything else is the same for all: filling is the ``%`` of bytes, which copies what
lies between two placeholders at once. The items of a page have the same ones, so what fills one is a column.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, TypeVar

import msgspec

from proxy.columns import (
    END_BYTES,
    FILLERS,
    NUMBER_BYTES,
    SLOTS,
    Marks,
    Relation,
    Slot,
    packed_ends,
    unpacked_ends,
    unpacked_ids,
    unpacked_numbers,
)

T = TypeVar("T")

NULL, TRUE, FALSE = b"null", b"true", b"false"
# What a body takes in memory besides the bytes of its text: itself, its tuple of columns and its texts' headers, and the
# header of each column.
_BODY_BYTES: Final = 400
_COLUMN_BYTES: Final = 64
# What a store takes to find one item of a page: a number, and its place in a dict.
_PLACE_BYTES: Final = 150


class Summary(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is remembered of an item, should it vanish; ``ends_at`` in UTC, None if it does not end."""

    title: str
    image_url: str | None = None
    ends_at: datetime | None = None


_SUMMARIES: Final = msgspec.json.Decoder(Summary)


def has_ended(ends_at: float, now: float) -> bool:
    """Say whether what ends at ``ends_at`` is over (Unix seconds): at that very moment it is not yet."""
    return ends_at < now


class _Rows(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """JSON objects of one shape, separated by commas: ``text`` is a format, with ``%b`` at each of the ``slots`` of each.

    ``ends`` has where each ends in it, 4 bytes an item. ``columns`` has what each slot is filled from, item by item: ids
    of 8 bytes, or the numbers of a filler. ``ids`` is such a column, too, and empty for what has no address of its own.
    """

    kind: str
    slots: tuple[Slot, ...]
    ids: bytes
    columns: tuple[bytes, ...]
    ends: bytes
    text: bytes

    @property
    def number(self) -> int:
        """Return how many items there are."""
        return len(self.ends) // END_BYTES

    def marked_ids(self) -> list[tuple[Relation, tuple[int, ...]]]:
        """Return the relation and the ids of each mark."""
        columns = zip(self.slots, self.columns, strict=True)
        return [(slot, unpacked_ids(column)) for slot, column in columns if isinstance(slot, tuple)]

    def _is_whole(self) -> bool:
        rows, width, ends = self.number, len(self.slots), unpacked_ends(self.ends)
        text = self.text.replace(b"%%", b"__")  # of the same length
        starts = (0, *(end + 1 for end in ends))
        return (
            self.slots in SLOTS
            and len(self.columns) == width
            and (ends[-1] if ends else 0) == len(text)
            and text.count(b"%") == rows * width
            and all(text.count(b"%b", start, end) == width for start, end in zip(starts, ends, strict=False))
            and len(self.ids) in {0, rows * NUMBER_BYTES}
            and all(
                len(column) == rows * NUMBER_BYTES
                if isinstance(slot, tuple)
                else len(column) % (max(rows, 1) * NUMBER_BYTES) == 0
                for slot, column in zip(self.slots, self.columns, strict=True)
            )
        )

    def _taken(self) -> int:
        return (
            len(self.text)
            + len(self.ids)
            + len(self.ends)
            + sum(map(len, self.columns))
            + _COLUMN_BYTES * len(self.columns)
            + _BODY_BYTES
        )

    def values(self, now: float, context: Any) -> list[bytes]:
        """Return what fills the placeholders for an anonymous caller."""
        rows, width = self.number, len(self.slots)
        values = [NULL] * (rows * width)
        for place, (slot, column) in enumerate(zip(self.slots, self.columns, strict=True)):
            if isinstance(slot, str) and rows:
                fill = FILLERS[slot].fill
                values[place::width] = [fill(each, now, context) for each in unpacked_numbers(column, rows)]
        return values


class Item(_Rows, frozen=True, array_like=True, tag="i", gc=False):
    """One item. ``summary`` is None of kinds that nobody saves."""

    summary: Summary | None = None

    count: ClassVar[int] = 1

    @property
    def is_whole(self) -> bool:
        """Say whether text and columns belong together; what came from a store outside may not."""
        return self.number == 1 and self._is_whole()

    @property
    def id(self) -> int | None:
        """Return the id, None of what has no address of its own."""
        return unpacked_ids(self.ids)[0] if self.ids else None

    @property
    def items(self) -> "tuple[Item, ...]":
        """Return itself: what items and pages are looked through by."""
        return (self,)

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, its objects included; rather too many than too few."""
        summary = self.summary
        texts = 0 if summary is None else 300 + 4 * len(summary.title) + 4 * len(summary.image_url or "")
        return self._taken() + texts

    @property
    def digest(self) -> bytes:
        """Return what stands for the text."""
        return _digest(self.text)

    def read(self, into: type[T]) -> T:
        """Return what it shows as this struct, in which every placeholder is null."""
        return msgspec.json.decode(self.text % ((NULL,) * len(self.slots)), type=into)

    def filled(self, marks: Marks | None, *, now: float) -> bytes:
        """Return its JSON for somebody with these marks, None for an anonymous caller, and without a context or ETag."""
        values = []
        for slot, column in zip(self.slots, self.columns, strict=True):
            if isinstance(slot, str):
                values.append(FILLERS[slot].fill(unpacked_numbers(column, 1)[0], now, None))
            elif marks is None:
                values.append(NULL)
            else:
                values.append(TRUE if unpacked_ids(column)[0] in marks[slot] else FALSE)
        return self.text % tuple(values)


class Page(_Rows, frozen=True, array_like=True, tag="p", gc=False):
    """One page of a list: ``count`` is how many there are on all pages.

    ``summaries`` has a line of JSON of each item, of kinds that somebody may save; ``digest`` stands for the text.
    ``is_partial``: there are more than could be read.
    """

    count: int
    summaries: bytes
    digest: bytes
    is_partial: bool = False

    @classmethod
    def of(cls, count: int, *, text: bytes, summaries: bytes, **rows: Any) -> "Page":
        """Return the page, digested; ``rows`` are the other fields."""
        return cls(**rows, text=text, count=count, summaries=summaries, digest=_digest(text))

    @classmethod
    def joined(cls, pages: Sequence["Page"], *, count: int) -> "Page":
        """Return the rows of all these pages of one shape, at least one, as one page; partial if there are more."""
        ends, start = [], 0
        for page in pages:
            ends += [start + end for end in unpacked_ends(page.ends)]
            start = ends[-1] + 1 if ends else 0
        return cls.of(
            count,
            kind=pages[0].kind,
            slots=pages[0].slots,
            ids=b"".join(page.ids for page in pages),
            columns=tuple(map(b"".join, zip(*(page.columns for page in pages), strict=True))),
            ends=packed_ends(ends),
            text=b",".join(page.text for page in pages if page.number),
            summaries=b"\n".join(page.summaries for page in pages if page.summaries),
            is_partial=count > len(ends),
        )

    def chosen(self, places: Sequence[int], *, count: int) -> "Page":
        """Return the page of the items at these places, of ``count`` on all pages."""
        items = self.cut(places)
        ends, end = [], -1
        for item in items:
            end += 1 + len(item.text)
            ends.append(end)
        lines = self.summaries.split(b"\n") if self.summaries else []
        return Page.of(
            count,
            kind=self.kind,
            slots=self.slots,
            ids=b"".join(item.ids for item in items),
            columns=tuple(b"".join(item.columns[at] for item in items) for at in range(len(self.slots))),
            ends=packed_ends(ends),
            text=b",".join(item.text for item in items),
            summaries=b"\n".join(lines[place] for place in places) if lines else b"",
            is_partial=self.is_partial,
        )

    @property
    def is_whole(self) -> bool:
        """Say whether text, columns and summaries belong together."""
        try:
            summaries = _SUMMARIES.decode_lines(self.summaries)
        except msgspec.MsgspecError:
            return False
        return self._is_whole() and len(summaries) in {0, self.number}

    def texts(self) -> Iterator[bytes]:
        """Give the text of each item, a format of its own."""
        start = 0
        for end in unpacked_ends(self.ends):
            yield self.text[start:end]
            start = end + 1

    @property
    def items(self) -> tuple[Item, ...]:
        """Return its items, each holding nothing of the page; they are cut out with every call."""
        return tuple(self.cut(range(self.number)))

    def item(self, id_: int) -> Item:
        """Return the item of this id; ``ValueError`` if it is not on the page."""
        return self.cut([unpacked_ids(self.ids).index(id_)])[0]

    def cut(self, places: Sequence[int]) -> list[Item]:
        """Return the items at these places, each holding nothing of the page."""
        rows, ends, lines = self.number, unpacked_ends(self.ends), self.summaries.split(b"\n")
        steps = [(column, len(column) // max(rows, 1)) for column in self.columns]
        items = []
        for place in places:
            text = self.text[ends[place - 1] + 1 if place else 0 : ends[place]]
            items.append(
                Item(
                    self.kind,
                    self.slots,
                    self.ids[NUMBER_BYTES * place : NUMBER_BYTES * (place + 1)],
                    tuple([column[step * place : step * (place + 1)] for column, step in steps]),
                    packed_ends([len(text)]),
                    text,
                    _SUMMARIES.decode(lines[place]) if self.summaries else None,
                )
            )
        return items

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, and finding its items; rather too many than too few."""
        places = len(self.ids) // NUMBER_BYTES * _PLACE_BYTES
        return self._taken() + len(self.summaries) + places


Body = Item | Page


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=16).digest()


def marks_in(bodies: Collection[Body]) -> dict[Relation, set[int]]:
    """Return the ids that these answers show a mark of, by relation."""
    found: dict[Relation, set[int]] = {}
    for body in bodies:
        for relation, ids in body.marked_ids():
            found.setdefault(relation, set()).update(ids)
    return found
