"""What a catalog offers: kinds of items, lists of them, and details; how each is fetched and shown."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, Final, Generic, TypeVar

import msgspec

from clients.transport import Fetched, ListPage
from proxy.shapes import Shape
from proxy.snapshots import Found

T = TypeVar("T")
Q = TypeVar("Q")

_MAX_KEY_LENGTH: Final = 200


@dataclass(frozen=True)
class Listing(Generic[Q, T]):
    """A list of items: ``fetch(client, query, **call)`` returns the page that ``query`` asks for.

    ``query`` is normalised: equal questions are equal values, and none knows its caller. ``has_items`` says of a query
    whether what its page shows are the items as their kind shows them, or others (in another language): only then an item
    that was seen on a page needs no call of its own.
    """

    name: str
    shape: Shape[T]
    fetch: Callable[Concatenate[Any, Q, ...], Fetched[ListPage[T]]]
    has_items: Callable[[Q], bool] = lambda _: True


@dataclass(frozen=True)
class Kind(Generic[T]):
    """Items of one kind: ``fetch(client, id, **call)`` returns one, or raises ``UpstreamNotFoundError`` (None: no such route).

    ``by_ids`` lists those of at most ``max_batch`` ids that upstream is willing to list (None: it has no such route);
    what it leaves out may still be there singly. In one batch ``max_looks`` are fetched singly. ``relations`` are those in which people may have such items; the shape
    then says what is remembered of one. ``found``: where they are looked up; ``fetch`` is called only for what a snapshot
    lacks that has not all of them. ``path`` is where they are in the API, ``noun`` what one is called in a sentence if
    not by the name of the kind.
    """

    shape: Shape[T]
    fetch: Callable[Concatenate[Any, int, ...], Fetched[T]] | None
    by_ids: Listing[tuple[int, ...], T] | None = None
    max_batch: int = 50
    max_looks: int = 10
    found: Found[Any] | None = None
    relations: tuple[str, ...] = ()
    path: str = ""
    noun: str = ""

    @property
    def name(self) -> str:
        """Return the word for it in keys, marks and stored rows."""
        return self.shape.kind

    @property
    def word(self) -> str:
        """Return the word for it as in "There is no such …"."""
        return self.noun or self.name


@dataclass(frozen=True)
class Detail(Generic[Q, T]):
    """More of an item than lists give: ``fetch(client, id, query, **call)`` returns it as ``query`` asks (in a language).

    ``query`` is normalised like that of a listing. ``item`` gives the item as its kind shows it, None if another query
    would have to be asked for that; without it whoever saves what they look at waits for a second call.
    """

    name: str
    kind: Kind[Any]
    shape: Shape[T]
    fetch: Callable[Concatenate[Any, int, Q, ...], Fetched[T]]
    item: Callable[[Q, T], Any] = lambda _, __: None


def in_key(query: Any) -> str:
    """Return a query as a part of a key."""
    text = msgspec.json.encode(query)
    if len(text) <= _MAX_KEY_LENGTH:
        return text.decode()
    return hashlib.blake2b(text, digest_size=16).hexdigest()
