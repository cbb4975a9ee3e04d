"""Answers as bytes: fragments around placeholders, cut once for everybody and filled for each caller.

Two callers may differ in their marks, in what is computed for them or for the moment (days that are left), in the
links of a page, and in its ``meta``. Everything else is the same for all: filling is a join of bytes.
"""

import hashlib
import math
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

T = TypeVar("T")

NULL, TRUE, FALSE = b"null", b"true", b"false"
# JSON escapes control characters, so this byte stands in no document of ours: documents are cut at it.
CUT: Final = b"\x00"

# What one takes in memory besides the bytes themselves (CPython, 64 bits): a fragment its header, its place in the tuple
# and what the allocator rounds up; a placeholder itself and its numbers; the rest is for structs, tuples and digest.
_FRAGMENT_BYTES = 64
_PLACEHOLDER_BYTES = 110
_ITEM_BYTES = 250

# The name of a relation of people to items, and the kind of these.
Relation = tuple[str, str]
# Which ids a person has in each relation.
Marks = Mapping[Relation, Collection[int]]


class Mark(msgspec.Struct, frozen=True, array_like=True, tag="m", gc=False):
    """A placeholder: whether the caller has the item ``id`` in this relation; null for an anonymous one."""

    relation: Relation
    id: int


class Computed(msgspec.Struct, frozen=True, array_like=True, tag="c", gc=False):
    """A placeholder that the filler of this name fills from numbers of the item."""

    filler: str
    numbers: tuple[float, ...]


class Filler(NamedTuple):
    """What fills a placeholder that is neither the same for everybody nor a mark.

    ``numbers`` takes them from the struct where the placeholder stands; ``fill`` makes JSON of them, the moment (Unix
    seconds) and the caller's context (see ``Read.context``). ``moments`` gives the Unix seconds when that changes by itself.
    """

    name: str
    numbers: Callable[[Any], tuple[float, ...]]
    fill: Callable[[tuple[float, ...], float, Any], bytes]
    moments: Callable[[tuple[float, ...]], tuple[float, ...]] = lambda _: ()

    def placeholder(self, source: Any) -> Computed:
        """Return the placeholder that stands in this struct of the service's."""
        return Computed(self.name, self.numbers(source))


_FILLERS: dict[str, Filler] = {}


def register_filler(filler: Filler) -> Filler:
    """Have placeholders of this name filled by it, those of copies from Redis included."""
    _FILLERS[filler.name] = filler
    return filler


class Links(NamedTuple):
    """The addresses of the neighbouring pages, absolute, or None."""

    next: str | None = None
    previous: str | None = None


class Summary(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is remembered of an item, should it vanish; ``ends_at`` in UTC, None if it does not end."""

    title: str
    image_url: str | None = None
    ends_at: datetime | None = None


def has_ended(ends_at: float, now: float) -> bool:
    """Say whether what ends at ``ends_at`` is over (Unix seconds): at that very moment it is not yet."""
    return ends_at < now


class Item(msgspec.Struct, frozen=True, array_like=True, tag="i", gc=False):
    """One item: a JSON object cut at its placeholders, so ``fragments`` are one more than ``placeholders``.

    ``id`` is None for what has no address of its own; ``summary`` is None of kinds that nobody saves.
    """

    kind: str
    id: int | None
    fragments: tuple[bytes, ...]
    placeholders: tuple[Mark | Computed, ...]
    digest: bytes
    summary: Summary | None = None

    @property
    def items(self) -> "tuple[Item, ...]":
        """Return itself: what items and pages are looked through by."""
        return (self,)

    @property
    def count(self) -> int:
        """Return that it is one."""
        return 1

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, its objects included; rather too many than too few."""
        summary = self.summary
        texts = 0 if summary is None else 200 + len(summary.title) + len(summary.image_url or "")
        return (
            sum(map(len, self.fragments))
            + _FRAGMENT_BYTES * len(self.fragments)
            + _PLACEHOLDER_BYTES * len(self.placeholders)
            + texts
            + _ITEM_BYTES
        )

    @property
    def is_whole(self) -> bool:
        """Say whether fragments and placeholders belong together; what came from a store outside may not."""
        return len(self.fragments) == len(self.placeholders) + 1 and all(
            isinstance(placeholder, Mark) or placeholder.filler in _FILLERS
            for placeholder in self.placeholders
        )

    def read(self, into: type[T]) -> T:
        """Return what it shows as this struct, in which every placeholder is null."""
        return msgspec.json.decode(NULL.join(self.fragments), type=into)

    def template(
        self, *, as_of: float, is_stale: bool, now: float, context: Any = None, links: Links | None = None
    ) -> "Template":
        """Return this with every placeholder filled but the marks; of an item alone nothing says how old it is."""
        template = Template(self.digest, now, context)
        template.add(self)
        return template


class Page(msgspec.Struct, frozen=True, array_like=True, tag="p", gc=False):
    """One page of a list: ``count`` is how many there are on all pages. Its items are entries of their own, too."""

    count: int
    items: tuple[Item, ...]

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, its items included, which it may be the last to hold."""
        return _ITEM_BYTES + sum(item.size for item in self.items)

    @property
    def is_whole(self) -> bool:
        """Say whether every item is."""
        return all(item.is_whole for item in self.items)

    def template(
        self, *, as_of: float, is_stale: bool, now: float, context: Any = None, links: Links | None = None
    ) -> "Template":
        """Return this with every placeholder filled but the marks; ``links`` are those of the caller's address."""
        links = links or Links()
        digest = hashlib.blake2b(b"".join(item.digest for item in self.items), digest_size=16).digest()
        template = Template(digest, now, context)
        template.parts += (
            *(b'{"count":%d,"next":' % self.count, msgspec.json.encode(links.next)),
            *(b',"previous":', msgspec.json.encode(links.previous)),
            b',"results":[',
        )
        for number, item in enumerate(self.items):
            template.parts.append(b"," if number else b"")
            template.add(item)
        meta = {"as_of": datetime.fromtimestamp(int(as_of), UTC), "stale": is_stale}
        template.parts += (b"", b'],"meta":', msgspec.json.encode(meta), b"}")
        return template


Body = Item | Page


class Template:
    """An answer that lacks nothing but a person's marks: ``parts`` are fragments and filled placeholders in turn."""

    def __init__(self, digest: bytes, now: float, context: Any) -> None:
        """``digest`` stands for all fragments; ``now`` (Unix seconds) and ``context`` are what fillers take."""
        self.parts: list[bytes] = []
        self._digest = digest
        self._now = now
        self._context = context
        self._items: list[tuple[int, Item]] = []  # and where among the parts each begins

    def add(self, item: Item) -> None:
        """Append an item's fragments and filled placeholders, its marks as an anonymous caller sees them."""
        parts, now, context = self.parts, self._now, self._context
        self._items.append((len(parts), item))
        for fragment, placeholder in zip(item.fragments, item.placeholders, strict=False):
            parts.append(fragment)
            if isinstance(placeholder, Mark):
                parts.append(NULL)
            else:
                parts.append(_FILLERS[placeholder.filler].fill(placeholder.numbers, now, context))
        parts.append(item.fragments[-1])

    @cached_property
    def marks(self) -> dict[Relation, list[tuple[int, int]]]:
        """Return by relation the place among the parts and the id of each mark."""
        marks: dict[Relation, list[tuple[int, int]]] = {}
        for start, item in self._items:
            for number, placeholder in enumerate(item.placeholders):
                if isinstance(placeholder, Mark):
                    marks.setdefault(placeholder.relation, []).append(
                        (start + 2 * number + 1, placeholder.id)
                    )
        return marks

    @cached_property
    def changes_at(self) -> float:
        """Return the next moment (Unix seconds) when something computed changes by itself, infinity if nothing does."""
        moments = (
            moment
            for _, item in self._items
            for placeholder in item.placeholders
            if isinstance(placeholder, Computed)
            for moment in _FILLERS[placeholder.filler].moments(placeholder.numbers)
        )
        return min((moment for moment in moments if moment > self._now), default=math.inf)

    @property
    def ids(self) -> dict[Relation, set[int]]:
        """Return the ids that it shows a mark of, by relation."""
        return {relation: {id_ for _, id_ in places} for relation, places in self.marks.items()}

    def filled(self, marks: Marks | None) -> tuple[bytes, str]:
        """Return the body for somebody, None for an anonymous caller, and its strong ETag (RFC 9110, 8.8.3)."""
        parts = self.parts
        if marks is not None:
            parts = parts.copy()
            for relation, places in self.marks.items():
                ids = marks[relation]
                for place, id_ in places:
                    parts[place] = TRUE if id_ in ids else FALSE
        # The fragments were digested when they were made: only what fills the placeholders is new.
        tag = hashlib.blake2b(CUT.join(parts[1::2]), key=self._digest, digest_size=12)
        return b"".join(parts), f'"{tag.hexdigest()}"'


def marks_in(bodies: Collection[Body]) -> dict[Relation, set[int]]:
    """Return the ids that these answers show a mark of, by relation."""
    found: dict[Relation, set[int]] = {}
    for item in (item for body in bodies for item in body.items):
        for placeholder in item.placeholders:
            if isinstance(placeholder, Mark):
                found.setdefault(placeholder.relation, set()).add(placeholder.id)
    return found
