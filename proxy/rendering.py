"""flyers_proxy: an answer as bytes with holes. It knows the shape of answers, and neither HTTP nor people.

An answer is rendered once for everybody and cut wherever two callers may differ: their marks, their distance, their
links, and what time changes (``is_valid``, ``meta``). Answering is then a join of bytes.
"""

import hashlib
import math
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from clients.distance import Position, distance_km
from clients.flyers import Category, Creator, Flyer
from flyers_proxy.shapes import (
    CUT,
    ImageShape,
    PageShape,
    category_shape,
    creator_shape,
    flyer_shape,
)

NULL, TRUE, FALSE = b"null", b"true", b"false"

# In a list: the pieces before the first flyer (count, next, previous), and those of each flyer.
_BEFORE_FLYERS = 3
_PIECES_OF_FLYER = 5

# What one takes in memory besides the bytes of the pieces (CPython, 64 bits): a piece its header, its place in the tuple
# and what the allocator rounds up; a spot itself and six numbers; the rest is for structs, tuples, digest and numbers.
_PIECE_BYTES = 64
_SPOT_BYTES = 272
_RENDERED_BYTES = 250


class Marks(NamedTuple):
    """What one person keeps of a page: ids of favorite flyers and of followed creators."""

    favorites: Collection[int]
    following: Collection[int]


class Links(NamedTuple):
    """The addresses of the neighbouring pages, absolute, or None."""

    next: str | None = None
    previous: str | None = None


class Spot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What filling the holes of one flyer takes; moments are Unix seconds."""

    flyer_id: int
    creator_id: int
    lat: float
    lng: float
    valid_from: float
    valid_until: float

    def distance_km(self, position: Position) -> float:
        """Return how far it is from there in kilometres, with metres."""
        return round(distance_km((self.lat, self.lng), position), 3)


class Rendered(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One answer, cut around its holes: ``len(pieces)`` is one more than there are holes.

    Holes come in this order: for a list ``next`` and ``previous``; for each of ``spots`` the comma before it (in
    a list), its creator's ``is_following``, ``distance_km``, ``is_valid`` and ``is_favorited``; for a creator
    ``is_following``; for a list the end of its flyers (empty) and ``meta``.
    """

    pieces: tuple[bytes, ...]
    digest: bytes
    is_list: bool = False
    count: int = 0
    spots: tuple[Spot, ...] = ()
    creator_id: int | None = None

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes, the objects around its bytes included; rather too many than too few."""
        return (
            sum(map(len, self.pieces))
            + _PIECE_BYTES * len(self.pieces)
            + _SPOT_BYTES * len(self.spots)
            + _RENDERED_BYTES
        )

    @property
    def is_whole(self) -> bool:
        """Say whether pieces and holes belong together; what came from a store outside may not."""
        holes = 4 * len(self.spots) + (self.creator_id is not None) + self.is_list * (4 + len(self.spots))
        return len(self.pieces) == holes + 1

    @property
    def creator_ids(self) -> set[int]:
        """Return the ids of the creators it shows."""
        return {spot.creator_id for spot in self.spots} | ({self.creator_id} if self.creator_id else set())

    def flyers(self) -> "Iterator[Rendered]":
        """Return each flyer of a list as an answer of its own; the bytes are shared, not copied."""
        for place, spot in enumerate(self.spots):
            first = _BEFORE_FLYERS + _PIECES_OF_FLYER * place
            pieces = self.pieces[first : first + _PIECES_OF_FLYER]
            yield Rendered(pieces, _digest(pieces), spots=(spot,))

    def changes_after(self, now: float) -> float:
        """Return the next moment when a flyer begins or ends to be valid, infinity if none does."""
        moments = (moment for spot in self.spots for moment in (spot.valid_from, spot.valid_until))
        return min((moment for moment in moments if moment > now), default=math.inf)

    def template(
        self,
        *,
        as_of: float,
        stale: bool,
        now: float,
        position: Position | None = None,
        links: Links | None = None,
    ) -> "Template":
        """Return this with every hole filled but the marks; ``position`` is the caller's, ``links`` those of their page."""
        holes: list[bytes] = []
        flyers: list[tuple[int, int]] = []
        creators: list[tuple[int, int]] = []
        if self.is_list:
            links = links or Links()
            holes += [msgspec.json.encode(links.next), msgspec.json.encode(links.previous)]
        for number, spot in enumerate(self.spots):
            if self.is_list:
                holes.append(b"," if number else b"")
            creators.append((_place(holes), spot.creator_id))
            holes.append(NULL)
            holes.append(NULL if position is None else b"%.3f" % spot.distance_km(position))
            holes.append(TRUE if spot.valid_from <= now < spot.valid_until else FALSE)
            flyers.append((_place(holes), spot.flyer_id))
            holes.append(NULL)
        if self.creator_id is not None:
            creators.append((_place(holes), self.creator_id))
            holes.append(NULL)
        if self.is_list:
            moment = datetime.fromtimestamp(int(as_of), UTC)
            holes += [b"", msgspec.json.encode({"as_of": moment, "stale": stale})]
        parts = [b""] * (2 * len(holes) + 1)
        parts[::2] = self.pieces
        parts[1::2] = holes
        return Template(parts, self.digest, flyers, creators)


class Template(NamedTuple):
    """An answer that lacks nothing but a person's marks.

    ``parts`` are pieces and holes in turn; ``flyers`` and ``creators`` tell the place among them and the id of each mark.
    """

    parts: list[bytes]
    digest: bytes
    flyers: list[tuple[int, int]]
    creators: list[tuple[int, int]]

    def filled(self, marks: Marks | None) -> tuple[bytes, str]:
        """Return the body for somebody, None for an anonymous caller, and its strong ETag (RFC 9110, 8.8.3)."""
        parts = self.parts
        if marks is not None:
            parts = parts.copy()
            for place, flyer_id in self.flyers:
                parts[place] = TRUE if flyer_id in marks.favorites else FALSE
            for place, creator_id in self.creators:
                parts[place] = TRUE if creator_id in marks.following else FALSE
        # The pieces were digested when they were made: only what fills the holes is new.
        tag = hashlib.blake2b(CUT.join(parts[1::2]), key=self.digest, digest_size=12)
        return b"".join(parts), f'"{tag.hexdigest()}"'


def render_flyers(flyers: Sequence[Flyer], *, count: int) -> Rendered:
    """Render one page of flyers; ``count`` is how many there are on all pages."""
    head, tail = _page(count)
    pieces = (*head, *(piece for flyer in flyers for piece in _cut(flyer_shape(flyer))), *tail)
    return Rendered(pieces, _digest(pieces), is_list=True, count=count, spots=tuple(map(_spot, flyers)))


def render_flyer(flyer: Flyer) -> Rendered:
    """Render one flyer."""
    pieces = _cut(flyer_shape(flyer))
    return Rendered(pieces, _digest(pieces), spots=(_spot(flyer),))


def render_creator(creator: Creator) -> Rendered:
    """Render a creator's profile."""
    pieces = _cut(creator_shape(creator))
    return Rendered(pieces, _digest(pieces), creator_id=creator.id)


def render_categories(categories: Sequence[Category]) -> Rendered:
    """Render the list of every category: one page, always whole."""
    results = b",".join(msgspec.json.encode(category_shape(category)) for category in categories)
    (*head, opening), tail = _page(len(categories))
    pieces = (*head, opening + results, *tail)
    return Rendered(pieces, _digest(pieces), is_list=True, count=len(categories))


class Facts(NamedTuple):
    """What is worth keeping of a flyer, should it vanish; ``valid_until`` in UTC."""

    title: str
    image_url: str | None
    valid_until: datetime


class _KnownValidity(msgspec.Struct):
    valid_until: datetime


class _Known(msgspec.Struct):
    title: str
    images: list[ImageShape]
    validity: _KnownValidity


# Made while there is one thread: in msgspec 0.22 two that read a type for the first time crash the process.
_KNOWN = msgspec.json.Decoder(_Known)


def facts_of(flyer: Rendered) -> Facts:
    """Read a few facts back from one rendered flyer."""
    known = _KNOWN.decode(NULL.join(flyer.pieces))
    return Facts(known.title, known.images[0].url if known.images else None, known.validity.valid_until)


def _spot(flyer: Flyer) -> Spot:
    return Spot(
        flyer_id=flyer.id,
        creator_id=flyer.creator.id,
        lat=flyer.location.lat,
        lng=flyer.location.lng,
        valid_from=flyer.validity.valid_from.timestamp(),
        valid_until=flyer.validity.valid_until.timestamp(),
    )


def _page(count: int) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return the pieces of a list before its results and after them."""
    pieces = _cut(PageShape(count=count))
    return pieces[:_BEFORE_FLYERS], pieces[_BEFORE_FLYERS:]


def _cut(shape: msgspec.Struct) -> tuple[bytes, ...]:
    return tuple(msgspec.json.encode(shape).split(CUT))


def _place(holes: Sequence[bytes]) -> int:
    """Return where the next hole comes among the parts."""
    return 2 * len(holes) + 1


def _digest(pieces: tuple[bytes, ...]) -> bytes:
    return hashlib.blake2b(CUT.join(pieces), digest_size=16).digest()
