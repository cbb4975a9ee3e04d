"""Requests and answers about carts."""

from datetime import datetime
from typing import Annotated, Any, Final, Self, get_args

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct

from accounts.bodies import Body
from carts.models import MAX_QUANTITY
from carts.services.lines import MAX_LINES, Wanted
from carts.services.showing import Availability, ShownCart, ShownLine
from clients.values import MAX_ID
from proxy import shapes
from proxy.fields import BoundedList, Id, Moment, Whole
from proxy.parameters import PageQuery, WholeNumber
from proxy.shapes import ListEnvelope, WebUrl

DATE_HELP: Final = "A moment of the caller's choice; when the cart was made, unless it is set."
OWNER_HELP: Final = "Whose cart it is to be; only administrators may say so."


class CartsQuery(PageQuery):
    user_id = WholeNumber(
        required=False,
        min_value=1,
        max_value=MAX_ID,
        help_text="Those of this person alone: of anybody for administrators, of oneself for others.",
    )


class WantedLine(Body):
    """So many of a product. Its price is the store's to say."""

    product_id = Id()
    quantity = Whole(min_value=1, max_value=MAX_QUANTITY)

    def validate(self, attrs: dict[str, Any]) -> Any:
        return Wanted(**attrs)


def _lines(**options: Any) -> BoundedList:
    return BoundedList(child=WantedLine(), max_length=MAX_LINES, **options)


class NewCart(Body):
    """What is to be in it; a product that is named twice counts twice."""

    lines = _lines(default=list)
    date = Moment(required=False, help_text=DATE_HELP)
    user_id = Id(required=False, help_text=OWNER_HELP)


class CartContent(Body):
    """What is to be in it instead of what is; without a date it has the one that it had."""

    lines = _lines()
    date = Moment(required=False, help_text=DATE_HELP)


class CartChange(Body):
    """First all of `add` is added to what is there, then the quantities of `update` are set, then `remove` is taken out."""

    add = _lines(default=list, help_text="Increments what is there, and puts in what is not.")
    update = _lines(  # type: ignore[assignment]  # a method of DRF's, which nobody calls here
        default=list, help_text="Sets the quantity of what is there, and puts in what is not."
    )
    remove = BoundedList(
        child=Id(),
        max_length=MAX_LINES,
        default=list,
        help_text="Ids of products; those not there are no error.",
    )
    date = Moment(required=False, help_text=DATE_HELP)
    user_id = Id(required=False, help_text=OWNER_HELP)


CART_EXAMPLE: Final[dict[str, Any]] = {
    "id": 3,
    "user_id": 1,
    "lines": [
        {
            "product_id": 7,
            "quantity": 2,
            "title": "Kettle with a whistle",
            "image": "https://img.example/products/7.svg",
            "price_then": "99.95",
            "price_now": "109.95",
            "availability": "live",
            "is_price_changed": True,
        }
    ],
    "total": "219.90",
    "currency": "USD",
    "date": "2026-05-01T12:00:00Z",
    "updated_at": "2026-05-01T12:00:00Z",
    "is_partial": False,
}
CART_PAGE_EXAMPLE: Final = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [CART_EXAMPLE],
    "meta": {"as_of": "2026-05-01T12:00:00Z", "stale": False},
}

_AMOUNT: Final = {"pattern": r"^[0-9]{1,20}(\.[0-9]{1,4})?$"}
Amount = Annotated[str, Meta(extra_json_schema=_AMOUNT)]


class CartLine(Struct):
    """A product in a cart."""

    product_id: shapes.Id
    quantity: Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]
    title: Annotated[
        str, Meta(description="As the store has it now, or as it was when the line was last set.")
    ]
    image: WebUrl | None
    price_then: Annotated[
        str,
        Meta(
            description="What one cost when the line was last set: a decimal number as text.",
            extra_json_schema=_AMOUNT,
        ),
    ]
    price_now: Annotated[Amount | None, Meta(description="Null while nobody knows, and of what is gone.")]
    availability: Annotated[
        Availability,
        Meta(
            description="`gone`: the store has it no more; `unknown`: the store does not tell.",
            extra_json_schema={"enum": list(get_args(Availability))},  # in this order
        ),
    ]
    is_price_changed: Annotated[bool, Meta(description="Whether the two prices are known to differ.")]

    @classmethod
    def of(cls, shown: ShownLine) -> Self:
        line = shown.line
        return cls(
            product_id=line.product_id,
            quantity=line.quantity,
            title=shown.title,
            image=shown.image,
            price_then=line.price_then,
            price_now=shown.price_now,
            availability=shown.availability,
            is_price_changed=shown.is_price_changed,
        )


@extend_schema_serializer(examples=[OpenApiExample("A cart", value=CART_EXAMPLE)])
class Cart(Struct):
    """What a person is about to buy; its lines in the order in which they were added."""

    id: shapes.Id
    user_id: shapes.Id
    lines: list[CartLine]
    total: Annotated[
        str,
        Meta(
            description=(
                "Of what can be bought: a decimal number as text. What is gone does not count, and of what is unknown "
                "`price_then` does."
            ),
            extra_json_schema=_AMOUNT,
        ),
    ]
    currency: Annotated[str, Meta(description="ISO 4217.", extra_json_schema={"pattern": "^[A-Z]{3}$"})]
    date: Annotated[datetime, Meta(description=DATE_HELP)]
    updated_at: datetime
    is_partial: Annotated[bool, Meta(description="Whether some price is not known now.")]

    @classmethod
    def of(cls, shown: ShownCart) -> Self:
        cart = shown.filled.cart
        return cls(
            id=cart.pk,
            user_id=cart.user_id,
            lines=[CartLine.of(line) for line in shown.lines],
            total=f"{shown.total:f}",
            currency=settings.STORE_CURRENCY,
            date=cart.date,
            updated_at=cart.updated_at,
            is_partial=shown.is_partial,
        )


@extend_schema_serializer(examples=[OpenApiExample("A page of carts", value=CART_PAGE_EXAMPLE)])
class CartPage(ListEnvelope, kw_only=True):
    results: list[Cart]
