"""What fills the placeholders of answers: marks, and numbers for fillers; packed as columns, one value an item."""

import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

# The name of a relation of people to items, and the kind of these.
Relation = tuple[str, str]
# Which ids a person has in each relation.
Marks = Mapping[Relation, Collection[int]]
# What fills a placeholder: the relation of a mark (whether the caller has an item of this id; null for an anonymous one),
# or the name of a filler.
Slot = Relation | str


class Filler(NamedTuple):
    """What fills a placeholder that is neither the same for everybody nor a mark.

    ``numbers`` takes them from the struct where the placeholder stands, equally many from each; ``fill`` makes JSON of
    them, the moment (Unix seconds) and the caller's context (see ``Read.context``). ``moments`` gives the Unix seconds when
    that changes by itself.
    """

    name: str
    numbers: Callable[[Any], tuple[float, ...]]
    fill: Callable[[tuple[float, ...], float, Any], bytes]
    moments: Callable[[tuple[float, ...]], tuple[float, ...]] = lambda _: ()


FILLERS: Final[dict[str, Filler]] = {}
SLOTS: Final[dict[tuple[Slot, ...], tuple[Slot, ...]]] = {}


def register_filler(filler: Filler) -> Filler:
    """Have placeholders of this name filled by it, those of copies from Redis included."""
    FILLERS[filler.name] = filler
    return filler


def register_slots(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Have copies with these placeholders believed; return the one tuple that all copies share."""
    return SLOTS.setdefault(slots, slots)


NUMBER_BYTES: Final = 8
END_BYTES: Final = 4


def packed_ids(ids: Sequence[int]) -> bytes:
    """Return ids as a column, of 8 bytes each."""
    return struct.pack(f"<{len(ids)}q", *ids)


def packed_numbers(rows: Sequence[tuple[float, ...]]) -> bytes:
    """Return the numbers of a filler, equally many of each item, as a column; ``ValueError`` if they are not."""
    if len(set(map(len, rows))) > 1:
        raise ValueError("a filler takes equally many numbers of each item")
    flat = [number for row in rows for number in row]
    return struct.pack(f"<{len(flat)}d", *flat)


def unpacked_ids(column: bytes) -> tuple[int, ...]:
    """Return the ids of a column."""
    return struct.unpack(f"<{len(column) // NUMBER_BYTES}q", column)


def packed_ends(ends: Sequence[int]) -> bytes:
    """Return places in a text as a column, of 4 bytes each."""
    return struct.pack(f"<{len(ends)}I", *ends)


def unpacked_ends(column: bytes) -> tuple[int, ...]:
    """Return the places of a column."""
    return struct.unpack(f"<{len(column) // END_BYTES}I", column)


def unpacked_numbers(column: bytes, rows: int) -> list[tuple[float, ...]]:
    """Return the numbers of each of so many items, at least one."""
    flat = struct.unpack(f"<{len(column) // NUMBER_BYTES}d", column)
    width = len(flat) // rows
    return list(zip(*[iter(flat)] * width, strict=True)) if width else [()] * rows
