"""What a change makes of the lines of a cart, as the store says what there is: no database and no call."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from carts.models import MAX_QUANTITY, Line
from clients.errors import UpstreamError, UpstreamNotFoundError, UpstreamUnavailableError
from proxy.store import Answer

MAX_LINES: Final = 100


class CartRefusedError(Exception):
    """A rule refuses a change; ``details`` maps the place in the body to messages."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(place)
        self.details = {place: [message]}


class Offer(NamedTuple):
    """A product as the store offers it now; ``price`` is a decimal number as text."""

    title: str
    image: str | None
    price: str


@dataclass(frozen=True)
class Offers:
    """What the store says of products; those neither ``found`` nor ``absent`` are unknown, for which it may have failed.

    ``answers`` are where all that is from.
    """

    found: dict[int, Offer] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()
    failure: UpstreamError | None = None
    answers: Sequence[Answer] = ()

    def remembering(self, lines: Iterable[Line]) -> "Offers":
        """Return the same, but of these lines what is remembered where the store has nothing to offer, or nobody knows."""
        others = (line for line in lines if line.product_id not in self.found)
        remembered = {line.product_id: Offer(line.title, line.image, line.price_then) for line in others}
        return replace(self, found=self.found | remembered)

    def require(self, product_id: int) -> Offer:
        """Return the offer of a product that someone wants; raise an ``UpstreamError`` if there is none, or none is known."""
        if product_id in self.found:
            return self.found[product_id]
        if product_id in self.absent:
            raise UpstreamNotFoundError("not in the store", kind="product", number=product_id)
        if self.failure is not None:
            raise self.failure
        failure = UpstreamUnavailableError("too many products to look up at once", is_momentary=True)
        failure.upstream = "products"
        raise failure


class Wanted(NamedTuple):
    """So many of a product."""

    product_id: int
    quantity: int


class Lines:
    """The lines of a cart while it is changed, by product and in the order in which they were added.

    ``touched`` are those that are new or have changed.
    """

    def __init__(self, lines: Iterable[Line], offers: Offers) -> None:
        self.lines = {line.product_id: line for line in lines}
        self.touched: dict[int, Line] = {}
        self._offers, self._remembering = offers, offers.remembering(self.lines.values())

    def add(self, wanted: Iterable[Wanted], *, place: str) -> None:
        """Add to what is there; ``place`` is that of the list in the body."""
        for number, (product_id, quantity) in enumerate(wanted):
            line = self.lines.get(product_id)
            total = quantity + (line.quantity if line else 0)
            self._set(product_id, total, self._offers.require(product_id), f"{place}.{number}.quantity")

    def update(self, wanted: Iterable[Wanted], *, place: str) -> None:
        """Set quantities, whatever they were.

        What is there already stays as it is remembered if the store has it no more or can't tell.
        """
        for number, (product_id, quantity) in enumerate(wanted):
            self._set(
                product_id, quantity, self._remembering.require(product_id), f"{place}.{number}.quantity"
            )

    def remove(self, product_ids: Iterable[int]) -> None:
        """Take products out; of what is not there nothing is said."""
        for product_id in product_ids:
            self.lines.pop(product_id, None)
            self.touched.pop(product_id, None)

    def require_room(self, *, place: str) -> None:
        """Raise ``CartRefusedError`` if there are more lines than a cart has."""
        if len(self.lines) > MAX_LINES:
            raise CartRefusedError(place, f"A cart has at most {MAX_LINES} lines.")

    def _set(self, product_id: int, quantity: int, offer: Offer, place: str) -> None:
        if quantity > MAX_QUANTITY:
            raise CartRefusedError(place, f"A cart has at most {MAX_QUANTITY} of a product.")
        line = self.lines.get(product_id) or Line(product_id=product_id)
        line.quantity = quantity
        line.title, line.image, line.price_then = offer
        self.lines[product_id] = self.touched[product_id] = line
