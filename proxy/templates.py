"""Answers that lack nothing but a person's marks: a body, its links and its ``meta``, filled for one address and moment."""

import hashlib
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

import msgspec

from proxy.columns import FILLERS, Marks, Relation, unpacked_ids, unpacked_numbers
from proxy.rendering import FALSE, TRUE, Body, Item


class Links(NamedTuple):
    """The addresses of the neighbouring pages, absolute, or None."""

    next: str | None = None
    previous: str | None = None


class Filling(NamedTuple):
    """What an answer says besides the text of its body: ``values`` stand at the cuts, the marks as for an anonymous caller."""

    head: bytes
    values: list[bytes]
    tail: bytes


class Template(NamedTuple):
    """An answer that lacks nothing but a person's marks."""

    body: Body
    filling: Filling

    @classmethod
    def of(
        cls,
        body: Body,
        *,
        as_of: float,
        is_stale: bool,
        now: float,
        context: Any = None,
        links: Links | None = None,
        attribution: Sequence[str] = (),
    ) -> Self:
        """Return a body with every placeholder filled but the marks; of an item alone nothing says how old it is.

        ``links`` are those of the caller's address, ``attribution`` is what the service demands to be shown beside a page.
        """
        values = body.values(now, context)
        if isinstance(body, Item):
            return cls(body, Filling(b"", values, b""))
        following, previous = map(msgspec.json.encode, links or Links())
        head = b'{"count":%d,"next":%b,"previous":%b,"results":[' % (body.count, following, previous)
        freshness: dict[str, Any] = {"as_of": datetime.fromtimestamp(int(as_of), UTC), "stale": is_stale}
        if body.is_partial:
            freshness["partial"] = True
        meta = msgspec.json.encode(freshness | ({"attribution": attribution} if attribution else {}))
        return cls(body, Filling(head, values, b'],"meta":%b}' % meta))

    @property
    def ids(self) -> dict[Relation, tuple[int, ...]]:
        """Return the ids that it shows a mark of, by relation."""
        found: dict[Relation, tuple[int, ...]] = {}
        for relation, ids in self.body.marked_ids():
            found[relation] = found.get(relation, ()) + ids
        return found

    def changes_at(self, now: float) -> float:
        """Return the next moment (Unix seconds) when something computed changes by itself, infinity if nothing does."""
        body, rows = self.body, self.body.number
        moments = (
            moment
            for slot, column in zip(body.slots, body.columns, strict=True)
            if isinstance(slot, str) and rows
            for numbers in unpacked_numbers(column, rows)
            for moment in FILLERS[slot].moments(numbers)
        )
        return min((moment for moment in moments if moment > now), default=math.inf)

    def filled(self, marks: Marks | None) -> tuple[bytes, str]:
        """Return the answer for somebody, None for an anonymous caller, and its strong ETag (RFC 9110, 8.8.3)."""
        values, (head, _, tail) = self._values(marks), self.filling
        # A page's text was digested when it was made: only what stands around and in it is new.
        tag = hashlib.blake2b(b",".join((head, *values, tail)), key=self.body.digest, digest_size=12)
        return self._joined(values), f'"{tag.hexdigest()}"'

    def _values(self, marks: Marks | None) -> list[bytes]:
        values, body = self.filling.values, self.body
        if marks is None:
            return values
        values, width = values.copy(), len(body.slots)
        for place, (slot, column) in enumerate(zip(body.slots, body.columns, strict=True)):
            if isinstance(slot, tuple):
                has = marks[slot]
                values[place::width] = [TRUE if id_ in has else FALSE for id_ in unpacked_ids(column)]
        return values

    def _joined(self, values: list[bytes]) -> bytes:
        head, _, tail = self.filling
        return b"".join((head, self.body.text % tuple(values), tail))
