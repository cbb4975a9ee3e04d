"""Client of a store with the API of FakeStore: its products, and writes of them.

The types are an allow-list, and all values are clean, as in ``clients/flyers.py``. Of the store's users, logins and carts
nothing is ever asked: it shows them to anybody, passwords too. It has no pages, no search and no totals, so everything
is asked for at once.
"""

import re
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Final, Unpack

from msgspec import Meta, Struct
from msgspec.structs import asdict, force_setattr

from clients import values
from clients.bodies import Reading
from clients.decoding import convert, prepare, read_valid
from clients.errors import UpstreamMalformedError, UpstreamNotFoundError
from clients.transport import MEBIBYTE, CallOptions, Fetched, ListPage, Transport, WriteOptions
from clients.values import MAX_ID

# A price beyond, or finer than any currency's, is a slip of the store.
MAX_PRICE: Final = Decimal("999999999.9999")
MAX_PRICE_PLACES: Final = 4

# All products come at once.
MAX_LIST_BYTES: Final = 16 * MEBIBYTE

# Prices are money: they never become floats.
_LIST: Final = Reading(is_exact=True, is_long=True, max_body=MAX_LIST_BYTES)
_WRITTEN: Final = Reading(is_exact=True)
# The store never says 404.
_ITEM: Final = Reading(is_exact=True, nothing_is_missing=True)
_PRICE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,20})?")

Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
WebUrl = Annotated[str, Meta(extra_json_schema={"format": "uri"})]


class StoreRating(Struct, frozen=True):
    """What customers think of a product: ``count`` of them, ``rate`` of 5 on average."""

    rate: Annotated[float, Meta(ge=0, le=5)]
    count: Annotated[int, Meta(ge=0, le=MAX_ID)]


class ProductFields(Struct, frozen=True, kw_only=True):
    """What can be written of a product; ``ValueError`` without a title, or for a price that can't be.

    ``price`` is in the currency of the store, which does not say which, with the digits that it was written with.
    """

    title: str
    price: Decimal
    description: str = ""
    category: str | None = None
    image: WebUrl | None = None

    def __post_init__(self) -> None:
        title = values.line(self.title, 300).strip()
        if not title:
            raise ValueError("a product without a title")
        force_setattr(self, "title", title)
        force_setattr(self, "price", _price(self.price))
        force_setattr(self, "description", values.text(self.description, 5000).strip())
        force_setattr(self, "category", values.line(self.category or "", 100).strip() or None)
        force_setattr(self, "image", values.web_url(self.image))


class Product(ProductFields, frozen=True, kw_only=True):
    """A product of the store; ``rating`` is ``None`` if it does not say."""

    id: Id
    rating: StoreRating | None = None


class FakeStoreClient:
    """The store. Each method raises ``UpstreamError`` if it fails.

    A write is sent once. If it fails with ``outcome_unknown`` the store may have carried it out.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_products(self, **call: Unpack[CallOptions]) -> Fetched[ListPage[Product]]:
        """Return all products in the order of the store, each once; unfit ones are left out and counted."""
        return self._transport.get("/products", _products, reading=_LIST, **call)

    def get_product(self, product_id: int, **call: Unpack[CallOptions]) -> Fetched[Product]:
        """Return one product. Raises ``UpstreamNotFoundError`` if there is none."""
        path = _path(product_id)
        return self._transport.get(path, partial(_expected, product_id), reading=_ITEM, **call)

    def create_product(self, fields: ProductFields, **call: Unpack[WriteOptions]) -> Product:
        """Create a product, and return it with the id that the store gave it."""
        decode = partial(_written, fields, None)
        return self._transport.write(
            "POST", "/products", decode, body=_body(fields), reading=_WRITTEN, **call
        )

    def replace_product(
        self, product_id: int, fields: ProductFields, **call: Unpack[WriteOptions]
    ) -> Product:
        """Replace all that can be written of a product, and return it.

        Raises ``UpstreamNotFoundError`` if the store says that there is none; it may also act as if there were.
        """
        path = _path(product_id)
        decode = partial(_written, fields, product_id)
        return self._transport.write("PUT", path, decode, body=_body(fields), reading=_ITEM, **call)

    def delete_product(self, product_id: int, **call: Unpack[WriteOptions]) -> None:
        """Delete a product. Raises ``UpstreamNotFoundError`` if there is none."""
        path = _path(product_id)
        self._transport.write("DELETE", path, partial(_deleted, product_id), reading=_ITEM, **call)


# --- What is sent ------------------------------------------------------------------------------------


class _Body(Struct, frozen=True, omit_defaults=True):
    """The fields of a product that are sent; what has no value is left out."""

    title: str
    price: Decimal
    description: str
    category: str | None = None
    image: str | None = None


def _body(fields: ProductFields) -> _Body:
    return _Body(fields.title, fields.price, fields.description, fields.category, fields.image)


def _path(product_id: int) -> str:
    """Return the path of a product; ``UpstreamNotFoundError`` for an id at which the store would fail or hang."""
    if not 1 <= product_id <= MAX_ID:
        raise UpstreamNotFoundError("no product can have this id")
    return f"/products/{product_id}"


# --- What comes --------------------------------------------------------------------------------------


class _Item(Struct):
    """A product as the store sends it; ``Any`` where a wrong value is taken as missing, or judged later."""

    id: Id
    title: str
    price: Any
    description: Any = None
    category: Any = None
    image: Any = None
    rating: Any = None


class _Identified(Struct):
    id: Id


def _products(document: object) -> ListPage[Product]:
    """Return the fit products; a list without a single fit one is no empty store but a failure."""
    items = convert(document, list[object])
    fit = read_valid(items, _product, none_valid="no product is fit to show")
    products: dict[int, Product] = {}
    for product in fit:
        products.setdefault(product.id, product)
    return ListPage(len(products), tuple(products.values()), left_out=len(items) - len(fit))


def _product(document: object) -> Product:
    item = convert(document, _Item)
    try:
        return Product(
            id=item.id,
            title=item.title,
            price=item.price,
            description=_text(item.description),
            category=_text(item.category),
            image=_text(item.image),
            rating=_rating(item.rating),
        )
    except ValueError:
        raise UpstreamMalformedError("a product that can't be sold") from None


def _expected(expected_id: int, document: object) -> Product:
    product = _product(document)
    _raise_for_another(product.id, expected_id)
    return product


def _written(fields: ProductFields, expected_id: int | None, document: object) -> Product:
    """Return the product as the store repeats it, else as it was sent: the answer may be no more than the id."""
    try:
        written = _product(document)
    except UpstreamMalformedError:
        named = document if isinstance(document, dict) else {"id": document}
        written = Product(id=convert(named, _Identified).id, **asdict(_body(fields)))
    _raise_for_another(written.id, expected_id)
    return written


def _deleted(expected_id: int, document: object) -> None:
    _raise_for_another(convert(document, _Identified).id, expected_id)


def _raise_for_another(product_id: int, expected_id: int | None) -> None:
    if expected_id not in {product_id, None}:
        raise UpstreamMalformedError("an answer to another question")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _rating(value: object) -> StoreRating | None:
    try:
        return convert(value, StoreRating)
    except UpstreamMalformedError:
        return None


def _price(value: object) -> Decimal:
    """Return a price with the digits that it has, at most ``MAX_PRICE_PLACES`` of them after the point.

    ``ValueError`` for what is no number, and for a price that is negative, too high, or finer than that.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("no price")  # noqa: TRY004 - it is a value of the store's, not a mistake of a caller
    if isinstance(value, str) and not _PRICE.fullmatch(value):
        raise ValueError("no price")
    price = Decimal(value)
    exponent = price.as_tuple().exponent
    # Of what is no finite number the exponent is a letter, and it can be compared to nothing.
    if not isinstance(exponent, int) or not 0 <= price <= MAX_PRICE:
        raise ValueError("a price that can't be")
    places = min(max(-exponent, 0), MAX_PRICE_PLACES)
    plain = price.quantize(Decimal(1).scaleb(-places)).copy_abs()
    if plain != price:
        raise ValueError("a price finer than any currency")
    return plain


prepare(Product, StoreRating, _Item, _Identified)
