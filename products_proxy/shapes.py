"""What is shown of products and their categories, and how it is made of what the store gives."""

import hashlib
import unicodedata
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from django.conf import settings
from django.utils.text import slugify
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct

from clients import fakestore
from proxy.rendering import Summary
from proxy.shapes import Id, ListEnvelope, Shape, WebUrl, mark

# With a digest behind it a slug has at most the 100 signs that filters take.
_MAX_SLUG: Final = 87


class Price(Struct, frozen=True):
    """An amount of money, with the digits that the store wrote."""

    amount: Annotated[
        str,
        Meta(
            description="A decimal number as text, because money is never a float.",
            extra_json_schema={"pattern": r"^[0-9]{1,9}(\.[0-9]{1,4})?$"},
        ),
    ]
    currency: Annotated[str, Meta(description="ISO 4217.", extra_json_schema={"pattern": "^[A-Z]{3}$"})]


class ProductCategory(Struct, frozen=True):
    """A category by its slug, which addresses and filters take, and its name."""

    slug: str
    name: str


class ProductImage(Struct, frozen=True):
    """A picture of a product; ``order`` 0 comes first."""

    url: WebUrl
    order: int


class PlainProduct(Struct, frozen=True, kw_only=True):
    """A product as everybody sees it."""

    kind: Literal["product"] = "product"
    id: Id
    title: str
    description: str
    price: Price
    categories: tuple[ProductCategory, ...]
    images: tuple[ProductImage, ...]
    rating: Annotated[
        fakestore.StoreRating | None,
        Meta(description="Of the store's own customers; those of people here are at `…/rating/`."),
    ]


PRODUCT_EXAMPLE: Final[dict[str, Any]] = {
    "kind": "product",
    "id": 7,
    "title": "Kettle with a whistle",
    "description": "One litre, and heard in the garden.",
    "price": {"amount": "109.95", "currency": "USD"},
    "categories": [{"slug": "mens-clothing", "name": "men's clothing"}],
    "images": [{"url": "https://img.example/products/7.svg", "order": 0}],
    "rating": {"rate": 3.9, "count": 120},
    "is_favorited": None,
}
PRODUCT_PAGE_EXAMPLE: Final = {
    "count": 12,
    "next": "http://localhost:8000/api/v1/products/?category=mens-clothing&limit=1&page=2",
    "previous": None,
    "results": [PRODUCT_EXAMPLE],
    "meta": {"as_of": "2026-05-01T12:00:00Z", "stale": False},
}


@extend_schema_serializer(examples=[OpenApiExample("A product", value=PRODUCT_EXAMPLE)])
class Product(PlainProduct, frozen=True, kw_only=True):
    is_favorited: Annotated[
        bool | None,
        mark("favorites", "product"),
        Meta(description="Whether the caller keeps this product; null for an anonymous caller."),
    ]


@extend_schema_serializer(examples=[OpenApiExample("A page of products", value=PRODUCT_PAGE_EXAMPLE)])
class ProductPage(ListEnvelope, kw_only=True):
    results: list[Product]


@lru_cache(1_000)  # of thousands of products, which have a few of them
def slug_of(name: str) -> str:
    """Return what stands for a category in addresses; a digest tells those apart whose letters no address has."""
    slug = slugify(name)[:_MAX_SLUG]
    signs = unicodedata.normalize("NFKD", name)
    if slug and not any(sign.isalnum() and not sign.isascii() for sign in signs):
        return slug
    return f"{slug or 'c'}-{hashlib.blake2b(name.encode(), digest_size=6).hexdigest()}"


def product_of(product: fakestore.Product) -> PlainProduct:
    """Return what is shown of a product."""
    return PlainProduct(
        id=product.id,
        title=product.title,
        description=product.description,
        price=Price(str(product.price), settings.STORE_CURRENCY),
        categories=(ProductCategory(slug_of(product.category), product.category),)
        if product.category
        else (),
        images=(ProductImage(product.image, 0),) if product.image else (),
        rating=product.rating,
    )


def _summary(product: PlainProduct) -> Summary:
    return Summary(product.title, product.images[0].url if product.images else None)


PRODUCT: Shape[PlainProduct] = Shape(Product, kind="product", summarize=_summary)


class StoreCategory(ProductCategory, frozen=True):
    """A category, and how many products it has."""

    product_count: Annotated[int, Meta(ge=0)]


class StoreCategoryPage(ListEnvelope, kw_only=True):
    results: list[StoreCategory]


CATEGORY: Shape[StoreCategory] = Shape(StoreCategory, kind="store category")
