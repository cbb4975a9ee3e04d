"""A cart as it is now: with the prices of today where they are known, else with what is remembered."""

from decimal import Decimal
from typing import Final, Literal, NamedTuple

from carts.models import Line
from carts.services.carts import FilledCart
from carts.services.lines import Offers

Availability = Literal["live", "gone", "unknown"]

# A sum has two decimal places at least, and as many more as the finest price in it.
_NOTHING: Final = Decimal("0.00")


class ShownLine(NamedTuple):
    """A line; title and picture are those of today only while it is live, and so is ``price_now``."""

    line: Line
    availability: Availability
    title: str
    image: str | None
    price_now: str | None

    @property
    def is_price_changed(self) -> bool:
        """Say whether it is known to have another price now; 9.90 is no other than 9.9."""
        return self.price_now is not None and Decimal(self.price_now) != Decimal(self.line.price_then)

    @property
    def total(self) -> Decimal:
        """Return what all of it costs: nothing if it can't be bought any more."""
        if self.availability == "gone":
            return _NOTHING
        return Decimal(self.price_now or self.line.price_then) * self.line.quantity


class ShownCart(NamedTuple):
    """A cart with its lines in order; partial if of some nobody knows the price now."""

    filled: FilledCart
    lines: list[ShownLine]
    total: Decimal
    is_partial: bool


def show_cart(filled: FilledCart, offers: Offers) -> ShownCart:
    """Return a cart as the store's offers make it."""
    lines = [_shown(line, offers) for line in filled.lines]
    total = sum((line.total for line in lines), start=_NOTHING)
    return ShownCart(filled, lines, total, any(line.availability == "unknown" for line in lines))


def _shown(line: Line, offers: Offers) -> ShownLine:
    offer = offers.found.get(line.product_id)
    if offer is not None:
        return ShownLine(line, "live", offer.title, offer.image, offer.price)
    availability: Availability = "gone" if line.product_id in offers.absent else "unknown"
    return ShownLine(line, availability, line.title, line.image, None)
